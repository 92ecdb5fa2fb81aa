"""The engine: one answer for one question, whatever was asked before, and an error for what is no question."""

from __future__ import annotations

import copy
import os
import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import (
    ACCOUNT,
    ALICE,
    BOB,
    FAY,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    TRAIL,
    allow,
    deny,
    engine,
    identity,
    outcome,
    plain_outcome,
)

from ostiary_grammar.errors import OstiaryError, ProgramError, RequestError
from ostiary_grammar.terms import Effect
from ostiary_runtime.codec import from_bytes
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.engine import Engine
from ostiary_runtime.request import Principal

OBJECT = "arn:aws:s3:::b/k"
PATH_ROLE = f"arn:aws:iam::{ACCOUNT}:role/eng/dev"
PARTS = [
    (allow(Action="s3:Get*", Resource="arn:aws:s3:::b/*"), "identity", ALICE),
    (deny(Condition={"Bool": {"aws:SecureTransport": "false"}}), "identity", None),
    (allow(Action="s3:*", Principal={"AWS": BOB}), "resource", "arn:aws:s3:::b"),
]


@pytest.mark.parametrize("action", ["s3:GetObject", "S3:GETOBJECT", "s3:getobject"])
def test_spellings_of_an_action_share_a_row(action: str):
    made = engine(*PARTS)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT) == outcome(made, ALICE, action, OBJECT) == "Allow"
    rows = made._askers[ALICE].rows
    assert len({id(row) for row in rows.values()}) == 1
    assert set(rows) == {"s3:GetObject", action}


def test_callers_alike_share_their_rows():
    made = identity(allow())
    users = [f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(20)]
    for user in users:
        assert outcome(made, user, "s3:GetObject", OBJECT) == "Allow"
    assert len(made._scopes) == 1
    assert len({id(made._askers[user].rows) for user in users}) == 1


def test_a_decision_names_what_decided():
    made = engine(*PARTS)
    allowed = made.authorize(ALICE, "s3:GetObject", OBJECT, {"aws:SecureTransport": True})
    assert (allowed.effect, allowed.allowed, bool(allowed), allowed.layer) == (Effect.ALLOW, True, True, "identity")
    assert [(each.policy, each.effect, each.type) for each in allowed.statements] == [("p0", "Allow", "identity")]
    denied = made.authorize(ALICE, "s3:GetObject", OBJECT, {"aws:SecureTransport": False})
    assert (denied.effect, bool(denied), denied.layer) == (Effect.EXPLICIT_DENY, False, "identity")
    assert [each.policy for each in denied.statements] == ["p1"]
    missing = made.authorize(ALICE, "s3:PutObject", OBJECT)
    assert (missing.effect, bool(missing), missing.layer, missing.statements) == (
        Effect.IMPLICIT_DENY,
        False,
        "identity",
        (),
    )
    granted = made.authorize(BOB, "s3:PutObject", OBJECT)
    assert (granted.layer, [each.policy for each in granted.statements]) == ("resource", ["p2"])


def test_statements_are_numbered_as_the_engine_lists_them():
    made = engine(*PARTS)
    assert [each.number for each in made.statements] == [0, 1, 2]
    assert made.authorize(BOB, "s3:PutObject", OBJECT).statements[0] == made.statements[2]


def test_across_accounts_both_sides_are_named():
    made = engine((allow(), "identity", None), (allow(Principal={"AWS": ACCOUNT}), "resource", None))
    decision = made.authorize(ALICE, "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{OTHER}:q")
    assert {each.type for each in decision.statements} == {"identity", "resource"}


