"""Events that were read before, a part at a time: what `ostiary.cloudtrail.duplicates` does for one record.

In: parts in the order of reading. Out: the rows that must not count again, with the reason.
Invariant: the same rows as `Duplicates.check` would exclude, one record after another.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.duplicates import CAPACITY, Memory
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.ingest.plain import Part


class Repeated:
    """The memory of one run."""

    __slots__ = ("_corrected", "_events")

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._events = Memory(capacity)
        self._corrected = Memory(capacity)

    def check(self, part: Part, where: npt.NDArray[np.int64], recipients: Sequence[str | None]) -> dict[int, Exclusion]:
        """The rows that must not count again. `recipients[where[row]]` is the account of a row. Call once for every part, in order."""
        known = np.asarray(part.ids.any(axis=1))
        keys = _keys(part, where, recipients)
        usual = known.all() and not part.addenda and not self._corrected
        if usual and self._events.add_all([hash(key) for key in keys]):
            return {}
        found: dict[int, Exclusion] = {}
        for row in range(len(keys)):
            recipient = recipients[where[row]] or ""
            reason = self._check(part, row, keys[row] if known[row] else None, recipient)
            if reason:
                found[row] = reason
        return found

    def _check(self, part: Part, row: int, key: bytes | None, account: str) -> Exclusion | None:
        own = part.other_ids.get(row) if key is None else _uuid(part.ids[row].tobytes())
        if not own:
            return None
        addendum = part.addenda.get(row)
        if addendum:
            self._corrected.add((addendum.original, account))
        corrects_other = not addendum or addendum.original != own
        if self._corrected and corrects_other and (own, account) in self._corrected:
            return Exclusion.SUPERSEDED
        known = (own, account) if key is None else key
        # a correction may carry the id of the original, and must not count as its repetition
        return (
            None
            if self._events.add((known, addendum.fields) if addendum and addendum.fields else known)
            else Exclusion.DUPLICATE
        )


def _keys(part: Part, where: npt.NDArray[np.int64], recipients: Sequence[str | None]) -> list[bytes]:
    """What tells the event of each row from others, if its id is a UUID: the id and the account."""
    count = len(part.case)
    joined = np.empty((count, 24), np.uint8)
    joined[:, :16] = part.ids
    accounts = np.array([_account(recipient) for recipient in recipients], np.int64)
    joined[:, 16:] = accounts[where].view(np.uint8).reshape(count, 8)
    # PERF: bytes of a row are made by cutting one string
    text = joined.tobytes()
    return [text[at : at + 24] for at in range(0, count * 24, 24)]


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
