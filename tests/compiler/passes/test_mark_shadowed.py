"""mark_shadowed: statements that another one of the same policy makes needless are marked, and decide as before."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compiler.passes.normal_sets import answers, statements
from tests.runtime.building import ALICE, allow, deny, document

from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.normal import NormalSet
from ostiary_compiler.passes import PASSES, mark_shadowed, run
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.engine import Engine

SECURE = {"Bool": {"aws:SecureTransport": "true"}}


def one_policy(type_: str, *parts: dict[str, Any]) -> NormalSet:
    policies = PolicySet()
    policies.attach(document(*parts), type=type_, name="p")
    return lower(policies, frozenset(PolicyType))


# Type, statements, and by which statement each is shadowed.
TABLE: list[tuple[str, list[dict[str, Any]], list[int | None]]] = [
    ("identity", [allow(Action="s3:*"), deny(), allow()], [1, None, 1]),
    ("identity", [allow(Action="s3:*"), allow(), deny(Action="s3:Put*")], [1, None, None]),
    ("identity", [deny(), deny(), deny(Action="s3:*")], [None, 0, 0]),
    ("identity", [allow(Action="s3:*"), deny(Condition=SECURE)], [None, None]),
    ("identity", [allow(Action="s3:*"), deny(Resource="arn:aws:s3:::b")], [None, None]),
    ("identity", [allow(Action="s3:*"), deny(Action="s3:*")], [None, None]),
    ("identity", [allow(Action="s3:*"), deny(Action="**")], [None, None]),
    ("identity", [allow(Action="s3:*"), deny(Resource="**")], [None, None]),
    ("identity", [allow(), allow(Action="s3:*", Condition=SECURE)], [None, 0]),
    ("identity", [allow(Action="s3:*"), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}], [None, None]),
    ("resource", [allow(Principal={"AWS": ALICE}), deny(Principal="*")], [1, None]),
    ("resource", [allow(Principal={"AWS": ALICE}), deny(Principal={"AWS": "*"})], [None, None]),
    ("resource", [allow(Principal={"AWS": ALICE}), deny(NotPrincipal="*")], [None, None]),
    ("resource", [allow(Principal={"AWS": ALICE}), deny(Principal={"AWS": ALICE})], [None, None]),
]


@pytest.mark.parametrize("type_, parts, shadowed_by", TABLE, ids=range(len(TABLE)))
def test_before_and_after(type_: str, parts: list[dict[str, Any]], shadowed_by: list[int | None]):
    assert [each.shadowed_by for each in statements(mark_shadowed(one_policy(type_, *parts)))] == shadowed_by


@pytest.mark.parametrize("type_, parts", [row[:2] for row in TABLE], ids=range(len(TABLE)))
def test_a_marked_statement_is_needless(type_: str, parts: list[dict[str, Any]]):
    """Leaving it out altogether gives the same effects."""
    normal = one_policy(type_, *parts)
    marked = statements(mark_shadowed(normal))
    left = [part for part, statement in zip(parts, marked, strict=True) if statement.shadowed_by is None]
    without = one_policy(type_, *left)
    first, second = (Engine(emit(run(each))) for each in (normal, without))
    assert [said[:2] for said in answers(first)] == [said[:2] for said in answers(second)]


def test_a_mark_is_only_a_mark():
    """The program is the same without the pass."""
    normal = one_policy("identity", allow(Action="s3:*"), deny(), allow())
    assert emit(run(normal)) == emit(run(normal, tuple(each for each in PASSES if each is not mark_shadowed)))


def test_policies_do_not_shadow_each_other():
    """They may be attached to other callers."""
    policies = PolicySet()
    for part in (deny(), allow()):
        policies.attach(document(part), name=str(part))
    normal = mark_shadowed(lower(policies, frozenset(PolicyType)))
    assert [each.shadowed_by for each in statements(normal)] == [None, None]
