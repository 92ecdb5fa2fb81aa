"""Columns of ids and times: what is read at once is what is read one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ostiary.ingest.cases import NO_TIME, Batch, CaseTable, time_text
from ostiary.ingest.rows import ids_of, time_of, times_of

TIMES = st.one_of(
    st.none(),
    st.datetimes().map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", fullmatch=True),
    st.sampled_from(["2026-03-02T08:15:00.123Z", "20260302T081500Z", "2026-03-02T08:15:00+02:00", "now", "", "２０26"]),
    st.text(max_size=20),
)
IDS = st.one_of(
    st.none(),
    st.uuids().map(str),
    st.uuids().map(lambda each: str(each).upper()),
    st.sampled_from(["", "00000000-0000-0000-0000-000000000000", "x" * 36, "é" * 36, "\udc80" * 36]),
    st.text(max_size=40),
)


@given(st.lists(TIMES))
def test_times(texts):
    assert times_of(texts).tolist() == [time_of(text) for text in texts]


@given(st.datetimes())
def test_times_are_written_as_they_were_read(time):
    text = time.isoformat() + "Z"
    assert time_text(time_of(text)) == text


def test_no_time():
    assert times_of([None, "yesterday", "2026-02-30T00:00:00Z"]).tolist() == [NO_TIME] * 3
    assert time_text(NO_TIME) is None


@given(st.lists(IDS))
def test_ids_come_back(texts):
    ids, others = ids_of(texts)
    none = np.zeros(len(texts), np.int64)
    batch = Batch(CaseTable(()), "", 0, none.astype(np.int32), none, ids, others)
    assert [batch.event_id(row) or None for row in range(len(texts))] == [text or None for text in texts]
