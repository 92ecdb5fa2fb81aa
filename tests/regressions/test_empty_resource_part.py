"""A pattern that ends in its last colon is no reason to build a leaf again for every request."""

from __future__ import annotations

from tests.runtime.building import ALICE, allow, identity, outcome

from ostiary_runtime.tables import _Pending


def test_leaves_beside_an_empty_resource_part_are_kept():
    made = identity(allow(Resource=["arn:aws:s3:::", "arn:aws:s3:::c/*"], Condition={"StringEquals": {"aws:x": "a"}}))
    texts = ("arn:aws:s3:::", "arn:aws:s3:::b", "arn:aws:s3:::c/x")
    for text in texts:
        outcome(made, ALICE, "s3:GetObject", text)
    assert not any(isinstance(cell, _Pending) for cell in made._askers[ALICE].rows["s3:GetObject"].cells[1])
