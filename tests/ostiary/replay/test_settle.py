"""The ranking of missing facts."""

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.replay import logs

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


def test_a_condition_with_a_variable_needs_both(tmp_path):
    """A tag that is compared with a tag hangs on both: what the ranking promises holds when both are supplied."""
    call = logs.record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}})
    log = logs.write(tmp_path / "log.json.gz", [call])
    condition = {"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    scp = logs.policy(tmp_path / "scp.json", logs.deny("ec2:*", Condition=condition))
    missing = json.loads(logs.run(log, "--scp", scp, "--format", "json").stdout)["missing"]
    assert [(each["fact"], each["alone"], each["together"]) for each in missing] == [
        ("aws:principaltag/team", 0, 0),
        ("aws:resourcetag/team", 0, 1),
    ]
    facts = {
        "principals": {logs.ALICE["arn"]: {"tags": {"team": "red"}}},
        "resources": {"arn:aws:ec2:*:*:instance/*": {"tags": {"team": "red"}}},
    }
    (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    report = json.loads(logs.run(log, "--scp", scp, "--facts", tmp_path / "facts.json", "--format", "json").stdout)
    assert report["answer"]["at_most"] == 0
