"""Times: as logs have them, and as CloudTrail writes them.

In: text, or a time as a table's column holds it. Out: the other.
Invariant: no exception for anything that a log holds: what is no time, or one outside the years 1 to 9999 in UTC, is None.
"""

import re
from datetime import UTC, datetime

ACCESS_LOG_TIME = "%d/%b/%Y:%H:%M:%S %z"
"""How web servers and S3 write times in their access logs, for `read`."""
_BASIC_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z")


def instant(text: str | None) -> datetime | None:
    """A time as CloudTrail writes it, also in the basic form, in UTC; None if it is none."""
    if not text:
        return None
    basic = _BASIC_TIME.fullmatch(text)
    try:
        if basic:
            year, month, day, hour, minute, second = (int(part) for part in basic.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def written(time: datetime) -> str | None:
    """A time as CloudTrail writes it; without a zone it is in UTC."""
    try:
        return f"{_in_utc(time):%Y-%m-%dT%H:%M:%SZ}"
    except OverflowError:
        return None


def read(text: str, form: str) -> datetime | None:
    """A time that is written in a form of `strptime`; None if it is none."""
    try:
        return datetime.strptime(text, form).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
