"""Goals: what was set out to be reached, as data, and what a record says of each.

In: a record. Out: for each goal its figure, and whether it is what was to be accepted, or even what was aimed at.
Goals are ratios to the reference operation, milliseconds, megabytes, millions of rows a second, or times as fast as a peer.
"""

import enum
from dataclasses import dataclass

from benchmarks.record import OURS, Record, Row
from benchmarks.timing import IN_MS


class Kind(enum.Enum):
    """What a goal's number is."""

    RATIO = "times the reference operation"
    MS = "ms"
    MB = "MB"
    MILLIONS = "M rows/s"
    FASTER = "times as fast"


class Verdict(enum.Enum):
    """What a record says of a goal."""

    AIM = "aim met"
    ACCEPT = "met"
    MISSED = "missed"
    UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure of one row; `against`: the peer to be faster than."""

    name: str
    kind: Kind
    accept: float
    aim: float
    model: str
    workload: str
    call: str
    against: str | None = None

    @property
    def more_is_better(self) -> bool:
        return self.kind in (Kind.MILLIONS, Kind.FASTER)


@dataclass(frozen=True, slots=True)
class Judged:
    """A goal with its figure (None: the record has no such row)."""

    goal: Goal
    figure: float | None
    verdict: Verdict


def _single(name: str, workload: str, accept: float, aim: float) -> Goal:
    return Goal(f"single, {name}", Kind.RATIO, accept, aim, "single-cold", workload, "is_allowed")


def _batch(name: str, workload: str, call: str, accept: float, aim: float) -> Goal:
    return Goal(f"batch, {name}", Kind.MILLIONS, accept, aim, "batch", workload, call)


def _against(peer: str, size: str, workload: str, accept: float, aim: float) -> Goal:
    return Goal(f"batch against {peer}, {size}", Kind.FASTER, accept, aim, "batch", workload, "high strings", peer)


GOALS = (
    _single("documentation policies", "documentation", 8, 5),
    _single("10 statements", "mixed-10", 8, 5),
    _single("40 statements, conditions on nearly all", "role", 12, 8),
    _single("gateway of 1,000, distinct resources", "gateway-1000", 30, 20),
    _single("1,000 statements with guard-rails", "mixed-1000", 30, 20),
    _single("gateway of 10,000", "gateway-10000", 60, 40),
    _single("10,000 statements with guard-rails", "mixed-10000", 60, 40),
    _single("ten managed policies", "managed", 20, 12),
    Goal("first touch, p99, gateway of 10,000", Kind.MS, 1, 0.3, "first-touch", "gateway-10000", "p99"),
    Goal("first touch, p99, 10,000 statements with guard-rails", Kind.MS, 1, 0.3, "first-touch", "mixed-10000", "p99"),
    Goal("compile without parsing, gateway of 1,000", Kind.MS, 60, 40, "compile", "gateway-1000", "compile"),
    Goal("compile without parsing, 1,000 statements", Kind.MS, 60, 40, "compile", "mixed-1000", "compile"),
    Goal("compile without parsing, gateway of 10,000", Kind.MS, 600, 350, "compile", "gateway-10000", "compile"),
    Goal("compile without parsing, 10,000 statements", Kind.MS, 600, 350, "compile", "mixed-10000", "compile"),
    Goal("load of 1,000 statements", Kind.MS, 20, 20, "load", "gateway-1000", "load"),
    Goal("memory of the process after 1 M decisions, gateway of 10,000", Kind.MB, 150, 80, "memory", "gateway-10000", "process"),
    Goal("memory of the process after 1 M decisions, 10,000 statements", Kind.MB, 150, 80, "memory", "mixed-10000", "process"),
    _batch("40 statements, strings, few distinct resources", "role", "low strings", 6, 8),
    _batch("40 statements, strings, distinct resources", "role", "high strings", 4.5, 6),
    _batch("1,000 statements, strings, few distinct resources", "mixed-1000", "low strings", 3.5, 6),
    _batch("1,000 statements, strings, distinct resources", "mixed-1000", "high strings", 2.8, 4),
    _batch("40 statements, dictionary-encoded", "role", "low dictionary", 20, 30),
    _against("masks", "10 statements", "mixed-10", 1, 1.5),
    _against("masks", "40 statements", "role", 2, 3),
    _against("masks", "1,000 statements", "mixed-1000", 20, 40),
    _against("DuckDB", "10 statements", "mixed-10", 1, 1.5),
    _against("DuckDB", "40 statements", "role", 2, 3),
    _against("DuckDB", "1,000 statements", "mixed-1000", 20, 40),
)  # fmt: skip


def judged(record: Record) -> list[Judged]:
    """Every goal with its figure. A row whose answers were not all right is no figure."""
    return [_judge(goal, record) for goal in GOALS]


def _judge(goal: Goal, record: Record) -> Judged:
    row = record.row(goal.model, goal.workload, goal.call)
    if row is None or not row.agreement.whole:
        return Judged(goal, None, Verdict.UNMEASURED)
    figure = _figure(goal, row, record)
    if figure is None:
        return Judged(goal, None, Verdict.UNMEASURED)
    sign = -1 if goal.more_is_better else 1
    if sign * figure <= sign * goal.aim:
        return Judged(goal, figure, Verdict.AIM)
    return Judged(goal, figure, Verdict.ACCEPT if sign * figure <= sign * goal.accept else Verdict.MISSED)


def _figure(goal: Goal, row: Row, record: Record) -> float | None:
    measure = row.measure
    match goal.kind:
        case Kind.RATIO:
            return measure.ratio
        case Kind.MS:
            return measure.median * IN_MS[measure.unit]
        case Kind.MB:
            return measure.median
        case Kind.MILLIONS:
            return 1e3 / measure.median
        case Kind.FASTER:
            peer = record.row(goal.model, goal.workload, goal.call, goal.against or OURS)
            if peer is None or peer.measure.ratio is None or measure.ratio is None:
                return None
            return peer.measure.ratio / measure.ratio
