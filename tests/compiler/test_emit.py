"""Emission: tables in order of first use, equal things once, and the same bytes for the same policies."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from tests.engines import compile_engine
from tests.oracle import model
from tests.runtime.building import ALICE, BOB, allow, deny, document, program, program_of
from tests.strategies.generate import generate

from ostiary_compiler.policyset import PolicySet
from ostiary_runtime.codec import to_bytes

PARTS = [
    (allow(Action=["s3:Get*", "iam:*"], Resource=["arn:aws:s3:::b", "*"]), "identity", ALICE),
    (deny(Action=["iam:*", "S3:get*"], Condition={"Bool": {"aws:SecureTransport": "false"}}), "scp", None),
    (allow(Principal={"AWS": BOB}, Action="s3:get*"), "resource", "arn:aws:s3:::b"),
]


def test_tables_are_in_order_of_first_use():
    made = program(*PARTS)
    assert [pattern.text for pattern in made.actions] == ["s3:Get*", "iam:*"]
    assert [statement.actions for statement in made.statements] == [(0, 1), (1, 0), (0,)]
    assert [test.text for test in made.resources] == ["arn:aws:s3:::b", "*", "arn:aws:s3:::b/*"]
    assert [statement.covers for statement in made.statements] == [None, None, (0, 2)]
    assert [statement.principal for statement in made.statements] == [None, None, 0]


def test_statements_carry_their_place():
    text = (
        '{"Version": "2012-10-17",\n "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"},\n'
    )
    text += '  {"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
    policies = PolicySet()
    policies.attach(text, name="p")
    made = program_of(policies)
    assert [(each.index, each.sid, each.line, each.column) for each in made.statements] == [
        (0, "A", 2, 16),
        (1, "", 3, 3),
    ]
    assert [text[each.start : each.end][-2:] for each in made.statements] == ['"}', '"}']
    assert [text[each.start] for each in made.statements] == ["{", "{"]


def test_equal_conditions_are_one_row_whatever_the_case_of_their_key():
    """But not if their values, their operator or the meaning of `${` differ."""
    conditions = [
        {"StringEquals": {"aws:SourceVpc": "a"}},
        {"StringEquals": {"AWS:sourcevpc": ["a"]}},
        {"StringEquals": {"aws:SourceVpc": "A"}},
        {"StringLike": {"aws:SourceVpc": "a"}},
        {"StringEqualsIfExists": {"aws:SourceVpc": "a"}},
    ]
    policies = PolicySet()
    for number, condition in enumerate(conditions):
        policies.attach(document(allow(Condition=condition)), name=f"p{number}")
    old = {"Version": "2008-10-17", "Statement": [allow(Condition=conditions[0])]}
    policies.attach(old, name="old")
    made = program_of(policies)
    assert [each.conditions for each in made.statements] == [(0,), (0,), (1,), (2,), (3,), (4,)]


@pytest.mark.parametrize("seed", range(25))
def test_the_same_policies_give_the_same_bytes(seed: int):
    policies = generate(seed)[0]
    assert to_bytes(compile_engine(policies).program) == to_bytes(compile_engine(policies).program)


def test_spelling_of_the_text_gives_other_places_and_nothing_else():
    """White space and the order of keys in a statement do not reach the tables."""
    texts = [
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
        '{\n\t"Statement" : [ { "Resource":["*"], "Action" :[ "s3:*" ] ,"Effect": "Allow" } ]\n, "Version": "2012-10-17"}',
    ]
    programs = []
    for text in texts:
        policies = PolicySet()
        policies.attach(text, name="p")
        programs.append(program_of(policies))
    first, second = programs
    assert (first.actions, first.resources, first.policies) == (second.actions, second.resources, second.policies)
    assert first.statements[0].actions == second.statements[0].actions


def test_the_order_of_attachment_is_the_order_of_the_tables_alone():
    """Every order gives the same rows, in another order."""
    seen = set()
    for order in permutations(PARTS):
        made = program(*order)
        seen.add(
            (
                frozenset(pattern.name for pattern in made.actions),
                frozenset(test.text for test in made.resources),
                len(made.statements),
                len(made.conditions),
            )
        )
    assert len(seen) == 1


@pytest.mark.parametrize("seed", range(12))
def test_policies_of_others_leave_the_rows_of_a_policy_as_they_are(seed: int):
    """Adding a policy changes numbers, never what they stand for."""
    policies, _ = generate(seed)
    rng = random.Random(seed)
    shuffled = list(policies.attachments)
    rng.shuffle(shuffled)
    other = model.PolicySet(tuple(shuffled), policies.memberships, policies.accounts, policies.layers)
    made, again = compile_engine(policies).program, compile_engine(other).program
    assert rows(made) == rows(again)


def rows(made: object) -> set[object]:
    """The statements with what their numbers stand for."""
    found = set()
    for each in made.statements:
        policy = made.policies[each.policy]
        found.add(
            (
                policy.name,
                policy.type,
                frozenset(policy.targets),
                each.index,
                each.deny,
                tuple((made.actions[n].service, made.actions[n].name) for n in each.actions),
                None if each.resources is None else tuple(made.resources[n] for n in each.resources),
                None if each.covers is None else frozenset(made.resources[n] for n in each.covers),
                None if each.principal is None else made.principals[each.principal],
                tuple((c.form, c.key, c.values) for c in (made.conditions[n] for n in each.conditions)),
                each.line,
                each.column,
            )
        )
    return found
