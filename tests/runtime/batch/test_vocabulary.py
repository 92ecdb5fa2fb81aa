"""Vocabularies: numbers lead back to the texts, stay the same from batch to batch, and do not grow without end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.batch.asking import agree, answers, requests
from tests.runtime.building import allow, identity

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch import vocabulary
from ostiary_runtime.batch.columns import Coded
from ostiary_runtime.batch.vocabulary import Vocabulary

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "b", "é", "a\0b", "long " * 9]), max_size=12)
FORMS: list[Any] = [
    lambda texts: pa.array(texts, pa.string()),
    lambda texts: pa.array(texts, pa.large_string()),
    lambda texts: pa.array(["x", *texts, None], pa.string())[1:-1],
    lambda texts: pa.array(texts, pa.string()).dictionary_encode(),
    lambda texts: pa.array(texts, pa.string()).cast(pa.dictionary(pa.int8(), pa.string())),
    lambda texts: pa.DictionaryArray.from_arrays(
        pa.array([2 * place for place in range(len(texts))], pa.int16()),
        pa.array([text for each in texts for text in (each, "unused")], pa.string()),
    ),
]


@given(st.lists(st.tuples(st.sampled_from(FORMS), TEXTS), max_size=6), st.sampled_from([0, 16]))
def test_numbers_lead_back(batches: list[tuple[Any, list[str | None]]], rows_a_word: int):
    words = Vocabulary()
    numbers: dict[str | None, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "_ROWS_A_WORD", rows_a_word)
        for form, texts in batches:
            codes = words.encode(form(texts))
            if not texts:
                assert codes is None
                continue
            assert codes is not None
            assert [words.values[code] for code in codes.tolist()] == texts
            for text, code in zip(texts, codes.tolist(), strict=True):
                assert numbers.setdefault(text, code) == code


@pytest.mark.parametrize("name, most", [("MOST_WORDS", 3), ("MOST_CHARACTERS", 3)])
@pytest.mark.parametrize("form", FORMS[:4])
def test_too_many(monkeypatch: pytest.MonkeyPatch, name: str, most: int, form: Any):
    monkeypatch.setattr(vocabulary, name, most)
    words = Vocabulary()
    assert words.encode(form(["a", "b", "a"])) is not None
    assert words.encode(form(["a", "c", "d", "e"])) is None
    assert words.closed
    assert not words.values
    assert not words.kept
    assert words.encode(form(["a"])) is None


def test_what_was_made_is_kept_for_its_version():
    asked: list[str] = []

    def make(value: str) -> int:
        asked.append(value)
        return ord(value)

    words = Vocabulary()

    def made(version: int, *texts: str) -> list[int]:
        codes = words.encode(pa.array(texts))
        assert codes is not None
        coded = Coded(codes, words.values, words.kept)
        found = coded.on_rows(coded.made(make, "x", lambda row: row, use="ord", version=version))
        assert isinstance(found, np.ndarray)
        return found.tolist()

    assert made(1, "a", "b", "a") == [97, 98, 97]
    assert made(1, "c", "a") == [99, 97]
    assert asked == ["a", "b", "c"]
    assert made(2, "a") == [97]
    assert asked == ["a", "b", "c", "a", "b", "c"]


def test_a_word_that_no_row_has_may_be_wrong():
    def make(value: str) -> int:
        if value == "bad":
            raise RequestError("bad")
        return 1

    words = Vocabulary()
    unused = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int8()), pa.array(["good", "bad"]))
    codes = words.encode(unused)
    assert codes is not None
    coded = Coded(codes, words.values, words.kept)
    assert np.asarray(coded.on_rows(coded.made(make, "x", lambda row: row, use="u"))).tolist() == [1, 1]
    codes = words.encode(pa.array(["good", "bad"]))
    assert codes is not None
    with pytest.raises(RequestError, match=r"^row 8, column `x`: bad"):
        Coded(codes, words.values, words.kept).made(make, "x", lambda row: 7 + row, use="u")


def test_a_resource_that_no_row_has_may_be_none():
    engine = identity(allow(Resource="arn:aws:s3:::b/*"))
    table = requests(40)
    given = [*dict.fromkeys(table["resource"].to_pylist()), "no resource", None]
    codes = pa.array([given.index(text) for text in table["resource"].to_pylist()], pa.int32())
    column = pa.DictionaryArray.from_arrays(codes, pa.array(given))
    again = table.set_column(table.schema.get_field_index("resource"), "resource", column)
    assert answers(agree(engine, again)) == answers(agree(engine, table))
