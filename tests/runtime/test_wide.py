"""Wide programs decide as narrow ones: the same policies, whatever the number of statements from which on rows are looked up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.runtime.building import (
    ACCOUNT,
    ALICE,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    allow,
    deny,
    engine,
    outcome,
    plain_outcome,
)

from ostiary_runtime import engine as engine_module
from ostiary_runtime import tables, workshop
from ostiary_runtime.engine import Engine
from ostiary_runtime.generate import Generator
from ostiary_runtime.templates import ResourceTemplate
from ostiary_runtime.wide import WideRowView
from ostiary_runtime.workshop import Workshop

KEY = f"arn:aws:kms:us-east-1:{OTHER}:key/k"
TEXTS = ["*", "arn:aws:s3:::b/k", "arn:aws:s3:::b", "arn:aws:s3:::b/alice", "arn:aws:s3:r:1:b/k:c", KEY, f"{ROLE}"]
PATTERNS = st.sampled_from(
    [
        "*",
        "**",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::*k",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:*:b/k",
        "arn:aws:s3*:*:*:b/?",
        "arn:*:c",
        "arn:aws:kms:*:*:key/*",
        f"arn:aws:iam::{ACCOUNT}:role/*",
    ]
)
STATEMENTS = st.tuples(
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "NotAction"]),
    st.lists(st.sampled_from(["*", "s3:*", "s3:Get*", "kms:Decrypt", "sts:AssumeRole", "**"]), min_size=1, max_size=2),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.lists(PATTERNS, min_size=1, max_size=3),
    st.sampled_from([{}, {}, {"StringEquals": {"aws:k": "v"}}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}]),
)
TYPES = st.sampled_from(["identity", "identity", "boundary", "session", "scp", "endpoint", "resource", "rcp"])
NAMED = {"endpoint", "resource", "rcp"}


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MANY", 0)
    monkeypatch.setattr(tables, "MOST_BOUNDS", 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(TYPES, STATEMENTS), min_size=1, max_size=6),
    st.sampled_from([ALICE, ROLE, SESSION, ROOT, "*", "s3.amazonaws.com"]),
    st.sampled_from(["s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "s3:PutBucketPolicy"]),
)
def test_a_wide_program_decides_as_the_clear_evaluator(wide: None, drawn: Any, caller: str, action: str):
    parts = []
    for type_, (effect, actions, names, element, resources, condition) in drawn:
        who = {"Principal": {"AWS": ALICE} if element == "NotResource" else "*"} if type_ in NAMED else {}
        statement = {"Effect": effect, actions: names, element: resources, "Condition": condition, **who}
        parts.append((statement, type_, None))
    made = engine((allow(), "identity", None), (allow(), "scp", None), *parts)
    for context in ({}, {"aws:k": "v"}, {"AWS:K": "v", "aws:MultiFactorAuthPresent": True}):
        for text in TEXTS:
            for _ in range(2):  # drafted, then made
                fast = made.authorize(caller, action, text, context)
                clear = made.authorize_plainly(caller, action, text, context)
                assert (fast.effect, fast.certain, set(fast.undecided)) == (
                    clear.effect,
                    clear.certain,
                    set(clear.undecided),
                )
                assert made.is_allowed(caller, action, text, context) is clear.allowed


@pytest.fixture
def wide_from_200(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MANY", 200)


def large(count: int) -> Engine:
    """A program with many patterns under one header."""
    parts: list[Any] = [
        (
            allow(
                Action="s3:Get*",
                Resource=f"arn:aws:s3:::b{number}/*",
                **({"Condition": {"StringEquals": {"aws:k": str(number % 7)}}} if number % 3 == 0 else {}),
            ),
            "identity",
            None,
        )
        for number in range(count)
    ]
    return engine(
        *parts, (deny(Resource="arn:aws:s3:::*secret", Condition={"Null": {"aws:m": "true"}}), "identity", None)
    )


def test_a_large_program_is_wide_and_shares_its_stretches(wide_from_200: None):
    made = large(300)
    for number in (0, 1, 3, 150, 299):
        for tail, context in (("k", {"aws:k": "3", "aws:m": "1"}), ("secret", {"aws:k": "3"}), ("k", {"aws:k": "0"})):
            text = f"arn:aws:s3:::b{number}/{tail}"
            for action in ("s3:GetObject", "s3:PutObject"):
                expected = plain_outcome(made, ALICE, action, text, context)
                assert outcome(made, ALICE, action, text, context) == expected
                assert outcome(made, ALICE, action, text, context) == expected
    rows = made._askers[ALICE].rows
    views = [rows[action]._view for action in ("s3:GetObject", "s3:PutObject")]
    assert all(isinstance(view, WideRowView) and not view.row.entries for view in views)
    first, second = (rows[action]._headers["arn:aws:s3:::"] for action in ("s3:GetObject", "s3:PutObject"))
    assert first.texts is second.texts
    assert rows["s3:GetObject"].cells[0] is rows["s3:PutObject"].cells[0] is first.texts


BESIDE = "arn:aws:sqs:eu-west-1:111122223333:q"


@pytest.mark.parametrize("copied", [2, 100_000], ids=["apart", "copied"])
@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("first", [BESIDE, "arn:aws:s3:::b0/k"])
def test_tables_of_several_headers(
    wide_from_200: None, monkeypatch: pytest.MonkeyPatch, copied: int, short: bool, first: str
):
    """Whether their bounds are shared, copied or searched apart, and in whichever order headers come."""
    monkeypatch.setattr(tables, "MOST_COPIED", copied)
    monkeypatch.setattr(workshop, "MOST_CELLS", 0 if short else 1_000_000)
    monkeypatch.setattr(Workshop, "spend", lambda self, cells: setattr(self, "_cells", 1))
    made = large(300)
    texts = [
        first,
        "arn:aws:s3:::b0/k",
        BESIDE,
        "arn:aws:s3:eu-west-1::b7/k",
        "arn:aws:s3:::",
        "arn:aws:s3:::b299/secret",
    ]
    texts += [f"arn:aws:s3:::b{number}/k" for number in range(0, 300, 7)]
    for context in ({"aws:k": "0", "aws:m": "1"}, {"aws:k": "0"}, {}):
        for text in texts * 3:
            assert outcome(made, ALICE, "s3:GetObject", text, context) == plain_outcome(
                made, ALICE, "s3:GetObject", text, context
            )
    bounds, cells = made._askers[ALICE].rows["s3:GetObject"].cells
    assert bounds == sorted(bounds)
    assert len(cells) == len(bounds) + 1
    assert (len(bounds) > 600) is (copied >= 700 and not short)


def test_places_hold_leaves_once_they_are_asked_for_or_warmed_up(wide_from_200: None):
    made = large(300)
    for _ in range(2):  # drafted, then made
        made.authorize(ALICE, "s3:GetObject", "arn:aws:s3:::b5/k", {"aws:k": "5", "aws:m": "1"})
    row = made._askers[ALICE].rows["s3:GetObject"]
    many = row._many["arn:aws:s3:::"]
    assert sum(cell is not many for cell in row.cells[1][2:-1]) == 1
    assert not many  # what stands in its only place is kept nowhere else
    made.warm(["s3:GetObject"], principals=[ALICE], resources=["arn:aws:s3:::b6/k", "arn:aws:s3:::b7/k"])
    assert sum(cell is not many for cell in row.cells[1][2:-1]) == 3
    made.warm(["s3:GetObject"], principals=[ALICE])
    assert all(cell is not many for cell in row.cells[1])


def test_leaves_are_kept_when_a_list_of_places_becomes_one_cell(wide_from_200: None, monkeypatch: pytest.MonkeyPatch):
    """As happens when a second header comes and the list is too long to be copied."""
    monkeypatch.setattr(tables, "MOST_COPIED", 100)
    made = large(300)
    for number in (5, 6):
        for _ in range(2):
            made.authorize(ALICE, "s3:GetObject", f"arn:aws:s3:::b{number}/k", {"aws:k": "5", "aws:m": "1"})
    row = made._askers[ALICE].rows["s3:GetObject"]
    many = row._many["arn:aws:s3:::"]
    assert not many
    made.authorize(ALICE, "s3:GetObject", BESIDE, {})
    assert len(many) == 2


def test_templates_and_warming_up_work_on_wide_programs(wide_from_200: None):
    made = large(300)
    assert made.authorize(ALICE, "s3:GetObject", ResourceTemplate("arn:aws:s3:::b1/*"), {"aws:m": "1"}).allowed
    assert not made.authorize(ALICE, "s3:GetObject", ResourceTemplate("arn:aws:s3:::b*/x"), {"aws:m": "1"}).certain
    built = made.warm(["s3:GetObject"], principals=[ALICE])
    assert built > 300
    assert made.warm(["s3:GetObject"], principals=[ALICE]) == 0
    assert made.warm(["s3:PutObject"], principals=[ALICE], resources=["arn:aws:s3:::b5/k"]) == 1


def test_code_of_a_shape_is_compiled_when_it_is_asked_for_again(wide_from_200: None):
    made = large(300)
    generator: Generator = made._workshop._generator
    text, context = "arn:aws:s3:::b0/k", {"aws:k": "0", "aws:m": "1"}
    for factories in (0, 1, 1):
        assert outcome(made, ALICE, "s3:GetObject", text, context) == "Allow"
        assert len(generator._factories) == factories
