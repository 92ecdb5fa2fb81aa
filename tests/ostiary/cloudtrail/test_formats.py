"""Every form of a log gives the requests that the same event gives in a file of its trail."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.replay.logs import ALICE, record, session

from ostiary.cloudtrail.action import actions_by_name
from ostiary.cloudtrail.damage import Damage, DamageKind
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.mapping import Excluded, Mapped, map_record
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.s3_access import _NAMES, _name, s3_event

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

EVENTS = [
    record(
        "s3",
        "PutObject",
        {"bucketName": "b", "key": "k", "x-amz-acl": "private"},
        by=session("team/deploy"),
        resources=[
            {"ARN": "arn:aws:s3:::b/k", "type": "AWS::S3::Object"},
            {"ARN": "arn:aws:s3:::b", "accountId": "111122223333"},
        ],
        additionalEventData={"SignatureVersion": "SigV4", "CipherSuite": "x"},
        tlsDetails={"tlsVersion": "TLSv1.3"},
    ),
    record("iam", "CreateUser", {"userName": "bob", "tags": [{"key": "a", "value": "b"}]}, errorCode="AccessDenied"),
    record("ec2", "DescribeInstances", {"filterSet": {}, "instancesSet": {"items": [{"instanceId": "i-1"}]}}),
]
KEYS = (
    "aws:sourceip",
    "aws:principalarn",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:currenttime",
    "aws:multifactorauthpresent",
)


def asked(records: list[Any]) -> list[Any]:
    found = []
    for each in records:
        assert isinstance(each, Record), each
        mapped = map_record(each)
        assert isinstance(mapped, Mapped)
        for request in mapped.requests:
            states = [request.context.state(key) for key in KEYS]
            found.append(
                (
                    request.principal,
                    request.action,
                    request.resource,
                    mapped.event.outcome,
                    mapped.event.event_id,
                    states,
                )
            )
    return found


EXPECTED = asked([Record.of(event) for event in EVENTS])


def read(path: Path) -> list[Any]:
    return list(read_log(LogFile(str(path))))


def lower(value: Any, *, depth: int = 5) -> Any:
    if isinstance(value, dict) and depth:
        return {name.lower(): lower(each, depth=depth - 1) for name, each in value.items()}
    return value


def flat(event: dict[str, Any]) -> dict[str, Any]:
    """A row of Athena: names in lower case, parameters as JSON text."""
    row = {}
    for name, value in event.items():
        if name in {"requestParameters", "responseElements", "additionalEventData"}:
            row[name.lower()] = None if value is None else json.dumps(value)
        elif name == "resources":
            row["resources"] = [
                {"arn": each.get("ARN"), "accountid": each.get("accountId"), "type": each.get("type")} for each in value
            ]
        else:
            row[name.lower()] = lower(value)
    return row


def written_csv(path: Path, rows: list[dict[str, Any]], *, zipped: bool = False) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if zipped else data)
    return path


def result_text(value: Any) -> Any:
    """A cell as a query result writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={result_text(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(str(result_text(each)) for each in value) + "]"
    return "null" if value is None else value if not isinstance(value, bool) else str(value).lower()


@pytest.mark.parametrize("zipped", [False, True])
def test_lake_results(tmp_path, zipped):
    rows = [{"eventID": event["eventID"], "eventJson": json.dumps(event, indent=1)} for event in EVENTS]
    assert asked(read(written_csv(tmp_path / "result_1.csv", rows, zipped=zipped))) == EXPECTED


def test_athena_results(tmp_path):
    """Structs as `{type=IAMUser, ...}`, parameters as JSON text."""
    rows = [{name: result_text(value) for name, value in flat(event).items()} for event in EVENTS]
    assert asked(read(written_csv(tmp_path / "athena.csv", rows))) == EXPECTED


def test_athena_parquet(tmp_path):
    """Structs, lists of structs, JSON in text, a partition column, a time."""
    rows = [
        {**flat(event), "region": "us-east-2", "eventtime": datetime(2026, 3, 2, 8, 15, tzinfo=UTC)} for event in EVENTS
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_of(rows)), tmp_path / "unload.parquet")
    assert asked(read(tmp_path / "unload.parquet")) == EXPECTED


def test_lake_parquet(tmp_path):
    """Maps from text to text, whose values may be JSON."""
    maps = pa.map_(pa.string(), pa.string())
    rows = [flat(event) for event in EVENTS]
    for row, event in zip(rows, EVENTS, strict=True):
        row["requestparameters"] = [
            (name, value if isinstance(value, str) else json.dumps(value))
            for name, value in event["requestParameters"].items()
        ]
    schema = schema_of(rows)
    schema = schema.set(schema.get_field_index("requestparameters"), pa.field("requestparameters", maps))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / "lake.parquet")
    assert asked(read(tmp_path / "lake.parquet")) == EXPECTED


