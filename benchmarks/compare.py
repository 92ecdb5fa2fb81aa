"""Comparing two records: what became slower or larger, and what only seems so.

In: an older and a newer record. Out: a change for each row that both have.

Times are compared by their ratios to the reference operation, so that records of one machine in different moods can be
compared, and even those of two machines, with care; memory as it is. A change counts if it is greater than `TOLERANCE` *and* the middle
halves of the samples lie apart; rows of one sample need twice the tolerance.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.record import Record, Row

TOLERANCE = 0.10


class Trend(enum.Enum):
    """What a change is."""

    SLOWER = "worse"
    FASTER = "better"
    SAME = "within noise"
    BROKEN = "answers no longer agree"


@dataclass(frozen=True, slots=True)
class Change:
    """A row in both records. `factor`: new to old, above 1 is worse; `low` and `high`: by the far ends of the middle halves."""

    old: Row
    new: Row
    factor: float
    low: float
    high: float
    trend: Trend


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, and what only one of the records has."""

    changes: tuple[Change, ...]
    gone: tuple[Row, ...]
    added: tuple[Row, ...]

    @property
    def broken(self) -> bool:
        return any(change.trend is Trend.BROKEN for change in self.changes)

    @property
    def worse(self) -> bool:
        return any(change.trend is Trend.SLOWER for change in self.changes)


def compare(old: Record, new: Record, *, tolerance: float = TOLERANCE) -> Comparison:
    """What changed from one record to another."""
    before = {row.key: row for row in old.rows}
    after = {row.key: row for row in new.rows}
    return Comparison(
        tuple(_change(before[key], row, tolerance) for key, row in after.items() if key in before),
        _lacking(old.rows, after),
        _lacking(new.rows, before),
    )


def _lacking(rows: Iterable[Row], others: dict[tuple[str, str, str, str], Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.key not in others)


def _change(old: Row, new: Row, tolerance: float) -> Change:
    old_low, old_mid, old_high = _bounds(old)
    new_low, new_mid, new_high = _bounds(new)
    factor, low, high = new_mid / old_mid, new_low / old_high, new_high / old_low
    few = min(old.measure.samples, new.measure.samples) < 2
    margin = 1 + tolerance * (2 if few else 1)
    if old.agreement.whole and not new.agreement.whole:
        trend = Trend.BROKEN
    elif factor > margin and low > 1:
        trend = Trend.SLOWER
    elif factor < 1 / margin and high < 1:
        trend = Trend.FASTER
    else:
        trend = Trend.SAME
    return Change(old, new, factor, low, high, trend)


def _bounds(row: Row) -> tuple[float, float, float]:
    measure = row.measure
    if measure.ratio is not None and measure.ratio_low is not None and measure.ratio_high is not None:
        return measure.ratio_low, measure.ratio, measure.ratio_high
    return measure.low, measure.median, measure.high
