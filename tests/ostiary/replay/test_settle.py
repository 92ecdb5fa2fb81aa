"""The ranking of missing facts."""

from hypothesis import given
from hypothesis import strategies as st

from ostiary.replay.decide import Missing
from ostiary.replay.settle import Lacking

ORG, TAG, VPC = (
    Missing(name, "key-not-known") for name in ("aws:principalorgid", "aws:principaltag/a", "aws:sourcevpc")
)


def test_the_fact_that_settles_most_comes_first():
    """Not the one that is named most: alone it may settle nothing."""
    lacking = Lacking()
    lacking.add((ORG,), 3)
    lacking.add((TAG, VPC), 10)
    assert [(each.missing, each.events, each.alone, each.together) for each in lacking.ranked()] == [
        (ORG, 3, 3, 3),
        (TAG, 10, 0, 3),
        (VPC, 10, 0, 13),
    ]


@given(st.dictionaries(st.frozensets(st.sampled_from((ORG, TAG, VPC)), min_size=1), st.integers(1, 50)))
def test_all_facts_settle_all_events(counts):
    """`together` never falls, and ends with all events."""
    lacking = Lacking()
    for missing, events in counts.items():
        lacking.add(tuple(missing), events)
    ranked = lacking.ranked()
    together = [each.together for each in ranked]
    assert together == sorted(together)
    assert together[-1:] == ([sum(counts.values())] if counts else [])
    assert all(each.alone <= each.together and each.alone <= each.events for each in ranked)
