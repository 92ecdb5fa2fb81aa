"""Whole replays of single calls on which log analysers are known to go wrong.

Each probe is a call under the name that the log gives it, a statement under the name that IAM gives it, and what the report
must say. A probe fails if the call is not recognised, just as if it is not denied.
"""

from dataclasses import dataclass

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session


@dataclass(frozen=True, slots=True)
class Probe:
    """`stopped`: whether these policies would have stopped the call."""

    id: str
    record: Json
    statement: Json
    stopped: bool


REGION_GUARD = deny(
    "*",
    Condition={
        "StringNotEquals": {"aws:RequestedRegion": ["us-east-2", "eu-west-1"]},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Break*"},
    },
)
_TOKYO = {"awsRegion": "ap-northeast-1"}

PROBES = (
    # S3 logs operations, IAM has permissions
    Probe(
        "s3-list-buckets", record("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}), deny("s3:ListAllMyBuckets"), True
    ),
    Probe("s3-list-objects", record("s3", "ListObjects", {"bucketName": "b"}), deny("s3:ListBucket"), True),
    Probe("s3-no-such-action", record("s3", "ListObjects", {"bucketName": "b"}), deny("s3:ListObjects"), False),
    # Lambda logs names with the date of its API
    Probe(
        "lambda-date",
        record(
            "lambda", "CreateFunction20150331", {"functionName": "f", "role": f"arn:aws:iam::{logs.ACCOUNT}:role/r"}
        ),
        deny("lambda:CreateFunction"),
        True,
    ),
    # the source is not always the prefix
    Probe(
        "cloudwatch-prefix",
        record("monitoring", "PutMetricAlarm", {"alarmName": "a"}),
        deny("cloudwatch:PutMetricAlarm"),
        True,
    ),
    # the principal of a session is its role, with its path
    Probe("region-user", record("ec2", "DescribeInstances", {}, **_TOKYO), REGION_GUARD, True),
    Probe("region-role", record("ec2", "DescribeInstances", {}, by=session("Developer"), **_TOKYO), REGION_GUARD, True),
    Probe(
        "region-break-glass",
        record("ec2", "DescribeInstances", {}, by=session("BreakGlass"), **_TOKYO),
        REGION_GUARD,
        False,
    ),
    Probe(
        "region-own",
        record("ec2", "DescribeInstances", {}, by=session("Developer"), awsRegion="eu-west-1"),
        REGION_GUARD,
        False,
    ),
    Probe(
        "role-path",
        record("ec2", "DescribeInstances", {}, by=session("teams/red/Worker")),
        deny("ec2:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/teams/red/*"}}),
        True,
    ),
    # dates compare with the event's time, not with today
    Probe(
        "event-time",
        record("ec2", "DescribeInstances", {}, eventTime="2020-06-01T00:00:00Z"),
        deny("ec2:*", Condition={"DateLessThan": {"aws:CurrentTime": "2021-01-01T00:00:00Z"}}),
        True,
    ),
    # a user with long-term keys has no MFA key at all
    Probe(
        "mfa-absent",
        record("ec2", "DescribeInstances", {}),
        deny("ec2:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        True,
    ),
    Probe(
        "mfa-absent-plain",
        record("ec2", "DescribeInstances", {}),
        deny("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        False,
    ),
    # letter case: actions do not matter, ARNs do
    Probe("action-case", record("ec2", "DescribeInstances", {}), deny("EC2:describeinstances"), True),
    Probe(
        "resource",
        record("cloudtrail", "StopLogging", {"name": f"arn:aws:cloudtrail:us-east-2:{logs.ACCOUNT}:trail/t"}),
        deny("cloudtrail:StopLogging", Resource="arn:aws:cloudtrail:*:*:trail/t"),
        True,
    ),
    Probe(
        "resource-case",
        record("cloudtrail", "StopLogging", {"name": f"arn:aws:cloudtrail:us-east-2:{logs.ACCOUNT}:trail/t"}),
        deny("cloudtrail:StopLogging", Resource="arn:aws:cloudtrail:*:*:trail/T"),
        False,
    ),
)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_probe(probe, tmp_path):
    """The call is judged for certain, and as IAM would have decided it."""
    report = logs.replayed(tmp_path, [probe.record], [probe.statement])
    assert report["accounting"] == {"read": 1, "judged": 1, "outside": 0, "excluded": 0, "unmapped": 0, "damaged": 0}
    assert report["answer"]["perhaps"] == 0, report["missing"]
    assert report["answer"]["stopped"] == int(probe.stopped)
    if probe.stopped:
        (group,) = report["denied"]
        assert group["statement"]["sid"] == "Stop"
        assert group["event"] == probe.record["eventID"]
