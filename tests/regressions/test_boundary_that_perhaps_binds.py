"""Whether a caller has a boundary may be open; then a NotPrincipal that spares it is open too."""

from __future__ import annotations

from tests.runtime.building import ALICE, BOB, FAY, ROOT, allow, engine, outcome

from ostiary_runtime.request import Principal


def test_a_certain_denial_holds_whoever_federated_the_user():
    """NotPrincipal always denies callers with a boundary (4.3); bob's federated user has none."""
    sparing = {"Effect": "Deny", "NotPrincipal": {"AWS": [FAY, ROOT]}, "Action": "*", "Resource": "*"}
    made = engine(
        (allow(), "identity", None),
        (allow(), "session", None),
        (allow(), "boundary", ALICE),
        (sparing, "resource", None),
    )
    unknown = outcome(made, FAY, "s3:GetObject", "arn:aws:s3:::b")
    for user in (ALICE, BOB):
        known = outcome(made, Principal(FAY, federated_by=user), "s3:GetObject", "arn:aws:s3:::b")
        assert unknown.endswith("?") or unknown == known
