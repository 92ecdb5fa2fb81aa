"""What a replay found, as data: what every output shows, whatever its format.

In: nothing; the analysis fills it. Out: `Findings`, frozen, made of plain values in a fixed order.
Invariant: `read` is the sum of `counts`; a row's events are `first`..`last`, and its timeline sums to its count, less events without a time.
Not here: how it is found (`analysis`), and how it is shown (`ostiary.render`).
"""

import enum
from dataclasses import dataclass

from ostiary.cloudtrail.damage import Damage, SkipReason
from ostiary.cloudtrail.outcome import Outcome
from ostiary.replay.decide import Missing
from ostiary.replay.question import Question
from ostiary_runtime.decision import StatementRef


class Access(enum.Enum):
    """What policies, or AWS in the log, said to a call; the values are stable."""

    GRANTED = "granted"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Change(enum.Enum):
    """What the candidate does to calls of the baseline; the values are stable."""

    REVOKED = "REVOKED"
    MAYBE_REVOKED = "MAYBE_REVOKED"
    GAINED = "GAINED"
    MAYBE_GAINED = "MAYBE_GAINED"
    UNCHANGED = "UNCHANGED"

    @property
    def label(self) -> str:
        """The change in words."""
        return self.value.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Sample:
    """One event that stands for others. `record` is the event as JSON text, empty if it was not kept."""

    event_id: str
    time: str
    file: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A distinct tuple: a caller, an action, a class of resources and a statement, with what the candidate does to it.

    `principal` is the ARN of the role or user; `resource` a pattern that covers the resources of the tuple. `statement` is
    the one that denies, or might, or that grants what is gained: the candidate's, or the baseline's where the candidate is the log
    (None: `layer` lacks an Allow; or both say that the call is granted, and `layer` is None too). `events` calls, of which `already` were denied in the log.
    `timeline`: events in each interval of `Findings.intervals`.
    """

    change: Change
    baseline: Access
    candidate: Access
    principal: str
    action: str
    resource: str
    statement: StatementRef | None
    layer: str | None
    missing: tuple[Missing, ...]
    events: int
    already: int
    first: str
    last: str
    accounts: tuple[str, ...]
    samples: tuple[Sample, ...]
    timeline: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A missing fact: how many events with a change that is not certain name it, and how many it would settle.

    `alone`: if only this were known; `together`: if all facts that stand before it were known too. The order is the one in which each
    settles most.
    """

    missing: Missing
    events: int
    alone: int
    together: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number of events that is only known within bounds: `certain` <= it <= `most`."""

    certain: int
    most: int


@dataclass(frozen=True, slots=True)
class PartHits:
    """Hits of one pattern or condition of a statement. `element` is `Action`, `NotAction`, `Resource`, `NotResource` or `Condition`; line and column start at 1.

    `events` is None where the part was not looked at apart.
    """

    element: str
    text: str
    line: int
    column: int
    events: int | None
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class StatementHits:
    """Hits of a statement in the window: `events` for certain, `perhaps` more that might be; `decided`: where it was the one that decided."""

    statement: StatementRef
    events: int
    perhaps: int
    decided: int
    first: str
    last: str
    parts: tuple[PartHits, ...]


@dataclass(frozen=True, slots=True)
class PolicyHits:
    """A policy with its text and its statements' hits."""

    name: str
    type: str
    text: str
    statements: tuple[StatementHits, ...]


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """Agreement for one action: events where our answer is AWS's, is not decided, contradicts it; `layer_named` denials name a deciding layer, `layer_agrees` of them ours."""

    action: str
    agrees: int
    open: int
    contradicts: int
    layer_named: int
    layer_agrees: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Events to which we say something else than AWS did. `cause` is a stable code, `why` a sentence for people."""

    action: str
    principal: str
    resource: str
    logged: Access
    ours: Access
    error: str
    cause: str
    why: str
    statement: StatementRef | None
    layer: str | None
    events: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Our answers beside AWS's own in the same log."""

    rows: tuple[CalibrationRow, ...]
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Blind:
    """Actions that policies name and this log cannot hold: data events of a service of which none was seen."""

    service: str
    actions: tuple[str, ...]
    statements: tuple[StatementRef, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the read records went: a kind (`judged`, `outside`, `excluded`, `unmapped`, `damaged`), a stable reason, words for it, how many."""

    kind: str
    reason: str
    label: str
    events: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a replay found.

    `baseline` and `candidate` name what was compared (`log` for what AWS did); `question` is what the candidate asks. `first` and `last` are the window.
    `revoked` and `gained` are bounds over events. `intervals` are the starts of the timeline's intervals, as times of the log. `facts` names what was supplied besides.
    Rows come in the order of `Change`, those with most events first; `others` are events of rows beyond the cap, by change.
    `answers`: what the candidate says by how the calls ended in the log. `unmapped`: source, name, events. `damages` are the first places.
    `crowded`: what other lists (`accounts`, `services`, `unmapped`, `missing`) hold beyond their cap.
    """

    baseline: str
    candidate: str
    question: Question
    read: int
    files: int
    counts: tuple[Counted, ...]
    judged: int
    revoked: Bounds
    gained: Bounds
    rows: tuple[Row, ...]
    others: tuple[tuple[Change, int], ...]
    missing: tuple[Settled, ...]
    first: str
    last: str
    intervals: tuple[str, ...]
    accounts: tuple[tuple[str, int], ...]
    services: tuple[tuple[str, int], ...]
    blind: tuple[Blind, ...]
    coverage: tuple[PolicyHits, ...]
    calibration: Calibration | None
    facts: tuple[str, ...]
    seconds: float
    interrupted: bool = False
    answers: tuple[tuple[Access, Outcome, int], ...] = ()
    unmapped: tuple[tuple[str, str, int], ...] = ()
    damages: tuple[Damage, ...] = ()
    skipped: tuple[tuple[SkipReason, int], ...] = ()
    crowded: tuple[tuple[str, int], ...] = ()
