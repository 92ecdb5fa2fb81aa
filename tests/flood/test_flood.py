"""Floods in small: right answers, no long text left behind, and a command that says when a flood does harm.

The caps themselves are tested in `tests/runtime/test_floods.py`, where they are lowered.
"""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest
from tests.flood.__main__ import main, show
from tests.flood.floods import FLOODS, Flood, Result, flooded_engine, long_floods, run, spelled

LENGTH = 400_000
LONG = long_floods(LENGTH)
MIB = 2**20


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.name)
def test_answers_are_right(flood: Flood):
    result = run(flood, 400, flooded_engine())
    assert result.wrong == 0
    assert result.middle > 0


@pytest.mark.parametrize("flood", LONG, ids=lambda flood: flood.name)
def test_long_texts_are_kept_by_nothing(flood: Flood):
    """Caps count entries; a memo full of long texts would fill the memory. Neither path keeps one."""
    engine = flooded_engine()

    def ask(number: int) -> None:
        call: Any = flood.call(number)
        assert engine.is_allowed(*call) is flood.allowed
        assert engine.authorize(*call).allowed is flood.allowed
        assert engine.authorize(*call, missing="unknown").allowed in (flood.allowed, False)

    for number in range(3):
        ask(number)
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(3, 40):
            ask(number)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 8 * LENGTH  # 37 of them came
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("flood", LONG, ids=lambda flood: flood.name)
def test_a_long_text_twice_is_answered_twice(flood: Flood):
    engine, call = flooded_engine(), flood.call(7)
    decisions = [engine.authorize(*call) for _ in range(3)]
    assert decisions == [engine.authorize_plainly(*call)] * 3


def test_spellings_differ():
    assert len({spelled("s3:getobject", number) for number in range(2**9)}) == 2**9
    assert {spelled("s3:getobject", number).lower() for number in range(2**9)} == {"s3:getobject"}


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.argv", ["flood", "--count", "300", "resources", "users"])
    code = main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == ["resources", "users", "long resources", "long users"]
    assert code == int("HARM" in "".join(lines))


@pytest.mark.parametrize(
    "result, harm",
    [
        (Result("x", 0, 50 * MIB, 60 * MIB, 1e-6, 3e-6), False),
        (Result("x", 1, 50 * MIB, 60 * MIB, 1e-6, 3e-6), True),
        (Result("x", 0, 50 * MIB, 90 * MIB, 1e-6, 3e-6), True),
        (Result("x", 0, 50 * MIB, 60 * MIB, 1e-6, 5e-6), True),
    ],
)
def test_what_counts_as_harm(result: Result, harm: bool):
    assert show(FLOODS[0], result, 10) is harm
