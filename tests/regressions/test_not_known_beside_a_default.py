"""A variable with a default does not resolve if its key turns out to be multivalued (5.3); until then that is open."""

from __future__ import annotations

from tests.runtime.building import ALICE, identity, outcome

from ostiary_runtime.context import UNKNOWN


def test_a_certain_allow_stays_one_when_the_key_turns_out_to_hold_a_list():
    made = identity(
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}/*"},
    )
    unknown, known = (
        outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::other/x", {"aws:PrincipalTag/team": value})
        for value in (UNKNOWN, ["red", "blue"])
    )
    assert unknown.endswith("?") or unknown == known.removesuffix("?")
