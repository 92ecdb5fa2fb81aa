"""An engine with something of every kind to decide, tables to ask it, and what the single engine says of them."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
from tests.batches import single
from tests.runtime.building import ACCOUNT, ALICE, BOB, FAY, OTHER, ROLE, ROOT, SESSION, engine

from ostiary_runtime.engine import Engine

EVE = f"arn:aws:iam::{OTHER}:user/eve"
KEY_POLICY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k1"
PRINCIPALS = [ALICE, BOB, SESSION, ROLE, FAY, ROOT, EVE, "*", "ec2.amazonaws.com"]
ACTIONS = ["s3:GetObject", "S3:getobject", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt", "iam:PassRole", "x:Y"]
RESOURCES = [
    "*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/home/alice/k",
    "arn:aws:s3:::b/home/bob/k",
    "arn:aws:s3:::b/x.log",
    "arn:aws:s3:::b/secret:1",
    "arn:aws:s3:::c/tmp/x.log",
    "arn:aws:s3:::",
    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q1",
    f"arn:aws:sqs:us-east-1:{OTHER}:q2:x",
    f"arn:aws-cn:sqs:cn-north-1:{OTHER}:q1",
    KEY_POLICY,
    f"arn:aws:iam::{ACCOUNT}:role/dev",
]
IPS = ["10.1.2.3", "203.0.113.9", "::ffff:10.0.0.1", "2001:db8::1", "nonsense"]
CONTEXT: dict[str, list[Any]] = {
    "aws:SourceIp": [*IPS, None],
    "aws:securetransport": [True, False, None],
    "s3:max-keys": [1, 50, 99, None],
    "aws:TagKeys": [["a", "b"], ["b"], [], [""], ["a"], None],
    "aws:PrincipalTag/team": ["blue", "red", "", None],
    "s3:prefix": ["alice", "bob", "x", None],
}


def allow(**elements: Any) -> dict[str, Any]:
    return statement("Allow", elements)


def deny(**elements: Any) -> dict[str, Any]:
    return statement("Deny", elements)


def statement(effect: str, elements: dict[str, Any]) -> dict[str, Any]:
    """A statement, about every action and resource unless it says."""
    action = {} if "NotAction" in elements else {"Action": "*"}
    resource = {} if "NotResource" in elements else {"Resource": "*"}
    return {"Effect": effect, **action, **resource, **elements}


def policies() -> Engine:
    """Every layer, conditions with and without Unknown, variables, wildcards in the middle, short ARNs."""
    return engine(
        (allow(Action="s3:Get*", Resource=["arn:aws:s3:::b/*", "arn:aws:s3:::*.log"]), "identity", None),
        (allow(Action="s3:*", Resource="arn:aws:s3:::b/home/${aws:username}/*"), "identity", ALICE),
        (allow(Action="sqs:*", Condition={"StringLike": {"aws:PrincipalTag/team": "b*"}}), "identity", ROLE),
        (allow(Action="sqs:Send*", Resource=f"arn:aws:sqs:*:{ACCOUNT}:q?"), "identity", BOB),
        (allow(Action="kms:*", NotResource="arn:aws:kms:*:*:alias/*"), "identity", None),
        (deny(Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, NotAction="iam:*"), "identity", BOB),
        (deny(Action="s3:*", Condition={"NumericGreaterThan": {"s3:max-keys": "50"}}), "identity", None),
        (deny(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}), "identity", ALICE),
        (allow(NotAction="iam:*", Condition={"Bool": {"aws:SecureTransport": "true"}}), "boundary", ROLE),
        (allow(Condition={"StringEquals": {"s3:prefix": "${aws:username}"}}), "boundary", ALICE),
        (allow(Action=["s3:*", "sqs:*"]), "session", SESSION),
        (
            allow(Principal={"AWS": [EVE, SESSION]}, Resource="arn:aws:s3:::b/*", Action="s3:GetObject"),
            "resource",
            None,
        ),
        (deny(Principal="*", Resource="arn:aws:s3:::*secret*"), "resource", None),
        (allow(Principal={"AWS": ACCOUNT}, Action="kms:*", Resource="*"), "resource", KEY_POLICY),
        (allow(), "scp", None),
        (deny(Action="*", Resource="arn:aws:sqs:us-*"), "scp", ACCOUNT),
        (allow(Principal="*"), "rcp", None),
        (deny(Principal="*", Condition={"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}), "rcp", OTHER),
    )


def simple() -> Engine:
    """One layer, so that rows can be decided without their resource."""
    return engine(
        (allow(Action="s3:Get*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "true"}}), "identity", None),
        (allow(Action="sqs:*", Resource="arn:aws:sqs:*:*:q*"), "identity", None),
        (deny(Action="kms:*", Resource="*"), "identity", ALICE),
        layers=["identity"],
    )


def requests(count: int, seed: int = 0, *, keys: tuple[str, ...] = tuple(CONTEXT)) -> pa.Table:
    """A table of requests."""
    rng = random.Random(seed)
    return pa.table(
        {
            "principal": [rng.choice(PRINCIPALS) for _ in range(count)],
            "action": [rng.choice(ACTIONS) for _ in range(count)],
            "resource": [rng.choice(RESOURCES) for _ in range(count)],
            **{key: pa.array([rng.choice(CONTEXT[key]) for _ in range(count)]) for key in keys},
        }
    )


def answers(table: pa.Table) -> list[tuple[str, bool, int | None]]:
    return [(row["effect"], row["certain"], row["statement"]) for row in table.to_pylist()]


def agree(engine: Engine, table: pa.Table, missing: Any = "absent") -> pa.Table:
    """The batch's answers, which are those of a single engine that has seen nothing of it."""
    got = engine.authorize_batch(table, missing=missing)
    assert answers(got) == list(single(Engine(engine.program), table, missing))
    return got
