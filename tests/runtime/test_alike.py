"""A row to which all ARNs are alike: one constant leaf for all, and the same answers and errors as ever."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, allow, deny, identity, outcome, plain_outcome

from ostiary_grammar.errors import RequestError

ARNS = [
    f"arn:aws:{service}:r{number}:{number:012}:thing/{number}"
    for number in range(20)
    for service in ("s3", "kms", "ec2")
]
NO_ARNS = ["", "arn:", "arn:aws:s3", "arn:aws:s3:::"[:-1], "arn;aws:s3:::b", "b", "arm:aws:s3:::b", "**"]


def cells(made, action):
    return made._askers[ALICE].rows[action].cells[1]


def test_headers_are_not_put_in():
    made = identity(allow(Action="s3:Get*", Resource="*"), deny(Action="s3:Put*", Resource="*"))
    for action, answer in (("s3:GetObject", "Allow"), ("s3:PutObject", "ExplicitDeny"), ("s3:List", "ImplicitDeny")):
        for arn in [*ARNS, "*", *ARNS]:
            assert outcome(made, ALICE, action, arn) == plain_outcome(made, ALICE, action, arn) == answer
        assert len(cells(made, action)) <= 6


def test_what_is_no_arn_is_refused_every_time():
    made = identity(allow(Action="s3:Get*", Resource="*"))
    for _ in range(2):
        assert made.is_allowed(ALICE, "s3:GetObject", ARNS[0])
        for text in NO_ARNS:
            with pytest.raises(RequestError):
                made.is_allowed(ALICE, "s3:GetObject", text)
            with pytest.raises(RequestError):
                made.authorize(ALICE, "s3:GetObject", text)


@pytest.mark.parametrize(
    "statement",
    [
        allow(Resource="arn:aws:s3:::b/*"),
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/*"},
        allow(Resource="*", Condition={"StringEquals": {"aws:ResourceAccount": f"{7:012}"}}),
    ],
)
def test_a_row_that_looks_at_the_resource_has_no_such_leaf(statement):
    made = identity(statement)
    for arn in [*ARNS, "arn:aws:s3:::b/k", "arn:aws:s3:::c"]:
        assert outcome(made, ALICE, "s3:GetObject", arn) == plain_outcome(made, ALICE, "s3:GetObject", arn)
    assert len(cells(made, "s3:GetObject")) > len(ARNS)


def test_actions_of_one_class_share_their_row():
    """But not those that rules of AWS set apart: trust policies, bucket policies, RCPs, exempt actions."""
    made = identity(allow(Action=["s3:*", "iam:*", "sts:*"], Resource="*"))
    actions = [
        "s3:GetObject",
        "s3:GetBucketPolicy",
        "sts:AssumeRole",
        "sts:GetCallerIdentity",
        "iam:GetUser",
        "ec2:Run",
    ]
    for action in [*actions, "s3:PutObject", "iam:PassRole", "ec2:Stop"]:
        assert outcome(made, ALICE, action, "*") == plain_outcome(made, ALICE, action, "*")
    rows = made._askers[ALICE].rows
    assert len({id(rows[action]) for action in actions}) == len(actions)
    assert rows["s3:GetObject"] is rows["s3:PutObject"]
    assert rows["iam:GetUser"] is rows["iam:PassRole"]
    assert rows["ec2:Run"] is rows["ec2:Stop"]
