"""Leaves: what is left of a row on one stretch. Each optimisation happens, and none changes an answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runtime.building import (
    ALICE,
    FAY,
    ROLE,
    ROOT,
    SESSION,
    allow,
    deny,
    engine,
    outcome,
    plain_outcome,
    program,
)
from tests.runtime.building_leaves import spot

from ostiary_grammar.terms import Effect
from ostiary_runtime.leaves import Constant, Leaf, Residue, Undocumented

OBJECT = "arn:aws:s3:::b/k"
COLOUR = {"StringEquals": {"aws:PrincipalTag/colour": "red"}}
SIZE = {"NumericLessThan": {"s3:max-keys": "10"}}
RED, BLUE = {"aws:PrincipalTag/colour": "red"}, {"aws:PrincipalTag/colour": "blue"}
Parts = tuple[tuple[dict[str, Any], str, str | None], ...]


def leaf(*parts: Any, caller: Any = ALICE, resource: str = OBJECT) -> Leaf:
    return spot(program(*parts), caller, "s3:GetObject", resource).leaf


# What is known before the request is seen, and the effect that follows from it.
CONSTANTS: list[tuple[str, Parts, Effect, int | None]] = [
    ("nothing in play", (), Effect.IMPLICIT_DENY, None),
    ("allow", ((allow(), "identity", None),), Effect.ALLOW, 0),
    ("other resource", ((allow(Resource="arn:aws:s3:::c/*"), "identity", None),), Effect.IMPLICIT_DENY, None),
    ("prefix", ((allow(Resource="arn:aws:s3:::b/*"), "identity", None),), Effect.ALLOW, 0),
    ("exact", ((allow(Resource=OBJECT), "identity", None),), Effect.ALLOW, 0),
    ("padded", ((allow(Resource="arn:aws:s3"), "identity", None),), Effect.ALLOW, 0),
    ("not resource", ((allow(NotResource="arn:aws:s3:::c/*", Resource=None), "identity", None),), Effect.ALLOW, 0),
    (
        "definite deny",
        ((allow(), "identity", None), (deny(Resource="arn:aws:s3:::b/*"), "identity", None)),
        Effect.EXPLICIT_DENY,
        1,
    ),
    (
        "definite deny beside conditions",
        ((allow(Condition=COLOUR), "identity", None), (deny(Condition=SIZE), "identity", None), (deny(), "scp", None)),
        Effect.EXPLICIT_DENY,
        2,
    ),
    (
        "missing level",
        ((allow(Condition=COLOUR), "identity", None), (allow(Action="ec2:*"), "scp", None)),
        Effect.IMPLICIT_DENY,
        None,
    ),
    (
        "direct grant",
        ((allow(Condition=COLOUR), "identity", None), (allow(Principal="*"), "resource", None)),
        Effect.ALLOW,
        1,
    ),
]


def parts_of(parts: Parts) -> Parts:
    """Without elements that are None."""
    return tuple(({k: v for k, v in each.items() if v is not None}, type_, to) for each, type_, to in parts)


@pytest.mark.parametrize("parts, effect, number", [row[1:] for row in CONSTANTS], ids=[row[0] for row in CONSTANTS])
def test_constant_folding(parts: Parts, effect: Effect, number: int | None):
    """A leaf that does not depend on the request is a decision."""
    found = leaf(*parts_of(parts))
    assert isinstance(found, Constant)
    assert found.decision.effect is effect
    assert [each.number for each in found.decision.statements] == ([] if number is None else [number])
    assert found.decision.certain


@pytest.mark.parametrize("parts", [row[1] for row in CONSTANTS], ids=[row[0] for row in CONSTANTS])
@pytest.mark.parametrize("context", [{}, RED, BLUE, {"s3:max-keys": "5"}, {**RED, "s3:max-keys": 50}], ids=str)
def test_folding_changes_no_answer(parts: Parts, context: dict[str, object]):
    made = engine(*parts_of(parts))
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, context) == plain_outcome(
        made, ALICE, "s3:GetObject", OBJECT, context
    )


def test_a_residue_holds_what_is_left_and_nothing_else():
    """Statements of other resources are gone, denies come first, groups that allow anyway need no test."""
    found = leaf(
        (allow(Condition=COLOUR), "identity", None),
        (allow(Resource="arn:aws:s3:::c/*"), "identity", None),
        (deny(Condition=COLOUR, Resource="arn:aws:s3:::b/*x"), "identity", None),
        (deny(Condition=SIZE), "identity", None),
        (allow(), "scp", None),
        (allow(Condition=SIZE), "scp", None),
    )
    assert isinstance(found, Residue)
    assert [residual.entry.number for residual in found.denies] == [3, 2]  # the cheapest first
    assert [residual.entry.number for group in found.groups.values() for residual in group] == [0]
    assert [entry.number for entry in found.sure.values()] == [4]
    assert [len(residual.resources) for residual in found.denies] == [0, 1]
    assert found.steps[-1].when == ()


def test_steps_after_one_that_always_holds_are_gone():
    found = leaf((allow(Principal="*", Condition=COLOUR), "resource", None), caller=ROOT)
    assert isinstance(found, Constant)
    assert found.decision.allowed


def test_a_condition_that_occurs_twice_is_one_test():
    """Interned by value, whatever the case of its key."""
    made = program(
        (allow(Condition=COLOUR), "identity", None),
        (deny(Condition={"StringEquals": {"AWS:principaltag/COLOUR": ["red"]}}), "identity", ALICE),
    )
    assert len(made.conditions) == 1


@pytest.mark.parametrize(
    "parts, caller",
    [
        ([(allow(Resource="**"), "identity", None)], ALICE),
        ([(allow(Action="s*:Get*"), "identity", None)], ALICE),
        ([(deny(Resource=["**", "arn:aws:s3:::c"]), "identity", None), (allow(), "identity", None)], ALICE),
        ([(allow(Principal="*", Resource="arn:aws:s3"), "resource", None)], ALICE),
        ([(deny(NotPrincipal={"AWS": ALICE}), "resource", None), (allow(), "identity", None)], ALICE),
        ([(allow(NotPrincipal={"AWS": ALICE}), "resource", None)], ALICE),
        ([(allow(Principal={"AWS": SESSION}), "resource", None)], ROLE),
        ([(allow(), "identity", ALICE), (allow(), "session", None)], FAY),
        ([(allow(), "identity", None), (allow(Action="ec2:*"), "session", SESSION)], ROLE),
        ([(allow(), "identity", None), (allow(), "session", None), (allow(), "boundary", ALICE)], FAY),
    ],
    ids=range(10),
)
def test_what_is_unknown_whatever_the_request_says_goes_to_the_clear_evaluator(parts: list[Any], caller: str):
    assert isinstance(leaf(*parts, caller=caller), Undocumented)
    made = engine(*parts)
    answer = outcome(made, caller, "s3:GetObject", OBJECT)
    assert answer == plain_outcome(made, caller, "s3:GetObject", OBJECT)


def test_an_undocumented_statement_elsewhere_does_no_harm():
    """Only stretches on which it is in play leave the fast way."""
    parts = [(allow(Resource="arn:aws:s3:::b/*"), "identity", None), (deny(Resource="arn:aws:s3:::c*"), "scp", None)]
    parts += [(allow(Principal="*", Resource="arn:aws:sqs"), "resource", None), (allow(), "scp", None)]
    assert isinstance(leaf(*parts), Constant)
    assert isinstance(leaf(*parts, resource="arn:aws:sqs:us-east-1:111122223333:q"), Undocumented)


def test_crossing_patterns_are_watched_only_where_they_matter():
    """A star that might run over colons matters for a deny, and for an allow whose group does not allow anyway."""
    crossing = "arn:aws:sqs:us-*:queue-*"
    asked = "arn:aws:sqs:us-east-1:111122223333:queue-1"
    only = leaf((allow(Resource=crossing), "identity", None), resource=asked)
    assert isinstance(only, Residue)
    assert only.crossing
    beside = leaf((allow(Resource=crossing), "identity", None), (allow(), "identity", None), resource=asked)
    assert isinstance(beside, Constant)
    denied = leaf((deny(Resource=crossing), "identity", None), (allow(), "identity", None), resource=asked)
    assert isinstance(denied, Residue)
    assert denied.crossing
    for parts in (
        [(allow(Resource=crossing), "identity", None)],
        [(allow(Resource=crossing), "identity", None), (allow(), "identity", None)],
        [(deny(Resource=crossing), "identity", None), (allow(), "identity", None)],
        [(allow(Resource=None, NotResource=crossing), "identity", None)],
        [(deny(Resource=None, NotResource=crossing), "identity", None), (allow(), "identity", None)],
        [(allow(Resource=[crossing, asked]), "identity", None)],
        [(allow(Resource=None, NotResource=[crossing, asked]), "identity", None)],
    ):
        made = engine(*parts_of(tuple(parts)))
        for text in (asked, asked.replace("queue", "topic"), asked.replace("us-", "eu-"), asked + ":queue-2"):
            assert outcome(made, ALICE, "s3:GetObject", text) == plain_outcome(made, ALICE, "s3:GetObject", text)
