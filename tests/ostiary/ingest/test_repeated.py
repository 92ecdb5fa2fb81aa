"""Repetitions in parts: the same events as one record after another."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ostiary.cloudtrail.duplicates import Duplicates
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.record import Record
from ostiary.ingest.plain import Numbers, Rows
from ostiary.ingest.repeated import Repeated

IDS = st.sampled_from(
    [None, "", "a", "b", "00000000-0000-0000-0000-000000000000"]
    + [f"11111111-2222-3333-4444-55555555555{last}" for last in "012345aA"]
)
ACCOUNTS = st.sampled_from([None, "", "111122223333", "444455556666", "x"])
ADDENDA = st.one_of(
    st.none(),
    st.fixed_dictionaries({"originalEventID": IDS}, optional={"updatedFields": st.sampled_from(["", "a", "b"])}),
)
RECORDS = st.builds(
    lambda event, account, addendum: Record.of(
        {"eventName": "x", "eventID": event, "recipientAccountId": account, "addendum": addendum}
    ),
    IDS,
    ACCOUNTS,
    ADDENDA,
)


@given(st.lists(st.lists(RECORDS, max_size=8), max_size=6), st.integers(1, 8))
def test_as_one_record_after_another(parts, capacity):
    one, many = Duplicates(capacity), Repeated(capacity)
    for records in parts:
        found = checked(many, records)
        assert found == {row: reason for row, record in enumerate(records) if (reason := one.check(record))}


def checked(many: Repeated, records: Sequence[Record]) -> dict[int, Exclusion]:
    """A part of these records."""
    rows = Rows()
    for record in records:
        rows.add(0, record)
    recipients = [each.recipient_account for each in records]
    return many.check(rows.part(Numbers(), last=True), np.arange(len(records)), recipients)


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=12), st.integers(1, 8))
def test_without_corrections(parts, capacity):
    one, many = Duplicates(capacity), Repeated(capacity)
    for numbers in parts:
        records = [Record.of({"eventID": f"11111111-2222-3333-4444-5555555555{number:02}"}) for number in numbers]
        found = checked(many, records)
        assert found == {row: reason for row, record in enumerate(records) if (reason := one.check(record))}


def test_a_correction_in_an_earlier_part():
    """The event that it corrects comes in a part without corrections, in which every id is a UUID."""
    own, other = (f"11111111-2222-3333-4444-55555555555{last}" for last in "01")
    fields = {"originalEventID": own, "updatedFields": "a"}
    many = Repeated(8)
    assert checked(many, [Record.of({"eventID": other, "addendum": fields})]) == {}
    assert checked(many, [Record.of({"eventID": own})]) == {0: Exclusion.SUPERSEDED}
