"""Stretches: a row cut into intervals of resource parts, none of which leaves out a statement that matches there."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import ACCOUNT, ALICE, OTHER, TRAIL, allow, deny, program
from tests.strategies.questions import resources

from ostiary_runtime.context import Reader
from ostiary_runtime.entries import Rows
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.match import NO
from ostiary_runtime.plan import Plan
from ostiary_runtime.program import Program
from ostiary_runtime.request import parse_action, parse_caller, parse_resource
from ostiary_runtime.stretches import HeaderIndex, RowView, full_glob
from ostiary_runtime.workshop import Workshop

ELEMENT = st.sampled_from(["Resource", "Resource", "NotResource"])


def view_of(made: Program, caller: str = ALICE, action: str = "s3:GetObject", owner: str | None = None) -> RowView:
    rows = Rows(made)
    return RowView(
        rows.row(rows.attachments.scope(parse_caller(caller), owner), parse_action(action)), rows, HeaderIndex(made)
    )


def numbers(view: RowView, resource: str) -> list[int]:
    """The statements in play where a resource falls."""
    asked = parse_resource(resource)
    header = view.view(asked)
    return [
        entry.number for entry in header.stretch(header.index.node(asked.fields[5] if asked.fields else "")).entries
    ]


@given(
    st.lists(st.tuples(ELEMENT, resources()), min_size=1, max_size=5),
    st.lists(st.sampled_from(["arn:aws:s3:::*", "*", "arn:aws*:*:x", "arn:aws:s3:::b/${aws:username}/*"]), max_size=2),
)
def test_no_statement_that_matches_is_left_out(drawn: list[tuple[str, tuple[str, str]]], more: list[str]):
    """Also none that matches perhaps, by crossing colons or by a variable without a value."""
    parts: list[Any] = [
        ({"Effect": "Allow", "Action": "*", element: text}, "identity", None) for element, (text, _) in drawn
    ]
    parts += [({"Effect": "Deny", "Action": "*", "NotResource": text}, "identity", None) for text in more]
    made = program(*parts)
    view = view_of(made)
    workshop = Workshop(made, lambda: None)
    evaluator = Evaluator(made, workshop.refs, workshop.conditions)
    for _, (_, text) in drawn:
        in_play = numbers(view, text)
        assert in_play == sorted(in_play)
        for context in ({}, {"aws:username": "alice", "aws:PrincipalTag/team": "red"}):
            reader = Reader(context, {}, None)
            for entry in view.row.entries:
                if evaluator.match(entry, parse_resource(text), reader) is not NO:
                    assert entry.number in in_play


def test_only_what_the_header_and_the_interval_bring():
    made = program(
        (allow(Resource="arn:aws:s3:::b/*"), "identity", None),
        (allow(Resource="arn:aws:s3:::c"), "identity", None),
        (allow(Resource="arn:aws:sqs:*:*:b*"), "identity", None),
        (allow(), "identity", None),
        (allow(Resource="arn:aws:s3:::*x"), "identity", None),
    )
    view = view_of(made)
    assert numbers(view, "arn:aws:s3:::b/k") == [0, 3, 4]
    assert numbers(view, "arn:aws:s3:::c") == [1, 3, 4]
    assert numbers(view, "arn:aws:s3:::cc") == [3, 4]
    assert numbers(view, "arn:aws:sqs:us-east-1:1:b") == [2, 3]
    assert numbers(view, "*") == [3]


def test_the_resource_of_actions_without_one_is_met_by_no_arn():
    made = program(
        (allow(Resource="arn:*:*:*:*:*"), "identity", None),
        ({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::b"}, "identity", None),
        (allow(Principal="*"), "resource", "arn:aws:s3:::b"),
        (allow(Principal="*"), "resource", None),
    )
    assert numbers(view_of(made), "*") == [1, 3]


@pytest.mark.parametrize(
    "to, asked, covered",
    [
        (None, "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/k", True),  # a bucket's policy covers its objects
        ("arn:aws:s3:::b", "arn:aws:s3:::bb", False),
        ("arn:aws:s3:::b", "arn:aws:s3:::c", False),
        ("arn:aws:s3:::b/k", "arn:aws:s3:::b/k/l", False),
        ("arn:aws:sqs:us-east-1:1:q", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:sqs:us-east-1:1:q", "arn:aws:sqs:us-east-1:1:q/k", False),
        ("arn:aws:sqs:*:1:q*", "arn:aws:sqs:eu-west-1:1:q7", True),
        ("arn:aws:s3:::b", "*", False),
    ],
)
def test_what_a_resource_policy_is_attached_to(to: str | None, asked: str, covered: bool):
    made = program((allow(Principal="*"), "resource", to))
    assert bool(numbers(view_of(made), asked)) is covered


@pytest.mark.parametrize(
    "asked, given, caller, owner",
    [
        ("arn:aws:s3:::b", None, ALICE, ACCOUNT),
        ("arn:aws:sqs:us-east-1:444455556666:q", None, ALICE, OTHER),
        ("arn:aws:sqs:us-east-1:444455556666:q", ACCOUNT, ALICE, ACCOUNT),  # what is given goes first
        ("arn:aws:s3:::b", OTHER, ALICE, OTHER),
        ("arn:aws:iam::aws:policy/x", None, ALICE, ACCOUNT),
        ("arn:aws:sqs:us-east-1:4444:q", None, ALICE, ACCOUNT),
        ("*", None, ALICE, ACCOUNT),
        ("arn:aws:s3:::b", None, TRAIL, ""),
        ("arn:aws:s3:::b", None, "*", ""),
    ],
)
def test_who_owns_a_resource(asked: str, given: str | None, caller: str, owner: str):
    """The given account, else that of the ARN, else the caller's (10.50)."""
    assert view_of(program((allow(), "identity", None)), caller, owner=given).owner(parse_resource(asked)) == owner


