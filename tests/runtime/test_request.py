"""Requests: every form of principal, action and resource is taken apart rightly, and everything else is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.runtime.building import ACCOUNT, ALICE, FAY, OTHER, ROLE, ROOT, SESSION, TRAIL

from ostiary_grammar.errors import RequestError
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.request import (
    ANY_RESOURCE,
    CallerKind,
    Principal,
    check_account,
    parse_action,
    parse_caller,
    parse_resource,
    session_of,
)

PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"

# Principal, kind, ARN, account, role.
CALLERS: list[tuple[str | Principal, CallerKind, str | None, str, str | None]] = [
    (ALICE, CallerKind.USER, ALICE, ACCOUNT, None),
    (f"arn:aws:iam::{ACCOUNT}:user/a/b/ann", CallerKind.USER, f"arn:aws:iam::{ACCOUNT}:user/a/b/ann", ACCOUNT, None),
    (ROOT, CallerKind.ROOT, ROOT, ACCOUNT, None),
    (SESSION, CallerKind.SESSION, SESSION, ACCOUNT, ROLE),
    (ROLE, CallerKind.SESSION, None, ACCOUNT, ROLE),
    (Principal(SESSION), CallerKind.SESSION, SESSION, ACCOUNT, ROLE),
    (
        Principal(SESSION, role=f"arn:aws:iam::{ACCOUNT}:role/eng/dev"),
        CallerKind.SESSION,
        SESSION,
        ACCOUNT,
        f"arn:aws:iam::{ACCOUNT}:role/eng/dev",
    ),
    (FAY, CallerKind.FEDERATED, FAY, ACCOUNT, None),
    (TRAIL, CallerKind.SERVICE, TRAIL, "", None),
    ("ec2.amazonaws.com.cn", CallerKind.SERVICE, "ec2.amazonaws.com.cn", "", None),
    ("s3.eu-south-1.amazonaws.com", CallerKind.SERVICE, "s3.eu-south-1.amazonaws.com", "", None),
    (PROVIDER, CallerKind.PROVIDER, PROVIDER, ACCOUNT, None),
    (SAML, CallerKind.PROVIDER, SAML, ACCOUNT, None),
    ("accounts.google.com", CallerKind.PROVIDER, "accounts.google.com", "", None),
    ("cognito-identity.amazonaws.com", CallerKind.PROVIDER, "cognito-identity.amazonaws.com", "", None),
    ("www.amazon.com", CallerKind.PROVIDER, "www.amazon.com", "", None),
    ("*", CallerKind.ANONYMOUS, None, "", None),
    (f"arn:aws-cn:iam::{ACCOUNT}:user/ann", CallerKind.USER, f"arn:aws-cn:iam::{ACCOUNT}:user/ann", ACCOUNT, None),
]


@pytest.mark.parametrize("principal, kind, arn, account, role", CALLERS, ids=str)
def test_callers(principal: Any, kind: CallerKind, arn: str | None, account: str, role: str | None):
    caller = parse_caller(principal)
    assert (caller.kind, caller.arn, caller.account, caller.role) == (kind, arn, account, role)


@pytest.mark.parametrize(
    "principal",
    [
        "",
        "alice",
        "**",
        "arn:aws:iam::111122223333",
        "arn:aws:iam::1111:user/alice",
        "arn:aws:iam:::user/alice",
        "arn:aws:iam::1111222233334:user/alice",
        "arn:aws:iam::11112222333a:user/alice",
        "arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:user/alice",
        f"arn:aws:iam::{ACCOUNT}:user",
        f"arn:aws:iam::{ACCOUNT}:user/",
        f"arn:aws:iam::{ACCOUNT}:role/",
        f"arn:aws:iam::{ACCOUNT}:group/dev",
        f"arn:aws:iam::{ACCOUNT}:policy/p",
        f"arn:aws:iam::{ACCOUNT}:rooty",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/dev",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b/c",
        f"arn:aws:sts::{ACCOUNT}:assumed-role//s",
        f"arn:aws:sts::{ACCOUNT}:federated-user/",
        f"arn:aws:sts::{ACCOUNT}:user/alice",
        f"arn:aws:s3::{ACCOUNT}:user/alice",
        f"ARN:aws:iam::{ACCOUNT}:user/alice",
        f" {ALICE}",
        ACCOUNT,
        "AIDAEXAMPLE",
        "amazonaws.com",
        ".amazonaws.com",
        "-.amazonaws.com",
        "*.amazonaws.com",
        "EC2.amazonaws.com",
        "ec2.amazonaws.com\n",
        "ec2.amazonaws.com.evil.example",
        "ec2 .amazonaws.com",
        "\x00",
        "\ud800",
        "a" * 200_000,
        "a." * 100_000 + "amazonaws.comx",
        "arn:" * 50_000,
        None,
        42,
        b"*",
        ["*"],
        ("*",),
        {"AWS": "*"},
    ],
    ids=lambda each: repr(each)[:50],
)
def test_what_is_no_principal(principal: object):
    with pytest.raises(RequestError):
        parse_caller(principal)


# For each caller: PrincipalArn, PrincipalAccount, PrincipalType, userid, username, PrincipalIsAWSService, service name.
DERIVED: list[tuple[str | Principal, tuple[object, ...]]] = [
    (ALICE, (ALICE, ACCOUNT, "User", UNKNOWN, "alice", "false", None)),
    (Principal(ALICE, unique_id="AIDA1"), (ALICE, ACCOUNT, "User", "AIDA1", "alice", "false", None)),
    (
        f"arn:aws:iam::{ACCOUNT}:user/eng/ann",
        (f"arn:aws:iam::{ACCOUNT}:user/eng/ann", ACCOUNT, "User", UNKNOWN, "ann", "false", None),
    ),
    (ROOT, (ROOT, ACCOUNT, "Account", ACCOUNT, None, "false", None)),
    (SESSION, (ROLE, ACCOUNT, "AssumedRole", UNKNOWN, None, "false", None)),
    (Principal(SESSION, unique_id="AROA1"), (ROLE, ACCOUNT, "AssumedRole", "AROA1:s1", None, "false", None)),
    (Principal(ROLE, unique_id="AROA1"), (ROLE, ACCOUNT, "AssumedRole", UNKNOWN, None, "false", None)),
    (FAY, (FAY, ACCOUNT, "FederatedUser", f"{ACCOUNT}:fay", None, "false", None)),
    (Principal(FAY, federated_by=ALICE), (FAY, ACCOUNT, "FederatedUser", f"{ACCOUNT}:fay", None, "false", None)),
    (TRAIL, (None, None, None, None, None, "true", TRAIL)),
    (PROVIDER, (None, ACCOUNT, None, None, None, "false", None)),
    ("*", (None, "anonymous", "Anonymous", "anonymous", None, None, None)),
]
KEYS = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "aws:principalisawsservice",
    "aws:principalservicename",
)


@pytest.mark.parametrize("principal, values", DERIVED, ids=str)
def test_derived_keys(principal: str | Principal, values: tuple[object, ...]):
    """iam-semantics.md 7.2 and 7.7. None says absent; a unique id that was not given is not known."""
    assert dict(parse_caller(principal).derived) == dict(zip(KEYS, values, strict=True))


@pytest.mark.parametrize(
    "role, linked",
    [
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/dev", True),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-service-role-x/dev", False),
        (f"arn:aws:iam::{ACCOUNT}:role/x/aws-service-role/dev", False),
        (ROLE, False),
    ],
)
def test_service_linked_roles(role: str, linked: bool):
    """Told by the path of the role, and by nothing that somebody else may choose."""
    assert parse_caller(Principal(SESSION, role=role)).service_linked is linked
    assert not parse_caller(f"arn:aws:iam::{ACCOUNT}:user/aws-service-role/x/dev").service_linked


@pytest.mark.parametrize(
    "named, taken",
    [
        (f"arn:aws:iam::{ACCOUNT}:role/eng/dev", True),
        (f"arn:aws:iam::{ACCOUNT}:role/dev", True),
        (f"arn:aws:iam::{OTHER}:role/eng/dev", False),
        (f"arn:aws:iam::{ACCOUNT}:role/eng/devp", False),
        (f"arn:aws:iam::{ACCOUNT}:role/eng/xdev", False),
        (f"arn:aws:iam::{ACCOUNT}:user/dev", False),
        (SESSION, False),
        ("dev", False),
        ("", False),
    ],
)
def test_the_role_that_a_context_names(named: str, taken: bool):
    """Counts only if it is a role of the session's account and name."""
    caller = session_of(parse_caller(Principal(SESSION, unique_id="AROA1")), named)
    assert caller.role == (named if taken else ROLE)
    assert (caller.arn, caller.account, caller.unique_id) == (SESSION, ACCOUNT, "AROA1")
    assert caller.derived["aws:principalarn"] == caller.role


