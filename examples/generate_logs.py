"""Writes the example logs: a small organization trail with three accounts, five days and about 600 events.

    python examples/generate_logs.py            # examples/logs and examples/damaged-logs
    python examples/generate_logs.py FOLDER     # the same two below another folder

Everything is invented: account ids and access keys are those of AWS's documentation, addresses those of RFC 5737. The same
script writes the same bytes each time.

The story that the logs tell:
- production (111122223333) works in us-east-2 and eu-west-1; a forgotten backup user still copies to us-west-2, and a
  deployment once went to eu-west-3.
- sandbox (444455556666) has developers who try things in ap-northeast-1, and an emergency role, BreakGlassAdmin, that was
  used in us-west-2 one morning.
- management (123456789012) owns the trail and looks at bills and accounts.
Around that: a service-linked role that works in every Region, AWS services that deliver files, sign-ins, calls that were
denied, a call across accounts that stands in both trails, events that were delivered twice, and a digest file.
"""

import gzip
import io
import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

Json = dict[str, object]
T = TypeVar("T")

PRODUCTION, SANDBOX, MANAGEMENT = "111122223333", "444455556666", "123456789012"
ORGANIZATION = "o-a1b2c3d4e5"
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 5
GLOBAL = "us-east-1"


class Dice:
    """Chance that falls the same way with every version of Python, which only `random()` promises."""

    def __init__(self) -> None:
        self._random = random.Random("ostiary").random

    def below(self, bound: int) -> int:
        return int(self._random() * bound)

    def pick(self, values: Sequence[T]) -> T:
        return values[self.below(len(values))]

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.below(1 << 48) << 80 | self.below(1 << 48) << 16, version=4))


# --- who calls -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Actor:
    """A caller: `identity` is its `userIdentity`, in which `{time}` stands for the start of its session."""

    account: str
    identity: Json
    address: str
    agent: str = "aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.1 lang/python#3.13.4 command"
    tls: bool = True


def user(account: str, path_and_name: str, address: str) -> Actor:
    name = path_and_name.rpartition("/")[2]
    identity: Json = {
        "type": "IAMUser",
        "principalId": f"AIDA{name.upper().replace('-', '')}EXAMPLE",
        "arn": f"arn:aws:iam::{account}:user/{path_and_name}",
        "accountId": account,
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "userName": name,
    }
    return Actor(account, identity, address)


def session(account: str, role: str, name: str, address: str, *, mfa: bool = False, agent: str = "") -> Actor:
    """A session of a role, which is given with its path."""
    short = role.rpartition("/")[2]
    unique = f"AROA{short.upper().replace('_', '')[:12]}EXAMPLE"
    identity: Json = {
        "type": "AssumedRole",
        "principalId": f"{unique}:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{short}/{name}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": unique,
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": short,
            },
            "attributes": {"creationDate": "{time}", "mfaAuthenticated": "true" if mfa else "false"},
        },
    }
    if role.startswith("aws-service-role/"):
        service = role.split("/")[1]
        return Actor(account, {**identity, "invokedBy": service}, service, service, tls=False)
    return Actor(account, identity, address, agent or Actor.agent)


def service(account: str, name: str) -> Actor:
    """An AWS service that calls for itself; `account` is where the event is logged."""
    return Actor(account, {"type": "AWSService", "invokedBy": name}, name, name, tls=False)


ROOT = Actor(
    SANDBOX,
    {
        "type": "Root",
        "principalId": SANDBOX,
        "arn": f"arn:aws:iam::{SANDBOX}:root",
        "accountId": SANDBOX,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {"attributes": {"creationDate": "{time}", "mfaAuthenticated": "true"}},
    },
    "198.51.100.77",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
)
DEPLOY = session(PRODUCTION, "ci/Deploy", "pipeline-4711", "203.0.113.20", agent="Boto3/1.42.9 Botocore/1.42.9")
WEB = session(PRODUCTION, "web/App", "i-0a1b2c3d4e5f60718", "203.0.113.31", agent="aws-sdk-java/2.33.1")
ALICE = user(PRODUCTION, "alice", "203.0.113.5")
BACKUP = user(PRODUCTION, "backup/nightly-copy", "203.0.113.9")
SCALING = session(
    PRODUCTION, "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling", ""
)
_SSO = "aws-reserved/sso.amazonaws.com/us-east-2/AWSReservedSSO_Developer_0123456789abcdef"
ERIN = session(SANDBOX, _SSO, "erin@example.com", "198.51.100.14", mfa=True)
FRANK = session(SANDBOX, _SSO, "frank@example.com", "198.51.100.23")
BREAK_GLASS = session(SANDBOX, "BreakGlassAdmin", "erin@example.com", "198.51.100.14", mfa=True)
AUDIT = session(MANAGEMENT, "audit/Reader", "weekly-report", "203.0.113.40", agent="Boto3/1.42.9 Botocore/1.42.9")
CAROL = user(MANAGEMENT, "carol", "203.0.113.6")
DAVE = user(MANAGEMENT, "developers/dave", "203.0.113.7")
TRAIL = service(MANAGEMENT, "cloudtrail.amazonaws.com")
CONFIG = service(PRODUCTION, "config.amazonaws.com")


