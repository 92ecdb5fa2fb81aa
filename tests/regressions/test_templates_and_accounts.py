"""A template's certain answer holds for every filling, also where a hole hides whose resource it is or what must grant."""

from __future__ import annotations

import pytest
from tests.runtime.building import ACCOUNT, ALICE, OTHER, allow, engine, outcome

from ostiary_runtime.templates import ResourceTemplate

KMS = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
# A template, and two ways to fill it that are decided differently where one identity policy allows everything.
TEMPLATES = [
    (KMS + "*", KMS + "alias/a", KMS + "key/1"),
    (KMS + "ke?/1", KMS + "kex/1", KMS + "key/1"),
    (f"arn:aws:*:us-east-1:{ACCOUNT}:key/1", f"arn:aws:sqs:us-east-1:{ACCOUNT}:key/1", KMS + "key/1"),
    ("arn:aws:sqs:us-east-1:*:q", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", f"arn:aws:sqs:us-east-1:{OTHER}:q"),
    (
        "arn:aws:sqs:us-east-1:11112222333?:q",
        f"arn:aws:sqs:us-east-1:{ACCOUNT}:q",
        "arn:aws:sqs:us-east-1:111122223334:q",
    ),
]


@pytest.mark.parametrize("template, first, second", TEMPLATES)
def test_a_hole_that_hides_the_difference_makes_the_answer_uncertain(template: str, first: str, second: str):
    made = engine((allow(), "identity", None))
    answers = {outcome(made, ALICE, "x:Do", text) for text in (first, second)}
    assert len(answers) == 2
    assert outcome(made, ALICE, "x:Do", ResourceTemplate(template)).endswith("?")
