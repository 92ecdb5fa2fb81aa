"""Lowering: every element of a statement becomes explicit, and keeps its place."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, OTHER, ROOT, allow, deny, document

from ostiary_compiler.lower import lower
from ostiary_compiler.normal import NormalSet, NormalStatement
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.pattern import ResourceForm, Variable
from ostiary_grammar.terms import Operator, PolicyType, Quantifier
from ostiary_runtime.program import PrincipalTest

ALL = frozenset(PolicyType)
BUCKET = "arn:aws:s3:::b"


def lowered(statement: dict[str, Any], type_: str = "identity", to: str | None = None) -> NormalStatement:
    policies = PolicySet()
    policies.attach(document(statement), type=type_, to=to, name="p")
    return lower(policies, ALL).policies[0].statements[0]


def set_of(*parts: tuple[Any, str, str | None, str]) -> NormalSet:
    policies = PolicySet()
    for made, type_, to, name in parts:
        policies.attach(made, type=type_, to=to, name=name)
    return lower(policies, ALL)


def test_elements():
    made = lowered({"Sid": "S", "Effect": "Deny", "NotAction": ["s3:Get*", "*"], "NotResource": [BUCKET, "*"]})
    assert (made.sid, made.deny, made.not_action, made.not_resource, made.principal) == ("S", True, True, True, None)
    assert [pattern.text for pattern in made.actions] == ["s3:Get*", "*"]
    assert [test.form for test in made.resources or ()] == [ResourceForm.ARN, ResourceForm.ANY]
    plain = lowered(allow())
    assert (plain.sid, plain.deny, plain.not_action, plain.not_resource, plain.conditions) == (
        "",
        False,
        False,
        False,
        (),
    )


def test_a_statement_without_resource_says_so():
    """As in trust policies; that is not an empty list."""
    trust = {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}
    assert lowered(trust, "resource").resources is None


@pytest.mark.parametrize(
    "type_, unsure",
    [
        ("identity", False),
        ("boundary", False),
        ("session", False),
        ("resource", True),
        ("scp", True),
        ("rcp", True),
        ("endpoint", True),
    ],
)
def test_short_arns_are_padded(type_: str, unsure: bool):
    """With stars, and where AWS does not say so a match is unsure (10.2). What was written is remembered."""
    (test,) = lowered(allow(Resource="arn:aws:sqs:us-east-1", Principal="*"), type_).resources or ()
    assert (len(test.fields), test.written, test.unsure) == (5, 3, unsure)
    (whole,) = lowered(allow(Resource=BUCKET, Principal="*"), type_).resources or ()
    assert (len(whole.fields), whole.written, whole.unsure) == (5, 5, False)


@pytest.mark.parametrize("version, active", [("2012-10-17", True), ("2008-10-17", False), (None, False)])
def test_variables_need_the_version(version: str | None, active: bool):
    """In resources and in condition values alike (iam-semantics.md 1.2)."""
    made = {"Statement": [allow(Resource=BUCKET + "/${aws:username}", Condition={"StringEquals": {"a:b": "${c:d}"}})]}
    policies = PolicySet()
    policies.attach(made if version is None else {"Version": version, **made})
    statement = lower(policies, ALL).policies[0].statements[0]
    assert any(isinstance(token, Variable) for token in (statement.resources or ())[0].fields[4]) is active
    assert statement.conditions[0].variables is active


@pytest.mark.parametrize(
    "to, covers",
    [
        (None, None),
        (BUCKET, [BUCKET, BUCKET + "/*"]),
        ("arn:aws-cn:s3:::b", ["arn:aws-cn:s3:::b", "arn:aws-cn:s3:::b/*"]),
        ("arn:aws:s3:::b*", ["arn:aws:s3:::b*", "arn:aws:s3:::b*/*"]),
        ("arn:aws:s3:::b/k", ["arn:aws:s3:::b/k"]),
        ("arn:aws:s3-outposts:::b", ["arn:aws:s3-outposts:::b"]),
        ("arn:aws:sqs:us-east-1:1:q", ["arn:aws:sqs:us-east-1:1:q"]),
    ],
)
def test_what_a_resource_policy_covers(to: str | None, covers: list[str] | None):
    """A bucket's objects as well (10.50). Attached to nothing in particular, it covers everything."""
    (policy,) = set_of((document(allow(Principal="*")), "resource", to, "p")).policies
    assert covers == (None if policy.covers is None else [test.text for test in policy.covers])


def test_only_resource_policies_cover():
    assert set_of((document(allow()), "identity", ALICE, "p")).policies[0].covers is None