# --- what is called --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """An operation. In texts `{account}`, `{region}` and `{id}` are filled in; `data`: a data event."""

    source: str
    name: str
    parameters: Json | None = None
    response: Json | None = None
    resources: tuple[tuple[str, str], ...] = ()
    writes: bool = False
    data: bool = False
    extra: Json = field(default_factory=dict)


def s3(name: str, bucket: str, key: str = "", *, writes: bool = False) -> Call:
    """A call on a bucket, or a data event on an object."""
    parameters: Json = {"bucketName": bucket, "Host": f"{bucket}.s3.{{region}}.amazonaws.com"}
    resources: tuple[tuple[str, str], ...] = (("AWS::S3::Bucket", f"arn:aws:s3:::{bucket}"),)
    if key:
        parameters["key"] = key
        resources = (("AWS::S3::Object", f"arn:aws:s3:::{bucket}/{key}"), *resources)
    extra: Json = {
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "AuthenticationMethod": "AuthHeader",
        }
    }
    return Call("s3", name, parameters, None, resources, writes, bool(key), extra)


def ec2(name: str, *identifiers: str, writes: bool = False) -> Call:
    """A call on instances."""
    items = [{"instanceId": identifier} for identifier in identifiers]
    return Call("ec2", name, {"instancesSet": {"items": items} if items else {}, "filterSet": {}}, writes=writes)


RUN_INSTANCES = Call(
    "ec2",
    "RunInstances",
    {
        "instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1, "maxCount": 1}]},
        "instanceType": "t3.micro",
        "subnetId": "subnet-0bb1c79de3EXAMPLE",
    },
    {"instancesSet": {"items": [{"instanceId": "i-{id}", "instanceType": "t3.micro"}]}},
    writes=True,
)
CREATE_SNAPSHOT = Call(
    "ec2", "CreateSnapshot", {"volumeId": "vol-049df61146c4d7901"}, {"snapshotId": "snap-{id}"}, writes=True
)
_KEY = "arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DECRYPT = Call(
    "kms", "Decrypt", {"encryptionContext": {"app": "shop"}}, resources=(("AWS::KMS::Key", _KEY),), data=False
)
_FUNCTION = {"functionName": "shop-checkout"}
UPDATE_CODE = Call(
    "lambda", "UpdateFunctionCode20150331v2", {**_FUNCTION, "publish": True, "dryRun": False}, writes=True
)
CREATE_FUNCTION = Call(
    "lambda",
    "CreateFunction20150331",
    {
        "functionName": "try-{id}",
        "runtime": "python3.13",
        "role": "arn:aws:iam::{account}:role/LambdaBasic",
        "handler": "index.handler",
    },
    writes=True,
)
_TRAIL_ARN = f"arn:aws:cloudtrail:us-east-2:{MANAGEMENT}:trail/org-trail"
STOP_LOGGING = Call("cloudtrail", "StopLogging", {"name": _TRAIL_ARN}, writes=True)
_OWN_TRAIL = f"arn:aws:cloudtrail:us-east-2:{MANAGEMENT}:trail/Example-Trail"
PUT_ALARM = Call(
    "monitoring",
    "PutMetricAlarm",
    {"alarmName": "shop-errors", "namespace": "Shop", "metricName": "Errors", "threshold": 5.0},
    writes=True,
)

