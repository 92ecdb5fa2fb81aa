"""Of whom a question is: callers whom no asked policy binds are named with their reason, never counted as allowed."""

import json
from dataclasses import dataclass

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session

_CALL = ("s3", "PutBucketPolicy", {"bucketName": "b"})
_ROLE = f"arn:aws:iam::{logs.OTHER}:role/Target"


def _across(recipient: str) -> Json:
    """AssumeRole into another account; each of the two accounts has a record of it."""
    return record(
        "sts",
        "AssumeRole",
        {"roleArn": _ROLE, "roleSessionName": "s"},
        by=session("Deploy"),
        recipientAccountId=recipient,
        sharedEventID="11111111-2222-3333-4444-555555555555",
        resources=[{"ARN": _ROLE, "accountId": logs.OTHER, "type": "AWS::IAM::Role"}],
    )


@dataclass(frozen=True, slots=True)
class Case:
    """`reason` None: the call is judged, and denied."""

    id: str
    record: Json
    kind: str
    reason: str | None
    options: tuple[str, ...] = ()


MANAGEMENT = ("--management-account", logs.ACCOUNT)
CASES = (
    Case("scp-user", record(*_CALL), "scp", None),
    Case("scp-role", record(*_CALL, by=session("r")), "scp", None),
    Case("scp-root", record(*_CALL, by=logs.ROOT), "scp", None),
    Case("scp-federated", record(*_CALL, by=logs.federated("f")), "scp", None),
    Case("scp-service-linked", record(*_CALL, by=logs.SERVICE_LINKED), "scp", "service-linked-role"),
    Case("scp-service", record(*_CALL, by=logs.SERVICE, recipientAccountId=logs.ACCOUNT), "scp", "aws-service"),
    Case("scp-anonymous", record(*_CALL, by=logs.ANONYMOUS), "scp", "anonymous"),
    Case("scp-management", record(*_CALL), "scp", "management-account", MANAGEMENT),
    Case("scp-member", record(*_CALL), "scp", None, ("--management-account", logs.OTHER)),
    Case("scp-caller-record", _across(logs.ACCOUNT), "scp", None),
    Case("scp-resource-record", _across(logs.OTHER), "scp", "asked-at-caller"),
    Case("identity-user", record(*_CALL), "identity", None),
    Case("identity-role", record(*_CALL, by=session("r")), "identity", None),
    Case("identity-root", record(*_CALL, by=logs.ROOT), "identity", "root-user"),
    Case(
        "identity-service", record(*_CALL, by=logs.SERVICE, recipientAccountId=logs.ACCOUNT), "identity", "aws-service"
    ),
    Case("identity-service-linked", record(*_CALL, by=logs.SERVICE_LINKED), "identity", "service-linked-role"),
    Case("identity-management", record(*_CALL), "identity", None, MANAGEMENT),
    Case("rcp-user", record(*_CALL), "rcp", None),
    Case("rcp-service", record(*_CALL, by=logs.SERVICE, recipientAccountId=logs.ACCOUNT), "rcp", None),
    Case("rcp-anonymous", record(*_CALL, by=logs.ANONYMOUS), "rcp", None),
    Case("rcp-service-linked", record(*_CALL, by=logs.SERVICE_LINKED), "rcp", "service-linked-role"),
    Case("rcp-other-service", record("ec2", "DescribeInstances", {}), "rcp", "no-rcp-for-action"),
    Case("rcp-management", record(*_CALL), "rcp", "management-account", MANAGEMENT),
    Case("rcp-caller-record", _across(logs.ACCOUNT), "rcp", "asked-at-resource"),
    Case("rcp-resource-record", _across(logs.OTHER), "rcp", None),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_who_is_outside(case, tmp_path):
    """Whom a policy of this type cannot bind is outside with a reason; everyone else is judged."""
    principal = {"Principal": "*"} if case.kind == "rcp" else {}
    actions = ["s3:*", "sts:*"] if case.kind == "rcp" else ["*"]
    report = logs.replayed(tmp_path, [case.record], [deny(*actions, **principal)], *case.options, kind=case.kind)
    outside = [each["reason"] for each in report["outside"]]
    assert outside == ([case.reason] if case.reason else [])
    assert report["answer"]["stopped"] == (0 if case.reason else 1)


def test_layers_are_joined(tmp_path):
    """With several types of policy a call is judged by those that bind it, and outside only if none does."""
    records = [
        record(*_CALL),
        record(*_CALL, by=logs.ROOT),
        record(*_CALL, by=logs.SERVICE, recipientAccountId=logs.ACCOUNT),
    ]
    log = logs.write(tmp_path / "log.json.gz", records)
    identity = logs.policy(tmp_path / "identity.json", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    scp = logs.policy(tmp_path / "scp.json", deny("s3:PutBucketPolicy"))
    result = logs.run(log, "--identity", identity, "--scp", scp, "--format", "json")
    report = json.loads(result.stdout)
    logs.assert_adds_up(report)
    assert report["answer"]["stopped"] == 2
    assert [each["reason"] for each in report["outside"]] == ["aws-service"]
    assert report["question"]["asked"] == ["identity", "scp"]


def test_scps_that_only_deny_stand_beside_full_access(tmp_path):
    """An SCP that only denies is taken to stand beside FullAWSAccess, which the report says; an option takes it literally."""
    call = record("ec2", "DescribeInstances", {})
    beside = logs.replayed(tmp_path, [call], [deny("s3:*")])
    assert beside["answer"]["stopped"] == 0
    assert beside["question"]["beside"] == ["FullAWSAccess"]
    assert any("FullAWSAccess" in sentence for sentence in beside["question"]["sentences"])
    literally = logs.replayed(tmp_path, [call], [deny("s3:*")], "--no-full-aws-access")
    assert literally["answer"]["stopped"] == 1
    assert literally["question"]["beside"] == []
    (group,) = literally["denied"]
    assert (group["statement"], group["layer"]) == (None, "scp")


def test_scp_that_allows_stands_for_itself(tmp_path):
    """An SCP with an Allow is a list of what may be used: everything else is denied."""
    calls = [record("ec2", "DescribeInstances", {}), record("s3", "PutBucketPolicy", {"bucketName": "b"})]
    report = logs.replayed(tmp_path, calls, [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}])
    assert report["answer"]["stopped"] == 1
    assert report["question"]["beside"] == []
    assert any("for themselves" in sentence for sentence in report["question"]["sentences"])


def test_calls_that_were_denied_already_are_apart(tmp_path):
    """What the log shows as denied is no merit of these policies: it is counted apart, and not among the stopped."""
    denied = {"errorCode": "AccessDenied", "errorMessage": "User: x is not authorized to perform: s3:PutBucketPolicy"}
    calls = [
        record(*_CALL),
        record(*_CALL, **denied),
        record("ec2", "DescribeInstances", {}, errorCode="Client.UnauthorizedOperation"),
    ]
    report = logs.replayed(tmp_path, calls, [deny("s3:*")])
    answer = report["answer"]
    assert (answer["calls"], answer["stopped"]) == (1, 1)
    assert (answer["already_denied"]["calls"], answer["already_denied"]["stopped"]) == (2, 1)
    (group,) = report["denied"]
    assert (group["calls"], group["already_denied"], group["event"]) == (2, 1, calls[0]["eventID"])


def test_what_a_log_does_not_say_is_named(tmp_path):
    """A condition on something that no log holds makes the calls it is about indeterminate, and only those."""
    statement = deny("s3:*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})
    report = logs.replayed(tmp_path, [record(*_CALL), record("ec2", "DescribeInstances", {})], [statement])
    answer = report["answer"]
    assert (answer["calls"], answer["stopped"], answer["perhaps"], answer["at_most"]) == (2, 0, 1, 1)
    (missing,) = report["missing"]
    assert (missing["fact"], missing["reason"], missing["calls"], missing["alone"]) == (
        "aws:principalorgid",
        "key-not-known",
        1,
        1,
    )


def test_doubtful_deny_of_what_nothing_allows_is_a_deny(tmp_path):
    """A Deny that perhaps applies leaves nothing open where nothing allows the call; where something does, it does."""
    statements = [
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        deny("s3:*", "ec2:*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
    ]
    report = logs.replayed(
        tmp_path, [record(*_CALL), record("ec2", "DescribeInstances", {})], statements, kind="identity"
    )
    assert (report["answer"]["stopped"], report["answer"]["perhaps"]) == (1, 1)
    (group,) = report["denied"]
    assert (group["action"], group["statement"], group["layer"]) == ("s3:PutBucketPolicy", None, "identity")


def test_resource_that_is_not_known_is_a_missing_fact(tmp_path):
    """Where the log does not name the resource, a statement on certain resources leaves the answer open."""
    call = record("secretsmanager", "GetSecretValue", None)
    named = logs.replayed(
        tmp_path, [call], [deny("secretsmanager:*", Resource="arn:aws:secretsmanager:*:*:secret:a-*")]
    )
    assert named["answer"]["perhaps"] == 1
    assert [each["reason"] for each in named["missing"]] == ["resource-not-known"]
    elsewhere = logs.replayed(
        tmp_path, [call], [deny("secretsmanager:*", Resource="arn:aws:secretsmanager:eu-west-1:*:secret:*")]
    )
    assert elsewhere["answer"]["at_most"] == 0
    everything = logs.replayed(tmp_path, [call], [deny("secretsmanager:*")])
    assert everything["answer"]["stopped"] == 1


def test_malformed_names_never_pass_as_allowed(tmp_path):
    """A resource whose name is none is one that is not known; a caller whose name is none can be asked nothing."""
    odd = {"resources": [{"ARN": "arn:aws:sns", "accountId": logs.ACCOUNT, "type": "AWS::SNS::Topic"}]}
    publish = record("sns", "Publish", {"topicArn": "arn:aws:sns"}, **odd)
    some = deny("sns:*", Resource="arn:aws:sns:*:*:secret")
    assert logs.replayed(tmp_path, [publish], [some])["answer"]["perhaps"] == 1
    assert logs.replayed(tmp_path, [publish], [deny("sns:*")])["answer"]["stopped"] == 1
    nobody = {**logs.ALICE, "arn": "arn:aws:iam::12:user/alice"}
    report = logs.replayed(tmp_path, [record("ec2", "DescribeInstances", {}, by=nobody)], [deny("ec2:*")])
    assert [each["reason"] for each in report["outside"]] == ["not-a-request"]