def schema_of(rows: list[dict[str, Any]]) -> Any:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: pa.array([row.get(name) for row in rows]) for name in names if name != "requestparameters"}
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    return pa.schema([*fields, pa.field("requestparameters", pa.string())])


def ocsf(event: dict[str, Any], *, old: bool) -> dict[str, Any]:
    """An event as Security Lake writes it, in its first form or in OCSF 1.1."""
    identity = event["userIdentity"]
    context = identity.get("sessionContext", {})
    user: dict[str, Any] = {
        "type": identity["type"],
        "name": identity.get("userName"),
        "credential_uid": identity["accessKeyId"],
    }
    if old:
        user |= {"uid": identity["principalId"], "uuid": identity["arn"], "account_uid": identity["accountId"]}
    else:
        user |= {"uid": identity["arn"], "uid_alt": identity["principalId"], "account": {"uid": identity["accountId"]}}
    created = context.get("attributes", {}).get("creationDate")
    milliseconds = int(datetime.fromisoformat(created).timestamp() * 1000) if created else None
    mfa = context["attributes"]["mfaAuthenticated"] == "true" if context else None
    unmapped = {"recipientAccountId": event["recipientAccountId"]}
    if old:
        unmapped |= {
            f"requestParameters.{name}": value
            for name, value in event["requestParameters"].items()
            if isinstance(value, str)
        }
        unmapped |= {
            f"additionalEventData.{name}": value for name, value in event.get("additionalEventData", {}).items()
        }
        unmapped |= {f"tlsDetails.{name}": value for name, value in event.get("tlsDetails", {}).items()}
    else:
        unmapped |= {name: json.dumps(event[name]) for name in ("additionalEventData", "tlsDetails") if name in event}
    return {
        "class_uid": 3005 if old else 6003,
        "metadata": {
            "version": "1.0.0-rc.2" if old else "1.1.0",
            "uid": event["eventID"],
            "event_code": event["eventType"],
            "product": {"version": event["eventVersion"], "feature": {"name": event["eventCategory"]}},
        },
        "time": int(datetime.fromisoformat(event["eventTime"]).timestamp() * 1000),
        "cloud": {"region": event["awsRegion"]},
        "api": {
            "operation": event["eventName"],
            "service": {"name": event["eventSource"]},
            "request": {"uid": event["requestID"], "data": None if old else json.dumps(event["requestParameters"])},
            "response": {"error": event.get("errorCode"), "message": None},
        },
        "actor": {
            "user": user,
            "session": {
                "issuer": context.get("sessionIssuer", {}).get("arn"),
                "created_time": milliseconds,
                ("mfa" if old else "is_mfa"): mfa,
            },
        },
        "src_endpoint": {"ip": event["sourceIPAddress"]},
        "http_request": {"user_agent": event["userAgent"]},
        "resources": [
            {"uid": each["ARN"], "type": each.get("type"), "account_uid": each.get("accountId")}
            for each in event.get("resources", [])
        ]
        or None,
        "unmapped": list(unmapped.items()),
    }


@pytest.mark.parametrize("old", [True, False], ids=["1.0.0-rc.2", "1.1"])
@pytest.mark.parametrize("form", ["parquet", "json", "lines"])
def test_security_lake(tmp_path, old, form):
    rows = [ocsf(event, old=old) for event in EVENTS]
    path = tmp_path / "lake"
    match form:
        case "parquet":
            maps = pa.map_(pa.string(), pa.string())
            inferred = pa.Table.from_pylist([{**row, "unmapped": None} for row in rows]).schema
            schema = inferred.set(inferred.get_field_index("unmapped"), pa.field("unmapped", maps))
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        case "json":
            path.write_text(json.dumps([{**row, "unmapped": dict(row["unmapped"])} for row in rows], indent=1))
        case _:
            path.write_text("\n".join(json.dumps({**row, "unmapped": dict(row["unmapped"])}) for row in rows))
    found = asked(read(path))
    # the first form lost that the parameters of the last event hold a list
    count = 3 if not old else 2
    assert found[:count] == EXPECTED[:count]


def test_other_classes_of_ocsf_are_counted(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"class_uid": 4001, "metadata": {}}))
    (damage,) = read(tmp_path / "a.json")
    assert (damage.kind, damage.message) == (DamageKind.NOT_A_RECORD, "an OCSF event that is no call")


@pytest.mark.parametrize("kind", [[3005], {"a": 1}, "3005", None])
def test_a_class_of_ocsf_may_be_anything(tmp_path, kind):
    (tmp_path / "a.json").write_text(json.dumps({"class_uid": kind, "metadata": {}}))
    (damage,) = read(tmp_path / "a.json")
    assert (damage.kind, damage.message) == (DamageKind.NOT_A_RECORD, "an OCSF event that is no call")


