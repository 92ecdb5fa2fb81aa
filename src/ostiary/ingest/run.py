"""The run: from paths to batches of events, in the order of the files.

In: paths, and the condition keys that policies ask for. Out: `Batch`es; a damage or a skip where something could not be read.
Invariant: the batches are the same however many processes read. Memory is bounded by the limits below and does not grow with the logs.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from ostiary.cloudtrail.damage import Skipped
from ostiary.cloudtrail.duplicates import CAPACITY
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import Excluded
from ostiary.ingest.cases import Batch, Case, CaseTable, no_rows
from ostiary.ingest.plain import Part, PlainReader
from ostiary.ingest.repeated import Repeated
from ostiary_grammar.terms import fold


class Reader(Protocol):
    """Reads files to parts; remembers from one file to the next."""

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        ...


class Watcher(Protocol):
    """Who is told how far the run has come."""

    def counted(self, records: int) -> None:
        """So many records more were read."""

    def finished(self, file: LogFile) -> None:
        """A file was read to its end."""


def cases(
    paths: Iterable[str | os.PathLike[str]],
    keys: frozenset[str],
    *,
    facts: Facts = NO_FACTS,
    watcher: Watcher | None = None,
    stopped: Callable[[], bool] = lambda: False,
    capacity: int = CAPACITY,
    fast: bool = True,
) -> Iterator[Batch]:
    """The events of all logs at and below the paths, in the order of the files.

    `keys`: the condition keys that enter the cases, in any case of letters. `stopped` is asked before each batch, whether to end here.
    Repetitions of an event are cases of their own, `Excluded(DUPLICATE)` or `Excluded(SUPERSEDED)`; copies of a call in several
    trails are not taken out, because it depends on the question which of them counts (`SharedCopies`).
    """
    asked = tuple(sorted({fold(key) for key in keys}))
    joining = _Joining(asked, capacity)
    reader = _reader(asked, facts, fast=fast)
    known: list[Case] = []
    for found in find_log_files(paths):
        if isinstance(found, Skipped):
            yield no_rows(joining.table, found.file, skipped=(found,))
            continue
        joining.begin(found.path)
        for part in reader.parts(found):
            if stopped():
                return
            if part.restarted:
                known.clear()
            known += part.cases
            batch = joining.batch(part, known)
            if watcher:
                watcher.counted(len(batch))
            yield batch
        if watcher:
            watcher.finished(found)


def _reader(keys: tuple[str, ...], facts: Facts, *, fast: bool) -> Reader:
    """The fast reader, unless it is not wanted or `msgspec` is not installed: then the slow one, which gives the same."""
    if fast and find_spec("msgspec"):
        from ostiary.ingest.fast import FastReader  # msgspec is optional

        return FastReader(keys, facts)
    return PlainReader(keys, facts)


class _Joining:
    """Makes batches of parts: one table for all workers, and repetitions taken out."""

    def __init__(self, keys: tuple[str, ...], capacity: int) -> None:
        self.table = CaseTable(keys)
        self._repeated = Repeated(capacity)
        self._file = ""
        self._first = 0

    def begin(self, file: str) -> None:
        """The next parts are of this file."""
        self._file, self._first = file, 0

    def batch(self, part: Part, known: list[Case]) -> Batch:
        """The batch of a part; `known`: the cases of the worker by its numbers."""
        if self.table.full:
            self.table = CaseTable(self.table.keys)
        # PERF: what is looked up is looked up for each case, not for each row
        used, where = np.unique(part.case, return_inverse=True)
        named = [known[number] for number in used.tolist()]
        case = np.array([self.table.number(each) for each in named], np.int32)[where]
        for row, reason in self._repeated.check(part, where, [each.recipient for each in named]).items():
            case[row] = self.table.number(_excluded(named[where[row]], Excluded(reason)))
        batch = Batch(
            table=self.table,
            file=self._file,
            first=self._first,
            case=case,
            time=part.time,
            ids=part.ids,
            other_ids=part.other_ids,
            shared=part.shared,
            damages=part.damages,
            skipped=part.skipped,
            last=part.last,
        )
        self._first += len(case)
        return batch


def _excluded(case: Case, what: Excluded) -> Case:
    return Case(what, case.account, case.recipient, case.shared, case.source, case.name, case.data)
