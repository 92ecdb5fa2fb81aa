"""Patterns and texts that punish matching by backtracking.

In: nothing. Out: the workload `wildcards`.
"""

import random
from typing import Any

from benchmarks.workloads.model import ACCOUNT, Policy, Request, Workload, context, document

_USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
_LENGTH = 200


def wildcards() -> Workload:
    """Several stars over texts of one letter: a match that fails at the last character."""
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*a*a*b"},
        {"Effect": "Allow", "Action": "s3:*Object*", "Resource": "arn:aws:s3:::b/*a*a*c"},
        {"Effect": "Deny", "Action": "s3:*e*t*", "Resource": "arn:aws:s3:::b/a*a*d"},
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/" + "?" * _LENGTH + "*e"},
        {
            "Effect": "Deny",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:PrincipalTag/team": "*b*b*b*c"}},
        },
    ]
    return Workload(
        "wildcards",
        "several stars against long texts of one letter",
        (Policy(document(statements), "identity", _USER, "stars"),),
        ("identity",),
        _draw,
    )


def _draw(rng: random.Random, number: int) -> Request:
    text = "a" * (_LENGTH - 20 + rng.randrange(40))
    asked = {**context(rng), "aws:PrincipalTag/team": "b" * rng.randrange(20, 60)}
    action = rng.choice(("s3:GetObject", "s3:PutObject", "s3:GetObjectTagging"))
    return _USER, action, f"arn:aws:s3:::b/{text}{number}{rng.choice('abcdex')}", asked
