"""The wrong type is a RequestError, wherever it stands and whatever was asked before; never Allow, never another error."""

from __future__ import annotations

import contextlib
import enum
from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, SESSION, allow, deny, identity, outcome

from ostiary_grammar.errors import RequestError
from ostiary_runtime.request import Principal

OBJECT = "arn:aws:s3:::b"
WITH_KEY = allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})


def test_a_tuple_is_no_principal_even_if_it_looks_like_a_memo_key():
    made = identity(allow())
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, resource_account=ACCOUNT) == "Allow"
    with pytest.raises(RequestError):
        made.authorize((ALICE, ACCOUNT), "s3:GetObject", OBJECT)


@pytest.mark.parametrize("action", [["s3:GetObject"], {"s3:GetObject"}, {}])
def test_what_cannot_be_looked_up_is_no_action(action: Any):
    with pytest.raises(RequestError):
        identity(allow()).authorize(ALICE, action, OBJECT)


@pytest.mark.parametrize("resource", ["garbage", "", None, 42])
def test_a_call_that_no_policy_can_stop_still_needs_a_resource(resource: Any):
    made = identity(deny())
    with pytest.raises(RequestError):
        made.authorize(ALICE, "sts:GetCallerIdentity", resource)


def test_a_number_of_any_size_is_a_value_or_refused():
    made = identity(WITH_KEY)
    with contextlib.suppress(RequestError):
        assert not made.is_allowed(ALICE, "s3:GetObject", OBJECT, {"aws:SourceVpc": 10**5000})


@pytest.mark.parametrize("context", [None, ["aws:SourceVpc"], "aws:SourceVpc", 42])
def test_a_context_is_a_mapping(context: Any):
    made = identity(WITH_KEY)
    with pytest.raises(RequestError):
        made.authorize(ALICE, "s3:GetObject", OBJECT, context)


@pytest.mark.parametrize(
    "principal",
    [
        Principal(42),
        Principal(None),
        Principal(SESSION, role=42),
        Principal(SESSION, role="garbage"),
        Principal(SESSION, role="arn:aws:iam::444455556666:role/dev"),
        Principal(SESSION, role=f"arn:aws:iam::{ACCOUNT}:role/somebody-else"),
        Principal(f"arn:aws:sts::{ACCOUNT}:federated-user/fay", federated_by=42),
        Principal(ALICE, unique_id=42),
    ],
    ids=str,
)
def test_what_is_said_of_a_principal_is_checked(principal: Principal):
    """A role of another account or name is not the session's (iam-semantics.md 4.1, rule 4)."""
    with pytest.raises(RequestError):
        identity(WITH_KEY).authorize(principal, "s3:GetObject", OBJECT)


class Vpc(str, enum.Enum):  # noqa: UP042  # as programs have them that also run on older versions of Python
    MAIN = "vpc-1"


def test_a_text_that_is_an_enum_member_counts_by_its_text():
    """As a key of a dictionary or beside `==` it is `vpc-1`; a Deny on that value must not be missed."""
    made = identity(allow(), deny(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:SourceVpc": Vpc.MAIN}) == "ExplicitDeny"


def test_the_message_names_what_is_wrong():
    with pytest.raises(RequestError, match="account"):
        identity(allow()).authorize(ALICE, "s3:GetObject", OBJECT, resource_account=[ACCOUNT])