@pytest.mark.parametrize(
    "call",
    [
        {"principal": "alice"},
        {"principal": None},
        {"principal": 42},
        {"principal": b"*"},
        {"principal": []},
        {"principal": {"AWS": "*"}},
        {"action": "s3"},
        {"action": "*"},
        {"action": None},
        {"action": 7},
        {"action": ("s3:GetObject",)},
        {"action": b"s3:GetObject"},
        {"resource": "b"},
        {"resource": ""},
        {"resource": None},
        {"resource": 7},
        {"resource": [OBJECT]},
        {"resource": b"*"},
        {"context": {"aws:SecureTransport": object()}},
        {"context": {"aws:SecureTransport": {"true"}.union}},
        {"context": {"AWS:SecureTransport": b"true"}},
        {"context": {"aws:SecureTransport": [None]}},
        {"context": {7: "true"}},
        {"resource_account": "1"},
        {"resource_account": 111122223333},
        {"resource_account": ""},
        {"missing": "maybe"},
        {"missing": None},
    ],
    ids=lambda call: re.sub(r" at 0x[0-9a-f]+", "", str(call)),
)
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_a_wrong_question_is_an_error(call: dict[str, Any], warm: bool):
    """Whether or not its like was asked before; and the message says what to give instead."""
    made = engine((allow(), "identity", None), *PARTS)
    right = {"principal": ALICE, "action": "s3:GetObject", "resource": OBJECT, "context": {"aws:SecureTransport": True}}
    if warm:
        for _ in range(2):
            assert made.is_allowed(**right)
            assert made.is_allowed(**right, resource_account=ACCOUNT)
    for ask in (made.authorize, made.is_allowed, made.authorize_plainly):
        if ask == made.authorize_plainly and "missing" in call:
            continue  # the twin takes what the engine has checked
        with pytest.raises(RequestError) as raised:
            ask(**{**right, **call})
        assert isinstance(raised.value, OstiaryError)
        assert str(raised.value)[0].islower() or str(raised.value)[0] == "`"


HINTS = [
    ({"principal": "alice"}, "give an IAM or STS ARN"),
    ({"action": "GetObject"}, "give `service:Name`"),
    ({"resource": "b"}, "give an ARN with six fields, or `*`"),
    ({"resource_account": "1"}, "give twelve digits"),
    ({"missing": "no"}, 'must be "absent" or "unknown"'),
]


@pytest.mark.parametrize("call, hint", HINTS, ids=[next(iter(call)) for call, _ in HINTS])
def test_errors_say_what_to_do(call: dict[str, Any], hint: str):
    with pytest.raises(RequestError, match=hint.replace("*", r"\*")):
        identity(allow()).authorize(**{"principal": ALICE, "action": "s3:GetObject", "resource": OBJECT, **call})


def test_an_error_leaves_the_engine_as_it_was():
    made = engine(*PARTS)
    for _ in range(3):
        for wrong in (
            {"principal": "x"},
            {"action": "x"},
            {"resource": "x"},
            {"context": {"aws:SecureTransport": b"x"}},
        ):
            with pytest.raises(RequestError):
                made.authorize(**{"principal": ALICE, "action": "s3:GetObject", "resource": OBJECT, **wrong})
        assert outcome(made, ALICE, "s3:GetObject", OBJECT) == "Allow"


@pytest.mark.parametrize(
    "principal, context, answer",
    [
        (SESSION, {}, "ImplicitDeny"),
        (SESSION, {"aws:PrincipalArn": PATH_ROLE}, "Allow"),
        (SESSION, {"AWS:principalarn": PATH_ROLE}, "Allow"),
        (SESSION, {"aws:PrincipalArn": ROLE}, "ImplicitDeny"),
        (SESSION, {"aws:PrincipalArn": PATH_ROLE.replace(ACCOUNT, OTHER)}, "ImplicitDeny"),
        (SESSION, {"aws:PrincipalArn": PATH_ROLE + "x"}, "ImplicitDeny"),
        (SESSION, {"aws:PrincipalArn": [PATH_ROLE]}, "ImplicitDeny"),
        (SESSION, {"aws:PrincipalArn": UNKNOWN}, "ImplicitDeny"),
        (Principal(SESSION, role=PATH_ROLE), {}, "Allow"),
        (Principal(SESSION, role=PATH_ROLE), {"aws:PrincipalArn": ROLE}, "Allow"),  # what is given goes first
        (Principal(SESSION, role=ROLE), {"aws:PrincipalArn": PATH_ROLE}, "ImplicitDeny"),
        (ROLE, {"aws:PrincipalArn": PATH_ROLE}, "ImplicitDeny"),
    ],
    ids=str,
)
def test_the_path_of_a_sessions_role(principal: Any, context: dict[str, Any], answer: str):
    """From the principal, else from the context, else none (10.50)."""
    made = engine((allow(), "identity", PATH_ROLE))
    for _ in range(3):  # the second time finds what the first has remembered
        assert outcome(made, principal, "s3:GetObject", OBJECT, context) == answer
        assert plain_outcome(made, principal, "s3:GetObject", OBJECT, context) == answer
        assert made.is_allowed(principal, "s3:GetObject", OBJECT, context) is (answer == "Allow")
        outcome(made, SESSION, "s3:GetObject", OBJECT)
        outcome(made, SESSION, "s3:GetObject", OBJECT, {"aws:PrincipalArn": PATH_ROLE})


