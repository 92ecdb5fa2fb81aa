"""Knowing more never flips a certain answer: a variable under NotResource whose value is not known may have none at all."""

from __future__ import annotations

from tests.runtime.building import ALICE, allow, identity, outcome

from ostiary_runtime.context import UNKNOWN

ELSEWHERE = "arn:aws:s3:::other/x"


def test_a_certain_allow_stays_one_when_the_tag_turns_out_to_be_absent():
    made = identity(
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/home/${aws:PrincipalTag/team}/*"},
        allow(Action="s3:List*"),
    )
    unknown = outcome(made, ALICE, "s3:GetObject", ELSEWHERE, {"aws:PrincipalTag/team": UNKNOWN})
    absent = outcome(made, ALICE, "s3:GetObject", ELSEWHERE, {})
    assert unknown.endswith("?") or unknown == absent.removesuffix("?")


def test_a_certain_answer_of_an_arn_operator_stays_when_the_variable_is_known():
    made = identity(
        allow(),
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "role:${aws:PrincipalTag/team}"}},
        },
    )
    unknown = outcome(made, ALICE, "s3:GetObject", ELSEWHERE, {"aws:PrincipalTag/team": UNKNOWN})
    known = outcome(made, ALICE, "s3:GetObject", ELSEWHERE, {"aws:PrincipalTag/team": "red"})
    assert unknown.endswith("?") or unknown == known.removesuffix("?")
