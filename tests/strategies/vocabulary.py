"""The few names that generated policies and requests speak of; few, so that they meet."""

from __future__ import annotations

from dataclasses import dataclass

from tests.strategies.source import Source

A1, A2, MANAGEMENT, CHINA = "111111111111", "222222222222", "333333333333", "444444444444"
ACCOUNTS = (A1, A2, MANAGEMENT, CHINA)
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
USERS = ("alice", "bob", "eng/carol")
ROLES = ("dev", "eng/devp", "ops", "aws-service-role/x.amazonaws.com/AWSServiceRoleForX")
SESSIONS = ("s1", "s2", "alice")
FEDERATED = ("fay", "alice")
GROUPS = ("admins", "devs")
SERVICES = ("cloudtrail.amazonaws.com", "ec2.amazonaws.com")
OIDC, SAML = "oidc-provider/token.actions.githubusercontent.com", "saml-provider/corp"
NODES = ("r-root", "ou-work", "ou-work-prod")
ENDPOINTS = ("vpce-1", "vpce-2")
CANONICAL_ID = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def partition(account: str) -> str:
    return "aws-cn" if account == CHINA else "aws"


def iam(account: str, name: str) -> str:
    return f"arn:{partition(account)}:iam::{account}:{name}"


def sts(account: str, name: str) -> str:
    return f"arn:{partition(account)}:sts::{account}:{name}"


@dataclass(frozen=True, slots=True)
class Person:
    """A caller. `names`: the texts by which an "AWS" principal may mean it, its own first; `attach`: where its policies hang."""

    kind: str
    principal: str
    account: str | None = None
    role: str | None = None
    federated_by: str | None = None
    unique_id: str | None = None
    names: tuple[str, ...] = ()
    attach: str | None = None

    @property
    def short(self) -> str:
        """The last part of its name, for those that have one."""
        return self.principal.rsplit("/", 1)[-1] if "/" in self.principal and self.kind != "provider" else "alice"


def person(source: Source, account: str) -> Person:
    make = source.weighted(
        [(34, user), (30, session), (6, role), (9, federated), (6, root), (6, service), (4, provider), (5, anonymous)]
    )
    return make(source, account)


def user(source: Source, account: str) -> Person:
    name = source.pick(USERS)
    arn = iam(account, f"user/{name}")
    unique = f"AIDA{name[-3:].upper()}{account}"
    given = unique if source.chance(40) else None
    return Person("user", arn, account, unique_id=given, names=(arn, unique), attach=arn)


def session(source: Source, account: str) -> Person:
    name = source.pick(ROLES)
    arn, own = (
        iam(account, f"role/{name}"),
        sts(account, f"assumed-role/{name.rsplit('/', 1)[-1]}/{source.pick(SESSIONS)}"),
    )
    unique = f"AROA{name[-3:].upper()}{account}"
    # without it the role is taken from aws:PrincipalArn in the context, or to have no path
    given_role = None if source.chance(30) else arn
    return Person(
        "session", own, account, given_role, None, unique if source.chance(40) else None, (own, arn, unique), arn
    )


def role(source: Source, account: str) -> Person:
    """A session of a role, its name not known."""
    name = source.pick(ROLES)
    arn = iam(account, f"role/{name}")
    own = sts(account, f"assumed-role/{name.rsplit('/', 1)[-1]}/{source.pick(SESSIONS)}")
    unique = f"AROA{name[-3:].upper()}{account}"
    return Person("role", arn, account, None, None, unique if source.chance(40) else None, (own, arn, unique), arn)


def federated(source: Source, account: str) -> Person:
    by = iam(account, f"user/{source.pick(USERS)}")
    own = sts(account, f"federated-user/{source.pick(FEDERATED)}")
    return Person("federated", own, account, None, by if source.chance(70) else None, None, (own, by), by)


def root(source: Source, account: str) -> Person:
    arn = iam(account, "root")
    return Person("root", arn, account, names=(arn,))


def service(source: Source, account: str) -> Person:
    return Person("service", source.pick(SERVICES))


def provider(source: Source, account: str) -> Person:
    return Person("provider", iam(account, source.pick((OIDC, SAML))), account)


def anonymous(source: Source, account: str) -> Person:
    return Person("anonymous", "*")


# service -> (actions, resource parts, whether its ARNs have a region and an account)
CATALOGUE = {
    "s3": (
        (
            "GetObject",
            "PutObject",
            "DeleteObject",
            "ListBucket",
            "GetBucketPolicy",
            "PutBucketPolicy",
            "ListAllMyBuckets",
        ),
        (
            "b/k",
            "b",
            "b/home/alice/f",
            "b/home/dev/f",
            "b/red/x",
            "b-red",
            "b/data:2024/r.csv",
            "b//test/o.jpg",
            "b/*",
            "my-b/private/public/x",
        ),
        False,
        False,
    ),
    "sqs": (("SendMessage", "ReceiveMessage", "ListQueues"), ("q", "jobs-alice", "jobs-red"), True, True),
    "kms": (("Decrypt", "Encrypt", "RetireGrant", "CreateAlias"), ("key/k1", "key/k2", "alias/x"), True, True),
    "sts": (
        ("AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "TagSession", "GetCallerIdentity"),
        tuple(f"role/{name}" for name in ROLES[:3]),
        False,
        True,
    ),
    "iam": (
        ("GetUser", "GetRole", "PassRole", "CreateUser"),
        ("user/alice", "user/eng/carol", "role/dev", "role/eng/devp"),
        False,
        True,
    ),
    "dynamodb": (("GetItem", "PutItem"), ("table/prod-1", "table/prod-1/index/i", "table/alice-x"), True, True),
    "lambda": (("InvokeFunction", "GetFunction"), ("function:f", "function:f:prod", "function:alice"), True, True),
    "logs": (("PutLogEvents", "GetLogEvents"), ("log-group:/app/x:log-stream:y", "log-group:/app/red"), True, True),
    "ec2": (("RunInstances", "DescribeInstances"), ("instance/i-1", "subnet/s-1"), True, True),
    "sns": (("Publish",), ("topic", "red-prod-1"), True, True),
}


def resource_arn(source: Source, service: str, account: str) -> str:
    _, parts, has_region, has_account = CATALOGUE[service]
    region = source.pick(REGIONS[:2]) if has_region else ""
    owner = account if has_account else ""
    service = "iam" if service == "sts" else service
    return f"arn:{partition(account)}:{service}:{region}:{owner}:{source.pick(parts)}"


def action_name(source: Source, service: str) -> str:
    return f"{service}:{source.pick(CATALOGUE[service][0])}"
