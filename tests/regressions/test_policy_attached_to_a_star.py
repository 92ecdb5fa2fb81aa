"""A resource policy that is attached to `*` stands in the engine as it does in the clear evaluator."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, allow, deny, engine, outcome, plain_outcome


@pytest.mark.parametrize("to", ["*", "**"])
def test_a_policy_attached_to_a_star_is_not_lost(to: str):
    made = engine((allow(), "identity", None), (deny(Principal="*"), "resource", to))
    answer = outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b")
    assert answer == plain_outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b")
    assert answer.startswith("ExplicitDeny")
