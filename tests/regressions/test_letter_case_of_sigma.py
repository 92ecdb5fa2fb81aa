"""IgnoreCase folds character by character (6.5), so the parts of a value fold as the whole does."""

from __future__ import annotations

from tests.runtime.building import ALICE, allow, identity, outcome

from ostiary_runtime.context import UNKNOWN


def test_what_is_not_known_does_not_change_the_letter_before_it():
    """A certain answer that turns round when the variable is known."""
    block = {"StringNotEqualsIgnoreCase": {"aws:UserAgent": "ΑΣ${aws:PrincipalTag/team}"}}
    made = identity(allow(Condition=block))
    unknown, known = (
        outcome(made, ALICE, "s3:Get", "*", {"aws:UserAgent": "ΑΣb", "aws:PrincipalTag/team": value})
        for value in (UNKNOWN, "b")
    )
    assert unknown.endswith("?") or unknown == known


def test_texts_that_differ_in_case_alone_are_equal():
    made = identity(allow(Condition={"StringEqualsIgnoreCase": {"aws:UserAgent": "ΑΣ"}}))
    assert outcome(made, ALICE, "s3:Get", "*", {"aws:UserAgent": "ασ"}) == "Allow"
