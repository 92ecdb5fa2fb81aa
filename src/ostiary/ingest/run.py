"""The run: from paths to batches of events, in the order of the files.

In: paths, and the condition keys that policies ask for. Out: `Batch`es; a damage or a skip where something could not be read.
Invariant: the batches are the same however many processes read. Memory is bounded by the limits below and does not grow with the logs.
"""

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from ostiary.cloudtrail.damage import SkipReason
from ostiary.cloudtrail.duplicates import CAPACITY
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import Excluded
from ostiary.ingest.cases import Batch, Case, CaseTable, no_rows
from ostiary.ingest.columns import Columns
from ostiary.ingest.plain import Part
from ostiary.ingest.pool import Pool, StoppedError
from ostiary.ingest.readers import ReadingOptions, reader_of
from ostiary.ingest.repeated import Repeated
from ostiary_grammar.terms import fold

STANDARD_INPUT = "-"
"""The path that stands for standard input."""
# Bytes of files that are worth starting processes for.
WORTH_PROCESSES = 16_000_000


class Watcher(Protocol):
    """Who is told how far the run has come."""

    def counted(self, records: int) -> None:
        """So many records more were read."""

    def finished(self, file: LogFile) -> None:
        """A file was read to its end."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How logs are read.

    `jobs`: processes that read; 0 is as many as there are processors, and one that reads in this process if there is little to read.
    `cache`: a folder where the cases of files are kept for the next run. Without `fast` the slow twin reads.
    `columns`: what the fields of logs of another maker mean; all files are then such logs.
    """

    jobs: int = 1
    cache: str | os.PathLike[str] | None = None
    fast: bool = True
    columns: Columns | None = None


ONE_PROCESS = Reading()


def cases(
    paths: Iterable[str | os.PathLike[str]],
    keys: frozenset[str],
    *,
    facts: Facts = NO_FACTS,
    watcher: Watcher | None = None,
    stopped: Callable[[], bool] = lambda: False,
    reading: Reading = ONE_PROCESS,
    capacity: int = CAPACITY,
) -> Iterator[Batch]:
    """The events of all logs at and below the paths, in the order of the files.

    `keys`: the condition keys that enter the cases, in any case of letters. `stopped` is asked before each batch, whether to end here.

    Repetitions of an event are cases of their own, `Excluded(DUPLICATE)` or `Excluded(SUPERSEDED)`; copies of a call in several
    trails are not taken out, because it depends on the question which of them counts (`SharedCopies`).
    """
    asked = tuple(sorted({fold(key) for key in keys}))
    folder = None if reading.cache is None else os.fspath(reading.cache)
    options = ReadingOptions(asked, facts, reading.fast, folder, reading.columns)
    joining = _Joining(asked, capacity)
    with TemporaryDirectory(prefix="ostiary-") as spool:
        standard_input = Path(spool) / "input"
        files: list[str] = []
        for each in find_log_files(standard_input if os.fspath(path) == STANDARD_INPUT else path for path in paths):
            if isinstance(each, LogFile):
                files.append(each.path)
            elif reading.columns is not None and each.reason is SkipReason.NOT_A_LOG:
                files.append(each.file)
            else:
                yield no_rows(joining.table, each.file, skipped=(each,))
        if str(standard_input) in files:
            # a reader may go back to the beginning of a file
            with standard_input.open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
            joining.rename(str(standard_input), STANDARD_INPUT)
        with closing(_parts(files, processes(reading.jobs, files), options, stopped)) as parts:
            for file, part, known in parts:
                if stopped():
                    return
                batch = joining.batch(file, part, known)
                if watcher:
                    watcher.counted(len(batch))
                yield batch
                if watcher and part.last:
                    watcher.finished(LogFile(batch.file))


def processes(jobs: int, files: Sequence[str]) -> int:
    """How many processes are to read the files."""
    wanted = jobs or os.cpu_count() or 1
    if wanted > 1 and not jobs and sum(map(_size, files)) < WORTH_PROCESSES:
        return 1
    return min(wanted, len(files))


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def _parts(
    files: Sequence[str], jobs: int, options: ReadingOptions, stopped: Callable[[], bool]
) -> Generator[tuple[str, Part, list[Case]]]:
    """Each file with its parts, and the cases of whoever read them by their numbers."""
    if jobs <= 1:
        reader = reader_of(options)
        known: list[Case] = []
        for file in files:
            for part in reader.parts(LogFile(file)):
                if part.restarted:
                    known.clear()
                known += part.cases
                yield file, part, known
        return
    pool = Pool(jobs, options, stopped)
    try:
        yield from pool.parts(iter(files))
    except StoppedError:
        return
    finally:
        pool.close()


class _Joining:
    """Makes batches of parts: one table for all workers, and repetitions taken out."""

    def __init__(self, keys: tuple[str, ...], capacity: int) -> None:
        self.table = CaseTable(keys)
        self._repeated = Repeated(capacity)
        self._first = 0
        self._names: dict[str, str] = {}

    def rename(self, file: str, name: str) -> None:
        """A file is to be called otherwise."""
        self._names[file] = name

    def batch(self, file: str, part: Part, known: list[Case]) -> Batch:
        """The batch of a part; `known`: the cases of who read it by their numbers."""
        if self.table.full:
            self.table = CaseTable(self.table.keys)
        # PERF: what is looked up is looked up for each case, not for each row
        used, where = np.unique(part.case, return_inverse=True)
        named = [known[number] for number in used.tolist()]
        case = np.array([self.table.number(each) for each in named], np.int32)[where]
        for row, reason in self._repeated.check(part, where, [each.recipient for each in named]).items():
            case[row] = self.table.number(_excluded(named[where[row]], Excluded(reason)))
        name = self._names.get(file, file)
        batch = Batch(
            table=self.table,
            file=name,
            first=self._first,
            case=case,
            time=part.time,
            ids=part.ids,
            other_ids=part.other_ids,
            shared=part.shared,
            damages=part.damages if name == file else tuple(replace(each, file=name) for each in part.damages),
            skipped=part.skipped if name == file else tuple(replace(each, file=name) for each in part.skipped),
            last=part.last,
        )
        self._first = 0 if part.last else self._first + len(case)
        return batch


def _excluded(case: Case, what: Excluded) -> Case:
    return Case(what, case.account, case.recipient, case.shared, case.source, case.name, case.data)