def plan_at(view: RowView, resource: str) -> Plan:
    asked = parse_resource(resource)
    header = view.view(asked)
    return header.stretch(header.index.node(asked.fields[5])).plan


def test_where_a_root_of_trust_begins_a_new_stretch_begins():
    """A key must grant, an alias need not; and a role only when it is to be assumed."""
    made = program((allow(), "identity", None))
    kms = view_of(made, action="kms:Decrypt")
    head = f"arn:aws:kms:us-east-1:{ACCOUNT}:"
    assert plan_at(kms, head + "key/1") == plan_at(kms, head + "key/") != plan_at(kms, head + "alias/key/1")
    assert plan_at(kms, head + "key") == plan_at(kms, head + "alias/a") == plan_at(kms, head + "keys/1")
    role = f"arn:aws:iam::{ACCOUNT}:role/dev"
    assuming, passing = view_of(made, action="sts:AssumeRole"), view_of(made, action="iam:PassRole")
    assert plan_at(assuming, role) != plan_at(passing, role)
    assert plan_at(assuming, role) != plan_at(assuming, role.replace("role", "user"))


def test_bounds_of_a_view_ascend():
    texts = ["b", "b*", "b/*", "", "*", "\U0010ffff*", "c?x", "a*b"]
    made = program(*((allow(Resource=f"arn:aws:s3:::{text}"), "identity", None) for text in texts))
    bounds = view_of(made).view(parse_resource("arn:aws:s3:::b")).index.bounds
    assert all(first < second for first, second in pairwise(bounds))


def test_the_memo_of_headers_stays_under_its_cap(monkeypatch: pytest.MonkeyPatch):
    """Headers are chosen by callers: accounts and regions that nobody has."""
    monkeypatch.setattr(HeaderIndex, "CAP", 10)
    made = program((allow(Resource="arn:aws:sqs:*:*:q"), "identity", None), (deny(Resource="arn:*:x"), "scp", None))
    headers = HeaderIndex(made)
    for number in range(1_000):
        live = headers.live(parse_resource(f"arn:aws:sqs:us-east-1:{number:012}:q"))
        assert live == (frozenset({0}), frozenset({0, 1}))
        assert len(headers._live) <= 10


def test_a_full_glob_is_in_its_simplest_form():
    test = program((allow(Resource="arn:aws:s3:::a*"), "identity", None)).resources[0]
    glob = full_glob("arn:aws:s3:::", test.fields[4])
    assert next(getattr(token, "text", token) for token in glob) == "arn:aws:s3:::a"
    assert len(glob) == 2
    assert len(full_glob("arn:aws:s3:::", glob[1:])) == 2
