"""Cases: what all events that must be decided alike have in common, and the columns of events.

In: nothing; `run` makes them. Out: `Case`, `CaseTable`, `Batch`.
Invariant: a case holds everything of an event that a decision, or its place in a report, may depend on; and nothing else.
Of the condition keys it holds those that were asked for, in the order of `CaseTable.keys`.

    for batch in cases(paths, keys):                       # ostiary.ingest.run
        if batch.table is not table: ...                   # a new table: numbers begin at 0 again
        table.cases[len(decided):]                         # cases that are new since the last batch
        counts = numpy.bincount(batch.case, minlength=len(table.cases))
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.mapping import Excluded, Unmapped
from ostiary.cloudtrail.outcome import Denial, Outcome
from ostiary.cloudtrail.states import NOT_KNOWN, NotKnown

CaseState = str | int | tuple[str, ...] | None | NotKnown
"""A condition key of a case: its value, None for absent, `NOT_KNOWN`; a list of values is a tuple here."""

NO_TIME: Final = np.iinfo(np.int64).min
"""In `Batch.time`: the event has no time, or none that can be read."""

# Cases of a table, and characters in them, before the next one begins.
MOST_CASES = 200_000
MOST_CHARACTERS = 100_000_000


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """One authorization request, as `ostiary.cloudtrail.mapping.EventRequest`, but with the asked condition keys worked out.

    `states[i]` is the state of the i-th key of the table's `keys`.
    """

    principal: str
    role: str | None
    federated_by: str | None
    action: str
    resource: str | None
    resource_known: bool
    resource_pattern: str | None
    resource_alternative: str | None
    resource_account: str | None
    purpose: Purpose
    missing: tuple[str, ...]
    states: tuple[CaseState, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """A call with its requests, the one that it is about first, and how it ended in the log."""

    requests: tuple[CaseRequest, ...]
    outcome: Outcome
    denial: Denial | None
    error_code: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """What a number of events have in common.

    `account`: whose trail holds them, or the caller's where the record does not say; `recipient`: as logged. `shared`: another
    trail holds a copy (the copies' common id is in `Batch.shared`). `source`, `name`: the operation as logged. `data`: a data event.
    """

    what: Called | Excluded | Unmapped
    account: str | None
    recipient: str | None
    shared: bool
    source: str | None
    name: str | None
    data: bool = False


def size_of(case: Case) -> int:
    """About how many characters a case holds."""
    requests = case.what.requests if isinstance(case.what, Called) else ()
    texts = [case.source, case.name, case.account, case.recipient]
    for request in requests:
        texts += (
            request.principal,
            request.role,
            request.resource,
            request.resource_pattern,
            request.resource_alternative,
        )
        texts += [str(state) for state in request.states if isinstance(state, (str, tuple))]
    return sum(len(text) for text in texts if text)


class CaseTable:
    """The cases of a number of batches, each once. It only grows; `keys` are folded, sorted condition keys.

    When a table has become too large a new one begins, in which the same cases may come again.
    """

    __slots__ = ("_numbers", "_size", "cases", "keys")

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.cases: list[Case] = []
        self._numbers: dict[Case, int] = {}
        self._size = 0

    @property
    def full(self) -> bool:
        """Whether the next batch should begin a new table."""
        return len(self.cases) >= MOST_CASES or self._size >= MOST_CHARACTERS

    def number(self, case: Case) -> int:
        """The number of a case, which is its place in `cases`; a new case is added."""
        number = self._numbers.setdefault(case, len(self.cases))
        if number == len(self.cases):
            self.cases.append(case)
            self._size += size_of(case)
        return number

    def asked(self, request: CaseRequest) -> dict[str, CaseState]:
        """The condition keys of a request by their names, also those that are not known."""
        return dict(zip(self.keys, request.states, strict=True))

    def known(self, request: CaseRequest) -> dict[str, CaseState]:
        """The condition keys of a request that are known: present or absent."""
        return {key: state for key, state in self.asked(request).items() if state is not NOT_KNOWN}


@dataclass(frozen=True, slots=True)
class Seen:
    """One event. `number`: it is the so-and-so-many-th record of its file, from 0. `time`: as ISO 8601, UTC."""

    event_id: str | None
    time: str | None
    file: str
    number: int
    account: str | None


Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one file in their order; row i is the record number `first + i` of the file.

    `case` (int32): number in `table.cases`. `time` (int64): microseconds since 1970, or `NO_TIME`. `ids` (uint8, n x 16): event ids
    that are UUIDs as bytes; rows with another id are in `other_ids`, rows with none are all zero. `shared`: `sharedEventID` by row.
    A file may have several batches; the one with `last` ends it, also when it holds no event at all.
    """

    table: CaseTable
    file: str
    first: int
    case: npt.NDArray[np.int32]
    time: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint8]
    other_ids: dict[int, str] = field(default_factory=dict)
    shared: dict[int, str] = field(default_factory=dict)
    damages: tuple[Damage, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    last: bool = True

    def __len__(self) -> int:
        return len(self.case)

    def event_id(self, row: int) -> str | None:
        """The id of an event as logged."""
        if row in self.other_ids:
            return self.other_ids[row]
        text = self.ids[row].tobytes().hex()
        if not text.strip("0"):
            return None
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def seen(self, row: int) -> Seen:
        """An event, for people."""
        account = self.table.cases[self.case[row]].account
        return Seen(self.event_id(row), time_text(int(self.time[row])), self.file, self.first + row, account)


def time_text(time: int) -> str | None:
    """A time of `Batch.time` as ISO 8601; None for `NO_TIME`."""
    if time == NO_TIME:
        return None
    text = str(np.datetime64(time, "us"))
    return text.removesuffix(".000000") + "Z"


def no_rows(table: CaseTable, file: str, skipped: Sequence[Skipped] = (), damages: Sequence[Damage] = ()) -> Batch:
    """A batch without events."""
    none = np.zeros(0, np.int64)
    ids = np.zeros((0, 16), np.uint8)
    return Batch(table, file, 0, none.astype(np.int32), none, ids, damages=tuple(damages), skipped=tuple(skipped))