@pytest.mark.parametrize(
    "principal, test",
    [
        ("*", {"star": True}),
        ({"AWS": "*"}, {"aws_star": True}),
        ({"AWS": [ACCOUNT, ROOT]}, {"accounts": (ACCOUNT,)}),  # the same thing
        ({"AWS": [OTHER, ALICE, "AIDA1"]}, {"accounts": (OTHER,), "arns": (ALICE,), "unique_ids": ("AIDA1",)}),
        ({"AWS": "arn:aws-cn:iam::111122223333:root"}, {"accounts": (ACCOUNT,)}),
        ({"Service": ["a.amazonaws.com", "b.amazonaws.com"]}, {"services": ("a.amazonaws.com", "b.amazonaws.com")}),
        (
            {"AWS": ALICE, "Federated": "accounts.google.com", "CanonicalUser": "ab"},
            {"arns": (ALICE,), "federated": ("accounts.google.com",), "canonical_users": ("ab",)},
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("negated", [False, True])
def test_principals(principal: Any, test: dict[str, Any], negated: bool):
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "NotPrincipal" if negated else "Principal": principal,
    }
    assert lowered(statement, "resource").principal == PrincipalTest(negated, **test)


def test_conditions():
    """Keys are folded and keep a spelling to be looked up by; values are text, as written."""
    made = lowered(
        allow(
            Condition={
                "ForAnyValue:StringLikeIfExists": {"AWS:tagkeys": ["a*", "b"], "S3:Prefix": "x"},
                "Bool": {"aws:SecureTransport": True},
                "NumericLessThan": {"s3:max-keys": 10},
                "Null": {},
            }
        )
    )
    assert [(str(test.form), test.key, test.shown, test.values) for test in made.conditions] == [
        ("ForAnyValue:StringLikeIfExists", "aws:tagkeys", "aws:TagKeys", ("a*", "b")),
        ("ForAnyValue:StringLikeIfExists", "s3:prefix", "S3:Prefix", ("x",)),
        ("Bool", "aws:securetransport", "aws:SecureTransport", ("true",)),
        ("NumericLessThan", "s3:max-keys", "s3:max-keys", ("10",)),
    ]
    form = made.conditions[0].form
    assert (form.base, form.quantifier, form.if_exists) == (Operator.STRING_LIKE, Quantifier.FOR_ANY_VALUE, True)


def test_numbers_keep_their_spelling():
    policies = PolicySet()
    policies.attach(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",'
        ' "Condition": {"StringEquals": {"a:b": [1.0, 1e3, -0, false]}}}}'
    )
    assert lower(policies, ALL).policies[0].statements[0].conditions[0].values == ("1.0", "1e3", "-0", "false")


def test_equal_documents_of_one_name_become_one_policy():
    """With several targets, each once; another name, type or text makes another policy."""
    same = document(allow())
    made = set_of(
        (same, "identity", ALICE, "p"),
        (same, "identity", None, "p"),
        (same, "identity", ALICE, "p"),
        (same, "identity", ALICE, "q"),
        (same, "boundary", ALICE, "p"),
        (document(deny()), "identity", ALICE, "p"),
    )
    assert [(each.name, each.type.value, each.targets) for each in made.policies] == [
        ("p", "identity", (ALICE, None)),
        ("q", "identity", (ALICE,)),
        ("p", "boundary", (ALICE,)),
        ("p", "identity", (ALICE,)),
    ]


def test_statements_keep_their_place():
    policies = PolicySet()
    text = '{\n "Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow", "Action": "*", "Resource": "*"},\n   '
    policies.attach(text + '{"Effect": "Deny", "Action": "*", "Resource": "*"}]}', name="p")
    spans = [each.span for each in lower(policies, ALL).policies[0].statements]
    assert [(span.position.line, span.position.column) for span in spans] == [(4, 3), (5, 4)]
    assert [span.text[:18] for span in spans] == ['{"Effect": "Allow"', '{"Effect": "Deny",']


@pytest.mark.parametrize("type_", ["identity", "scp"])
def test_equal_documents_need_not_be_one_object(type_: str):
    """They are one policy if name and type agree too; the first says where it stands."""
    same, other = document(allow()), document(deny())
    made = set_of(
        (same, type_, None, "p"),
        (other, type_, None, "p"),
        (document(allow()), type_, ALICE if type_ == "identity" else ACCOUNT, "p"),
        (same, type_, None, "q"),
        (same, type_, None, "p"),
    )
    found = [(policy.name, policy.statements[0].deny, policy.targets) for policy in made.policies]
    second = ALICE if type_ == "identity" else ACCOUNT
    assert found == [("p", False, (None, second)), ("p", True, (None,)), ("q", False, (None,))]


def test_equal_texts_are_read_once():
    """Whatever they stand in; not across versions, where a variable may be plain text."""
    resource = BUCKET + "/${aws:username}"
    policies = PolicySet()
    for version in ("2012-10-17", "2012-10-17", "2008-10-17"):
        made = {"Version": version, "Statement": [allow(Resource=resource, Condition={"Bool": {"a:b": "true"}})]}
        policies.attach(made, name=str(len(policies.attachments)))
    first, second, old = (policy.statements[0] for policy in lower(policies, ALL).policies)
    assert first.actions[0] is second.actions[0] is old.actions[0]
    here, there, before = ((each.resources or ())[0] for each in (first, second, old))
    assert here is there != before
    assert first.conditions[0] is second.conditions[0] != old.conditions[0]
