"""Text tests: an array of texts gets the answers that its texts get one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.pattern import Glob
from ostiary_grammar.variables import parse_template
from ostiary_runtime.batch import texts as texts_module
from ostiary_runtime.batch.texts import ending, text_test
from ostiary_runtime.globs import literal_prefix, matcher

ALPHABET = "ab:é\n"
PATTERNS = st.text(alphabet="ab:é*?\n", max_size=8)
TEXTS = st.lists(st.text(alphabet=ALPHABET, max_size=12), max_size=20)


def glob(pattern: str) -> Glob:
    return parse_template(pattern, variables=False, wildcards=True)


@given(patterns=st.lists(PATTERNS, max_size=3), texts=TEXTS, large=st.booleans())
def test_many_is_one_by_one(patterns: list[str], texts: list[str], *, large: bool):
    test = text_test([glob(pattern) for pattern in patterns])
    array = pa.array(texts, pa.large_string() if large else pa.string())
    wanted = [any(matcher(glob(pattern))(text) for pattern in patterns) for text in texts]
    assert [test.one(text) for text in texts] == wanted
    assert test.many(array).tolist() == wanted
    assert test.many(pa.concat_arrays([array[:1], array])[len(array[:1]) :]).tolist() == wanted


@given(pattern=PATTERNS, texts=TEXTS)
def test_endings(pattern: str, texts: list[str]):
    """Where the head is there, what is left of the glob decides."""
    made = glob(pattern)
    found = ending(made)
    if found is None:
        return
    end, size = found
    head = literal_prefix(made)
    assert len(head.encode()) == size
    headed = [head + text for text in texts]
    heads = np.full(len(headed), size, np.int64)
    assert end.many(pa.array(headed, pa.string()), heads).tolist() == [matcher(made)(text) for text in headed]


@pytest.mark.parametrize(
    "pattern, whether",
    [("a*b", True), ("a*b*", True), ("*b", True), ("ab", False), ("a*", False), ("a?b*", False), ("a*b*c", False)],
)
def test_which_globs_have_an_ending(pattern: str, *, whether: bool):
    assert (ending(glob(pattern)) is not None) is whether


@pytest.mark.parametrize("pattern", ["a*b*", "aba*b*"])
def test_a_piece_that_is_in_the_head_too(pattern: str):
    """Arrow finds the first place only."""
    test = text_test([glob(pattern)])
    texts = ["a", "ab", "ba", "aba", "abab", "abaab", "abaxb", "éab"]
    assert test.many(pa.array(texts)).tolist() == [test.one(text) for text in texts]


def test_arrow_is_asked(monkeypatch: pytest.MonkeyPatch):
    """The usual shapes are not left to Python."""

    def no_python(_glob: Any) -> Any:
        raise AssertionError("matched in Python")

    tests = [text_test([glob(pattern)]) for pattern in ("a", "a*", "a*b", "*b", "a*b*", "*")]
    monkeypatch.setattr(texts_module, "matcher", no_python)
    for test in tests:
        test.many(pa.array(["ab", "xab", "axbx", ""]))
