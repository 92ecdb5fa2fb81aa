"""Blind spots: what policies name and a trail without data events does not hold."""

import json

from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import deny, record

from ostiary.cloudtrail.data_events import SERVICES, data_actions


def _blind(tmp_path, records, *statements):
    return {each["service"]: each["actions"] for each in logs.replayed(tmp_path, records, statements)["blind"]}


def test_named_data_events_are_blind_spots(tmp_path):
    """Only services that a pattern names, and only what it names of them."""
    call = record("ec2", "DescribeInstances", {})
    found = _blind(tmp_path, [call], deny("s3:GetObj*", "lambda:*", "sqs:CreateQueue"), deny("*", sid="All"))
    assert "s3:GetObject" in found["s3"]
    assert "s3:PutObject" not in found["s3"]
    assert found["lambda"] == ["lambda:InvokeAsync", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
    assert set(found) == {"s3", "lambda"}


def test_one_data_event_is_enough(tmp_path):
    """A trail that records objects records all of them that it was told to: this is no blind spot."""
    read = record("s3", "GetObject", {"bucketName": "b", "key": "k"}, eventCategory="Data", managementEvent=False)
    assert _blind(tmp_path, [read], deny("s3:*")) == {}


def test_every_listed_action_exists():
    """The table names actions of the reference."""
    assert all(data_actions(service) for service in SERVICES)


def test_text_names_them(tmp_path):
    log = logs.write(tmp_path / "log.json.gz", [record("ec2", "DescribeInstances", {})])
    scp = logs.policy(tmp_path / "scp.json", deny("dynamodb:*"))
    text = logs.run(log, "--scp", scp).stdout
    assert "Blind" in text
    assert "dynamodb" in text
    assert (
        json.loads(logs.run(log, "--scp", scp, "--format", "json").stdout)["blind"][0]["statements"][0]["sid"] == "Stop"
    )
