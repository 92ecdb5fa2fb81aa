"""A pattern that holds the character which stands for holes covers no more than others do."""

from __future__ import annotations

from tests.runtime.building import ALICE, identity, outcome

from ostiary_runtime.templates import ResourceTemplate


def test_a_policy_with_that_character_covers_no_template():
    made = identity({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/\U0010fffe"})
    assert outcome(made, ALICE, "s3:GetObject", ResourceTemplate("arn:aws:s3:::b/*")) == "ImplicitDeny?"
