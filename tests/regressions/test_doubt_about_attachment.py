"""Whether a resource policy is attached to a resource may be open; then the answer says that it is uncertain."""

from __future__ import annotations

from tests.runtime.building import ACCOUNT, ALICE, allow, engine, plain_outcome

from ostiary_runtime.templates import ResourceTemplate

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"


def test_an_attachment_that_is_not_known_is_a_doubt():
    made = engine((allow(Principal={"AWS": ALICE}), "resource", QUEUE))
    asked = ResourceTemplate(f"arn:aws:sqs:us-east-1:{ACCOUNT}:*")
    decision = made.authorize(ALICE, "sqs:Send", asked)
    assert not decision.allowed
    assert not decision.certain
    assert plain_outcome(made, ALICE, "sqs:Send", asked) == "ImplicitDeny?"
