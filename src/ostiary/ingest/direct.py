"""Access logs of other makers, read by what a file says of their fields.

In: a log file, and `Columns`. Out: `Part`s, as of `plain`.
Invariant: each row is a case or a damage. The form is told by the content: Parquet, JSON one object a line, CSV; or lines with a pattern.
Not here: what the fields mean (`columns`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ostiary.cloudtrail.damage import DEFAULT_LIMITS, Damage, DamageKind
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.formats import head_of
from ostiary.cloudtrail.table_files import PARQUET_MAGIC, Row, csv_rows, parquet_columns, parquet_rows, text_lines
from ostiary.ingest.columns import Columns, case_of_direct
from ostiary.ingest.plain import Numbers, Part, Rows

_Rows = Iterator[Mapping[str, Any] | Damage]


class DirectReader:
    """Reads files to parts."""

    def __init__(self, columns: Columns, keys: tuple[str, ...]) -> None:
        """`keys`: condition keys, folded and sorted."""
        self._columns = columns
        self._keys = keys
        self._numbers = Numbers()

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        rows = Rows()
        for row in rows_of(file.path, self._columns):
            if isinstance(row, Damage):
                rows.damages.append(row)
            else:
                direct = self._columns.direct(row)
                rows.case.append(self._numbers.of(case_of_direct(direct, self._keys)))
                rows.times.append(direct.time)
                rows.ids.append(direct.event_id)
            if rows.full:
                yield self._part(rows, last=False)
                rows = Rows()
        yield self._part(rows, last=True)

    def _part(self, rows: Rows, *, last: bool) -> Part:
        part = rows.part(self._numbers, last=last)
        if self._numbers.full:
            self._numbers = Numbers()
        return part


def rows_of(path: str, columns: Columns) -> _Rows:
    """The rows of a file by the names of their fields."""
    try:
        head = head_of(path)
        if columns.lines is not None:
            yield from _matched(path, re.compile(columns.lines))
        elif head.startswith(PARQUET_MAGIC):
            named = parquet_columns(path)
            yield from (named,) if isinstance(named, Damage) else map(_cells, parquet_rows(path))
        elif head.lstrip().startswith(b"{"):
            yield from _objects(path)
        else:
            rows = (row for row in csv_rows(path, DEFAULT_LIMITS) if not isinstance(row, tuple))
            yield from map(_cells, rows)
    except OSError as error:
        yield Damage(path, DamageKind.UNREADABLE, error.strerror or "the file cannot be read")


def _cells(row: Row | Damage) -> Mapping[str, Any] | Damage:
    return row.cells if isinstance(row, Row) else row


def _matched(path: str, pattern: re.Pattern[str]) -> _Rows:
    for number, line in enumerate(text_lines(path, DEFAULT_LIMITS)):
        if isinstance(line, Damage):
            yield line
        elif found := pattern.match(line.rstrip("\r\n")):
            yield found.groupdict()
        elif line.strip():
            yield Damage(path, DamageKind.NOT_A_RECORD, "a line that is not as `lines` says", number)


def _objects(path: str) -> _Rows:
    for number, line in enumerate(text_lines(path, DEFAULT_LIMITS)):
        if isinstance(line, Damage):
            yield line
        elif line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict):
                yield value
            else:
                yield Damage(path, DamageKind.NOT_A_RECORD, "a line that is no JSON object", number)
