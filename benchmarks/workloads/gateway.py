"""An S3-style gateway: as many bucket policies as wanted, of one statement each.

In: how many. Out: the workloads `gateway-N`.
"""

import random

from benchmarks.workloads.model import ACCOUNT, CONDITIONS, Policy, Request, Workload, context, document

_SEED = 11
_USERS = tuple(f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(50))
_FOLDERS = ("*", "public/*", "in/*")
_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")


def gateway(size: int) -> Workload:
    """`size` buckets; one statement in four has a condition."""
    rng = random.Random(_SEED)
    policies = []
    for number in range(size):
        bucket = f"arn:aws:s3:::bucket-{number}"
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": rng.sample(_USERS, 5)},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"{bucket}/{rng.choice(_FOLDERS)}",
            **({"Condition": rng.choice(CONDITIONS)} if rng.random() < 0.25 else {}),
        }
        policies.append(Policy(document([statement]), "resource", bucket, f"bucket-{number}"))

    # Half of the requests come from a user whom the bucket names, so that both answers are frequent.
    named = [tuple(policy.document["Statement"][0]["Principal"]["AWS"]) for policy in policies]

    def draw(rng: random.Random, number: int) -> Request:
        bucket = rng.randrange(size)
        user = rng.choice(named[bucket] if rng.random() < 0.5 else _USERS)
        folder = rng.choice(("public", "in", "x"))
        return user, rng.choice(_ACTIONS), f"arn:aws:s3:::bucket-{bucket}/{folder}/k{number}", context(rng)

    return Workload(
        f"gateway-{size}",
        "bucket policies of a gateway, one statement each",
        tuple(policies),
        ("identity", "resource"),
        draw,
        names_one_caller=False,
    )
