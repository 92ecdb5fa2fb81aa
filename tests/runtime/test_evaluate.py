"""The clear evaluator: both bounds, and what one would have to know where they differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import (
    ALICE,
    FAY,
    ROLE,
    ROOT,
    SESSION,
    TRAIL,
    allow,
    deny,
    engine,
    outcome,
    plain_outcome,
)

from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.templates import ResourceTemplate

OBJECT = "arn:aws:s3:::b/k"
KNOWN = {"StringEquals": {"aws:UserAgent": "a"}}
ASK: dict[str, object] = {"aws:UserAgent": UNKNOWN}
ALL = (allow(), "identity", None)

# What makes the answer uncertain: policies, caller, resource, context, and the facts with their reasons.
DOUBTS: list[tuple[str, list[Any], Any, Any, dict[str, object], set[tuple[str, str]]]] = [
    ("key", [(allow(Condition=KNOWN), "identity", None)], ALICE, OBJECT, ASK, {("aws:useragent", "key-not-known")}),
    (
        "deny key",
        [ALL, (deny(Condition=KNOWN), "identity", None)],
        ALICE,
        OBJECT,
        ASK,
        {("aws:useragent", "key-not-known")},
    ),
    (
        "two keys",
        [(allow(Condition={"StringEquals": {"aws:UserAgent": "a", "aws:SourceVpc": "v"}}), "identity", None)],
        ALICE,
        OBJECT,
        {**ASK, "aws:SourceVpc": UNKNOWN},
        {("aws:useragent", "key-not-known"), ("aws:sourcevpc", "key-not-known")},
    ),
    (
        "variable in a value",
        [(allow(Condition={"StringEquals": {"s3:prefix": "${aws:PrincipalTag/T}"}}), "identity", None)],
        ALICE,
        OBJECT,
        {"s3:prefix": "x", "aws:PrincipalTag/T": UNKNOWN},
        {("aws:principaltag/t", "key-not-known")},
    ),
    (
        "variable in a resource",
        [(allow(Resource="arn:aws:s3:::b/${aws:PrincipalTag/T}"), "identity", None)],
        ALICE,
        OBJECT,
        {"aws:PrincipalTag/T": UNKNOWN},
        {("aws:principaltag/t", "variable-not-known")},
    ),
    (
        "variable without value",
        [
            ALL,
            (
                {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::b/${aws:PrincipalTag/T}"},
                "identity",
                None,
            ),
        ],
        ALICE,
        OBJECT,
        {},
        {("arn:aws:s3:::b/${aws:PrincipalTag/T}", "variable-unresolved")},
    ),
    (
        "operator",
        [(allow(Condition={"Bool": {"aws:SecureTransport": "true"}}), "identity", None)],
        ALICE,
        OBJECT,
        {"aws:SecureTransport": "perhaps"},
        {("aws:securetransport", "operator-undecidable")},
    ),
    ("action", [(allow(Action="*:Get*"), "identity", None)], ALICE, OBJECT, {}, {("*:Get*", "action-pattern")}),
    ("stars", [(allow(Resource="**"), "identity", None)], ALICE, OBJECT, {}, {("**", "resource-pattern")}),
    (
        "crossing",
        [(allow(Resource="arn:aws:sqs:*:q"), "identity", None)],
        ALICE,
        "arn:aws:sqs:r:111122223333:q",
        {},
        {("arn:aws:sqs:*:q", "resource-pattern")},
    ),
    (
        "short",
        [(allow(Principal="*", Resource="arn:aws:s3"), "resource", None)],
        TRAIL,
        OBJECT,
        {},
        {("arn:aws:s3", "resource-pattern")},
    ),
    (
        "template",
        [(allow(Resource="arn:aws:s3:::b/k"), "identity", None)],
        ALICE,
        ResourceTemplate("arn:aws:s3:::b/*"),
        {},
        {("resource", "resource-not-known")},
    ),
    (
        "service",
        [(allow(Principal={"AWS": "*"}), "resource", None)],
        TRAIL,
        OBJECT,
        {},
        {("principal", "principal-pattern")},
    ),
    (
        "session name in Principal",
        [(allow(Principal={"AWS": SESSION}), "resource", None)],
        ROLE,
        OBJECT,
        {},
        {("principal", "principal-not-known")},
    ),
    (
        "session name in an attachment",
        [ALL, (allow(Action="iam:*"), "session", SESSION)],
        ROLE,
        OBJECT,
        {},
        {("session name", "attachment-not-known")},
    ),
    (
        "federating user",
        [(allow(), "identity", ALICE), (allow(), "session", None)],
        FAY,
        OBJECT,
        {},
        {("federating user", "attachment-not-known")},
    ),
    (
        "not principal",
        [ALL, ({"Effect": "Deny", "NotPrincipal": {"AWS": ALICE}, "Action": "*", "Resource": "*"}, "resource", None)],
        ALICE,
        OBJECT,
        {},
        {("principal", "principal-pattern")},
    ),
]


@pytest.mark.parametrize(
    "parts, caller, resource, context, facts", [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS]
)
def test_what_one_would_have_to_know(
    parts: list[Any], caller: Any, resource: Any, context: dict[str, object], facts: set[tuple[str, str]]
):
    made = engine(*parts)
    for decide in (made.authorize, made.authorize_plainly):
        decision = decide(caller, "s3:GetObject", resource, context)
        assert {(each.fact, each.reason.value) for each in decision.undecided} == facts
        assert not decision.certain
        assert len(set(decision.undecided)) == len(decision.undecided)
        for each in decision.undecided:
            assert each.statement is None or each.statement in made.statements
            assert each.fact in str(each)


# Where something is not known, and it does not matter.
CERTAIN: list[tuple[str, list[Any], str]] = [
    ("another allow", [(allow(Condition=KNOWN), "identity", None), ALL], "Allow"),
    ("a definite deny", [(allow(Condition=KNOWN), "identity", None), (deny(), "scp", None)], "ExplicitDeny"),
    (
        "a missing level",
        [(allow(Condition=KNOWN), "identity", None), (allow(Action="iam:*"), "scp", None)],
        "ImplicitDeny",
    ),
    ("a deny elsewhere", [ALL, (deny(Condition=KNOWN, Resource="arn:aws:s3:::c"), "identity", None)], "Allow"),
    ("a deny of another action", [ALL, (deny(Condition=KNOWN, Action="iam:*"), "identity", None)], "Allow"),
    (
        "no beside unknown",
        [ALL, (deny(Condition={**KNOWN, "Null": {"aws:SourceVpc": "false"}}), "identity", None)],
        "Allow",
    ),
    ("the other side", [(allow(Condition=KNOWN), "identity", None), (allow(Principal="*"), "resource", None)], "Allow"),
]


@pytest.mark.parametrize("parts, answer", [row[1:] for row in CERTAIN], ids=[row[0] for row in CERTAIN])
def test_what_does_not_matter_is_not_told(parts: list[Any], answer: str):
    made = engine(*parts)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, ASK) == answer
    assert plain_outcome(made, ALICE, "s3:GetObject", OBJECT, ASK) == answer


def test_an_unknown_deny_beside_a_missing_allow_is_told():
    """Explicit and implicit denial are told apart: the effect may be either (10.50)."""
    made = engine((deny(Condition=KNOWN), "identity", None))
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, ASK) == "ExplicitDeny?"


def test_unknown_counts_against_the_caller():
    """An Allow needs Yes, a Deny applies on Unknown (0.3)."""
    assert outcome(engine((allow(Condition=KNOWN), "identity", None)), ALICE, "s3:Get", OBJECT, ASK) == "ImplicitDeny?"
    assert outcome(engine(ALL, (deny(Condition=KNOWN), "scp", None)), ALICE, "s3:Get", OBJECT, ASK) == "ExplicitDeny?"
    level = engine(ALL, (allow(Condition=KNOWN), "scp", None))
    assert outcome(level, ALICE, "s3:Get", OBJECT, ASK) == "ImplicitDeny?"


def test_the_statement_that_is_named_comes_first_in_program_order():
    made = engine(ALL, (deny(Condition=KNOWN), "identity", None), (deny(), "identity", ALICE), (deny(), "scp", None))
    assert made.authorize_plainly(ALICE, "s3:Get", OBJECT, {"aws:UserAgent": "a"}).statements == (made.statements[1],)
    assert made.authorize_plainly(ALICE, "s3:Get", OBJECT).statements == (made.statements[2],)


CONDITIONS = st.sampled_from(
    [
        {},
        KNOWN,
        {"Null": {"aws:UserAgent": "true"}},
        {"StringNotEquals": {"aws:UserAgent": "a"}},
        {"Bool": {"aws:m": "true"}},
    ]
)
TYPES = st.sampled_from(["identity", "boundary", "session", "scp", "resource", "rcp", "endpoint"])
STATES = st.sampled_from(["a", "b", "true", None, ["a"], ["a", "b"], ""])


@given(
    st.lists(st.tuples(st.booleans(), TYPES, CONDITIONS), min_size=1, max_size=5),
    st.dictionaries(st.sampled_from(["aws:UserAgent", "aws:m"]), STATES),
    st.sampled_from([ALICE, SESSION, ROOT, "*"]),
)
def test_the_bounds_hold_every_world(
    drawn: list[tuple[bool, str, dict[str, object]]], world: dict[str, object], caller: str
):
    """What is certain while the keys are not known holds in every state of them."""
    parts = []
    for denies, type_, condition in drawn:
        who = {"Principal": "*"} if type_ in ("resource", "rcp", "endpoint") else {}
        parts.append(((deny if denies else allow)(Condition=condition, **who), type_, None))
    made = engine(*parts)
    answer = plain_outcome(made, caller, "s3:GetObject", OBJECT, {}, missing="unknown")
    if not answer.endswith("?"):
        assert plain_outcome(made, caller, "s3:GetObject", OBJECT, world) == answer
