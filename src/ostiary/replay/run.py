"""The run: from paths to a `Replay`, one record at a time.

In: paths, and a `Judge`. Out: a `Replay`, also when it was stopped: then of what was read so far.
Invariant: no exception for anything that a log holds; what cannot be read, mapped or asked is counted with its reason.
Memory does not grow with the logs.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, assert_never

from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.duplicates import Duplicates
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.mapping import Excluded, Mapped, Unmapped, map_record
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record
from ostiary.replay.decide import Judge
from ostiary.replay.question import Outside, Question
from ostiary.replay.tally import Tally

Path = str | os.PathLike[str]

# A watcher hears of every so many records.
WATCHED_RECORDS = 200


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found; `interrupted`: it did not come to the end of the logs."""

    question: Question
    tally: Tally
    interrupted: bool = False


class Watcher(Protocol):
    """Who is told how far the run has come."""

    def counted(self, records: int) -> None:
        """So many records more were read."""

    def finished(self, file: LogFile) -> None:
        """A file was read to its end."""


class _Nobody:
    def counted(self, records: int) -> None:
        pass

    def finished(self, file: LogFile) -> None:
        pass


def replay(
    paths: Iterable[Path],
    judge: Judge,
    *,
    watcher: Watcher | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Replay:
    """Replays all logs at and below the paths.

    `stopped` is asked before each record, whether to end here. KeyboardInterrupt ends it too, if less tidily: the record
    that was being counted may then be missing in some of the counts.
    """
    run = _Run(judge, watcher or _Nobody(), stopped)
    try:
        run.files(paths)
    except (KeyboardInterrupt, _StoppedError):
        return Replay(judge.question, run.tally, interrupted=True)
    return Replay(judge.question, run.tally)


class _StoppedError(Exception):
    """Leads out of the loops."""


class _Run:
    def __init__(self, judge: Judge, watcher: Watcher, stopped: Callable[[], bool]) -> None:
        self.tally = Tally()
        self._judge = judge
        self._watcher = watcher
        self._stopped = stopped
        self._duplicates = Duplicates()

    def files(self, paths: Iterable[Path]) -> None:
        for found in find_log_files(paths):
            match found:
                case Skipped():
                    self.tally.skip(found)
                case LogFile():
                    self.tally.files += 1
                    self._file(found)
                    self._watcher.finished(found)
                case _ as never:
                    assert_never(never)

    def _file(self, file: LogFile) -> None:
        unreported = 0
        for piece in read_records(file):
            if self._stopped():
                raise _StoppedError
            match piece:
                case Record():
                    self._record(piece)
                case Damage():
                    self.tally.damage(piece)
                case Skipped():
                    self.tally.skip(piece)
                case _ as never:
                    assert_never(never)
            unreported += 1
            if unreported == WATCHED_RECORDS:
                self._watcher.counted(unreported)
                unreported = 0
        self._watcher.counted(unreported)

    def _record(self, record: Record) -> None:
        """Counts a record; all that can fail or take long is done before the first counter moves."""
        tally = self.tally
        repeated = self._duplicates.check(record)
        mapped = map_record(record) if repeated is None else Excluded(repeated)
        match mapped:
            case Excluded(reason=reason):
                tally.exclude(record, reason)
            case Unmapped():
                tally.unmap(record)
            case Mapped(requests=requests, event=event):
                verdict = self._judge.judge(record, requests)
                if isinstance(verdict, Outside):
                    tally.leave_out(record, verdict)
                elif copied := self._duplicates.check_shared(record):
                    tally.exclude(record, copied)
                else:
                    tally.judge(record, verdict, event.outcome)
            case _ as never:
                assert_never(never)