@pytest.mark.parametrize(
    "principal, resource, given, answer",
    [
        (ALICE, OBJECT, None, "Allow"),
        (ALICE, OBJECT, ACCOUNT, "Allow"),
        (ALICE, OBJECT, OTHER, "ImplicitDeny"),
        (ALICE, f"arn:aws:sqs:us-east-1:{OTHER}:q", None, "ImplicitDeny"),
        (ALICE, f"arn:aws:sqs:us-east-1:{OTHER}:q", ACCOUNT, "Allow"),
        (ALICE, "*", OTHER, "ImplicitDeny"),
        (ROOT, OBJECT, None, "Allow"),
        (ROOT, OBJECT, OTHER, "ImplicitDeny"),
        (TRAIL, OBJECT, ACCOUNT, "ImplicitDeny"),
    ],
)
def test_whose_resource_it_is(principal: str, resource: str, given: str | None, answer: str):
    """Of one account, identity policies are enough; across accounts the resource has to grant."""
    made = engine((allow(), "identity", None))
    for _ in range(2):
        assert outcome(made, principal, "s3:GetObject", resource, resource_account=given) == answer
        assert plain_outcome(made, principal, "s3:GetObject", resource, resource_account=given) == answer
        outcome(made, principal, "s3:GetObject", resource)


def test_what_is_not_mentioned_may_be_not_known():
    """With `missing="unknown"`; derived keys stay what they are, and what is said is said."""
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    made = identity(allow(Condition=condition))
    assert outcome(made, ALICE, "s3:GetObject", OBJECT) == "ImplicitDeny"
    decision = made.authorize(ALICE, "s3:GetObject", OBJECT, missing="unknown")
    assert (decision.effect, decision.certain) == (Effect.IMPLICIT_DENY, False)
    assert [(each.fact, each.reason.value) for each in decision.undecided] == [("aws:sourcevpc", "key-not-known")]
    assert decision.undecided[0].statement == made.statements[0]
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:SourceVpc": "vpc-1"}, missing="unknown") == "Allow"
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"AWS:SOURCEVPC": None}, missing="unknown") == "ImplicitDeny"
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:SourceVpc": UNKNOWN}) == "ImplicitDeny?"


CALLS = st.tuples(
    st.sampled_from([ALICE, BOB, SESSION, ROLE, FAY, ROOT, TRAIL, "*", Principal(SESSION, role=PATH_ROLE)]),
    st.sampled_from(["s3:GetObject", "S3:getobject", "s3:PutObject", "sts:GetCallerIdentity"]),
    st.sampled_from([OBJECT, "arn:aws:s3:::c", "*", f"arn:aws:s3:us-east-1:{OTHER}:b/k"]),
    st.sampled_from(
        [
            {},
            {"aws:SecureTransport": False},
            {"AWS:securetransport": "true"},
            {"aws:SecureTransport": UNKNOWN},
            {"aws:PrincipalArn": PATH_ROLE},
        ]
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "resource_account": st.sampled_from([ACCOUNT, OTHER]),
            "missing": st.sampled_from(["absent", "unknown"]),
        },
    ),
)


