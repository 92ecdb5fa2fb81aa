"""Calibration: our answers beside AWS's own, and why they differ where they do."""

import json
from dataclasses import dataclass, field

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session

DENIED = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: {action} on resource: {resource}"
ALLOW_ALL: Json = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def refused(source: str, name: str, action: str, why: str = "", *, by: Json = logs.ALICE, **fields: object) -> Json:
    message = DENIED.format(action=action, resource="*") + why
    return record(source, name, None, by=by, errorCode="AccessDenied", errorMessage=message, **fields)


@dataclass(frozen=True, slots=True)
class Case:
    """One call, policies that are said to be in force, and what is found: `agrees`, `open`, `silent` or the cause of a contradiction."""

    id: str
    record: Json
    statements: tuple[Json, ...]
    found: str
    options: tuple[str, ...] = ()
    facts: Json = field(default_factory=dict)


IDENTITY = " because no identity-based policy allows the ec2:DescribeInstances action"
CALL = ("ec2", "DescribeInstances", {})
ONLY_EC2: Json = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
CASES = (
    Case("both-allow", record(*CALL), (ALLOW_ALL,), "agrees"),
    Case("both-deny", refused("ec2", "DescribeInstances", "ec2:DescribeInstances", IDENTITY), (deny("ec2:*"),), "agrees"),
    Case("open", record(*CALL), (ALLOW_ALL, deny("ec2:*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})), "open"),
    Case("throttled", record(*CALL, errorCode="ThrottlingException"), (deny("ec2:*"),), "silent"),
    Case("other-layer", refused("ec2", "DescribeInstances", "ec2:DescribeInstances", " with an explicit deny in a service control policy"), (ALLOW_ALL,), "layer-not-given"),
    Case("drift-denied", refused("ec2", "DescribeInstances", "ec2:DescribeInstances", IDENTITY), (ALLOW_ALL,), "policy-not-in-force"),
    Case("drift-allowed", record(*CALL), (deny("ec2:*"),), "policy-not-in-force"),
    Case("no-such-bucket", record("s3", "PutBucketPolicy", {"bucketName": "b"}, errorCode="NoSuchBucket"), (deny("s3:*"),), "error-may-come-first"),
    Case("passed-role", record("lambda", "CreateFunction20150331", {"functionName": "f", "role": f"arn:aws:iam::{logs.ACCOUNT}:role/r"}), ({"Effect": "Allow", "Action": "lambda:*", "Resource": "*"},), "permission-perhaps-not-asked"),
    Case("granted-by-bucket", record("s3", "PutBucketPolicy", {"bucketName": "b"}), (ONLY_EC2,), "resource-policy-not-given"),
    Case("denied-by-s3", record("s3", "PutBucketPolicy", {"bucketName": "b"}, errorCode="AccessDenied", errorMessage="Access Denied"), (ALLOW_ALL,), "s3-beside-policies"),
    Case("denied-by-queue", record("sqs", "CreateQueue", {"queueName": "q"}, errorCode="AccessDenied"), (ALLOW_ALL,), "resource-policy-not-given"),
    Case("session", record(*CALL, by=session("r"), errorCode="Client.UnauthorizedOperation"), (ALLOW_ALL,), "session-policy-not-known"),
    Case("own-code", record("guardduty", "ListDetectors", {}, errorCode="ForbiddenException"), (ALLOW_ALL,), "not-an-authorization-error"),
    Case("assumed", record(*CALL), (ALLOW_ALL, deny("ec2:*", Condition={"Bool": {"aws:SecureTransport": "false"}})), "key-assumed", facts={"keys": {"aws:SecureTransport": "false"}}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_cause(case, tmp_path):
    """What each call is counted as, and why."""
    log = logs.write(tmp_path / "log.json.gz", [case.record])
    identity = logs.policy(tmp_path / "identity.json", *case.statements)
    options: list[object] = ["--calibrate", "--format", "json"]
    if case.facts:
        (tmp_path / "facts.json").write_text(json.dumps(case.facts), encoding="utf-8")
        options += ["--facts", tmp_path / "facts.json"]
    report = json.loads(logs.run(log, "--identity", identity, *options).stdout)
    calibration = report["calibration"]
    (row,) = calibration["rows"] or [None]
    counted = {name: row is not None and row[name] == 1 for name in ("agrees", "open", "contradicts")}
    if case.found in {"agrees", "open"}:
        assert counted == {"agrees": case.found == "agrees", "open": case.found == "open", "contradicts": False}
        assert calibration["contradictions"] == []
    elif case.found == "silent":
        assert row is None
    else:
        (contradiction,) = calibration["contradictions"]
        assert (contradiction["cause"], contradiction["events"]) == (case.found, 1)
        assert contradiction["why"]
        assert contradiction["samples"][0]["event_id"] == case.record["eventID"]
        assert counted == {"agrees": False, "open": False, "contradicts": True}


def test_policies_that_restrict_grant_nothing(tmp_path):
    """An SCP that lets a call through does not say that it is granted: beside a denial that is open, not a contradiction."""
    log = logs.write(tmp_path / "log.json.gz", [refused("ec2", "DescribeInstances", "ec2:DescribeInstances", IDENTITY)])
    scp = logs.policy(tmp_path / "scp.json", deny("s3:*"))
    report = json.loads(logs.run(log, "--scp", scp, "--calibrate", "--format", "json").stdout)
    (row,) = report["calibration"]["rows"]
    assert (row["open"], row["contradicts"]) == (1, 0)


def test_caller_without_policies(tmp_path):
    """A set that attaches nothing to a caller says so, instead of blaming the policies."""
    log = logs.write(tmp_path / "log.json.gz", [record(*CALL)])
    document = {"Version": "2012-10-17", "Statement": [ALLOW_ALL]}
    data = {
        "layers": ["identity"],
        "policies": [{"type": "identity", "to": f"arn:aws:iam::{logs.ACCOUNT}:user/bob", "document": document}],
    }
    (tmp_path / "set.json").write_text(json.dumps(data), encoding="utf-8")
    report = json.loads(logs.run(log, "--baseline", tmp_path / "set.json", "--calibrate", "--format", "json").stdout)
    (contradiction,) = report["calibration"]["contradictions"]
    assert contradiction["cause"] == "caller-has-no-policies"


def test_deciding_layer(tmp_path):
    """Where the message names the type of policy, ours is compared with it."""
    calls = [refused("ec2", "DescribeInstances", "ec2:DescribeInstances", IDENTITY)] * 1 + [
        refused("ec2", "RunInstances", "ec2:RunInstances", " with an explicit deny in a service control policy")
    ]
    log = logs.write(tmp_path / "log.json.gz", calls)
    identity = logs.policy(tmp_path / "identity.json", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    result = logs.run(log, "--identity", identity, "--calibrate", "--format", "json")
    rows = {row["action"]: row for row in json.loads(result.stdout)["calibration"]["rows"]}
    named = {action: (row["layer_named"], row["layer_agrees"]) for action, row in rows.items()}
    assert named == {"ec2:DescribeInstances": (1, 1), "ec2:RunInstances": (1, 0)}
    text = logs.run(log, "--identity", identity, "--calibrate").stdout
    assert "Of 2 denials that name a type of policy, 1 are denied here by the same one" in text


def test_resource_of_the_message_is_asked(tmp_path):
    """A denied call has no parameters; the message says which resource was checked, and the policy is asked about that one."""
    bucket = "arn:aws:iam::111122223333:role/Target"
    message = DENIED.format(action="sts:AssumeRole", resource=bucket)
    call = record("sts", "AssumeRole", None, errorCode="AccessDenied", errorMessage=message)
    log = logs.write(tmp_path / "log.json.gz", [call])
    identity = logs.policy(tmp_path / "identity.json", {"Effect": "Allow", "Action": "sts:*", "Resource": f"{bucket}2"})
    report = json.loads(logs.run(log, "--identity", identity, "--calibrate", "--format", "json").stdout)
    assert report["calibration"]["rows"][0]["agrees"] == 1
    assert report["rows"][0]["resource"] == bucket
