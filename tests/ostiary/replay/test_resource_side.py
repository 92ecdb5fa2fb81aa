"""SCPs and RCPs asked together, and calls that come from other accounts."""

import json

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session

ROLE = f"arn:aws:iam::{logs.OTHER}:role/Target"


def across(recipient: str, *, caller: str = logs.ACCOUNT) -> Json:
    """AssumeRole from one account into the other: the copy in one of their trails."""
    return record(
        "sts",
        "AssumeRole",
        {"roleArn": ROLE, "roleSessionName": "s"},
        by=session("Deploy", caller),
        recipientAccountId=recipient,
        sharedEventID="11111111-2222-3333-4444-555555555555",
        resources=[{"ARN": ROLE, "accountId": logs.OTHER, "type": "AWS::IAM::Role"}],
    )


OWN = record("ec2", "DescribeInstances", {}, by=session("Deploy"))
CASES = (
    # the resource's trail alone: the RCP is asked there, the SCP cannot be
    ("owner-alone-rcp", [across(logs.OTHER)], "sts:*", "kms:*", {"REVOKED": 1}, []),
    ("owner-alone-scp", [across(logs.OTHER)], "kms:*", "sts:*", {"UNCHANGED": 1}, []),
    # both trails: everything is asked of the caller's copy, whichever comes first, and the call counts once
    ("both-rcp", [across(logs.OTHER), across(logs.ACCOUNT)], "sts:*", "kms:*", {"REVOKED": 1}, ["asked-at-caller"]),
    ("both-scp", [across(logs.OTHER), across(logs.ACCOUNT)], "kms:*", "sts:*", {"REVOKED": 1}, ["asked-at-caller"]),
    ("both-turned", [across(logs.ACCOUNT), across(logs.OTHER)], "kms:*", "sts:*", {"REVOKED": 1}, ["asked-at-caller"]),
    # another call of the caller's account shows that its trail is there
    ("trail-is-there", [across(logs.OTHER), OWN], "sts:*", "kms:*", {"UNCHANGED": 1}, ["asked-at-caller"]),
)


@pytest.mark.parametrize(("records", "rcp", "scp", "changes", "outside"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_calls_from_elsewhere(records, rcp, scp, changes, outside, tmp_path):
    """An RCP holds for callers of every account; SCPs only for those of the organization, at whose record they are asked."""
    log = logs.write(tmp_path / "log.json.gz", records)
    rcp_file = logs.policy(tmp_path / "rcp.json", deny(rcp, Principal="*"))
    scp_file = logs.policy(tmp_path / "scp.json", deny(scp))
    result = logs.run(log, "--rcp", rcp_file, "--scp", scp_file, "--format", "json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    logs.assert_adds_up(report)
    counted: dict[str, int] = {}
    for row in report["rows"]:
        counted[row["change"]] = counted.get(row["change"], 0) + row["events"]
    assert counted == changes
    assert [each["reason"] for each in report["outside"]] == outside
    assert sum(sum(row["timeline"]) for row in report["rows"]) == sum(changes.values())


def test_rcp_and_scp_of_one_call(tmp_path):
    """Within an account both are asked of the same record, and either denies."""
    call = record("s3", "PutBucketPolicy", {"bucketName": "b"})
    log = logs.write(tmp_path / "log.json.gz", [call])
    for rcp, scp, stopped in (("s3:*", "ec2:*", 1), ("kms:*", "s3:*", 1), ("kms:*", "ec2:*", 0)):
        rcp_file = logs.policy(tmp_path / "rcp.json", deny(rcp, Principal="*"))
        scp_file = logs.policy(tmp_path / "scp.json", deny(scp))
        report = json.loads(logs.run(log, "--rcp", rcp_file, "--scp", scp_file, "--format", "json").stdout)
        assert report["answer"]["stopped"] == stopped
