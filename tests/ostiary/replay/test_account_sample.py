"""A sample account as baseline, an SCP of the examples added to it: what is revoked, by hand.

The policies are those of the sample; `why` says what its author would say. The SCP denies what is outside us-east-2 and eu-west-1,
but for services without regions (iam, sts, s3:ListAllMyBuckets, ...) and for roles whose name begins with BreakGlass.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, record

ROOT = Path(__file__).parents[3]
DETAILS = ROOT.parent / "shared" / "data" / "policies" / "account-authorization-details-example.json.gz"
SCP = ROOT / "examples" / "policies" / "scp-region-guard.json"
ONE, OTHER = "200611803367", "012345678901"

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DETAILS.exists(), reason="the shared account is not there")]


def user(name: str, account: str = ONE) -> Json:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return {**logs.ALICE, "arn": arn, "accountId": account, "userName": name}


def role(name: str, account: str = ONE) -> Json:
    return logs.session(name, account)


START = ("ssm", "StartSession", {"target": "i-0123456789abcdef0"})
PASSED = f"arn:aws:iam::{ONE}:role/lambda-role"
CREATE = ("lambda", "CreateFunction20150331", {"functionName": "f", "role": PASSED, "runtime": "python3.13"})


@dataclass(frozen=True, slots=True)
class ByHand:
    """A call in a region, what becomes of it, and why."""

    who: Json
    call: tuple[str, str, Json]
    region: str
    change: str
    why: str


TUPLES = (
    ByHand(user("fn1-privesc3-partial-user"), ("ec2", "DescribeInstances", {}), "us-west-2", "REVOKED", "its policy allows ec2:DescribeInstances on *; us-west-2 is not in the list"),
    ByHand(user("fn1-privesc3-partial-user"), ("ec2", "DescribeInstances", {}), "us-east-2", "UNCHANGED", "the same call in a region of the list"),
    ByHand(user("privesc4-CreateAccessKey-user"), ("iam", "CreateAccessKey", {"userName": "x"}), "us-east-1", "UNCHANGED", "iam:* is under NotAction, so the region of IAM's endpoint does not matter"),
    ByHand(user("fp1-allow-and-deny-user"), ("iam", "ListUsers", {}), "us-east-1", "UNCHANGED", "its own Deny on iam:* stops the call before and after"),
    ByHand(user("privesc-ssmStartSession-user"), ("ssm", "DescribeSessions", {"state": "Active"}), "ap-northeast-1", "REVOKED", "its policy allows ssm:DescribeSessions on *; Tokyo is not in the list"),
    ByHand(user("privesc-ssmStartSession-user"), START, "ap-northeast-1", "REVOKED", "ssm:StartSession on the instance is allowed by the same policy; the SCP denies it whatever the resource"),
    ByHand(user("privesc15-PassExistingRoleToNewLambdaThenInvoke-user"), CREATE, "us-west-1", "REVOKED", "CreateFunction and PassRole are both allowed; the SCP denies the first, and iam:PassRole alone is spared"),
    ByHand(user("obama", OTHER), ("sqs", "CreateQueue", {"queueName": "q"}), "eu-central-1", "REVOKED", "AdministratorAccess, attached to the user itself"),
    ByHand(user("userwithlotsofpermissions", OTHER), ("s3", "ListBuckets", {}), "us-east-1", "UNCHANGED", "s3:ListAllMyBuckets is under NotAction"),
    ByHand(role("stacksets-exec-b5520cb2730c2f54b523d6375a319abb"), ("lambda", "ListFunctions20150331", {}), "eu-west-3", "REVOKED", "a session has the policies of its role, AdministratorAccess; the role is no BreakGlass role"),
    ByHand(user("privesc3-CreateEC2WithExistingInstanceProfile-user"), ("ec2", "CreateKeyPair", {"keyName": "k"}), "us-west-2", "REVOKED", "ec2:CreateKeyPair on * is in its policy"),
    ByHand(role("privesc20-PassExistingRoleToCloudFormation-role"), ("cloudformation", "CreateStack", {"stackName": "s"}), "ap-southeast-1", "REVOKED", "cloudformation:CreateStack on *; no role is passed, so iam:PassRole is not asked"),
    ByHand(role("privesc21-PassExistingRoleToNewDataPipeline-role"), ("datapipeline", "CreatePipeline", {"name": "p", "uniqueId": "u"}), "us-west-2", "REVOKED", "datapipeline:CreatePipeline on *, in the second statement"),
    ByHand(role("privesc4-CreateAccessKey-role"), ("ec2", "DescribeInstances", {}), "eu-west-3", "UNCHANGED", "its policy allows iam:CreateAccessKey only: denied before and after"),
    ByHand(role("OverprivilegedEC2", OTHER), ("secretsmanager", "GetSecretValue", {"secretId": "db"}), "us-east-1", "REVOKED", "secretsmanager:GetSecretValue on *; which secret it is makes no difference"),
)  # fmt: skip


@pytest.mark.parametrize(
    "by_hand", TUPLES, ids=lambda each: f"{each.who['arn'].split('/')[1]}-{each.call[1]}-{each.region}"
)
def test_tuple(by_hand, tmp_path):
    """Each tuple for itself."""
    source, name, parameters = by_hand.call
    call = record(source, name, parameters, by=by_hand.who, awsRegion=by_hand.region)
    log = logs.write(tmp_path / "log.json.gz", [call])
    report = json.loads(logs.run(log, "--baseline", DETAILS, "--scp", SCP, "--format", "json").stdout)
    (row,) = report["rows"]
    assert (row["change"], row["events"]) == (by_hand.change, 1), by_hand.why
    if by_hand.change == "REVOKED":
        assert row["statement"]["sid"] == "OurRegionsOnly"
        assert row["action"].lower() == f"{source}:{name.removesuffix('20150331')}".lower()


def test_the_whole_list(tmp_path):
    """All of them in one log: as many are revoked as by hand, and no more."""
    calls = [
        record(*each.call, by=each.who, awsRegion=each.region, eventTime=f"2026-03-{day:02}T08:00:00Z")
        for day, each in enumerate(TUPLES, start=1)
    ]
    log = logs.write(tmp_path / "log.json.gz", calls)
    result = logs.run(log, "--baseline", DETAILS, "--scp", SCP, "--format", "json", "--fail-on", "revoked")
    report = json.loads(result.stdout)
    wanted = sum(each.change == "REVOKED" for each in TUPLES)
    assert result.exit_code == 4
    assert report["revoked"] == {"certain": wanted, "most": wanted}
    assert report["gained"]["most"] == 0
