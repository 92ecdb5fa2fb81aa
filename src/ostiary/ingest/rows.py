"""Columns of events: ids and times as logged, to numbers.

In: texts. Out: numpy arrays, and what did not fit into them.
Invariant: nothing is lost: an id that is no UUID in AWS's spelling is kept as text; a time that cannot be read is `NO_TIME`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.context_global import instant
from ostiary.ingest.cases import NO_TIME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = "00000000-0000-0000-0000-000000000000"
_DASHES = np.array([place for place, character in enumerate(_UUID) if character == "-"])
_DIGITS = np.array([place for place, character in enumerate(_UUID) if character != "-"])
# Values of the characters of a UUID; 255 for all that AWS does not write in one.
_HEX = np.full(256, 255, np.uint8)
_HEX[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_TIME = "0000-00-00T00:00:00Z"
_TIME_DIGITS = np.array([place for place, character in enumerate(_TIME) if character == "0"])
_TIME_MARKS = np.array([place for place, character in enumerate(_TIME) if character != "0"])
_TIME_MARK_BYTES = np.frombuffer(_TIME.encode(), np.uint8)[_TIME_MARKS]
_MICROSECONDS = 1_000_000


def ids_of(texts: Sequence[str | None]) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    """Event ids as 16 bytes each, and those that are no UUIDs, by row; rows without an id are all zero."""
    count = len(texts)
    ids = np.zeros((count, 16), np.uint8)
    others: dict[int, str] = {}
    # PERF: one pass over all characters; what does not fit is found and done apart
    rows, characters = _of_length(texts, len(_UUID))
    if len(rows):
        nibbles = _HEX[characters[:, _DIGITS]]
        right = (characters[:, _DASHES] == ord("-")).all(axis=1) & (nibbles != 255).all(axis=1) & nibbles.any(axis=1)
        packed = (nibbles[:, 0::2] << 4) | nibbles[:, 1::2]
        ids[rows[right]] = packed[right]
        fitting = int(right.sum())
    else:
        fitting = 0
    if fitting < count:
        for row in np.flatnonzero(~ids.any(axis=1)).tolist():
            text = texts[row]
            if text:
                others[row] = text
    return ids, others


def times_of(texts: Sequence[str | None]) -> npt.NDArray[np.int64]:
    """Times in microseconds since 1970, UTC; `NO_TIME` where there is none."""
    times = np.full(len(texts), NO_TIME, np.int64)
    rows, characters = _of_length(texts, len(_TIME))
    done = np.zeros(len(texts), np.bool_)
    if len(rows):
        digits = characters[:, _TIME_DIGITS] - np.uint8(ord("0"))
        right = (digits < 10).all(axis=1) & (characters[:, _TIME_MARKS] == _TIME_MARK_BYTES).all(axis=1)
        seconds, real = _seconds(digits[right].astype(np.int64))
        times[rows[right][real]] = seconds[real] * _MICROSECONDS
        done[rows[right][real]] = True
    for row in np.flatnonzero(~done).tolist():
        times[row] = time_of(texts[row])
    return times


def time_of(text: str | None) -> int:
    """One time in microseconds since 1970, or `NO_TIME`."""
    try:
        time = instant(text)
    except OverflowError:  # the first hours of the year 1 in a zone east of Greenwich
        return NO_TIME
    return NO_TIME if time is None else (time - _EPOCH) // timedelta(microseconds=1)


def _of_length(texts: Sequence[str | None], length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The rows whose text has that many characters, all ASCII, and those characters."""
    try:
        joined = "".join(texts)  # type: ignore[arg-type]  # a None among them is what the except is for
        whole = len(joined) == length * len(texts) and all(len(text) == length for text in texts if text is not None)
    except TypeError:
        whole, joined = False, ""
    if whole and joined.isascii():
        rows = np.arange(len(texts))
    else:
        fitting = [
            (row, text) for row, text in enumerate(texts) if text is not None and len(text) == length and text.isascii()
        ]
        rows = np.array([row for row, _ in fitting], np.int64)
        joined = "".join(text for _, text in fitting)
    return rows, np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, length)


def _seconds(digits: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Seconds since 1970 of the fourteen digits of each row, and which rows are times that exist."""

    def number(start: int, end: int) -> npt.NDArray[np.int64]:
        value = np.zeros(len(digits), np.int64)
        for place in range(start, end):
            value = value * 10 + digits[:, place]
        return value

    year, month, day = number(0, 4), number(4, 6), number(6, 8)
    hour, minute, second = number(8, 10), number(10, 12), number(12, 14)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _MONTH_LENGTHS[np.clip(month, 0, 12)] + ((month == 2) & leap)
    real = (year > 0) & (month > 0) & (month < 13) & (day > 0) & (day <= last)
    real &= (hour < 24) & (minute < 60) & (second < 60)
    # days since 1970: years are taken to begin in March, so that leap days come last
    shifted = year - (month < 3)
    age = (month + 9) % 12
    of_year = (153 * age + 2) // 5 + day - 1
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468
    return ((days * 24 + hour) * 60 + minute) * 60 + second, real


_MONTH_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
