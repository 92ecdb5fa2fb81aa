"""The workshop: what rows and leaves share is made once, and its memos stay under their caps."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.runtime.building import ALICE, ROLE, SESSION, allow, deny, engine, identity, outcome, plain_outcome, program
from tests.runtime.building_leaves import spot

from ostiary_grammar.pattern import Literal, Wild
from ostiary_runtime import workshop
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.engine import Engine
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.generate import Ends, Generator, Holds
from ostiary_runtime.globs import matcher
from ostiary_runtime.memos import Memo
from ostiary_runtime.request import parse_caller
from ostiary_runtime.workshop import Workshop, plain_test

OBJECT = "arn:aws:s3:::b/k"
CONDITION = {"StringLike": {"aws:UserAgent": "a*"}}
PARTS = [
    (allow(Condition=CONDITION), "identity", None),
    (deny(Condition={"NumericGreaterThan": {"s3:max-keys": "10"}}), "identity", None),
]


def tables(made: Engine) -> list[dict[object, int]]:
    """What is remembered of each condition."""
    return [made._workshop.condition_memo(number).table for number in range(len(made.program.conditions))]


def test_a_condition_is_evaluated_once_for_each_value():
    made = engine(*PARTS)
    (first, second) = tables(made)
    for _ in range(3):
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "ab", "s3:max-keys": "5"}) == "Allow"
    assert (first, second) == ({"ab": 2}, {"5": 0})


def test_what_decides_beside_the_tables_is_made_when_it_is_asked_first():
    """A leaf whose values are known needs nothing but its tables; one that is asked for more takes itself apart again."""
    made = program(*PARTS)
    here = spot(made, ALICE, "s3:GetObject", OBJECT)
    generator, caller = Generator(), parse_caller(ALICE)
    slow, again = here.slow(), here.slow()
    leaf, second = generator.leaf(here.made(), slow), generator.leaf(here.made(), again)
    known = {"aws:UserAgent": "ab", "s3:max-keys": "5"}
    assert leaf(OBJECT, known, caller).allowed
    assert slow._settling is not None
    assert second(OBJECT, known, caller).allowed
    assert again._settling is None
    assert not second(OBJECT, {"aws:UserAgent": "x"}, caller).allowed
    assert again._settling is not None


def test_leaves_that_were_built_before_others_decide_what_no_table_holds():
    """All are built with one value, then asked in turn about values that none has seen."""
    parts = [(allow(Resource=f"arn:aws:s3:::b{n}/*", Condition=CONDITION), "identity", None) for n in range(4)]
    made = engine(*parts, (deny(Resource="arn:aws:s3:::*/x"), "identity", None))
    resources = [f"arn:aws:s3:::b{n}/{key}" for n in range(5) for key in ("k", "x")]
    for agent in ("ab", "b", "ac", UNKNOWN, ["ad", "b"], None):
        for resource in resources:
            asked = ALICE, "s3:GetObject", resource, {"aws:UserAgent": agent}
            assert outcome(made, *asked) == plain_outcome(made, *asked)


def test_values_are_remembered_by_their_text():
    """A number under its text, a list as the tuple of its texts; never as the caller gave them, since `1 == True`."""
    made = engine(*PARTS)
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "ab", "s3:max-keys": 50}) == "ExplicitDeny"
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": ["ab"]}) == "Allow"
    assert (
        outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": ["ab", "c"], "s3:max-keys": True})
        == "ImplicitDeny"
    )
    assert {key for table in tables(made) for key in table} == {("ab",), ("ab", "c"), "50", "true", None}


def test_long_values_are_not_remembered():
    """They are decided all the same; a memo is capped by characters as well as by entries."""
    made = engine(*PARTS)
    for size, kept in ((511, 1), (513, 1)):
        value = "a" * size
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": value}) == "Allow"
        assert len(tables(made)[0]) == kept
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": [value]}) == "Allow"
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": [value, value]}) == "ImplicitDeny"
        tables(made)[0].pop((value,), None)


def test_memos_stay_under_their_cap(monkeypatch: pytest.MonkeyPatch):
    """A flood of values that callers choose, with the same answers throughout."""
    monkeypatch.setattr(Memo, "CAP", 7)
    made = engine(*PARTS)
    for number in range(300):
        context = {"aws:UserAgent": f"{'ab'[number % 2]}{number}", "s3:max-keys": str(number)}
        expected = plain_outcome(made, ALICE, "s3:GetObject", OBJECT, context)
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, context) == expected
        assert all(len(table) <= 7 for table in tables(made))


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


@given(st.text("ab/", max_size=4), st.text("ab/", min_size=1, max_size=4), st.text("ab/", max_size=6), st.booleans())
@example("ab", "ba", "", False)
@example("a", "a", "", False)
@example("ab", "b", "", False)
@example("xaby", "ab", "", False)
def test_the_cheap_test_of_a_pattern_agrees_with_its_matcher(head: str, part: str, rest: str, ends: bool):
    """On texts that begin as the pattern does: the only ones that such a test is asked about."""
    head = "x" + head
    glob = (Literal(head), Wild.STAR, Literal(part), *(() if ends else (Wild.STAR,)))
    test, text = plain_test(glob), head + rest
    match test:
        case Ends(tail):
            answer = text[-len(tail) :] == tail
        case Holds(piece, start):
            answer = piece in text[start:]
        case matches:
            answer = matches(text)
    assert answer == matcher(glob)(text)


@pytest.mark.parametrize("caller", [ALICE, SESSION, ROLE])
@pytest.mark.parametrize(
    "context, answer",
    [
        ({"AWS:UserAgent": "ab", "s3:max-keys": "5"}, "Allow"),
        ({"AWS:UserAgent": "x", "s3:max-keys": "5"}, "ImplicitDeny"),
        ({"aws:UserAgent": "ab", "S3:MAX-KEYS": "50"}, "ExplicitDeny"),
        ({"aws:UserAgent": "ab", "AWS:USERAGENT": "x"}, "Allow"),
        ({"other": "1", "AWS:useragent": "ab", "s3:Max-Keys": 11}, "ExplicitDeny"),
    ],
)
def test_every_kind_of_caller_may_spell_keys_as_it_likes(caller: str, context: dict[str, object], answer: str):
    """The first time and when everything is known; a key under its usual spelling counts before others."""
    made = engine(*PARTS)
    for _ in range(3):
        assert outcome(made, caller, "s3:GetObject", OBJECT, context) == answer
        assert plain_outcome(made, caller, "s3:GetObject", OBJECT, context) == answer
        assert outcome(made, caller, "s3:GetObject", OBJECT, {"aws:UserAgent": "ab", "s3:max-keys": "5"}) == "Allow"


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
    bounds, cells = made._askers[ALICE].rows["s3:GetObject"].cells
    cell = cells[bisect_right(bounds, OBJECT)]
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


@pytest.mark.parametrize("agent, allowed", [("browser", True), ("a bot", False)])
def test_a_new_value_is_settled_without_the_clear_evaluator(monkeypatch: pytest.MonkeyPatch, agent: str, allowed: bool):
    """A denial as well as an allow: a `Decision` that denies is falsy, and no lack of an answer."""
    monkeypatch.setattr(Evaluator, "decide", lambda *_: pytest.fail("asks the clear evaluator"))
    made = identity(allow(), deny(Condition={"StringLike": {"aws:UserAgent": "*bot*"}}))
    for number in range(3):
        assert made.is_allowed(ALICE, "s3:GetObject", "*", {"aws:UserAgent": f"{agent} {number}"}) is allowed
