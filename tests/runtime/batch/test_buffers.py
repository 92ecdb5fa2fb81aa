"""Bytes of arrays of texts: whatever part of an array is looked at."""

from __future__ import annotations

import itertools

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ostiary_runtime.batch.buffers import all_the_same, parts

KINDS = st.sampled_from([pa.string(), pa.large_string()])


@given(st.lists(st.sampled_from(["", "a", "ab", "aba", "b", "ba", "é"]), max_size=6), KINDS, st.integers(0, 3))
def test_parts(texts: list[str], kind: pa.DataType, cut: int):
    array = pa.array(["x", "yz", *texts, "x"], kind)[cut : cut + len(texts)]
    offsets, data = parts(array)
    cuts = offsets.tolist()
    assert [bytes(data[start:end]).decode() for start, end in itertools.pairwise(cuts)] == array.to_pylist()


@given(
    st.sampled_from(["", "a", "aa", "é"]),
    st.integers(1, 5),
    st.lists(st.sampled_from(["", "a", "aa", "b"]), max_size=2),
    KINDS,
)
def test_all_the_same(text: str, count: int, others: list[str], kind: pa.DataType):
    texts = [text] * count + others
    for array in (pa.array(texts, kind), pa.array(["b", *texts, "b"], kind)[1:-1]):
        assert all_the_same(array) == (len(set(texts)) == 1)
