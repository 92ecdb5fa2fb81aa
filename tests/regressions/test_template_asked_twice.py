"""A template is decided as often as it is asked, and leaves nothing behind that other requests could fall on."""

from __future__ import annotations

import contextlib

from tests.runtime.building import ALICE, allow, deny, identity, outcome, plain_outcome

from ostiary_runtime.templates import ResourceTemplate

PATTERN = "arn:aws:s3:::b/*"
STATEMENTS = (allow(), deny(Resource=PATTERN))


def test_a_template_is_decided_twice():
    made = identity(*STATEMENTS)
    for _ in range(2):
        assert outcome(made, ALICE, "s3:GetObject", ResourceTemplate(PATTERN)) == "ExplicitDeny"


def test_a_template_changes_no_later_answer():
    """Also not for a resource whose text is that of the template."""
    made = identity(*STATEMENTS)
    for _ in range(2):
        with contextlib.suppress(TypeError):
            made.authorize(ALICE, "s3:GetObject", ResourceTemplate(PATTERN))
    assert outcome(made, ALICE, "s3:GetObject", PATTERN) == plain_outcome(made, ALICE, "s3:GetObject", PATTERN)
