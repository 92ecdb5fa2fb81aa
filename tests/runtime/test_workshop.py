"""The workshop: what rows and leaves share is made once, and its memos stay under their caps."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, allow, deny, engine, identity, outcome, plain_outcome, program

from ostiary_runtime import workshop
from ostiary_runtime.workshop import Memo, Workshop

OBJECT = "arn:aws:s3:::b/k"
PARTS = [
    (allow(Condition={"StringLike": {"aws:UserAgent": "a*"}}), "identity", None),
    (deny(Condition={"NumericGreaterThan": {"s3:max-keys": "10"}}), "identity", None),
]


def test_a_condition_is_evaluated_once_for_each_value():
    made = engine(*PARTS)
    (first, second) = made._workshop.prepared
    for _ in range(3):
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "ab", "s3:max-keys": "5"}) == "Allow"
    assert (dict(first.memo), dict(second.memo)) == ({"ab": 2}, {"5": 0})


def test_values_that_are_no_text_are_not_remembered():
    made = engine(*PARTS)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "ab", "s3:max-keys": 50}) == "ExplicitDeny"
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": ["ab"]}) == "Allow"
    assert all(isinstance(key, str) for each in made._workshop.prepared for key in each.memo)


def test_memos_stay_under_their_cap(monkeypatch: pytest.MonkeyPatch):
    """A flood of values that callers choose, with the same answers throughout."""
    monkeypatch.setattr(Memo, "CAP", 7)
    made = engine(*PARTS)
    for number in range(300):
        context = {"aws:UserAgent": f"{'ab'[number % 2]}{number}", "s3:max-keys": str(number)}
        expected = plain_outcome(made, ALICE, "s3:GetObject", OBJECT, context)
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, context) == expected
        assert all(len(each.memo) <= 7 for each in made._workshop.prepared)


def test_too_many_cells_make_the_engine_forget(monkeypatch: pytest.MonkeyPatch):
    """Everything that grows with requests is dropped together, and counting begins again."""
    monkeypatch.setattr(workshop, "MOST_CELLS", 10)
    calls = []
    spending = Workshop(program(*PARTS), lambda: calls.append(spending._cells))
    for _ in range(4):
        spending.spend(4)
    assert calls == [0]
    assert spending._cells == 4


def test_forgetting_changes_no_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workshop, "MOST_CELLS", 10)
    made = engine(*PARTS)
    for number in range(100):
        text, context = f"arn:aws:s3:r{number}::k", {"aws:UserAgent": "a", "s3:max-keys": str(number % 20)}
        expected = plain_outcome(made, ALICE, f"s3:Get{number % 7}", text, context)
        assert outcome(made, ALICE, f"s3:Get{number % 7}", text, context) == expected
        rows = [row for scope in made._scopes.values() for row in scope.rows.values()]
        assert sum(len(row.cells[1]) for row in {id(row): row for row in rows}.values()) <= 10 + 20


SHAPES = [
    ("constant", [allow()], "Allow"),
    ("generated", [allow(Condition={"StringEquals": {"aws:UserAgent": "x"}})], "ImplicitDeny"),
    ("clear", [allow(Resource="**")], "ImplicitDeny?"),
]


@pytest.mark.parametrize("kind, statements, answer", SHAPES, ids=[shape[0] for shape in SHAPES])
def test_strategies(kind: str, statements: list[dict[str, object]], answer: str):
    """A cell is a decision, generated code, or the clear evaluator."""
    made = identity(*statements)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT) == answer
    cell = made._askers[ALICE].rows["s3:GetObject"].cells[1][1]
    names = {"constant": "Decision", "generated": "leaf", "clear": "clear"}
    assert getattr(cell, "__name__", type(cell).__name__) == names[kind]


@pytest.mark.parametrize("spelling", ["aws:UserAgent", "AWS:USERAGENT", "aws:useragent"])
def test_keys_are_found_in_any_spelling(spelling: str):
    made = engine(*PARTS)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {spelling: "abc"}) == "Allow"
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {spelling: "b"}) == "ImplicitDeny"


@pytest.mark.parametrize(
    "condition, context, answer",
    [
        ({"StringEquals": {"aws:ResourceAccount": "444455556666"}}, {}, "Allow"),
        ({"StringEquals": {"AWS:resourceACCOUNT": "444455556666"}}, {"aws:resourceaccount": "1"}, "ImplicitDeny"),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, {}, "Allow"),
        ({"StringEquals": {"aws:username": "alice"}}, {}, "Allow"),
        ({"StringEquals": {"aws:username": "alice"}}, {"aws:username": None}, "ImplicitDeny"),
        ({"StringEquals": {"aws:username": "alice"}}, {"AWS:UserName": "bob"}, "ImplicitDeny"),
        ({"StringEquals": {"aws:userid": "x"}}, {}, "ImplicitDeny?"),
        ({"Null": {"aws:PrincipalServiceName": "true"}}, {}, "Allow"),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, {}, "Allow"),
    ],
)
def test_what_a_request_implies_is_found(condition: dict[str, object], context: dict[str, object], answer: str):
    """In generated code as in the clear evaluator."""
    made = engine(
        (allow(Condition=condition), "identity", None), (allow(Principal="*"), "resource", "arn:aws:sqs:*:*:q")
    )
    asked = "arn:aws:sqs:us-east-1:444455556666:q"
    assert outcome(made, ALICE, "sqs:Send", asked, context) == answer
    assert plain_outcome(made, ALICE, "sqs:Send", asked, context) == answer
