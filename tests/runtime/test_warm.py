"""Warming: leaves stand before a request needs them, and no answer changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.runtime.building import ACCOUNT, ALICE, BOB, OTHER, ROLE, SESSION, TRAIL, allow, deny, engine, policy_set
from tests.runtime.building import program_of as program_of_set

from ostiary_grammar.errors import RequestError
from ostiary_runtime import engine as engine_module
from ostiary_runtime import tables, workshop
from ostiary_runtime.engine import Engine
from ostiary_runtime.request import Principal
from ostiary_runtime.scopes import named_callers
from ostiary_runtime.tables import _Pending

PARTS = [
    (allow(Action="s3:*", Resource=["arn:aws:s3:::b/*", "arn:aws:s3:::c", "arn:aws:s3:*:*:d"]), "identity", ALICE),
    (allow(Action="sqs:*", Resource="arn:aws:sqs:eu-west-1:111122223333:q*"), "identity", ROLE),
    (deny(Resource="arn:aws:s3:::b/secret*"), "identity", None),
    (
        allow(Principal={"AWS": [BOB, OTHER], "Service": TRAIL}, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        "resource",
        "arn:aws:s3:::b/*",
    ),
]
ACTIONS = ["s3:GetObject", "sqs:SendMessage"]
TEXTS = ["*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/secret", "arn:aws:s3:::c", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q1"]


def pending(made: Engine) -> Iterator[str]:
    """Where leaves are still to be built: scope by scope, action by action, the bounds from which they stand."""
    for scope in made._scopes.values():
        for row in scope.rows.values():
            bounds, cells = row.cells
            yield from (bounds[at - 1] for at, cell in enumerate(cells) if isinstance(cell, _Pending))


def answers(made: Engine) -> list[object]:
    return [
        made.authorize(principal, action, text, {"aws:SecureTransport": "true"})
        for principal in (ALICE, BOB, ROLE, SESSION, TRAIL)
        for action in ACTIONS
        for text in TEXTS
    ]


def test_every_leaf_of_the_named_stands():
    made = engine(*PARTS)
    assert made.warm(ACTIONS) > 0
    assert {str(key) for key in made._askers} == {ALICE, BOB, ROLE, TRAIL}
    assert all(set(asker.rows) >= set(ACTIONS) for asker in made._askers.values())
    assert list(pending(made)) == []
    assert made.warm(ACTIONS) == 0  # nothing is left to build


def test_a_request_after_it_builds_nothing(monkeypatch: pytest.MonkeyPatch):
    made = engine(*PARTS)
    made.warm(ACTIONS)
    monkeypatch.setattr(made._workshop, "cell", lambda *_: pytest.fail("builds a leaf"))
    monkeypatch.setattr(made, "_authorize", lambda *_: pytest.fail("takes the long way"))
    for text in TEXTS[1:4]:
        assert made.is_allowed(ALICE, "s3:GetObject", text) is ("secret" not in text)


def test_no_answer_changes():
    warmed = engine(*PARTS)
    warmed.warm(ACTIONS)
    assert answers(warmed) == answers(engine(*PARTS))


def test_the_leaves_of_given_resources_alone():
    made = engine(*PARTS)
    assert made.warm(["s3:GetObject"], principals=[ALICE], resources=["arn:aws:s3:::b/k", "arn:aws:s3:::b/l"]) == 1
    assert "arn:aws:s3:::b/secret" in set(pending(made))
    assert "arn:aws:s3:::b/" not in set(pending(made))


def test_principals_that_are_given():
    """Callers of one scope share their leaves; a `Principal` and an owner are as good as they are to `authorize`."""
    made = engine(*PARTS)
    eve = f"arn:aws:iam::{OTHER}:user/eve"
    assert made.warm(ACTIONS, principals=[eve]) > 0
    assert made.warm(ACTIONS, principals=[f"{eve}2"]) == 0
    assert made.warm(ACTIONS, principals=[Principal(SESSION, role=ROLE)], resource_account=OTHER) > 0


def test_any_resource_and_calls_that_no_policy_stops():
    made = engine(*PARTS)
    assert made.warm(["s3:ListAllMyBuckets"], principals=[ALICE], resources=["*"]) == 1
    assert made.warm(["sts:GetCallerIdentity"], principals=[ALICE], resources=["*"]) == 0


def test_it_stops_in_time(monkeypatch: pytest.MonkeyPatch):
    """At the number that is given, and at half of what an engine keeps, since it would push out what it has built."""
    assert engine(*PARTS).warm(ACTIONS, most=3) == 3
    assert engine(*PARTS).warm(ACTIONS, most=0) == 0
    monkeypatch.setattr(workshop, "MOST_CELLS", 40)
    made = engine(*PARTS)
    made.warm([f"s3:Get{number}" for number in range(100)])
    assert made._workshop.short
    assert made._askers
    assert made._workshop._cells <= 40
    monkeypatch.setattr(engine_module, "MOST_ASKERS", 4)
    many = engine(*PARTS)
    many.warm(ACTIONS, principals=[f"arn:aws:iam::{ACCOUNT}:user/{number}" for number in range(100)])
    assert len(many._askers) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        {"actions": ["GetObject"]},
        {"actions": [7]},
        {"actions": ACTIONS, "principals": ["nobody"]},
        {"actions": ACTIONS, "resources": ["bucket"]},
        {"actions": ACTIONS, "resource_account": "1"},
    ],
)
def test_what_is_wrong_is_said(arguments: dict[str, object]):
    with pytest.raises(RequestError):
        engine(*PARTS).warm(**arguments)


def test_named_callers():
    """Those to whom policies are attached, members of groups, and principals; each once, and no group."""
    group = f"arn:aws:iam::{ACCOUNT}:group/g"
    policies = policy_set(*PARTS, (allow(), "identity", group))
    policies.join(f"arn:aws:iam::{ACCOUNT}:user/carol", group)
    assert named_callers(program_of_set(policies)) == (ALICE, ROLE, f"arn:aws:iam::{ACCOUNT}:user/carol", BOB, TRAIL)


def test_warming_a_header_that_is_there_does_not_count_as_a_new_one(monkeypatch: pytest.MonkeyPatch):
    """Else the leaves of many resources under one header would be dropped while they are made."""
    monkeypatch.setattr(tables, "MOST_HEADERS", 3)
    made = engine(*PARTS)
    resources = [f"arn:aws:s3:::b/{number}" for number in range(10)]
    made.warm(["s3:GetObject"], principals=[ALICE], resources=[*resources, "arn:aws:s3:::c"])
    row = made._askers[ALICE].rows["s3:GetObject"]
    assert row._inserted == 1
    assert "arn:aws:s3:::c" not in set(pending(made))