@pytest.mark.parametrize(
    "text, folded",
    [
        ("s3:GetObject", "s3:getobject"),
        ("S3:GETOBJECT", "s3:getobject"),
        ("s3-object-lambda:GetObject", "s3-object-lambda:getobject"),
        ("s3:*", "s3:*"),
        ("s3:É", "s3:É"),
    ],
)
def test_actions(text: str, folded: str):
    assert parse_action(text) == folded


@pytest.mark.parametrize(
    "text", ["", ":", "s3", "s3:", ":GetObject", "s3:a:b", "*", None, 3, b"s3:GetObject", ["s3:x"]]
)
def test_what_is_no_action(text: object):
    with pytest.raises(RequestError, match="action"):
        parse_action(text)


@pytest.mark.parametrize(
    "text, header, account",
    [
        ("arn:aws:s3:::b", "arn:aws:s3:::", ""),
        ("arn:aws:s3:::", "arn:aws:s3:::", ""),
        ("arn:aws:sqs:us-east-1:111122223333:q:x", "arn:aws:sqs:us-east-1:111122223333:", ACCOUNT),
        ("arn::::::", "arn:::::", ""),
        ("arn:aws:s3:::b\n\ud800", "arn:aws:s3:::", ""),
    ],
)
def test_resources(text: str, header: str, account: str):
    resource = parse_resource(text)
    assert (resource.text, resource.header, resource.account) == (text, header, account)
    assert len(resource.fields) == 6


def test_the_resource_of_actions_that_have_none():
    assert parse_resource("*") == ANY_RESOURCE
    assert ANY_RESOURCE.account == ""


@pytest.mark.parametrize(
    "text",
    ["", "b", "**", "?", "arn:aws:s3", "arn:aws:s3::b", "ARN:aws:s3:::b", " *", "x:aws:s3:::b", None, 7, b"*", ["*"]],
)
def test_what_is_no_resource(text: object):
    with pytest.raises(RequestError, match="resource"):
        parse_resource(text)


@pytest.mark.parametrize(
    "account",
    ["", "1", "11112222333", "1111222233334", "11112222333x", "１" * 12, " 11112222333", None, 111122223333, [], True],
)
def test_what_is_no_account(account: object):
    with pytest.raises(RequestError, match="account"):
        check_account(account)


@given(st.text() | st.text(alphabet="arn:iamsts/*role.com0123456789", max_size=60))
@example(f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/" + "s" * 100_000)
def test_any_text_is_taken_apart_or_refused(text: str):
    """Nothing but RequestError comes out of a hostile string, and what is taken keeps its own characters."""
    for parse in (parse_caller, parse_action, parse_resource, check_account):
        with suppress(RequestError):
            assert parse(text) is not None
