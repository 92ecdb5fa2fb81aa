"""When and where the events of each group were seen: columns that grow by batches.

In: for each event of a batch the number of its group, and its time. Out: first and last times, a timeline, the events that stand for the rest.
Invariant: memory depends on the number of groups, not of events: a timeline that has too many cells gets longer intervals.
Not here: what the groups are (`analysis`).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ostiary.replay.cases import NO_TIME, Batch, time_text
from ostiary.replay.findings import Sample

Numbers = npt.NDArray[np.int64]

MOST_CELLS = 200_000
"""Cells of the timeline; with more, intervals become longer. As many may wait to be added up."""
MOST_INTERVALS = 60
"""Intervals of a timeline that is shown."""
_SECOND = 1_000_000
_DAY = 86_400
_STEPS = tuple(seconds * _SECOND for seconds in (60, 300, 900, 3_600, 4 * 3_600, _DAY, 7 * _DAY, 30 * _DAY, 365 * _DAY))
_LATE = np.iinfo(np.int64).max
# keys of cells are group << 40 | interval; intervals before 1970 have negative numbers
_BITS = 40
_MIDDLE = 1 << (_BITS - 1)
_INTERVAL = (1 << _BITS) - 1
_Cells = tuple[Numbers, Numbers]


class CaseTimes:
    """First and last time of each case of one table, and one event that stands for it."""

    def __init__(self) -> None:
        self._first: Numbers = np.zeros(0, np.int64)
        self._last: Numbers = np.zeros(0, np.int64)
        self._samples: dict[int, Sample] = {}

    def add(self, batch: Batch) -> None:
        """The events of a batch."""
        more = len(batch.table.cases) - len(self._first)
        self._first = np.concatenate((self._first, np.full(more, _LATE, np.int64)))
        self._last = np.concatenate((self._last, np.full(more, NO_TIME, np.int64)))
        timed = batch.time != NO_TIME
        np.minimum.at(self._first, batch.case[timed], batch.time[timed])
        np.maximum.at(self._last, batch.case[timed], batch.time[timed])
        for case, row in zip(*np.unique(batch.case, return_index=True), strict=True):
            if int(case) not in self._samples:
                seen = batch.seen(int(row))
                self._samples[int(case)] = Sample(seen.event_id or "", seen.time or "", seen.file)

    def span(self, case: int) -> tuple[str, str]:
        """The first and the last time, or empty texts."""
        first = int(self._first[case])
        return ("", "") if first == _LATE else (time_text(first) or "", time_text(int(self._last[case])) or "")

    def sample(self, case: int) -> Sample:
        """An event of the case."""
        return self._samples[case]


class Columns:
    """First and last time, samples and timeline of each group."""

    def __init__(self) -> None:
        self._first: Numbers = np.full(1_024, _LATE, np.int64)
        self._last: Numbers = np.full(1_024, NO_TIME, np.int64)
        self._wanted: npt.NDArray[np.int8] = np.zeros(1_024, np.int8)
        self._timed = np.zeros(1_024, np.bool_)
        self._samples: dict[int, list[Sample]] = {}
        # cells with their counts; those that wait to be added up, and how many they are
        self._cells: _Cells = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        self._waiting: list[_Cells] = []
        self._waits = 0
        self._step = 0

    def want(self, group: int, samples: int, *, timeline: bool) -> None:
        """A new group: how many events are kept as samples of it, and whether it has a timeline."""
        while group >= len(self._first):
            more = len(self._first)
            self._first = np.concatenate((self._first, np.full(more, _LATE, np.int64)))
            self._last = np.concatenate((self._last, np.full(more, NO_TIME, np.int64)))
            self._wanted = np.concatenate((self._wanted, np.zeros(more, np.int8)))
            self._timed = np.concatenate((self._timed, np.zeros(more, np.bool_)))
        self._wanted[group] = samples
        self._timed[group] = timeline

    def add(self, groups: npt.NDArray[np.int32], batch: Batch) -> None:
        """The events of a batch, with the group of each."""
        timed = batch.time != NO_TIME
        numbers, times = groups[timed], batch.time[timed]
        np.minimum.at(self._first, numbers, times)
        np.maximum.at(self._last, numbers, times)
        for row in np.flatnonzero(self._wanted[groups] > 0).tolist():
            group = int(groups[row])
            if self._wanted[group] > 0:
                self._wanted[group] -= 1
                seen = batch.seen(row)
                self._samples.setdefault(group, []).append(Sample(seen.event_id or "", seen.time or "", seen.file))
        charted = self._timed[numbers]
        self._count(numbers[charted].astype(np.int64), times[charted])

    def first(self, group: int) -> str:
        """The earliest time of a group, or an empty text."""
        time = int(self._first[group])
        return "" if time == _LATE else time_text(time) or ""

    def last(self, group: int) -> str:
        """The latest time of a group, or an empty text."""
        return time_text(int(self._last[group])) or ""

    def window(self) -> tuple[str, str]:
        """The earliest and the latest time of all groups."""
        first, last = int(self._first.min()), int(self._last.max())
        return ("", "") if first == _LATE else (time_text(first) or "", time_text(last) or "")

    def samples(self, group: int) -> tuple[Sample, ...]:
        """The events that were kept."""
        return tuple(self._samples.get(group, ()))

    def timelines(self, groups: Sequence[int]) -> tuple[tuple[str, ...], dict[int, tuple[int, ...]]]:
        """The starts of the intervals, and the events of each of these groups by interval."""
        self._add_up()
        lines = np.unique(np.array(groups, np.int64))
        shown = np.isin(self._cells[0] >> _BITS, lines)
        keys, counts = (each[shown] for each in self._cells)
        if not len(keys):
            return (), dict.fromkeys(groups, ())
        step = _STEPS[self._step]
        starts = ((keys & _INTERVAL) - _MIDDLE) * step
        first, last = int(starts.min()), int(starts.max())
        length = next((each for each in _STEPS[self._step :] if last // each - first // each < MOST_INTERVALS), None)
        if length is None:  # years that are no years of CloudTrail
            length = _STEPS[-1] * -(-(last - first + _STEPS[-1]) // (_STEPS[-1] * (MOST_INTERVALS - 1)))
        origin = first // length
        count = last // length - origin + 1
        events = np.zeros((len(lines), count), np.int64)
        np.add.at(events, (np.searchsorted(lines, keys >> _BITS), starts // length - origin), counts)
        intervals = tuple(time_text((origin + place) * length) or "" for place in range(count))
        return intervals, dict(zip(lines.tolist(), map(tuple, events.tolist()), strict=True))

    def _count(self, groups: Numbers, times: Numbers) -> None:
        if not len(groups):
            return
        # PERF: in most batches nearly every event has a cell of its own, so cells are added up by the hundred thousand
        cells = np.unique((groups << _BITS) | (times // _STEPS[self._step] + _MIDDLE), return_counts=True)
        self._waiting.append(cells)
        self._waits += len(cells[0])
        if self._waits > MOST_CELLS:
            self._add_up()

    def _add_up(self) -> None:
        """Adds up the cells that wait; if they are too many then, intervals become longer, a step at a time."""
        keys, counts = (np.concatenate(each) for each in zip(self._cells, *self._waiting, strict=True))
        self._cells, self._waiting, self._waits = _summed(keys, counts), [], 0
        while len(self._cells[0]) > MOST_CELLS and self._step < len(_STEPS) - 1:
            keys, counts = self._cells
            starts = ((keys & _INTERVAL) - _MIDDLE) * _STEPS[self._step]
            self._step += 1
            self._cells = _summed((keys >> _BITS << _BITS) | (starts // _STEPS[self._step] + _MIDDLE), counts)


def _summed(keys: Numbers, counts: Numbers) -> _Cells:
    """Each key once, with the sum of its counts."""
    cells, where = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(cells), np.int64)
    np.add.at(sums, where, counts)
    return cells, sums
