"""What is said of a principal belongs to it: the partition and the account are those of its own ARN."""

from __future__ import annotations

import pytest
from tests.runtime.building import ACCOUNT, BOB, FAY, OTHER, SESSION, allow, identity

from ostiary_grammar.errors import RequestError
from ostiary_runtime.request import Principal

WRONG = [
    Principal(SESSION, role=f"arn:aws-cn:iam::{ACCOUNT}:role/dev"),
    Principal(FAY, federated_by=f"arn:aws:iam::{OTHER}:user/alice"),
    Principal(FAY, federated_by=f"arn:aws-cn:iam::{ACCOUNT}:user/alice"),
    Principal(FAY, federated_by=f"arn:aws:s3:::x:user/{ACCOUNT}"),
]


@pytest.mark.parametrize("principal", WRONG, ids=str)
def test_somebody_of_elsewhere_is_refused(principal: Principal):
    """A user federates within its own account, and a session's role is of the session's partition."""
    with pytest.raises(RequestError):
        identity(allow()).authorize(principal, "s3:GetObject", "*")


def test_what_fits_is_taken():
    made = identity(allow())
    assert made.is_allowed(Principal(FAY, federated_by=BOB), "s3:GetObject", "*")
    assert made.is_allowed(Principal(SESSION, role=f"arn:aws:iam::{ACCOUNT}:role/eng/dev"), "s3:GetObject", "*")
