"""Match values: every test inside a statement yields No, Unknown or Yes (iam-semantics.md 0.3).

They are ordered No < Unknown < Yes, so that AND is `min`, OR is `max`, and NOT is `negate`.
"""

import enum


class Match(enum.IntEnum):
    """The answer of one test."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def negate(self) -> "Match":
        """NOT: swaps Yes and No and keeps Unknown."""
        return _NEGATED[self]


NO, UNKNOWN, YES = Match.NO, Match.UNKNOWN, Match.YES
_NEGATED = {NO: YES, UNKNOWN: UNKNOWN, YES: NO}


def yes_or_no(holds: object) -> Match:
    """The match value of a plain truth value."""
    return YES if holds else NO
