"""The developer-group policies of the CloudTrail guide, asked about trails.

In: nothing. Out: the workload `documentation`.
"""

import random

from benchmarks.workloads.model import Policy, Request, Workload, context, document

_USER = "arn:aws:iam::123456789012:user/taro"
_TRAIL = "arn:aws:cloudtrail:us-east-2:123456789012:trail/"
_ACTIONS = (
    "cloudtrail:StopLogging",
    "cloudtrail:StartLogging",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:DescribeTrails",
    "cloudtrail:DeleteTrail",
)
_STATEMENTS = [
    {
        "Effect": "Deny",
        "Action": ["cloudtrail:StartLogging", "cloudtrail:StopLogging"],
        "Resource": _TRAIL + "Example-Trail",
    },
    {"Effect": "Allow", "Action": ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["cloudtrail:StartLogging", "cloudtrail:StopLogging"], "Resource": _TRAIL + "*"},
    {"Effect": "Allow", "Action": ["config:Get*", "config:Describe*", "config:List*"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": ["iam:GetUser", "iam:ListUserPolicies"],
        "Resource": "arn:aws:iam::*:user/${aws:username}",
    },
]


def documentation() -> Workload:
    """A few statements, most of whose leaves are constant."""
    return Workload(
        "documentation",
        "the developer group of the CloudTrail guide",
        (Policy(document(_STATEMENTS), "identity", _USER, "developers"),),
        ("identity",),
        _draw,
    )


def _draw(rng: random.Random, number: int) -> Request:
    match rng.randrange(10):
        case 0:
            return (
                _USER,
                "iam:GetUser",
                f"arn:aws:iam::123456789012:user/{rng.choice(['taro', f'u{number}'])}",
                context(rng),
            )
        case 1:
            rule = f"arn:aws:config:us-east-2:123456789012:config-rule/r{number}"
            return _USER, "config:DescribeConfigRules", rule, context(rng)
        case _:
            trail = "Example-Trail" if rng.random() < 0.2 else f"t{number}"
            return _USER, rng.choice(_ACTIONS), _TRAIL + trail, context(rng)