def test_a_class_of_ocsf_may_be_a_float(tmp_path):
    """As in a column of a table that also has gaps."""
    (tmp_path / "a.json").write_text('{"class_uid": 6003.0, "metadata": {}, "api": {"operation": "ListBuckets"}}')
    (found,) = read(tmp_path / "a.json")
    assert isinstance(found, Record)
    assert found.name == "ListBuckets"


S3_LINE = (
    "79a59df900b949e5 photos [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {requester} 3E57427F3EXAMPLE {operation} {key} "
    '"GET /photos?{query} HTTP/1.1" {status} {error} 113 - 7 - "-" "curl "7".0" - host= SigV4 ECDHE-RSA-AES128-GCM-SHA256 '
    "AuthHeader photos.s3.eu-west-1.amazonaws.com TLSv1.2 - -"
)


def s3_line(operation: str = "REST.GET.OBJECT", **parts: str) -> str:
    usual = {"requester": ALICE["arn"], "key": "a%2520b/c", "query": "", "status": "200", "error": "-"}
    return S3_LINE.format(operation=operation, **{**usual, **parts})


def test_s3_access_log(tmp_path):
    lines = [
        s3_line(),
        s3_line(
            "REST.GET.BUCKET",
            key="-",
            query="prefix=a%2Fb&delimiter=%2F",
            requester="arn:aws:sts::111122223333:assumed-role/app/s",
        ),
        s3_line("REST.PUT.OBJECT", status="403", error="AccessDenied", requester="-"),
        "no line of such a log",
        s3_line("S3.EXPIRE.OBJECT"),
        s3_line() + " and fields of later years",
    ]
    (tmp_path / "a.log").write_text("\n".join(lines))
    got, listed, put, damage, expired, later = read(tmp_path / "a.log")
    mapped = map_record(got)
    assert (mapped.requests[0].action, mapped.requests[0].resource) == ("s3:GetObject", "arn:aws:s3:::photos/a%20b/c")
    states = [
        mapped.requests[0].context.state(key)
        for key in ("aws:SourceIp", "s3:TlsVersion", "s3:authType", "aws:SecureTransport")
    ]
    assert states == ["192.0.2.3", "1.2", "REST-HEADER", "true"]
    assert got.user_agent == 'curl "7".0'
    assert got.region == "eu-west-1"
    mapped = map_record(listed)
    assert (mapped.requests[0].action, mapped.requests[0].resource) == ("s3:ListBucket", "arn:aws:s3:::photos")
    assert mapped.requests[0].context.state("s3:prefix") == "a/b"
    mapped = map_record(put)
    assert (mapped.requests[0].principal, mapped.event.outcome.value) == ("*", "denied")
    assert damage.kind is DamageKind.NOT_A_RECORD
    assert isinstance(map_record(expired), Excluded)
    assert map_record(later).requests[0].action == "s3:GetObject"


@pytest.mark.parametrize("operation", sorted(_NAMES))
def test_s3_operations_are_known(operation):
    for of_object in (True, False):
        name = _name(operation, of_object)
        assert actions_by_name("s3.amazonaws.com", name) or name == "PreflightRequest"


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("REST.GET.ACL", "s3:GetObjectAcl"),
        ("REST.PUT.LIFECYCLE", "s3:PutLifecycleConfiguration"),
        ("REST.GET.VERSIONING", "s3:GetBucketVersioning"),
        ("REST.GET.ENCRYPTION", "s3:GetEncryptionConfiguration"),
        ("REST.DELETE.CORS", "s3:PutBucketCORS"),
    ],
)
def test_s3_subresources(operation, action):
    event = s3_event(s3_line(operation, key="k" if operation.endswith("ACL") else "-"))
    assert map_record(Record.of(event)).requests[0].action == action


@given(st.lists(st.text(alphabet='{}[]=, "ab\n', max_size=12), min_size=1, max_size=4), st.binary(max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_tables(tmp_path, cells, more):
    """Every row is an event or a damage, and nothing raises."""
    good = {"eventname": "ListBuckets", "eventsource": "s3.amazonaws.com", "useridentity": "", "requestparameters": ""}
    rows = [{**good, "useridentity": cell, "requestparameters": cell} for cell in cells]
    path = written_csv(tmp_path / "a.csv", rows)
    assert sum(isinstance(piece, Record) for piece in read(path)) == len(cells)
    path.write_bytes(path.read_bytes() + more)
    found = read(path)
    assert all(isinstance(piece, Record | Damage) for piece in found)
    whole = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), whole)
    data = whole.getvalue()
    cut = data[: len(data) - 4] + more
    path.write_bytes(cut)
    assert all(isinstance(piece, Record | Damage) for piece in read(path))


def test_tables_of_others_are_named(tmp_path):
    pq.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "a.parquet")
    (damage,) = read(tmp_path / "a.parquet")
    assert damage.message == "a table that is not CloudTrail's, with columns a, b: say with --columns what they mean"
