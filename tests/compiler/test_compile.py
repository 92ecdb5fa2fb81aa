"""Compilation: a policy that is not valid for its type is an error, never skipped; what is asked follows from the call."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runtime.building import ALICE, EVERYONE, allow, deny, document

from ostiary_compiler.compile import ALL_LAYERS, check_set, compile_program, has_error, is_trust_policy
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.diagnostics import Severity
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.terms import PolicyType

GOOD = document(allow())
# Type, and a document that is not valid for it (iam-semantics.md 1.5, 3.4, 4).
INVALID: list[tuple[str, dict[str, Any]]] = [
    ("identity", document(allow(Principal="*"))),
    ("identity", document({"Effect": "Allow", "Resource": "*"})),
    ("identity", document({"Effect": "Allow", "Action": "*"})),
    ("identity", document({"Action": "*", "Resource": "*"})),
    ("identity", document(allow(Effect="allow"))),
    ("identity", document(allow(Resource="arn:aws:s3::b"))),
    ("identity", document(allow(Condition={"DateEquals": {"aws:CurrentTime": "soon"}}))),
    ("identity", {"Version": "2012-10-18", "Statement": [allow()]}),
    ("boundary", document(allow(Principal="*"))),
    ("session", document(allow(Resource="arn:aws:sqs"))),
    ("resource", document(allow())),
    ("resource", document(allow(Principal={"AWS": "arn:aws:iam::111122223333:user/*"}))),
    ("scp", document(allow(Principal="*"))),
    ("rcp", document(deny(Principal={"AWS": ALICE}))),
    ("rcp", document(allow(Principal="*", Action="s3:*"))),
    ("endpoint", document(allow())),
]


@pytest.mark.parametrize("type_, wrong", INVALID, ids=range(len(INVALID)))
def test_what_is_not_valid_for_its_type_is_refused(type_: str, wrong: dict[str, Any]):
    """Also beside good policies, and also if its type is not asked."""
    policies = PolicySet()
    policies.attach(GOOD, name="good")
    policies.attach(wrong, type=type_, name="wrong")
    for layers in (None, [PolicyType.IDENTITY]):
        with pytest.raises(PolicyError) as raised:
            compile_program(policies, layers=layers)
        assert any(each.severity is Severity.ERROR for each in raised.value.diagnostics)


def test_every_error_of_every_document_is_told_at_once():
    policies = PolicySet()
    policies.attach(document(allow(Effect="allow"), allow(Principal="*")), name="first")
    policies.attach(document(allow(Principal="*")), type="scp", name="second")
    with pytest.raises(PolicyError) as raised:
        compile_program(policies)
    errors = [each for each in raised.value.diagnostics if each.severity is Severity.ERROR]
    assert {each.span.source.name for each in errors if each.span is not None} == {"first", "second"}
    assert len(errors) >= 3


def test_a_document_with_two_targets_is_checked_once():
    policies = PolicySet()
    for to in (ALICE, None):
        policies.attach(document(allow(Principal="*")), to=to, name="p")
    once = PolicySet()
    once.attach(document(allow(Principal="*")), name="p")
    assert [each.code for each in check_set(policies)] == [each.code for each in check_set(once)]


def test_a_lone_document_asks_identity_policies_alone():
    made = compile_program(GOOD)
    assert made.layers == {PolicyType.IDENTITY}
    assert [policy.targets for policy in made.policies] == [(None,)]


@pytest.mark.parametrize(
    "layers, asked",
    [
        (None, ALL_LAYERS),
        ([], frozenset()),
        ([PolicyType.SCP], {PolicyType.SCP}),
        ((PolicyType.IDENTITY,) * 2, {PolicyType.IDENTITY}),
    ],
)
def test_a_set_asks_all_types_unless_it_is_told(layers: Any, asked: frozenset[PolicyType]):
    policies = PolicySet()
    policies.attach(GOOD)
    assert compile_program(policies, layers=layers).layers == asked


def test_an_empty_set_is_a_program():
    assert compile_program(PolicySet()).statements == ()


def test_trust_policies_are_told_by_having_no_resource():
    """All statements, not some."""
    policies = PolicySet()
    trust = {"Effect": "Allow", **EVERYONE, "Action": "sts:AssumeRole"}
    for made in (document(trust), document(trust, allow(**EVERYONE)), GOOD):
        policies.attach(made)
    assert [is_trust_policy(each.document) for each in policies.attachments] == [True, False, False]


@pytest.mark.parametrize("type_", [each.value for each in PolicyType])
def test_compiling_twice_gives_equal_programs(type_: str):
    policies = PolicySet()
    needs = {"resource": EVERYONE, "endpoint": EVERYONE, "rcp": {**EVERYONE, "Effect": "Deny", "Action": "s3:*"}}
    policies.attach(document(allow(**needs.get(type_, {}))), type=type_)
    assert compile_program(policies) == compile_program(policies)


def test_what_compiling_refuses_is_told_whole():
    """Compiling looks for errors alone; once there is one, everything that there is to say is said, as by `check`."""
    policies = PolicySet()
    policies.attach({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3", "Resource": "*"}]})
    policies.attach({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, name="doubtful")
    every = check_set(policies)
    assert {each.severity for each in every} > {Severity.ERROR}
    assert has_error(policies)
    with pytest.raises(PolicyError) as refused:
        compile_program(policies)
    assert list(refused.value.diagnostics) == every
