"""Columns of events: ids and times as logged, to numbers.

In: texts. Out: numpy arrays, and what did not fit into them.
Invariant: nothing is lost: an id that is no UUID in AWS's spelling is kept as text; a time that cannot be read is `NO_TIME`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import numpy.typing as npt

from ostiary.cloudtrail.times import instant
from ostiary.ingest.cases import NO_TIME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID_LENGTH = 36
_DASHES = np.array([8, 13, 18, 23])
_TIME = "0000-00-00T00:00:00Z"
_TIME_DIGITS = np.array([place for place, character in enumerate(_TIME) if character == "0"])
_TIME_MARKS = np.array([place for place, character in enumerate(_TIME) if character != "0"])
_TIME_MARK_BYTES = np.frombuffer(_TIME.encode(), np.uint8)[_TIME_MARKS]
_MICROSECONDS = 1_000_000


def ids_of(texts: Sequence[str | None]) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    """Event ids as 16 bytes each, and those that are no UUIDs, by row; rows without an id are all zero."""
    ids = _all_ids(texts)
    if ids is not None:
        return ids, {}
    ids = np.zeros((len(texts), 16), np.uint8)
    others: dict[int, str] = {}
    for row, text in enumerate(texts):
        if text:
            one = _all_ids([text])
            if one is None:
                others[row] = text
            else:
                ids[row] = one[0]
    return ids, others


def _all_ids(texts: Sequence[str | None]) -> npt.NDArray[np.uint8] | None:
    """Ids as bytes, if all of them are UUIDs in AWS's spelling and none is zero."""
    # PERF: all of them in one go
    joined = _joined(texts, _UUID_LENGTH)
    if joined is None or joined != joined.lower():
        return None
    characters = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, _UUID_LENGTH)
    try:
        raw = bytes.fromhex(joined.replace("-", ""))
    except ValueError:
        return None
    if len(raw) != 16 * len(texts) or not (characters[:, _DASHES] == ord("-")).all():
        return None
    ids = np.frombuffer(raw, np.uint8).reshape(-1, 16)
    return ids if ids.any(axis=1).all() else None


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
    time = instant(text)
    return NO_TIME if time is None else (time - _EPOCH) // timedelta(microseconds=1)


def _joined(texts: Sequence[str | None], length: int) -> str | None:
    """The texts as one, if each has that many characters, all ASCII."""
    try:
        joined = "".join(cast("Sequence[str]", texts))
    except TypeError:  # there is a None among them
        return None
    if len(joined) != length * len(texts) or not joined.isascii():
        return None
    return joined if all(map(length.__eq__, map(len, cast("Sequence[str]", texts)))) else None


def _of_length(texts: Sequence[str | None], length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The rows whose text has that many characters, all ASCII, and those characters."""
    joined = _joined(texts, length)
    if joined is not None:
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
    columns = digits.T
    year = ((columns[0] * 10 + columns[1]) * 10 + columns[2]) * 10 + columns[3]
    month, day, hour, minute, second = (columns[place] * 10 + columns[place + 1] for place in range(4, 14, 2))
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
