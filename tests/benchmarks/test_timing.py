"""Samples are taken in turns and summed up as said. No test here waits for a clock."""

import gc

import pytest
from benchmarks import timing
from benchmarks.timing import measure, plain_measure, quiet, spread, take_turns


def test_the_middle_half():
    assert spread([5, 1, 4, 2, 3]) == (2, 3, 4)


def test_few_values_give_their_range():
    assert spread([3, 1, 2]) == (1, 2, 3)
    assert spread([7]) == (7, 7, 7)


def test_ratios_are_to_the_reference_of_the_same_round():
    """A slow round slows the reference too, and leaves the ratio alone."""
    found = measure([(100, 50), (400, 200), (100, 50)])
    assert (found.ratio, found.ratio_low, found.ratio_high) == (2, 2, 2)
    assert (found.unit, found.median, found.high) == ("ns", 100, 400)


def test_units_are_of_nanoseconds():
    assert measure([(2_000_000, 50)], "ms").median == 2
    assert measure([(2_000_000, 50)], "us").median == 2000


def test_what_is_no_time_has_no_ratio():
    assert plain_measure([12.5], "MB").ratio is None


def test_subjects_take_turns_and_the_warm_up_is_thrown_away(monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    references = iter(range(1, 100))
    monkeypatch.setattr(timing, "reference_sample", lambda: float(next(references)))

    def sample(name: str) -> float:
        order.append(name)
        return float(len(order))

    taken = take_turns({"a": lambda: sample("a"), "b": lambda: sample("b")}, rounds=2)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert taken == {"a": [(3.0, 5.5), (5.0, 9.5)], "b": [(4.0, 7.5), (6.0, 11.5)]}


def test_the_garbage_collector_is_off_within_and_as_it_was_after():
    assert gc.isenabled()
    with quiet():
        assert not gc.isenabled()
    assert gc.isenabled()
