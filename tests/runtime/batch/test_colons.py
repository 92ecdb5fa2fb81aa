"""Colons of texts: as Python counts them, whatever part of an array is looked at."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_runtime.batch import colons
from ostiary_runtime.batch.places import has_extra_colons, not_resources

TEXTS = st.lists(st.text(alphabet=":aé\0", max_size=70), max_size=20)


@given(TEXTS, st.sampled_from([pa.string(), pa.large_string()]), st.integers(0, 3))
def test_counts(texts: list[str], kind: pa.DataType, cut: int):
    array = pa.array(["::", *texts, ":"], kind)[cut:]
    wanted = [text.count(":") for text in array.to_pylist()]
    assert colons.counts(array).tolist() == wanted
    assert colons.total(array) == sum(wanted)


def test_more_bytes_than_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(colons, "_BYTES", 64)
    monkeypatch.setattr(colons, "_TEXTS", 7)
    texts = [":" * (number % 7) + "x" * (number * 31 % 90) for number in range(200)]
    array = pa.array(texts)
    for cut in (array, array[3:], array[5:150], array[9:9]):
        wanted = [text.count(":") for text in cut.to_pylist()]
        assert colons.counts(cut).tolist() == wanted
        assert colons.total(cut) == sum(wanted)


@given(
    st.lists(
        st.sampled_from(["*", "arn:a:b:c:d:e", "arn:a:b:c:d:", "arn:a:b:c:d:e:f", "arn:a:b:c", "x", "", "a:b:c:d:e:f"])
    )
)
def test_resources(texts: list[str]):
    wrong = not_resources(pa.array(texts, pa.string()))
    proper = [text == "*" or (text.startswith("arn:") and text.count(":") >= 5) for text in texts]
    assert (wrong.to_pylist() if wrong is not None else [False] * len(texts)) == [not each for each in proper]
    resources = [text for text, is_one in zip(texts, proper, strict=True) if is_one]
    assert has_extra_colons(pa.array(resources, pa.string())) == any(text.count(":") > 5 for text in resources)
