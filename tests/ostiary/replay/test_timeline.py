"""Timelines: whatever intervals they come to have, each event that has a time is in the one that holds its time."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.cloudtrail.times import instant
from ostiary.ingest.cases import NO_TIME, Batch, CaseTable, time_text
from ostiary.replay import columns
from ostiary.replay.columns import MOST_INTERVALS, Columns

SECOND = 1_000_000
GROUPS = 4
"""The last of them has no timeline."""
TIMES = st.one_of(
    st.just(NO_TIME),
    st.integers(-3_600, 3_600),
    st.integers(-(86_400 * 400), 86_400 * 400),
    st.integers(-62_000_000_000, 250_000_000_000),
).map(lambda seconds: seconds if seconds == NO_TIME else seconds * SECOND)
EVENTS = st.lists(st.lists(st.tuples(st.integers(0, GROUPS - 1), TIMES), max_size=40), max_size=8)


def counted(batches: list[list[tuple[int, int]]]) -> Columns:
    made = Columns()
    for group in range(GROUPS):
        made.want(group, 0, timeline=group < GROUPS - 1)
    for events in batches:
        groups = np.array([group for group, _ in events], np.int32)
        times = np.array([time for _, time in events], np.int64)
        ids = np.zeros((len(events), 16), np.uint8)
        made.add(groups, Batch(CaseTable(()), "", 0, groups, times, ids))
    return made


@pytest.mark.parametrize("most", [5, 40, 200_000])
@given(batches=EVENTS)
def test_each_event_is_in_its_interval(most, batches):
    """Also with so few cells that intervals grow all the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "MOST_CELLS", most)
        made = counted(batches)
        groups = list(range(GROUPS - 1))
        starts, lines = made.timelines(groups)
    timed = [(group, time) for events in batches for group, time in events if group in groups and time != NO_TIME]
    if not timed:
        assert (starts, lines) == ((), dict.fromkeys(groups, ()))
        return
    assert len(starts) <= MOST_INTERVALS
    assert {group: sum(line) for group, line in lines.items()} == {
        group: sum(each == group for each, _ in timed) for group in groups
    }
    if most == 200_000 and all(instant(start) for start in starts):
        # nothing was made longer on the way, so each is where it belongs
        expected = Counter(
            (group, max(place for place, start in enumerate(starts) if start <= str(time_text(time))))
            for group, time in timed
        )
        found = {(group, place): n for group, line in lines.items() for place, n in enumerate(line) if n}
        assert found == expected


def test_intervals_grow_only_as_far_as_they_must(monkeypatch):
    monkeypatch.setattr(columns, "MOST_CELLS", 10)
    hours = [[(0, hour * 3_600 * SECOND) for hour in range(first, first + 4)] for first in range(0, 24, 4)]
    starts, lines = counted(hours).timelines([0])
    assert list(starts) == [f"1970-01-01T{hour:02}:00:00Z" for hour in range(0, 24, 4)]
    assert lines == {0: (4,) * 6}
    assert all(first < second for first, second in pairwise(starts))