BY_DEPLOY = (
    UPDATE_CODE,
    Call("lambda", "GetFunction20150331v2", _FUNCTION),
    Call("cloudformation", "DescribeStacks", {"stackName": "shop"}),
    s3("PutObject", "amzn-s3-demo-artifacts", "shop/checkout-{id}.zip", writes=True),
    s3("GetObject", "amzn-s3-demo-artifacts", "shop/manifest.json"),
    Call("ssm", "GetParameter", {"name": "/shop/release", "withDecryption": True}),
    Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/shop"}),
    PUT_ALARM,
)
BY_WEB = (
    s3("GetObject", "amzn-s3-demo-shop", "catalog/{id}.json"),
    s3("PutObject", "amzn-s3-demo-shop", "orders/{id}.json", writes=True),
    s3("HeadObject", "amzn-s3-demo-shop", "catalog/index.json"),
    s3("ListObjects", "amzn-s3-demo-shop"),
    DECRYPT,
    Call("secretsmanager", "GetSecretValue", {"secretId": "shop/database"}),
)
BY_PEOPLE = (
    ec2("DescribeInstances"),
    Call("ec2", "DescribeSecurityGroups", {"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {}}),
    Call("monitoring", "DescribeAlarms", {"maxRecords": 100}),
    Call("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/shop-checkout", "limit": 50}),
    Call("dynamodb", "DescribeTable", {"tableName": "orders"}),
    Call("lambda", "ListFunctions20150331", None),
    Call("rds", "DescribeDBInstances", None),
)
GLOBALLY = (
    Call("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}),
    Call("iam", "ListRoles", {"maxItems": 100}),
    Call("iam", "GetUser", None),
    Call("sts", "GetCallerIdentity", None),
)
TRIED = (
    ec2("DescribeInstances"),
    RUN_INSTANCES,
    CREATE_FUNCTION,
    ec2("TerminateInstances", "i-0f00dfacecafe0001", writes=True),
)
BY_AUDIT = (
    Call("cloudtrail", "DescribeTrails", {"trailNameList": [], "includeShadowTrails": True}),
    Call("cloudtrail", "GetTrailStatus", {"name": _TRAIL_ARN}),
    Call("cloudtrail", "LookupEvents", {"maxResults": 50}),
    Call("config", "DescribeConfigRules", None),
    s3("GetObject", "amzn-s3-demo-trail", "AWSLogs/index.csv"),
)
BY_DEVELOPER = (
    Call("cloudtrail", "DescribeTrails", {"trailNameList": [], "includeShadowTrails": True}),
    Call("cloudtrail", "GetTrailStatus", {"name": _OWN_TRAIL}),
    Call("cloudtrail", "StopLogging", {"name": _OWN_TRAIL}, writes=True),
    Call("cloudtrail", "StartLogging", {"name": _OWN_TRAIL}, writes=True),
)
BY_MANAGEMENT = (
    Call("organizations", "ListAccounts", None),
    Call("ce", "GetCostAndUsage", {"granularity": "DAILY", "metrics": ["UnblendedCost"]}),
    Call("health", "DescribeEvents", {"maxResults": 25}),
    Call("iam", "ListUsers", None),
)


# --- when --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shift:
    """What an actor does on the given days: so many of these calls, spread over some hours from `start` on."""

    actor: Actor
    region: str
    calls: tuple[Call, ...]
    count: int
    start: int = 8
    hours: int = 10
    days: tuple[int, ...] = tuple(range(DAYS))
    error: str = ""


SHIFTS = (
    Shift(DEPLOY, "us-east-2", BY_DEPLOY, 14),
    Shift(DEPLOY, "eu-west-1", BY_DEPLOY, 8),
    Shift(DEPLOY, "eu-west-3", (UPDATE_CODE,), 1, start=16, hours=1, days=(2,)),
    Shift(WEB, "us-east-2", BY_WEB, 26, start=0, hours=24),
    Shift(WEB, "eu-west-1", BY_WEB, 14, start=0, hours=24),
    Shift(ALICE, "us-east-2", BY_PEOPLE, 7),
    Shift(ALICE, GLOBAL, GLOBALLY, 3),
    Shift(BACKUP, "us-west-2", (CREATE_SNAPSHOT,), 3, start=2, hours=1),
    Shift(SCALING, "us-east-2", (RUN_INSTANCES, ec2("DescribeInstances")), 3, start=0, hours=24),
    Shift(SCALING, "us-west-2", (ec2("DescribeInstances"),), 1, start=0, hours=24, days=(1, 3)),
    Shift(CONFIG, "us-east-2", (s3("PutObject", "amzn-s3-demo-config", "history/{id}.json.gz", writes=True),), 3),
    Shift(ERIN, "us-east-2", BY_PEOPLE, 6),
    Shift(ERIN, "ap-northeast-1", TRIED, 4, start=13, hours=3, days=(1, 2)),
    Shift(FRANK, "eu-west-1", BY_PEOPLE, 5),
    Shift(FRANK, "ap-northeast-1", TRIED, 3, start=9, hours=5, days=(2, 4)),
    Shift(FRANK, "sa-east-1", (RUN_INSTANCES,), 2, start=15, hours=1, days=(3,), error="Client.UnauthorizedOperation"),
    Shift(FRANK, "us-east-2", (STOP_LOGGING,), 2, start=17, hours=1, days=(3,), error="AccessDenied"),
    Shift(FRANK, GLOBAL, GLOBALLY, 2),
    Shift(BREAK_GLASS, "us-west-2", TRIED, 5, start=6, hours=1, days=(4,)),
    Shift(ROOT, GLOBAL, (Call("iam", "GetAccountSummary", None),), 2, start=7, hours=1, days=(0,)),
    Shift(AUDIT, "us-east-2", BY_AUDIT, 7, start=5, hours=2),
    Shift(CAROL, GLOBAL, BY_MANAGEMENT, 4),
    Shift(DAVE, "us-east-2", BY_DEVELOPER, 2),
    Shift(TRAIL, "us-east-2", (s3("PutObject", "amzn-s3-demo-trail", "AWSLogs/{id}.json.gz", writes=True),), 6),
)


# --- from calls to records ------------------------------------------------------------------------------------------------


def fill(tree: object, words: dict[str, str]) -> object:
    """The tree with `{word}` replaced in its texts."""
    match tree:
        case str():
            for word, value in words.items():
                tree = tree.replace("{" + word + "}", value)
            return tree
        case dict():
            return {key: fill(value, words) for key, value in tree.items()}
        case list() | tuple():
            return [fill(value, words) for value in tree]
        case _:
            return tree


def record(dice: Dice, actor: Actor, region: str, time: datetime, call: Call, error: str = "") -> Json:
    words = {
        "account": actor.account,
        "region": region,
        "id": f"{dice.below(1 << 48):017x}",
        "time": _time(time - timedelta(minutes=1 + dice.below(50))),
    }
    response = None if error else fill(call.response, words)
    event: Json = {
        "eventVersion": "1.11",
        "userIdentity": fill(actor.identity, words),
        "eventTime": _time(time),
        "eventSource": f"{call.source}.amazonaws.com",
        "eventName": call.name,
        "awsRegion": region,
        "sourceIPAddress": actor.address,
        "userAgent": actor.agent,
        **({"errorCode": error, "errorMessage": _denial(actor, call, error)} if error else {}),
        "requestParameters": None if error == "AccessDenied" else fill(call.parameters, words),
        "responseElements": response,
        **call.extra,
        "requestID": dice.uuid(),
        "eventID": dice.uuid(),
        "readOnly": not call.writes,
        "eventType": "AwsApiCall",
        "managementEvent": not call.data,
        "recipientAccountId": actor.account,
        "eventCategory": "Data" if call.data else "Management",
    }
    if call.resources and not error:
        event["resources"] = [
            {"accountId": actor.account, "type": kind, "ARN": fill(arn, words)} for kind, arn in call.resources
        ]
    if actor.tls:
        event["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.source}.{region}.amazonaws.com",
        }
    return event


def _denial(actor: Actor, call: Call, error: str) -> str:
    """The text of a denial; EC2 writes another one than most services."""
    if error.startswith("Client."):
        return "You are not authorized to perform this operation. Encoded authorization failure message: example"
    action, resource = f"{call.source}:{call.name}", (call.parameters or {}).get("name")
    return (
        f"User: {actor.identity['arn']} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def days_work(dice: Dice, day: int) -> Iterator[Json]:
    """What happens on one day."""
    for shift in SHIFTS:
        if day in shift.days:
            for _ in range(shift.count):
                seconds = shift.start * 3600 + dice.below(shift.hours * 3600)
                time = FIRST_DAY + timedelta(days=day, seconds=seconds)
                yield record(dice, shift.actor, shift.region, time, dice.pick(shift.calls), shift.error)
    noon = FIRST_DAY + timedelta(days=day, hours=12)
    yield sign_in(dice, CAROL, noon - timedelta(hours=4))
    if day % 2 == 0:
        yield from across_accounts(dice, noon)
        yield key_rotation(dice, noon + timedelta(minutes=3))
    if day == 1:
        unknown = Call("ec2", "DescribeWidgetsInternal", None)
        yield record(dice, ALICE, "us-east-2", noon, unknown)
        yield record(dice, ALICE, "us-east-2", noon + timedelta(seconds=40), unknown)


def sign_in(dice: Dice, actor: Actor, time: datetime) -> Json:
    event = record(dice, actor, GLOBAL, time, Call("signin", "ConsoleLogin", None, {"ConsoleLogin": "Success"}))
    identity = {name: value for name, value in actor.identity.items() if name != "accessKeyId"}
    extra: Json = {"additionalEventData": {"LoginTo": "https://console.aws.amazon.com/", "MFAUsed": "Yes"}}
    return {**event, **extra, "userIdentity": identity, "eventType": "AwsConsoleSignIn", "readOnly": False}


def key_rotation(dice: Dice, time: datetime) -> Json:
    """Something that a service did of its own accord."""
    actor = Actor(
        PRODUCTION, {"accountId": PRODUCTION, "invokedBy": "AWS Internal"}, "AWS Internal", "AWS Internal", False
    )
    event = record(dice, actor, "us-east-2", time, Call("kms", "RotateKey", None, None, (("AWS::KMS::Key", _KEY),)))
    return {**event, "eventType": "AwsServiceEvent", "serviceEventDetails": {"keyId": _KEY.rpartition("/")[2]}}


def across_accounts(dice: Dice, time: datetime) -> Iterator[Json]:
    """AssumeRole into another account: one record in the caller's trail, one in that of the role's account."""
    role = f"arn:aws:iam::{SANDBOX}:role/DeployTarget"
    call = Call("sts", "AssumeRole", {"roleArn": role, "roleSessionName": "pipeline-4711"}, None)
    event = record(dice, DEPLOY, "us-east-2", time, call)
    resources = [{"accountId": SANDBOX, "type": "AWS::IAM::Role", "ARN": role}]
    shared: Json = {**event, "resources": resources, "sharedEventID": dice.uuid()}
    yield shared
    yield {
        **shared,
        "eventID": dice.uuid(),
        "recipientAccountId": SANDBOX,
        "userIdentity": {
            "type": "AWSAccount",
            "principalId": DEPLOY.identity["principalId"],
            "accountId": PRODUCTION,
        },
    }


# --- files --------------------------------------------------------------------------------------------------------------


def zipped(value: object) -> bytes:
    """JSON as CloudTrail writes it, compressed without name and time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(json.dumps(value, separators=(",", ":")).encode())
    return buffer.getvalue()


def log_files() -> Iterator[tuple[str, object]]:
    """The names below `AWSLogs/` and the contents of the log files."""
    dice = Dice()
    for day in range(DAYS):
        files: dict[tuple[str, str], list[Json]] = {}
        for event in days_work(dice, day):
            files.setdefault((str(event["recipientAccountId"]), str(event["awsRegion"])), []).append(event)
        for (account, region), events in sorted(files.items()):
            events.sort(key=lambda event: str(event["eventTime"]))
            yield _log_name(dice, account, region, day, 23), {"Records": events}
            if (account, region) == (PRODUCTION, "eu-west-1"):
                # CloudTrail delivers at least once
                yield _log_name(dice, account, region, day, 24), {"Records": events[-2:]}


def _log_name(dice: Dice, account: str, region: str, day: int, hour: int) -> str:
    date = FIRST_DAY + timedelta(days=day, hours=hour, minutes=55)
    unique = "".join(dice.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") for _ in range(16))
    folder = f"{ORGANIZATION}/{account}/CloudTrail/{region}/{date:%Y/%m/%d}"
    return f"{folder}/{account}_CloudTrail_{region}_{date:%Y%m%dT%H%MZ}_{unique}.json.gz"


def digest_file() -> tuple[str, object]:
    """A digest: it vouches for log files and holds no events."""
    start, end = FIRST_DAY + timedelta(hours=23), FIRST_DAY + timedelta(hours=24)
    folder = f"{ORGANIZATION}/{MANAGEMENT}/CloudTrail-Digest/us-east-2/{end:%Y/%m/%d}"
    content: Json = {
        "awsAccountId": MANAGEMENT,
        "digestStartTime": _time(start),
        "digestEndTime": _time(end),
        "digestS3Bucket": "amzn-s3-demo-trail",
        "digestSignatureAlgorithm": "SHA256withRSA",
        "logFiles": [],
    }
    return (
        f"{folder}/{MANAGEMENT}_CloudTrail-Digest_us-east-2_org-trail_us-east-2_{end:%Y%m%dT%H%M%SZ}.json.gz",
        content,
    )


def tree() -> Iterator[tuple[str, bytes]]:
    """All example files, as paths below `examples/`."""
    files = list(log_files())
    for name, content in (*files, digest_file()):
        yield f"logs/AWSLogs/{name}", zipped(content)
    name, content = next((name, content) for name, content in files if "/us-east-2/" in name)
    whole = zipped(content)
    yield f"damaged-logs/{name.rpartition('/')[2]}", whole[: len(whole) * 2 // 3]


def main() -> None:
    below = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, data in tree():
        path = below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
