"""Batches of long texts: a warm engine keeps none of them when the batches are gone."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest
from tests.flood.floods import Flood, flooded_engine, long_floods

pa = pytest.importorskip("pyarrow")

LENGTH = 100_000
KINDS = ("long resources", "long rests", "long headers", "long actions", "long values", "long variables", "long users")
FLOODS = [flood for flood in long_floods(LENGTH) if flood.name in KINDS]
ROWS = 20


def batch(flood: Flood, start: int) -> Any:
    calls = [flood.call(number) for number in range(start, start + ROWS)]
    keys = ("aws:UserAgent", "aws:SourceVpc")
    columns = {name: [call[at] for call in calls] for at, name in enumerate(("principal", "action", "resource"))}
    return pa.table({**columns, **{key: pa.array([call[3].get(key) for call in calls], pa.string()) for key in keys}})


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.name)
def test_long_texts_are_kept_by_nothing(flood: Flood, monkeypatch: pytest.MonkeyPatch):
    """What a batch may keep until the next one comes is made small here: one batch is above it."""
    for module in ("machine", "places"):
        monkeypatch.setattr(f"ostiary_runtime.batch.{module}.MOST_CHARACTERS", 5 * LENGTH)
    engine = flooded_engine()

    def ask(number: int) -> None:
        effects = engine.authorize_batch(batch(flood, number * ROWS)).column("effect").to_pylist()
        assert [effect == "Allow" for effect in effects] == [flood.allowed] * ROWS

    ask(0)
    ask(1)
    tracemalloc.start()
    try:
        for number in range(2, 12):
            ask(number)
        gc.collect()
        # 200 texts came; one batch of them may be there until the next
        assert tracemalloc.get_traced_memory()[0] < 60 * LENGTH
    finally:
        tracemalloc.stop()
