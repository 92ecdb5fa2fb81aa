"""Ten AWS managed policies on one user, asked about actions and ARNs that they name.

In: the collection beside the repository (`../shared/data/policies/managed.ndjson.gz`), else the copy that moto bundles.
Out: the workload `managed`; `NotHere` with what to do where neither is there.
"""

import gzip
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.workloads.model import ACCOUNT, REGION, Policy, Request, Workload, context

COLLECTION = Path(__file__).parents[3] / "shared" / "data" / "policies" / "managed.ndjson.gz"
_USER = f"arn:aws:iam::{ACCOUNT}:user/ops"
NAMES = (
    "ReadOnlyAccess",
    "SecurityAudit",
    "AmazonS3FullAccess",
    "AmazonEC2FullAccess",
    "AmazonDynamoDBFullAccess",
    "AWSLambda_FullAccess",
    "CloudWatchFullAccess",
    "AmazonSQSFullAccess",
    "AmazonECS_FullAccess",
    "IAMUserChangePassword",
)


class NotHere(Exception):  # noqa: N818  # not an error: a line that says why a workload is skipped
    """Why a workload cannot be made here."""


def managed() -> Workload:
    """Long lists of actions, nearly all on any resource."""
    documents = _documents()
    statements = [each for found in documents.values() for each in _listed(found["Statement"])]
    names = sorted({name for each in statements for name in _listed(each.get("Action", [])) if ":" in name})
    resources = sorted(
        {arn for each in statements for arn in _listed(each.get("Resource", [])) if arn.startswith("arn:")}
    )

    def draw(rng: random.Random, number: int) -> Request:
        drawn = rng.choice(names)
        action = drawn.replace("*", rng.choice(("Thing", "Item", "Policy"))).replace("?", "x")
        service, _, called = action.partition(":")
        if rng.random() < 0.4:  # what next to no managed policy grants
            action = f"{service}:Revoke{called}"
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:thing/{number}"
        if rng.random() < 0.3:
            filled = re.sub(r"\$\{[^}]*\}", "x", rng.choice(resources)).replace("*", f"x{number}")
            arn = filled if filled.count(":") >= 5 else arn
        return _USER, action, arn, {**context(rng), "iam:PassedToService": rng.choice(("ec2.amazonaws.com", "x.com"))}

    policies = tuple(
        Policy({**found, "Statement": _listed(found["Statement"])}, "identity", _USER, name)
        for name, found in documents.items()
    )
    return Workload("managed", "ten AWS managed policies", policies, ("identity",), draw)


def _documents() -> dict[str, dict[str, Any]]:
    if COLLECTION.exists():
        with gzip.open(COLLECTION, "rt", encoding="utf-8") as lines:
            found = {each["name"]: each["document"] for each in map(json.loads, lines)}
        return _chosen({name: json.loads(text) for name, text in found.items() if name in NAMES})
    try:
        from moto.iam.aws_managed_policies import aws_managed_policies_data  # optional, brings the policies
    except ImportError:
        raise NotHere(f"neither {COLLECTION} nor moto is there: pip install '.[peers]' brings moto's copy") from None
    everything: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return _chosen({name: everything[name]["Document"] for name in NAMES if name in everything})


def _chosen(found: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    missing = [name for name in NAMES if name not in found]
    if missing:
        raise NotHere(f"the collection lacks {', '.join(missing)}")
    return {name: found[name] for name in NAMES}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
