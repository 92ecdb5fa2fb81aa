"""Strategies for logs that are damaged in all ways, and what a reader makes of them."""

import gzip
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.ostiary.replay.logs import ALICE, ANONYMOUS, ROOT, SERVICE, SERVICE_LINKED, federated, record, session

from ostiary.cloudtrail.envelopes import RECORD_FIELDS
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.ingest.run import Reading, cases

Json = dict[str, Any]

CALLERS: tuple[Json, ...] = (
    ALICE,
    ROOT,
    SERVICE,
    SERVICE_LINKED,
    ANONYMOUS,
    federated("guest"),
    session("team/deploy"),
    session("team/deploy", name="i-0123456789abcdef0"),
    {"type": "AssumedRole", "principalId": "AROA:x", "accountId": "111122223333"},
    {"type": "AWSAccount", "principalId": "AIDAX", "accountId": "444455556666"},
)
CALLS: tuple[tuple[str, str, Json | None], ...] = (
    ("s3", "GetObject", {"bucketName": "b", "key": "k"}),
    ("s3", "PutObject", {"bucketName": "b", "key": "k", "x-amz-acl": "private"}),
    ("s3", "ListBuckets", None),
    (
        "ec2",
        "RunInstances",
        {"instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1}]}, "instanceType": "t3.nano"},
    ),
    ("ec2", "DescribeInstances", {}),
    ("iam", "CreateRole", {"roleName": "r", "assumeRolePolicyDocument": '{"Statement":[]}'}),
    ("sts", "AssumeRole", {"roleArn": "arn:aws:iam::444455556666:role/x", "roleSessionName": "s"}),
    ("sts", "GetCallerIdentity", None),
    ("kms", "Decrypt", {"encryptionContext": {"aws:cloudtrail:arn": "arn:aws:cloudtrail:x:1:trail/t"}}),
    ("signin", "ConsoleLogin", None),
    ("nothing", "Known", {"a": 1}),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(
        ["", "null", "é", "AccessDenied", "NoSuchKey", '{"bucketName":"c"}', "vpce-1", "Data", "203.0.113.9"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
RESPONSES = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "errorCode": st.sampled_from(["AccessDenied", "Else", 3]),
            "__type": st.sampled_from(["AccessDeniedException"]),
            "code": st.sampled_from(["Forbidden"]),
            "role": st.sampled_from([{"arn": "arn:aws:iam::111122223333:role/p/r"}, {"arn": 1}, {"x": {"arn": "a"}}]),
            "arn": SCALARS,
            "x": VALUES,
        },
    ),
)
MESSAGES = st.sampled_from(
    [
        None,
        "Access Denied",
        (
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k "
            "with an explicit deny in a service control policy"
        ),
    ]
)
ADDENDA = st.fixed_dictionaries({"originalEventID": st.sampled_from(["a", "b"])}, optional={"updatedFields": SCALARS})
RESOURCES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"ARN": st.just("arn:aws:s3:::b/k"), "accountId": st.just("444455556666"), "type": SCALARS}
    ),
    max_size=2,
)
FIELDS = {
    "userIdentity": st.sampled_from(CALLERS),
    "eventID": st.sampled_from(
        ["a", "b", "11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555556"]
    ),
    "eventTime": st.sampled_from(["2026-03-02T08:15:00Z", "2026-03-02T08:15:01Z", "yesterday", ""]),
    "awsRegion": st.sampled_from(["eu-west-1", "cn-north-1", ""]),
    "sourceIPAddress": st.sampled_from(["203.0.113.9", "AWS Internal", "config.amazonaws.com"]),
    "errorCode": st.sampled_from(["AccessDenied", "NoSuchKey", "Throttling", "Client.UnauthorizedOperation"]),
    "errorMessage": MESSAGES,
    "responseElements": RESPONSES,
    "resources": RESOURCES,
    "tlsDetails": st.sampled_from(
        [{}, {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": "s3.eu-west-3.amazonaws.com"}]
    ),
    "additionalEventData": st.sampled_from(
        [
            {},
            {"CipherSuite": "x"},
            {"SignatureVersion": "SigV4", "AuthenticationMethod": "AuthHeader"},
            {"SignatureVersion": None},
        ]
    ),
    "sharedEventID": st.sampled_from(["", "s1", "s2"]),
    "recipientAccountId": st.sampled_from(["111122223333", "444455556666", "", "x"]),
    "vpcEndpointId": st.sampled_from(["vpce-1", "AWS Internal"]),
    "vpcEndpointAccountId": st.just("111122223333"),
    "eventVersion": st.sampled_from(["1.02", "1.08"]),
    "eventCategory": st.sampled_from(["Data", "Insight", "Management"]),
    "eventType": st.sampled_from(["AwsServiceEvent", "AwsApiCall"]),
    "addendum": ADDENDA,
    "eventContext": st.just({"requestContext": {"aws:SourceIp": "198.51.100.1"}}),
    "userAgent": st.sampled_from(["[x]", "y"]),
    "serviceEventDetails": VALUES,
}
RIGHT = st.sampled_from(sorted(FIELDS)).flatmap(lambda name: st.tuples(st.just(name), FIELDS[name]))
WRONG = st.tuples(
    st.sampled_from([*sorted(RECORD_FIELDS), "@timestamp", "eventname", "eventsource", "own", "useridentity"]), VALUES
)
CHANGES = st.integers(0, 5).flatmap(lambda kind: RIGHT if kind else WRONG)
IDENTITY_CHANGES = st.tuples(
    st.sampled_from(
        ["type", "arn", "accountId", "accessKeyId", "principalId", "invokedBy", "sessionContext", "own", "inScopeOf"]
    ),
    VALUES,
)
NESTED = st.sampled_from(
    ["requestParameters", "tlsDetails", "own", "responseElements", "additionalEventData", "resources"]
)


@st.composite
def events(draw: st.DrawFn) -> str:
    """One event as JSON text."""
    source, name, parameters = draw(st.sampled_from(CALLS))
    made = record(source, name, parameters, by=draw(st.sampled_from(CALLERS)), requestID="r")
    made["eventID"] = draw(st.uuids().map(str) | FIELDS["eventID"])
    for field, value in draw(st.lists(CHANGES, max_size=3)):
        made[field] = value
    for field, value in draw(st.lists(IDENTITY_CHANGES, max_size=1) if draw(st.booleans()) else st.just([])):
        if isinstance(made["userIdentity"], dict):
            made["userIdentity"] = {**made["userIdentity"], field: value}
    for field in draw(st.lists(st.sampled_from(sorted(made)), max_size=1)):
        made.pop(field, None)
    text = json.dumps(
        made, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    )
    kind = draw(st.integers(0, 60))
    if kind == 0:  # a key twice
        field, value = draw(CHANGES)
        text = f"{{{json.dumps(field)}:{json.dumps(value)},{text[1:]}"
    if kind == 1:  # nested deep, at the limit and far above
        depth = draw(st.sampled_from([97, 98, 99, 100, 101, 2000]))
        place = draw(NESTED)
        # where a field is given twice, the depth of the first is not looked at
        text = text.replace(f'"{place}"', '"another"')
        text = f'{{"{place}":{{"a":{"[" * depth}{"]" * depth}}},{text[1:]}'
    if kind == 2:
        text = f'{{"{draw(NESTED)}":{{"a":{"1" * draw(st.sampled_from([4300, 4301, 9000]))}}},{text[1:]}'
    if kind == 3:
        text = f'{{"{draw(NESTED)}":{draw(st.sampled_from(["NaN", "1e999", "[Infinity]"]))},{text[1:]}'
    if kind == 4:
        text = draw(st.sampled_from(["{}", "[]", "3", "null", '{"detail":' + text + "}", "[" + text + "]", '{"a":1}']))
    return text


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log file, perhaps damaged."""
    texts = draw(st.lists(events(), min_size=draw(st.sampled_from([0, 2, 3, 4])), max_size=8))
    form = draw(st.sampled_from([*["records", "array", "lines", "spaced"] * 3, "documents", "more"]))
    match form:
        case "records":
            text = '{"Records":[' + ",".join(texts) + "]}"
        case "array":
            text = "[" + ",".join(texts) + "]"
        case "lines":
            text = "\n".join(texts) + draw(st.sampled_from(["", "\n", "\n\n"]))
        case "spaced":
            text = ' {\n "Records" : [\n' + " ,\n ".join(texts) + "\n]\n}\n"
        case "documents":
            text = '{"Records":[' + ",".join(texts) + ']}{"Records":[' + ",".join(texts[:1]) + "]}"
        case _:
            text = '{"Records":[' + ",".join(texts) + '],"more":' + draw(st.sampled_from(["1", "[]", '"x"'])) + "}"
    data = text.encode("utf-8", "surrogatepass")
    data = draw(damaged(data)) if draw(st.integers(0, 5)) == 0 else data
    if draw(st.booleans()):
        data = gzip.compress(data, mtime=0)
        data = draw(damaged(data)) if draw(st.integers(0, 5)) == 0 else data
    return data


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes that were cut off, changed, or put in."""
    place = draw(st.integers(0, len(data)))
    match draw(st.sampled_from(["cut", "byte", "insert", "tail", "bom"])):
        case "cut":
            return data[:place]
        case "byte":
            return data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]
        case "insert":
            return (
                data[:place] + draw(st.sampled_from([b"\xff", b"\n", b"}", b'"', b"\\q", b"\0", b"]"])) + data[place:]
            )
        case "tail":
            return data + draw(st.sampled_from([b"x", b"]", b"\0\0", data[:40]]))
        case _:
            return b"\xef\xbb\xbf" + data


def rows(
    paths: list[Path], keys: frozenset[str], facts: Facts = NO_FACTS, **reading: Any
) -> tuple[list[Any], list[Any], list[Any]]:
    """All events with their cases, the damages, and what was skipped."""
    found: list[Any] = []
    damages: list[Any] = []
    skipped: list[Any] = []
    for batch in cases(paths, keys, facts=facts, reading=Reading(**reading)):
        for row in range(len(batch)):
            case = batch.table.cases[batch.case[row]]
            found.append((batch.seen(row), batch.shared.get(row), case))
        damages += batch.damages
        skipped += batch.skipped
    return found, damages, skipped
