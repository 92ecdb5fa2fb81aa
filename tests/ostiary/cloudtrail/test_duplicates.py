"""Events count once, however often they are delivered."""

from tests.ostiary.cloudtrail import records

from ostiary.cloudtrail.duplicates import Duplicates
from ostiary.cloudtrail.exclusions import Exclusion


def event(number, **fields):
    return records.record("ec2", "DescribeInstances", {}, eventID=f"id-{number}", **fields)


def test_same_event_twice():
    seen = Duplicates()
    assert [seen.check(event(number)) for number in (1, 2, 1)] == [None, None, Exclusion.DUPLICATE]


def test_copy_in_another_account_is_no_repetition():
    """The id alone does not tell: the same event stands in the trails of both accounts."""
    seen = Duplicates()
    assert seen.check(event(1)) is None
    assert seen.check(event(1, recipientAccountId=records.OTHER)) is None


def test_shared_events_count_once():
    """Copies in several accounts are one call; records without the field are calls of their own."""
    seen = Duplicates()
    copies = [
        event(number, sharedEventID="s", recipientAccountId=account)
        for number, account in ((1, records.ACCOUNT), (2, records.OTHER))
    ]
    assert [seen.check_shared(copy) for copy in copies] == [None, Exclusion.SHARED_COPY]
    assert [seen.check_shared(event(number)) for number in (3, 4)] == [None, None]


def test_correction_supersedes_what_follows():
    """A correction that was read first makes the original not count; the other way round both count, and the correction says so."""
    correction = event(9, addendum={"reason": "UPDATED_DATA", "originalEventID": "id-1"})
    first = Duplicates()
    assert [first.check(correction), first.check(event(1))] == [None, Exclusion.SUPERSEDED]
    second = Duplicates()
    assert [second.check(event(1)), second.check(correction)] == [None, None]


def test_late_delivery_under_the_same_id():
    """A late delivery keeps the id and is no repetition of itself."""
    late = event(1, addendum={"reason": "DELIVERY_DELAY", "originalEventID": "id-1"})
    seen = Duplicates()
    assert [seen.check(late), seen.check(late)] == [None, Exclusion.DUPLICATE]


def test_events_without_id_all_count():
    seen = Duplicates()
    assert [seen.check(records.record("ec2", "DescribeInstances", eventID=None)) for _ in range(2)] == [None, None]


def test_memory_is_bounded():
    """Repetitions within the capacity are found, and no more than two generations are kept."""
    seen = Duplicates(capacity=100)
    assert all(seen.check(event(number)) is None for number in range(1_000))
    assert all(seen.check(event(number)) is Exclusion.DUPLICATE for number in range(900, 1_000))
    assert seen.check(event(0)) is None
    assert len(seen._events._younger) + len(seen._events._older) <= 200
