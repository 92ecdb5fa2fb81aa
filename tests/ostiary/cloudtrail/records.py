"""Synthetic CloudTrail records for tests, in the form that CloudTrail writes: documentation accounts, no real data."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.mapping import EventRequest, Mapped, map_record
from ostiary.cloudtrail.record import Record

Json = dict[str, Any]

ACCOUNT = "111122223333"
OTHER = "123456789012"
REGION = "eu-west-1"

USER: Json = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLE",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLE",
    "userName": "alice",
}
ROOT: Json = {
    "type": "Root",
    "principalId": ACCOUNT,
    "arn": f"arn:aws:iam::{ACCOUNT}:root",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLE",
}
SERVICE: Json = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
ANONYMOUS: Json = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
FEDERATED: Json = {
    "type": "FederatedUser",
    "principalId": f"{ACCOUNT}:guest",
    "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {
        "sessionIssuer": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice",
            "accountId": ACCOUNT,
            "userName": "alice",
        },
        "attributes": {"creationDate": "2026-03-02T08:00:00Z", "mfaAuthenticated": "false"},
    },
}


def session(role: str, name: str = "s1", *, mfa: str = "false", **context: Any) -> Json:
    """`userIdentity` of a session of a role, which is given with its path; `context` goes into `sessionContext`."""
    short = role.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{short}/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "accountId": ACCOUNT,
                "userName": short,
            },
            "attributes": {"creationDate": "2026-03-02T08:00:00Z", "mfaAuthenticated": mfa},
            **context,
        },
    }


def event(source: str, name: str, parameters: Json | None = None, *, by: Json | None = USER, **fields: Any) -> Json:
    """A record as a JSON object; `fields` add to its own or replace them."""
    return {
        "eventVersion": "1.11",
        "userIdentity": by,
        "eventTime": "2026-03-02T08:15:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.5",
        "userAgent": "aws-cli/2.27.41",
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": "11111111-2222-3333-4444-555555555555",
        "eventID": f"{source}-{name}-0000",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **fields,
    }


def record(source: str, name: str, parameters: Json | None = None, **fields: Any) -> Record:
    """A record as reading gives it."""
    return Record.of(event(source, name, parameters, **fields))


def requests(source: str, name: str, parameters: Json | None = None, **fields: Any) -> tuple[EventRequest, ...]:
    """The requests of a call; fails if the record does not map."""
    mapped = map_record(record(source, name, parameters, **fields))
    assert isinstance(mapped, Mapped), mapped
    return mapped.requests


def first(source: str, name: str, parameters: Json | None = None, **fields: Any) -> EventRequest:
    """The request that the call is about."""
    return requests(source, name, parameters, **fields)[0]


def denied(action: str, resource: str | None = None, reason: str = "") -> Json:
    """The error fields of a denied call, in AWS's words."""
    where = f" on resource: {resource}" if resource else ""
    return {
        "errorCode": "AccessDenied",
        "errorMessage": f"User: {USER['arn']} is not authorized to perform: {action}{where}{reason}",
    }


def log(path: Path, content: bytes | str | Sequence[Json]) -> LogFile:
    """A log file with this content; records are put into `{"Records": [...]}`."""
    if not isinstance(content, str | bytes):
        content = json.dumps({"Records": list(content)})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return LogFile(str(path))
