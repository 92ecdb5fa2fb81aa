"""Match values: No < Unknown < Yes, so that AND is the least, OR the greatest, and NOT swaps the ends (0.3)."""

from __future__ import annotations

from itertools import product

from ostiary_runtime.match import NO, UNKNOWN, YES, Match, yes_or_no


def test_order():
    assert NO < UNKNOWN < YES
    assert sorted(Match, reverse=True) == [YES, UNKNOWN, NO]


def test_not():
    assert [match.negate() for match in (NO, UNKNOWN, YES)] == [YES, UNKNOWN, NO]


def test_de_morgan():
    for first, second in product(Match, repeat=2):
        assert min(first, second).negate() is max(first.negate(), second.negate())


def test_truth_values():
    assert (yes_or_no(holds=True), yes_or_no(holds=[]), yes_or_no(holds=None)) == (YES, NO, NO)


def test_no_is_the_only_false_one():
    """Generated code asks `if match`."""
    assert [bool(match) for match in Match] == [False, True, True]
