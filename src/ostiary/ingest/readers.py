"""Which reader reads a file.

In: options that are the same for all files of a run. Out: a `Reader`.
Invariant: options are plain values, so that they can be sent to another process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.ingest.columns import Columns
from ostiary.ingest.direct import DirectReader
from ostiary.ingest.plain import Part, PlainReader
from ostiary.ingest.stored import StoringReader


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """`keys`: condition keys, folded and sorted. `fast`: whether the fast reader may be used. `cache`: a folder, or None.

    `columns`: what the fields of a log of another maker mean; nothing of such logs is kept.
    """

    keys: tuple[str, ...]
    facts: Facts = NO_FACTS
    fast: bool = True
    cache: str | None = None
    columns: Columns | None = None


class Reader(Protocol):
    """Reads files to parts; remembers from one file to the next."""

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        ...


def reader_of(options: ReadingOptions) -> Reader:
    """The fast reader, unless it is not wanted or `msgspec` is not installed: then the slow one, which gives the same."""
    if options.columns is not None:
        return DirectReader(options.columns, options.keys)
    if options.cache is not None:
        return StoringReader(options.cache, options.keys, options.facts, lambda keys: _reader(options, keys))
    return _reader(options, options.keys)


def _reader(options: ReadingOptions, keys: tuple[str, ...]) -> Reader:
    if options.fast:
        try:
            from ostiary.ingest.fast import FastReader  # msgspec is optional
        except ImportError:
            pass
        else:
            return FastReader(keys, options.facts)
    return PlainReader(keys, options.facts)
