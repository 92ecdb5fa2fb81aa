"""Where a hole hides which of several rules holds, an answer is certain only if it is so under each of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, OTHER, allow, deny, engine, outcome

from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.templates import ResourceTemplate

KMS = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
ANYBODYS = "arn:aws:sqs:us-east-1:*:q"
GRANTED = [(allow(), "identity", None), (allow(Principal="*"), "resource", None)]


def queue(account: str, partition: str = "aws") -> str:
    return f"arn:{partition}:sqs:us-east-1:{account}:q"


def test_an_uncertain_alternative_makes_the_answer_uncertain():
    """A key must grant, and nothing does: a certain denial. An alias need not, and what allows it is not known."""
    made = engine((allow(Condition={"StringEquals": {"aws:UserAgent": "a"}}), "identity", None))
    context: dict[str, object] = {"aws:UserAgent": UNKNOWN}
    assert outcome(made, ALICE, "kms:Do", KMS + "key/1", context) == "ImplicitDeny"
    assert outcome(made, ALICE, "kms:Do", KMS + "alias/a", context) == "ImplicitDeny?"
    assert outcome(made, ALICE, "kms:Do", ResourceTemplate(KMS + "*"), context) == "ImplicitDeny?"


# What tells the account OTHER apart, beside the resource's own ARN.
TELLING: list[tuple[str, tuple[dict[str, Any], str, str | None]]] = [
    ("an RCP of an account that has no place", (deny(Principal="*", Action="sqs:*"), "rcp", OTHER)),
    ("a value", (deny(Condition={"StringEquals": {"aws:ResourceAccount": OTHER}}), "identity", None)),
    ("a pattern", (deny(Condition={"StringLike": {"aws:ResourceAccount": "4444*"}}), "identity", None)),
    (
        "a negated value",
        (deny(Condition={"StringNotEquals": {"aws:ResourceAccount": [ACCOUNT, "000000000000"]}}), "identity", None),
    ),
    (
        "a variable",
        (deny(Condition={"StringEquals": {"s3:prefix": "${aws:ResourceAccount}"}}), "identity", None),
    ),
]


@pytest.mark.parametrize("part", [row[1] for row in TELLING], ids=[row[0] for row in TELLING])
def test_a_hole_may_hide_any_account_that_policies_tell_apart(part: tuple[dict[str, Any], str, str | None]):
    made = engine(*GRANTED, part)
    context = {"s3:prefix": OTHER}
    assert outcome(made, ALICE, "sqs:Send", queue(ACCOUNT), context) == "Allow"
    assert outcome(made, ALICE, "sqs:Send", queue(OTHER), context) == "ExplicitDeny"
    assert outcome(made, ALICE, "sqs:Send", ResourceTemplate(ANYBODYS), context).endswith("?")


def test_a_hole_may_hide_the_partition():
    """No resource policy grants across partitions; whether this is one is not known."""
    made = engine(*GRANTED)
    assert outcome(made, ALICE, "sqs:Send", queue(OTHER)) == "Allow"
    assert outcome(made, ALICE, "sqs:Send", queue(OTHER, "aws-cn")) == "ImplicitDeny"
    assert outcome(made, ALICE, "sqs:Send", ResourceTemplate(queue(OTHER, "aws*"))).endswith("?")