@given(st.lists(CALLS, min_size=1, max_size=12))
def test_the_history_of_an_engine_does_not_matter(calls: list[tuple[Any, ...]]):
    """Every answer is that of a fresh engine, of the clear twin, and of the yes-or-no call."""
    parts = [*PARTS, (allow(), "identity", PATH_ROLE), (allow(Resource="arn:aws:s3:::c*"), "session", None)]
    made = engine(*parts)
    for principal, action, resource, context, options in calls:
        answer = outcome(made, principal, action, resource, context, **options)
        assert answer == outcome(engine(*parts), principal, action, resource, context, **options)
        assert answer == plain_outcome(made, principal, action, resource, context, **options)
        allowed = made.is_allowed(principal, action, resource, context, **options)
        assert allowed is (answer.removesuffix("?") == "Allow")


def same_answers(first: Engine, second: Engine) -> bool:
    questions = [
        (caller, action, text)
        for caller in (ALICE, BOB, SESSION, "*")
        for action in ("s3:GetObject", "s3:PutObject")
        for text in (OBJECT, "*")
    ]
    return all(first.authorize(*each) == second.authorize(*each) for each in questions)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_engine_survives_pickling(protocol: int):
    """By its saved form: also one that has answered, holds locks and generated code."""
    made = engine(*PARTS)
    assert same_answers(made, made)
    again = pickle.loads(pickle.dumps(made, protocol))
    assert again.program == made.program
    assert again.digest == made.digest
    assert same_answers(made, again)


def test_an_engine_can_be_copied():
    made = engine(*PARTS)
    assert same_answers(made, copy.deepcopy(made))
    assert same_answers(made, copy.copy(made))


def test_decisions_can_be_pickled():
    decision = engine(*PARTS).authorize(ALICE, "s3:GetObject", OBJECT, missing="unknown")
    assert decision.undecided
    assert pickle.loads(pickle.dumps(decision)) == decision


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_an_engine_survives_fork():
    """A child answers what its parent has asked, and what it has not."""
    made = engine(*PARTS)
    outcome(made, ALICE, "s3:GetObject", OBJECT)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if same_answers(made, engine(*PARTS)) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert same_answers(made, engine(*PARTS))


def test_saving_and_loading(tmp_path: Any):
    """The same policies give the same file, and nothing else is left beside it."""
    path = tmp_path / "program.ostiary"
    engine(*PARTS).save(path)
    first = path.read_bytes()
    engine(*PARTS).save(str(path))
    assert path.read_bytes() == first
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert same_answers(Engine(from_bytes(first)), engine(*PARTS))


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path: Any):
    with pytest.raises(ProgramError, match="cannot write"):
        engine(*PARTS).save(tmp_path / "nowhere" / "program")
    with pytest.raises(ProgramError, match="cannot write"):
        engine(*PARTS).save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\ud800",
        "\U0010ffff",
        "é\u0301",
        "\r\n",
        "${aws:username}",
        "'\"\\",
        "a" * 100_000,
        "{}",
        "%s",
        "../..",
        "*",
    ],
)
def test_hostile_texts_are_only_texts(text: str):
    """In every place of a request: decided or refused, the same way by both twins, and never allowed."""
    made = engine(*PARTS, (deny(Condition={"StringNotEquals": {"aws:UserAgent": "good"}}), "identity", None))
    calls = [
        (f"arn:aws:iam::{ACCOUNT}:user/{text}", "s3:GetObject", OBJECT, {}),
        (text, "s3:GetObject", OBJECT, {}),
        (ALICE, f"s3:{text}", OBJECT, {}),
        (ALICE, "s3:GetObject", f"arn:aws:s3:::{text}", {}),
        (ALICE, "s3:GetObject", f"arn:{text}:s3:::b", {}),
        (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": text}),
        (ALICE, "s3:GetObject", OBJECT, {text: text}),
    ]
    for call in calls:
        said = []
        for ask in (outcome, outcome, plain_outcome):
            try:
                said.append(ask(made, *call))
            except RequestError:
                said.append("refused")
        assert len(set(said)) == 1, call[0][:60]
        assert said[0] != "Allow"
