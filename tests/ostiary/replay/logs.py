"""Records and logs for the tests of replay: synthetic, in the form that CloudTrail writes."""

import gzip
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ostiary.cli import main

Json = dict[str, Any]

ACCOUNT = "111122223333"
OTHER = "444455556666"

ALICE: Json = {
    "type": "IAMUser",
    "principalId": "AIDAALICEEXAMPLE",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "userName": "alice",
}
ROOT: Json = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": f"arn:aws:iam::{ACCOUNT}:root",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
}
SERVICE: Json = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
ANONYMOUS: Json = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}


def session(role: str, account: str = ACCOUNT, name: str = "s1") -> Json:
    """`userIdentity` of a session of a role, which is given with its path."""
    short = role.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{short}/{name}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": short,
            },
            "attributes": {"creationDate": "2026-03-02T08:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def federated(name: str) -> Json:
    return {
        "type": "FederatedUser",
        "principalId": f"{ACCOUNT}:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {"sessionIssuer": {**ALICE, "type": "IAMUser"}, "attributes": {}},
    }


SERVICE_LINKED = session("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")


def record(source: str, name: str, parameters: Json | None = None, *, by: Json = ALICE, **fields: Any) -> Json:
    """A record; `fields` replace or add to its own. None removes a field."""
    made: Json = {
        "eventVersion": "1.11",
        "userIdentity": by,
        "eventTime": "2026-03-02T08:15:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-2",
        "sourceIPAddress": "203.0.113.5",
        "userAgent": "aws-cli/2.27.41",
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": by.get("accountId", ACCOUNT) if by is not ANONYMOUS else ACCOUNT,
        "eventCategory": "Management",
        **fields,
    }
    return {key: value for key, value in made.items() if value is not None or key.endswith(("Parameters", "Elements"))}


def write(path: Path, records: Sequence[Json]) -> Path:
    """A log file as CloudTrail delivers it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": list(records)}).encode()))
    return path


def policy(path: Path, *statements: Json) -> Path:
    """A policy file."""
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2), encoding="utf-8")
    return path


def deny(*actions: str, sid: str = "Stop", **elements: Any) -> Json:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*", **elements}


def run(*arguments: object) -> Result:
    """The command line, in this process."""
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


def replayed(
    folder: Path, records: Sequence[Json], statements: Sequence[Json], *options: object, kind: str = "scp"
) -> Json:
    """The JSON report of a replay of these records against one policy of these statements."""
    log = write(folder / "logs" / "log.json.gz", records)
    file = policy(folder / "policy.json", *statements)
    result = run(log, f"--{kind}", file, "--format", "json", *options)
    assert result.exit_code == 0, result.output
    report: Json = json.loads(result.stdout)
    assert_adds_up(report)
    return report


def assert_adds_up(report: Json) -> None:
    """Every record is in exactly one count, and the lists come to the same as the sums."""
    accounting = report["accounting"]
    read = accounting["read"]
    assert read == sum(count for name, count in accounting.items() if name != "read")
    assert accounting["judged"] == sum(each["calls"] for each in report["judged"])
    for name in ("outside", "excluded"):
        assert accounting[name] == sum(each["calls"] for each in report[name])
    assert accounting["unmapped"] == sum(each["calls"] for each in report["unmapped"]) + report["others"]["unmapped"]
    assert accounting["damaged"] == sum(each["places"] for each in report["damaged"])
    answer = report["answer"]
    for part, calls in (("stopped", "denied"), ("perhaps", "indeterminate")):
        listed = sum(each["calls"] for each in report[calls]) + report["others"][calls]
        assert answer[part] + answer["already_denied"][part] == listed
    assert answer["calls"] + answer["already_denied"]["calls"] == accounting["judged"]
    for some in (answer, answer["already_denied"]):
        assert some["at_most"] == some["stopped"] + some["perhaps"]
