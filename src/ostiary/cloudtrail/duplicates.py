"""Events that were read before: delivered twice, corrected later, or recorded in several accounts.

In: records, in the order of reading. Out: the `Exclusion` of a record that must not count again, or None.
Invariant: memory is bounded. Two generations of 64-bit hashes are kept; when the younger one is full it becomes the older one, so a
repetition is found if no more than `capacity` other events lie between, and is missed if more than twice that do.
Not here: excluding records by what they are (`exclusions`).

Two different events are taken for one with a probability of about n * n / 2**65: for ten million events, one in 400,000.
"""

from collections.abc import Sequence

from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.record import Record, text_of

CAPACITY = 1_000_000
"""Events per generation; a million take about 65 MB."""


class SharedCopies:
    """Copies of one call in the trails of several accounts: the first that is counted stands for all."""

    __slots__ = ("_seen",)

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._seen = Memory(capacity)

    def first(self, shared: str) -> bool:
        """Whether no copy with this `sharedEventID` was counted before; from now on one was. For copies that are counted."""
        return self._seen.add(shared)


class Duplicates:
    """The memory of one run."""

    __slots__ = ("_corrected", "_events", "_shared")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._events = Memory(capacity)
        self._shared = SharedCopies(capacity)
        self._corrected = Memory(capacity)

    def check(self, record: Record) -> Exclusion | None:
        """DUPLICATE if the event was read before, SUPERSEDED if its correction was; else None. Call once for every record.

        A correction that follows what it corrects cannot take it back; it is a record of its own and says so (`EventFacts.supersedes`).
        """
        if not record.event_id:
            return None
        account = record.recipient_account or ""
        corrects = text_of(record.addendum, "originalEventID")
        if corrects:
            self._corrected.add((corrects, account))
        if self._corrected and corrects != record.event_id and (record.event_id, account) in self._corrected:
            return Exclusion.SUPERSEDED
        # a correction may carry the id of the original, and must not count as its repetition
        key = (record.event_id, account, text_of(record.addendum, "updatedFields") or "" if corrects else "")
        return None if self._events.add(key) else Exclusion.DUPLICATE

    def check_shared(self, record: Record) -> Exclusion | None:
        """SHARED_COPY if another account's copy of the call was counted before; else None, and this one counts.

        To be called for records that are counted: the copy that the resource's account gets often does not name the caller.
        """
        shared = record.shared_event_id
        return None if not shared or self._shared.first(shared) else Exclusion.SHARED_COPY


class Memory:
    """What was seen lately, as hashes of keys."""

    __slots__ = ("_capacity", "_older", "_younger")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._younger: set[int] = set()
        self._older: set[int] = set()

    def add(self, key: object) -> bool:
        """Remember a key; False if it was known."""
        # PERF: a hash takes 32 bytes where the key takes 200; its randomness is per process, so no log can aim at collisions
        number = hash(key)
        if number in self._younger or number in self._older:
            return False
        if len(self._younger) >= self._capacity:
            self._older, self._younger = self._younger, set()
        self._younger.add(number)
        return True

    def add_all(self, numbers: Sequence[int]) -> bool:
        """Remember the hashes of many keys, if all of them are new; False, with nothing remembered, if not or if they do not fit."""
        new = set(numbers)
        if len(new) < len(numbers) or len(new) + len(self._younger) > self._capacity:
            return False
        if not (new.isdisjoint(self._younger) and new.isdisjoint(self._older)):
            return False
        self._younger |= new
        return True

    def __contains__(self, key: object) -> bool:
        number = hash(key)
        return number in self._younger or number in self._older

    def __bool__(self) -> bool:
        return bool(self._younger or self._older)
