"""Events that were read before, a part at a time: what `ostiary.cloudtrail.duplicates` does for one record.

In: parts in the order of reading. Out: the rows that must not count again, with the reason.
Invariant: the same rows as `Duplicates.check` would exclude, one record after another.
"""

from collections.abc import Sequence

import numpy as np

from ostiary.cloudtrail.duplicates import CAPACITY, Memory
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.ingest.plain import Part


class Repeated:
    """The memory of one run."""

    __slots__ = ("_corrected", "_events")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._events = Memory(capacity)
        self._corrected = Memory(capacity)

    def check(self, part: Part, recipients: Sequence[str | None]) -> dict[int, Exclusion]:
        """The rows that must not count again. `recipients`: the account of each row. Call once for every part, in order."""
        keys = _keys(part, recipients)
        if not part.addenda and not self._corrected:
            present = [key for key in keys if key is not None]
            if self._events.add_all([hash(key) for key in present]):
                return {}
        return {row: reason for row in range(len(keys)) if (reason := self._check(part, row, keys, recipients))}

    def _check(
        self, part: Part, row: int, keys: list[bytes | tuple[str, str] | None], recipients: Sequence[str | None]
    ) -> Exclusion | None:
        key = keys[row]
        if key is None:
            return None
        addendum = part.addenda.get(row)
        account = recipients[row] or ""
        own = part.other_ids.get(row) or _uuid(part.ids[row].tobytes())
        if addendum:
            self._corrected.add((addendum.original, account))
        corrects_other = not addendum or addendum.original != own
        if self._corrected and corrects_other and (own, account) in self._corrected:
            return Exclusion.SUPERSEDED
        # a correction may carry the id of the original, and must not count as its repetition
        known = key if not addendum or not addendum.fields else (key, addendum.fields)
        return None if self._events.add(known) else Exclusion.DUPLICATE


def _keys(part: Part, recipients: Sequence[str | None]) -> list[bytes | tuple[str, str] | None]:
    """What tells the event of each row from others; None for rows without an id."""
    count = len(part.case)
    known = part.ids.any(axis=1)
    accounts = [_account(recipient) for recipient in recipients]
    joined = np.empty((count, 24), np.uint8)
    joined[:, :16] = part.ids
    joined[:, 16:] = np.array(accounts, np.int64).view(np.uint8).reshape(count, 8)
    # PERF: bytes of a row are made by cutting one string
    text = joined.tobytes()
    keys: list[bytes | tuple[str, str] | None] = [text[at : at + 24] for at in range(0, count * 24, 24)]
    for row in np.flatnonzero(~known).tolist():
        other = part.other_ids.get(row)
        keys[row] = (other, recipients[row] or "") if other else None
    return keys


def _account(text: str | None) -> int:
    """An account as a number; whatever else stands in its place, as one that no account has."""
    if not text:
        return -1
    if len(text) == 12 and text.isascii() and text.isdigit():
        return int(text)
    return hash(text) | -(1 << 62)


def _uuid(raw: bytes) -> str:
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
