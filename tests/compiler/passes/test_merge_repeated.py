"""merge_repeated: what a statement says twice, it says once."""

from __future__ import annotations

from tests.compiler.passes.normal_sets import lowered, same_decisions, statements
from tests.runtime.building import allow, deny

from ostiary_compiler.passes import merge_repeated

SAME = {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "StringLike": {"AWS:sourcevpce": ["vpce-1", "vpce-1"]}}


def test_before_and_after():
    """The first spelling stays, and the order."""
    made = lowered(
        (
            allow(
                Action=["s3:GetObject", "iam:*", "S3:getobject", "s3:Get*"],
                Resource=["arn:aws:s3:::b", "*", "arn:aws:s3:::b"],
                Condition={"Bool": {"aws:SecureTransport": "true"}},
            ),
            "identity",
            None,
        )
    )
    (after,) = statements(merge_repeated(made))
    assert [pattern.text for pattern in after.actions] == ["s3:GetObject", "iam:*", "s3:Get*"]
    assert [test.text for test in after.resources or ()] == ["arn:aws:s3:::b", "*"]
    assert len(after.conditions) == 1


def test_what_differs_stays_apart():
    """Patterns that differ only in case in the resource, or in what is certain, and values in another order."""
    made = lowered(
        (allow(Action=["*", "**", "*:*"], Resource=["arn:aws:s3:::b", "arn:aws:s3:::B", "*", "**"]), "identity", None)
    )
    (after,) = statements(merge_repeated(made))
    assert [pattern.text for pattern in after.actions] == ["*", "**"]
    assert len(after.resources or ()) == 4


def test_a_missing_resource_stays_missing():
    trust = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:assumerole"]}
    (after,) = statements(merge_repeated(lowered((trust, "resource", None))))
    assert after.resources is None
    assert len(after.actions) == 1


def test_decisions_stay():
    for element in ("Action", "NotAction"):
        for effect in (allow, deny):
            statement = {**effect(Condition=SAME, Resource=["*", "*"]), element: ["s3:Get*", "s3:get*", "iam:*"]}
            if element == "NotAction":
                del statement["Action"]
            assert same_decisions(lowered((allow(), "identity", None), (statement, "identity", None)), merge_repeated)
