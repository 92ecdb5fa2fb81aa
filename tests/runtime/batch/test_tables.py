"""Tables from pairs to numbers: the same answers as an array and as a dict, and no more pairs than are allowed."""

from __future__ import annotations

import numpy as np
import pytest

from ostiary_runtime.batch import tables
from ostiary_runtime.batch.tables import MISSING, PairTable


def sparse_length(table: PairTable) -> int:
    assert table._known is not None
    return len(table._known)


def test_an_array_becomes_a_dict_of_no_more_pairs_than_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MOST_FIELDS", 64)
    monkeypatch.setattr(tables, "MOST_PAIRS", 5)
    table = PairTable()
    for pair in range(64):
        table.put(pair >> 3, pair & 7, pair)
    assert not table.sparse
    assert table.find(100, 1000) == MISSING
    assert table.sparse
    assert sparse_length(table) <= 5
    table.put(100, 1000, 7)
    assert table.find(100, 1000) == 7
    found = table.find(np.repeat(np.arange(8, dtype=np.int32), 8), np.tile(np.arange(8, dtype=np.int32), 8))
    assert isinstance(found, np.ndarray)
    assert all(value in (MISSING, pair) for pair, value in enumerate(found.tolist()))


def test_what_is_dropped_is_asked_for_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MOST_FIELDS", 64)
    monkeypatch.setattr(tables, "MOST_PAIRS", 5)
    table = PairTable()
    rows = np.arange(200, dtype=np.int32)
    for seconds in (rows % 7, rows):
        found = table.resolve(rows, seconds, lambda first, second, row: first * 1000 + second)
        assert isinstance(found, np.ndarray)
        assert found.tolist() == (rows * 1000 + seconds).tolist()
    assert sparse_length(table) <= 5
