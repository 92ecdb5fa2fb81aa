"""Files of rows: CSV and Parquet.

In: a file. Out: rows by the names of their columns, each with its number, or `Damage`.
Invariant: no exception for anything that a file holds; memory is bounded by a batch of rows, and in Parquet by what its writer put into
one page of a column.
Not here: what a row means.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.content import text_windows
from ostiary.cloudtrail.damage import Damage, DamageKind, ReadingLimits

PARQUET_MAGIC = b"PAR1"
_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `number` counts from 0."""

    number: int
    cells: dict[str, Any]


def parquet_columns(path: str) -> tuple[str, ...] | Damage:
    """The names of the columns at the top."""
    try:
        from pyarrow import ArrowException, parquet  # pyarrow is optional
    except ImportError:
        return Damage(path, DamageKind.UNREADABLE, "Parquet needs pyarrow: pip install 'ostiary[replay]'")
    try:
        return tuple(parquet.ParquetFile(path).schema_arrow.names)
    except (ArrowException, OSError, ValueError) as error:
        return Damage(path, DamageKind.CORRUPT, f"the Parquet file cannot be read: {_say(error)}")


def parquet_rows(path: str) -> Iterator[Row | Damage]:
    """The rows of a Parquet file that `parquet_columns` could read."""
    from pyarrow import ArrowException, parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS):
                for cells in batch.to_pylist():
                    yield Row(number, cells)
                    number += 1
    except (ArrowException, OSError, ValueError, OverflowError) as error:
        yield Damage(path, DamageKind.CORRUPT, f"the Parquet file cannot be read on: {_say(error)}", number)


def csv_rows(path: str, limits: ReadingLimits) -> Iterator[tuple[str, ...] | Row | Damage]:
    """The names of the columns first, then the rows of a CSV file, plain or gzip."""
    damages: list[Damage] = []
    with Path(path).open("rb") as handle:
        lines = csv.reader(_lines(text_windows(handle, path, limits), damages, path, limits))
        before = csv.field_size_limit(limits.record_characters)
        columns: tuple[str, ...] = ()
        number = 0
        try:
            while True:
                try:
                    cells = next(lines, None)
                except csv.Error as error:
                    yield Damage(path, DamageKind.BAD_CSV, f"a row cannot be read: {error}", number)
                    continue
                yield from damages
                damages.clear()
                if cells is None:
                    return
                if not columns:
                    columns = tuple(cells)
                    yield columns
                elif cells:
                    if len(cells) != len(columns):
                        wrong = f"a row has {len(cells)} cells, not {len(columns)}"
                        yield Damage(path, DamageKind.BAD_CSV, wrong, number)
                    else:
                        yield Row(number, dict(zip(columns, cells, strict=True)))
                    number += 1
        finally:
            csv.field_size_limit(before)


def text_lines(path: str, limits: ReadingLimits) -> Iterator[str | Damage]:
    """The lines of a text file, plain or gzip."""
    damages: list[Damage] = []
    with Path(path).open("rb") as handle:
        for line in _lines(text_windows(handle, path, limits), damages, path, limits):
            yield from damages
            damages.clear()
            yield line
        yield from damages


def _lines(windows: Iterator[str | Damage], damages: list[Damage], path: str, limits: ReadingLimits) -> Iterator[str]:
    rest = ""
    offset = 0
    for window in windows:
        if isinstance(window, Damage):
            damages.append(window)
            continue
        *whole, rest = (rest + window).split("\n")
        for line in whole:
            offset += len(line) + 1
            yield line.replace("\0", "\ufffd") + "\n"
        if len(rest) > limits.record_characters:
            damages.append(Damage(path, DamageKind.TOO_LARGE, "a line is longer than one record can be", offset))
            offset += len(rest)
            rest = ""
    if rest:
        yield rest.replace("\0", "\ufffd")


def _say(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:200]
