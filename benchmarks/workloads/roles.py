"""A role with forty statements, conditions on nearly all; and the same under all layers.

In: nothing. Out: the workloads `role` and `layers`.
"""

import random
from typing import Any

from benchmarks.workloads.model import ACCOUNT, CONDITIONS, Policy, Request, Workload, context, document

_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
_ENDPOINT = "vpce-0a1b2c3d"
_SEED = 7
_SERVICES: dict[str, tuple[tuple[str, ...], str]] = {
    "s3": (("GetObject", "PutObject", "DeleteObject"), "arn:aws:s3:::{name}/{key}"),
    "dynamodb": (("GetItem", "PutItem", "Query"), "arn:aws:dynamodb:eu-west-1:111122223333:table/{name}"),
    "sqs": (("SendMessage", "ReceiveMessage"), "arn:aws:sqs:eu-west-1:111122223333:{name}"),
    "sns": (("Publish",), "arn:aws:sns:eu-west-1:111122223333:{name}"),
    "ec2": (("StartInstances", "StopInstances"), "arn:aws:ec2:eu-west-1:111122223333:instance/{name}"),
    "kinesis": (("PutRecord", "GetRecords"), "arn:aws:kinesis:eu-west-1:111122223333:stream/{name}"),
}
_GUARD_RAILS: list[dict[str, Any]] = [
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


def role() -> Workload:
    """A broad Deny with a condition reaches every request: nearly no leaf is constant."""
    return Workload(
        "role",
        "a role, conditions on nearly all statements",
        (Policy(document(_statements()), "identity", _ROLE, "app"),),
        ("identity",),
        _draw,
    )


def layers() -> Workload:
    """The same role under every type of policy."""
    everything: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for_all = {**everything, "Principal": "*"}
    services = {"Effect": "Allow", "Action": [f"{service}:*" for service in _SERVICES], "Resource": "*"}
    leave = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    insecure = {**for_all, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    outside = {
        **for_all,
        "Effect": "Deny",
        "Action": "s3:*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT}},
    }
    nodes = ("r-root", "ou-work", ACCOUNT)
    return Workload(
        "layers",
        "the same role with boundary, session, bucket policies, SCPs, RCPs and an endpoint",
        (
            Policy(document(_statements()), "identity", _ROLE, "app"),
            Policy(document([services]), "boundary", _ROLE, "boundary"),
            Policy(document([services]), "session", _SESSION, "session"),
            *(
                Policy(
                    document([{**insecure, "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}-{number}*"}]),
                    "resource",
                    f"arn:aws:s3:::{name}-{number}*",
                    f"bucket-{name}-{number}",
                )
                for name in ("app", "log")
                for number in range(3)
            ),
            *(Policy(document([everything]), "scp", node, f"full-{node}") for node in nodes),
            Policy(document([leave]), "scp", "ou-work", "stay"),
            *(Policy(document([for_all]), "rcp", node, f"rcp-{node}") for node in nodes),
            Policy(document([outside]), "rcp", "ou-work", "perimeter"),
            Policy(document([for_all]), "endpoint", _ENDPOINT, "endpoint"),
        ),
        ("identity", "boundary", "session", "resource", "scp", "rcp", "endpoint"),
        _draw_through_endpoint,
        places=((ACCOUNT, ("r-root", "ou-work")),),
    )


def _statements() -> list[dict[str, Any]]:
    rng = random.Random(_SEED)
    made = list(_GUARD_RAILS)
    while len(made) < 40:
        service = rng.choice(list(_SERVICES))
        actions, template = _SERVICES[service]
        name = f"{rng.choice(['app', 'log', 'data'])}-{rng.randrange(3)}"
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


def _draw(rng: random.Random, number: int) -> Request:
    service = rng.choice(list(_SERVICES))
    actions, template = _SERVICES[service]
    name = f"{rng.choice(['app', 'log', 'data'])}-{rng.randrange(3)}-{number}"
    return _SESSION, f"{service}:{rng.choice(actions)}", template.format(name=name, key=f"k{number}"), context(rng)


def _draw_through_endpoint(rng: random.Random, number: int) -> Request:
    principal, action, resource, asked = _draw(rng, number)
    return principal, action, resource, {**asked, "aws:SourceVpce": _ENDPOINT}
