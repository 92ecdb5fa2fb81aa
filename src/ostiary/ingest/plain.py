"""One file to cases, record by record: the reader that understands everything, and the slow twin of the fast one.

In: a log file. Out: `Part`s, with cases by the numbers of a `Numbers`.
Invariant: memory is bounded by the rows of a part.
Not here: dropping what was read before (`repeated`), which takes the order of all files.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import EventRequest, Mapped, map_record
from ostiary.cloudtrail.record import Record, text_of
from ostiary.cloudtrail.states import State
from ostiary.ingest.cases import Called, Case, CaseRequest, CaseState
from ostiary.ingest.rows import ids_of, times_of

# Events of a part, and damages that one part may hold: what bounds the memory of reading.
MOST_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Addendum:
    """What a correcting event says: the id of the event that it corrects, and which fields changed."""

    original: str
    fields: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file as one worker read it; columns as in `Batch`.

    `cases` are those that the worker names for the first time, numbered on from the last; `addenda` are by row.
    """

    cases: tuple[Case, ...]
    case: npt.NDArray[np.int32]
    time: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint8]
    other_ids: dict[int, str]
    shared: dict[int, str]
    addenda: dict[int, Addendum]
    damages: tuple[Damage, ...]
    skipped: tuple[Skipped, ...]
    last: bool


class Numbers:
    """The cases that one worker has named, by their numbers."""

    __slots__ = ("_fresh", "_numbers")

    def __init__(self) -> None:
        self._numbers: dict[Case, int] = {}
        self._fresh: list[Case] = []

    def of(self, case: Case) -> int:
        """The number of a case."""
        number = self._numbers.get(case)
        if number is None:
            number = self._numbers[case] = len(self._numbers)
            self._fresh.append(case)
        return number

    def fresh(self) -> tuple[Case, ...]:
        """The cases that were named for the first time since this was last asked."""
        fresh, self._fresh = tuple(self._fresh), []
        return fresh


@dataclass(slots=True)
class Rows:
    """Rows on their way into a part."""

    case: list[int] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    shared: dict[int, str] = field(default_factory=dict)
    addenda: dict[int, Addendum] = field(default_factory=dict)
    damages: list[Damage] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, number: int, record: Record) -> None:
        """Adds a record whose case has this number."""
        row = len(self.case)
        self.case.append(number)
        self.times.append(record.time)
        self.ids.append(record.event_id)
        if record.shared_event_id:
            self.shared[row] = record.shared_event_id
        original = text_of(record.addendum, "originalEventID")
        if original:
            self.addenda[row] = Addendum(original, text_of(record.addendum, "updatedFields") or "")

    @property
    def full(self) -> bool:
        """Whether it is time to make a part of them."""
        return len(self.case) >= MOST_ROWS or len(self.damages) >= MOST_ROWS

    def part(self, fresh: tuple[Case, ...], *, last: bool) -> Part:
        """The part that they are."""
        ids, other_ids = ids_of(self.ids)
        return Part(
            cases=fresh,
            case=np.array(self.case, np.int32),
            time=times_of(self.times),
            ids=ids,
            other_ids=other_ids,
            shared=self.shared,
            addenda=self.addenda,
            damages=tuple(self.damages),
            skipped=tuple(self.skipped),
            last=last,
        )


def parts(
    pieces: Iterable[Record | Damage | Skipped], numbers: Numbers, case_of: Callable[[Record], Case]
) -> Iterator[Part]:
    """The parts of a file that was read to pieces; the last one says so."""
    rows = Rows()
    for piece in pieces:
        match piece:
            case Record():
                rows.add(numbers.of(case_of(piece)), piece)
            case Damage():
                rows.damages.append(piece)
            case Skipped():
                rows.skipped.append(piece)
            case _ as never:
                assert_never(never)
        if rows.full:
            yield rows.part(numbers.fresh(), last=False)
            rows = Rows()
    yield rows.part(numbers.fresh(), last=True)


def case_of(record: Record, keys: tuple[str, ...], facts: Facts = NO_FACTS) -> Case:
    """The case of a record, with the states of these condition keys (folded, sorted)."""
    mapped = map_record(record, facts)
    what = (
        Called(
            tuple(request_of(request, keys) for request in mapped.requests),
            mapped.event.outcome,
            mapped.event.denial,
            mapped.event.error_code,
        )
        if isinstance(mapped, Mapped)
        else mapped
    )
    return Case(
        what,
        record.account,
        record.recipient_account,
        record.shared_event_id is not None,
        record.source,
        record.name,
        record.category == "Data",
    )


def request_of(request: EventRequest, keys: tuple[str, ...]) -> CaseRequest:
    """A request with the states of these condition keys."""
    return CaseRequest(
        request.principal,
        request.role,
        request.federated_by,
        request.action,
        request.resource,
        request.resource_known,
        request.resource_pattern,
        request.resource_alternative,
        request.resource_account,
        request.purpose,
        request.missing,
        tuple(frozen_state(request.context.state(key)) for key in keys),
    )


def frozen_state(state: State) -> CaseState:
    """A state as it stands in a case."""
    return tuple(state) if isinstance(state, list) else state
