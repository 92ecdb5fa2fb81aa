"""Batch = single on generated policy sets over all layers, deciding statement included.

`OSTIARY_ROWS` sets how many rows are tried, `OSTIARY_SEED` where the seeds start. For long runs:
`python -m tests.differential.batch --rows 1000000`.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from tests.differential import batch

from ostiary_runtime.batch import (
    cells,
    machine,
    narrowing,
    places,
    residuals,
    resources,
    subjects,
    tables,
    texts,
    vocabulary,
)
from ostiary_runtime.batch.facets import Facet
from ostiary_runtime.batch.tables import PairTable

ROWS = int(os.environ.get("OSTIARY_ROWS", "20000"))
SEED = int(os.environ.get("OSTIARY_SEED", "0"))
SLICES = 8


def differences(first: int, rows: int, each: int = batch.MIXED) -> list[batch.Difference]:
    done: Counter[object] = Counter()
    found: list[batch.Difference] = []
    while done.total() < rows:
        found += batch.differences(first, each, done)
        first += 1
    return found


@pytest.mark.parametrize("number", range(SLICES))
def test_batch_is_single(number: int):
    found = differences(SEED + 10_000 * number, ROWS // SLICES)
    assert not found, str(found[0])


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch):
    """A batch that takes all values of a key for one does not get through."""
    monkeypatch.setattr(Facet, "of", lambda self, _state: self.outcomes.append(()) or 0)
    monkeypatch.setattr(Facet, "doubtful", lambda *_: False)
    assert differences(0, 1000)


@pytest.mark.parametrize(
    "owner, name, value",
    [
        (places, "sorted_search", None),
        (places, "holds_few", lambda _texts: True),
        (places, "holds_few", lambda _texts: False),
        (resources, "_FEW", 2),
        (texts, "_BLOCK", 3),
        (places, "MOST_HEADERS", 1),
        (places, "MOST_CHARACTERS", 100),
        (tables, "MOST_FIELDS", 0),
        (tables, "MOST_PAIRS", 3),
        (residuals, "_MOST_BITS", 2),
        (residuals, "_INT_BITS", 1),
        (residuals, "_MOST_KEYS", 1),
        (residuals, "_FEW", 0),
        (residuals, "_FEW", 2),
        (cells, "MOST_CELLS", 4),
        (cells, "MOST_CELLS", 300),
        (subjects, "MOST_CALLERS", 2),
        (subjects, "MOST_SPELLINGS", 2),
        (subjects, "MOST_ROWS", 3),
        (subjects, "MOST_PRINCIPALS", 1),
        (vocabulary, "MOST_WORDS", 1),
        (vocabulary, "MOST_WORDS", 9),
        (vocabulary, "MOST_CHARACTERS", 50),
        (vocabulary, "_MOST_GIVEN", 0),
        (vocabulary, "_ROWS_A_WORD", 0),
        (narrowing, "_MANY", 0),
        (machine, "MOST_CHARACTERS", 50),
        (machine, "_MOST_SOMEWHERE", 1.1),
    ],
)
def test_other_ways_lead_to_the_same(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, value: object):
    """Without pyarrow's sorted search, with dicts in place of arrays, with caps of next to nothing."""
    monkeypatch.setattr(owner, name, value)
    if name == "MOST_PAIRS":
        monkeypatch.setattr(tables, "MOST_FIELDS", 0)
    if name == "holds_few":
        monkeypatch.setattr("ostiary_runtime.batch.resources.holds_few", value)
    if name in ("_FEW", "_BLOCK", "_MANY"):
        monkeypatch.setattr("ostiary_runtime.batch.resources.holds_few", lambda _texts: False)
    found = differences(SEED + 500, 600, 200)
    assert not found, str(found[0])


@pytest.mark.parametrize("cap, most", [("MOST_STATES", 2), ("MOST_CLASSES", 2), ("MOST_CLASSES", 0)])
def test_few_classes(monkeypatch: pytest.MonkeyPatch, cap: str, most: int):
    monkeypatch.setattr(f"ostiary_runtime.batch.facets.{cap}", most)
    found = differences(SEED + 600, 600, 200)
    assert not found, str(found[0])


@pytest.mark.parametrize("owner", ["batch.facets", "batch.subjects", "memos"])
def test_texts_that_are_too_long_to_be_kept(monkeypatch: pytest.MonkeyPatch, owner: str):
    """Every text counts as one."""
    monkeypatch.setattr(f"ostiary_runtime.{owner}.LONGEST", 1)
    found = differences(SEED + 700, 1000, 200)
    assert not found, str(found[0])


def test_tables_that_became_dicts_were_in_use(monkeypatch: pytest.MonkeyPatch):
    """The setting above has the effect that it is meant to have."""
    used = []
    monkeypatch.setattr(tables, "MOST_FIELDS", 0)
    known = PairTable.find

    def find(self: PairTable, first: object, second: object) -> object:
        found = known(self, first, second)  # type: ignore[arg-type]  # handed on
        used.append(self.sparse)
        return found

    monkeypatch.setattr(PairTable, "find", find)
    assert not differences(SEED + 700, 200, 100)
    assert any(used)
