"""Match values and their three-valued logic (iam-semantics.md 0.2, 0.3; No < Unknown < Yes)."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Match(enum.IntEnum):
    NO = 0
    UNKNOWN = 1
    YES = 2


NO, UNKNOWN, YES = Match.NO, Match.UNKNOWN, Match.YES


def all_of(values: Iterable[Match]) -> Match:
    """Three-valued AND; of nothing it is Yes."""
    return min(values, default=YES)


def any_of(values: Iterable[Match]) -> Match:
    """Three-valued OR; of nothing it is No."""
    return max(values, default=NO)


def negation(value: Match) -> Match:
    return {YES: NO, UNKNOWN: UNKNOWN, NO: YES}[value]


def yes_if(truth: bool) -> Match:
    return YES if truth else NO
