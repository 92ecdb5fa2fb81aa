"""Workloads: policy sets and requests, made from a seed.

documentation   the developer-group policies of the CloudTrail guide, and their trails
role            40 statements as a realistic role has them, conditions on nearly all
layers          the same role, with a permissions boundary and three levels of SCPs
gateway         1,000 bucket policies of an S3-style gateway, one caller each
Every request has a resource of its own, so that nothing is found by a resource seen before.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import ostiary

ACCOUNT = "111122223333"
ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"
CONTEXT = {
    "aws:SourceIp": "10.1.2.3",
    "aws:SecureTransport": "true",
    "aws:RequestedRegion": "eu-west-1",
    "aws:PrincipalTag/team": "blue",
    "aws:CurrentTime": "2026-03-01T12:00:00Z",
}
Request = tuple[str, str, str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Workload:
    """Policies with the layers that are asked, and requests."""

    name: str
    statements: int
    policies: ostiary.PolicySet
    layers: tuple[str, ...]
    requests: tuple[Request, ...]


def document(statements: list[dict[str, object]]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": statements}


def documentation(seed: int, count: int) -> Workload:
    rng = random.Random(seed)
    user = "arn:aws:iam::123456789012:user/taro"
    trail = "arn:aws:cloudtrail:us-east-2:123456789012:trail/"
    policies = ostiary.PolicySet()
    policies.attach(
        document(
            [
                {
                    "Effect": "Deny",
                    "Action": ["cloudtrail:StartLogging", "cloudtrail:StopLogging"],
                    "Resource": trail + "Example-Trail",
                },
                {
                    "Effect": "Allow",
                    "Action": ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"],
                    "Resource": "*",
                },
                {"Effect": "Allow", "Action": ["config:Get*", "config:Describe*", "config:List*"], "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Action": ["iam:GetUser", "iam:ListUserPolicies"],
                    "Resource": "arn:aws:iam::*:user/${aws:username}",
                },
            ]
        ),
        to=user,
        name="developers",
    )
    actions = ["cloudtrail:StopLogging", "cloudtrail:GetTrailStatus", "cloudtrail:DeleteTrail", "config:GetRules"]
    requests = tuple(
        (user, rng.choice(actions), f"{trail}{'Example-Trail' if rng.random() < 0.2 else f't{number}'}", CONTEXT)
        for number in range(count)
    )
    return Workload("documentation", 4, policies, ("identity",), requests)


SERVICES = {
    "s3": (("GetObject", "PutObject", "DeleteObject"), "arn:aws:s3:::{name}/{key}"),
    "dynamodb": (("GetItem", "PutItem", "Query"), "arn:aws:dynamodb:eu-west-1:111122223333:table/{name}"),
    "sqs": (("SendMessage", "ReceiveMessage"), "arn:aws:sqs:eu-west-1:111122223333:{name}"),
    "sns": (("Publish",), "arn:aws:sns:eu-west-1:111122223333:{name}"),
    "ec2": (("StartInstances", "StopInstances"), "arn:aws:ec2:eu-west-1:111122223333:instance/{name}"),
    "kinesis": (("PutRecord", "GetRecords"), "arn:aws:kinesis:eu-west-1:111122223333:stream/{name}"),
}
CONDITIONS: list[dict[str, object]] = [
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
    {"StringEquals": {"aws:PrincipalTag/team": ["blue", "green"]}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringLike": {"aws:RequestedRegion": "eu-*"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2024-01-01T00:00:00Z"}},
]


def role_statements(rng: random.Random) -> list[dict[str, object]]:
    made: list[dict[str, object]] = [
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
        },
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        },
    ]
    while len(made) < 40:
        service = rng.choice(list(SERVICES))
        actions, template = SERVICES[service]
        name = f"{rng.choice(['app', 'log', 'data'])}-{rng.randrange(8)}"
        resource = template.format(name=name + rng.choice(["", "*", "-*"]), key="*")
        if rng.random() < 0.35:
            resource = resource.replace("eu-west-1:111122223333", "*:111122223333")
        action = rng.choice([f"{service}:{rng.choice(actions)}", f"{service}:{rng.choice(actions)[:3]}*"])
        made.append(
            {
                "Effect": "Deny" if rng.random() < 0.15 else "Allow",
                "Action": action,
                "Resource": resource,
                **({"Condition": rng.choice(CONDITIONS)} if rng.random() < 0.8 else {}),
            }
        )
    return made


def role_requests(rng: random.Random, count: int) -> tuple[Request, ...]:
    made = []
    for number in range(count):
        service = rng.choice(list(SERVICES))
        actions, template = SERVICES[service]
        name = f"{rng.choice(['app', 'log', 'data'])}-{rng.randrange(8)}-{number}"
        made.append((ROLE, f"{service}:{rng.choice(actions)}", template.format(name=name, key=f"k{number}"), CONTEXT))
    return tuple(made)


def role(seed: int, count: int) -> Workload:
    rng = random.Random(seed)
    policies = ostiary.PolicySet()
    policies.attach(document(role_statements(rng)), to=f"arn:aws:iam::{ACCOUNT}:role/app", name="app")
    return Workload("role", 40, policies, ("identity",), role_requests(rng, count))


def layers(seed: int, count: int) -> Workload:
    rng = random.Random(seed)
    policies = ostiary.PolicySet()
    policies.attach(document(role_statements(rng)), to=f"arn:aws:iam::{ACCOUNT}:role/app", name="app")
    everything: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    services = [f"{service}:*" for service in SERVICES]
    policies.attach(
        document([{"Effect": "Allow", "Action": services, "Resource": "*"}]),
        type="boundary",
        to=f"arn:aws:iam::{ACCOUNT}:role/app",
        name="boundary",
    )
    for node in ("r-root", "ou-work", ACCOUNT):
        policies.attach(document([everything]), type="scp", to=node, name=f"full-{node}")
    policies.attach(
        document([{"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}]),
        type="scp",
        to="ou-work",
        name="stay",
    )
    policies.place(ACCOUNT, path=["r-root", "ou-work"])
    return Workload("layers", 46, policies, ("identity", "boundary", "scp"), role_requests(rng, count))


def gateway(seed: int, count: int) -> Workload:
    rng = random.Random(seed)
    policies = ostiary.PolicySet()
    users = [f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(50)]
    for number in range(1000):
        bucket = f"arn:aws:s3:::bucket-{number}"
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": rng.sample(users, 5)},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"{bucket}/{rng.choice(['*', 'public/*', 'in/*'])}",
            **({"Condition": rng.choice(CONDITIONS)} if rng.random() < 0.25 else {}),
        }
        policies.attach(document([statement]), type="resource", to=bucket, name=f"bucket-{number}")
    requests = tuple(
        (
            rng.choice(users),
            rng.choice(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
            f"arn:aws:s3:::bucket-{rng.randrange(1000)}/{rng.choice(['public', 'in', 'x'])}/k{number}",
            CONTEXT,
        )
        for number in range(count)
    )
    return Workload("gateway", 1000, policies, ("identity", "resource"), requests)


WORKLOADS: dict[str, Callable[[int, int], Workload]] = {
    "documentation": documentation,
    "role": role,
    "layers": layers,
    "gateway": gateway,
}
