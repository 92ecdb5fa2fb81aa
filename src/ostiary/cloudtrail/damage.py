"""What went wrong, or was left out, while log files were read: values, never exceptions.

In: nothing. Out: `Damage` (something could not be read) and `Skipped` (something is not a log of events).
Invariant: whatever a file holds, each part of it ends as a record, a damage or a skip; nothing is passed over in silence.
Not here: records that were read but are no authorization requests (`exclusions`).
"""

import enum
from dataclasses import dataclass


class DamageKind(enum.Enum):
    """Why something could not be read; the values are stable."""

    UNREADABLE = "unreadable"
    """The file could not be opened or read at all."""
    EMPTY = "empty"
    """The file holds nothing."""
    NOT_JSON = "not-json"
    """The content is not JSON from the start."""
    BAD_JSON = "bad-json"
    """JSON that breaks off into something else; reading went on behind it."""
    TRUNCATED = "truncated"
    """The content ends in the middle of a value or of a compressed stream."""
    CORRUPT = "corrupt"
    """The compressed stream is damaged."""
    ENCODING = "encoding"
    """Bytes that are not UTF-8; they were read as U+FFFD."""
    TOO_LARGE = "too-large"
    """One value is larger than the limit; it was left out."""
    TOO_DEEP = "too-deep"
    """One value is nested deeper than the limit; it was left out."""
    NOT_A_RECORD = "not-a-record"
    """A value, row or line where an event was expected."""
    BAD_CSV = "bad-csv"
    """A row of a CSV file that is not as the others."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that could not be read; `offset` counts characters of the decompressed content, or rows of tables and lines of access logs."""

    file: str
    kind: DamageKind
    message: str
    offset: int = 0


class SkipReason(enum.Enum):
    """Why a file is not read for events; the values are stable."""

    DIGEST = "digest"
    INSIGHT = "insight"
    NOT_A_LOG = "not-a-log"

    @property
    def message(self) -> str:
        """A sentence for people."""
        match self:
            case SkipReason.DIGEST:
                return "a digest file: it proves the integrity of log files and holds no events"
            case SkipReason.INSIGHT:
                return "in a CloudTrail-Insight folder: statistics about calls, no calls"
            case SkipReason.NOT_A_LOG:
                return "not a log, by its name"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or the part of a file, that is not a log of events."""

    file: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one record may be at most, and how much is read at a time.

    `record_characters`: CloudTrail itself stays below 1 MB per event; `depth`: nesting of objects and arrays;
    `window`: bytes taken from the file at once, which with `record_characters` bounds the memory of reading.
    """

    record_characters: int = 4_000_000
    depth: int = 100
    window: int = 262_144


DEFAULT_LIMITS = ReadingLimits()
