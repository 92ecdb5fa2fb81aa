"""One file to cases, record by record: the reader that understands everything, and the slow twin of the fast one.

In: a log file. Out: `Part`s, with cases by the numbers of a `Numbers`.
Invariant: memory is bounded by the rows of a part.
Not here: dropping what was read before (`repeated`), which takes the order of all files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import EventRequest, Excluded, Mapped, Unmapped, map_record
from ostiary.cloudtrail.record import Record, text_of
from ostiary.cloudtrail.states import State
from ostiary.ingest.cases import Called, Case, CaseRequest, CaseState, size_of
from ostiary.ingest.rows import ids_of, times_of

# Events of a part, and damages that one part may hold: what bounds the memory of reading.
MOST_ROWS = 16_384
# Cases that a worker remembers, and characters in them.
MOST_CASES = 131_072
MOST_CHARACTERS = 50_000_000


@dataclass(frozen=True, slots=True)
class Addendum:
    """What a correcting event says: the id of the event that it corrects, and which fields changed."""

    original: str
    fields: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file as one worker read it; columns as in `Batch`.

    `cases` are those that the worker names for the first time, numbered on from the last, or from 0 if it has `restarted`.
    `addenda` are by row.
    """

    restarted: bool
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

    __slots__ = ("_fresh", "_numbers", "_restarted", "_size")

    def __init__(self) -> None:
        self._numbers: dict[Case, int] = {}
        self._fresh: list[Case] = []
        self._restarted = True
        self._size = 0

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return len(self._numbers) >= MOST_CASES or self._size >= MOST_CHARACTERS

    def of(self, case: Case) -> int:
        """The number of a case."""
        number = self._numbers.get(case)
        if number is None:
            number = self._numbers[case] = len(self._numbers)
            self._fresh.append(case)
            self._size += size_of(case)
        return number

    def fresh(self) -> tuple[bool, tuple[Case, ...]]:
        """Whether this was never asked before, and the cases that were named for the first time since it was last asked."""
        fresh, self._fresh = tuple(self._fresh), []
        restarted, self._restarted = self._restarted, False
        return restarted, fresh


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
        self.note(row, record)

    def note(self, row: int, record: Record) -> None:
        """Keeps of a record what few have."""
        if record.shared_event_id:
            self.shared[row] = record.shared_event_id
        original = text_of(record.addendum, "originalEventID")
        if original:
            self.addenda[row] = Addendum(original, text_of(record.addendum, "updatedFields") or "")

    @property
    def full(self) -> bool:
        """Whether it is time to make a part of them."""
        return len(self.case) >= MOST_ROWS or len(self.damages) >= MOST_ROWS

    def part(self, numbers: Numbers, *, last: bool) -> Part:
        """The part that they are, with the cases that are new in it."""
        restarted, fresh = numbers.fresh()
        ids, other_ids = ids_of(self.ids)
        return Part(
            restarted=restarted,
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


class PlainReader:
    """Reads files to parts."""

    def __init__(self, keys: tuple[str, ...], facts: Facts = NO_FACTS) -> None:
        """`keys`: condition keys, folded and sorted."""
        self._keys = keys
        self._facts = facts
        self._numbers = Numbers()

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        rows, pieces = Rows(), read_log(file)
        while fill(rows, pieces, self._number):
            yield self._part(rows, last=False)
            rows = Rows()
        yield self._part(rows, last=True)

    def _number(self, record: Record) -> int:
        return self._numbers.of(case_of(record, self._keys, self._facts))

    def _part(self, rows: Rows, *, last: bool) -> Part:
        part = rows.part(self._numbers, last=last)
        if self._numbers.full:
            self._numbers = Numbers()
        return part


def fill(rows: Rows, pieces: Iterator[Record | Damage | Skipped], number: Callable[[Record], int]) -> bool:
    """Fills rows from the pieces of a file; False if they have come to their end."""
    for piece in pieces:
        match piece:
            case Record():
                rows.add(number(piece), piece)
            case Damage():
                rows.damages.append(piece)
            case Skipped():
                rows.skipped.append(piece)
            case _ as never:
                assert_never(never)
        if rows.full:
            return True
    return False


def case_of(record: Record, keys: tuple[str, ...], facts: Facts = NO_FACTS) -> Case:
    """The case of a record, with the states of these condition keys (folded, sorted)."""
    return case_of_mapped(record, map_record(record, facts), keys)


def case_of_mapped(record: Record, mapped: Mapped | Excluded | Unmapped, keys: tuple[str, ...]) -> Case:
    """The case of a record that was mapped."""
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
