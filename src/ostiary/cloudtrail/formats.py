"""Any log file that holds calls of AWS: recognised by its content, read to records.

In: a `LogFile`. Out: an iterator of `Record`, `Damage` and `Skipped`, as of `reading`.
Invariant: as of `reading`: no exception for anything that a file holds, and no silence. What is not recognised is read as JSON, which
says what is wrong with it.

    JSON in all forms of CloudTrail, also OCSF     `reading`
    Parquet, CSV: CloudTrail Lake, Athena          `tables`
    Parquet: Security Lake                         `ocsf`
    S3 server access logs                          `s3_access`
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.content import GZIP_ERRORS, GZIP_MAGIC, gzip_decompressor
from ostiary.cloudtrail.damage import DEFAULT_LIMITS, Damage, DamageKind, ReadingLimits, Skipped
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.ocsf import is_ocsf, ocsf_event
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.s3_access import START, s3_event
from ostiary.cloudtrail.table_files import PARQUET_MAGIC, Row, csv_rows, parquet_columns, parquet_rows, text_lines
from ostiary.cloudtrail.tables import is_table, table_event

_HEAD = 65_536
_NOT_CSV = (b"{", b"[")

_Event = Callable[[Mapping[str, Any]], dict[str, Any] | None]


def read_log(file: LogFile, limits: ReadingLimits = DEFAULT_LIMITS) -> Iterator[Record | Damage | Skipped]:
    """The records of the file in their order, with damages where they occurred."""
    try:
        head = head_of(file.path)
        if head.startswith(PARQUET_MAGIC):
            yield from _parquet(file.path)
        elif START.match(head):
            yield from _s3_lines(file.path, limits)
        elif (columns := _columns_of_csv(file.path, head)) is not None:
            if is_table(columns):
                yield from _csv(file.path, limits)
            else:
                yield Damage(file.path, DamageKind.NOT_A_RECORD, not_ours(columns))
        else:
            yield from read_records(file, limits)
    except OSError as error:
        yield Damage(file.path, DamageKind.UNREADABLE, error.strerror or "the file cannot be read")


def head_of(path: str) -> bytes:
    """The beginning of a file's content."""
    with Path(path).open("rb") as handle:
        head = handle.read(_HEAD)
    if head.startswith(GZIP_MAGIC):
        try:
            return gzip_decompressor().decompress(head, _HEAD)
        except GZIP_ERRORS:
            return b""
    return head


def _columns_of_csv(path: str, head: bytes) -> tuple[str, ...] | None:
    """The columns of what looks like CSV; None for all else."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(_NOT_CSV):
        return None
    first = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    columns = tuple(name.strip().strip('"') for name in first.split(","))
    named = path.casefold().removesuffix(".gz").endswith(".csv") and len(columns) > 1
    return columns if named or is_table(columns) else None


def _parquet(path: str) -> Iterator[Record | Damage]:
    columns = parquet_columns(path)
    if isinstance(columns, Damage):
        yield columns
    elif is_ocsf(dict.fromkeys(columns)):
        yield from _records(path, parquet_rows(path), ocsf_event, "a row of OCSF that is no call")
    elif is_table(columns):
        yield from _records(path, parquet_rows(path), table_event, _NO_EVENT)
    else:
        yield Damage(path, DamageKind.NOT_A_RECORD, not_ours(columns))


def _csv(path: str, limits: ReadingLimits) -> Iterator[Record | Damage]:
    rows = (piece for piece in csv_rows(path, limits) if not isinstance(piece, tuple))
    yield from _records(path, rows, table_event, _NO_EVENT)


def _s3_lines(path: str, limits: ReadingLimits) -> Iterator[Record | Damage]:
    for number, line in enumerate(text_lines(path, limits)):
        if isinstance(line, Damage):
            yield line
        elif event := s3_event(line):
            yield Record.of(event, path, number)
        elif line.strip():
            yield Damage(path, DamageKind.NOT_A_RECORD, "a line that is none of a server access log", number)


def _records(path: str, rows: Iterator[Row | Damage], event_of: _Event, otherwise: str) -> Iterator[Record | Damage]:
    for row in rows:
        if isinstance(row, Damage):
            yield row
        elif event := event_of(row.cells):
            yield Record.of(event, path, row.number)
        else:
            yield Damage(path, DamageKind.NOT_A_RECORD, otherwise, row.number)


_NO_EVENT = "a row that holds no event"


def not_ours(columns: tuple[str, ...]) -> str:
    """What is said of a table that is not known."""
    named = ", ".join(columns[:6]) + (", ..." if len(columns) > 6 else "")
    return f"a table that is not CloudTrail's, with columns {named}: say with --columns what they mean"
