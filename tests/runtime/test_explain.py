"""Explanations agree with decisions, and every hint does what it says."""

import pytest
from tests.engines import call, compile_engine
from tests.oracle.decide import decide
from tests.strategies.generate import generate

import ostiary
from ostiary_grammar.terms import Effect
from ostiary_runtime.explain import Element, Verdict
from ostiary_runtime.match import Match

ANN = "arn:aws:iam::111122223333:user/ann"


@pytest.mark.parametrize("seed", range(0, 400, 5))
def test_explanation_agrees_with_decision_and_oracle(seed):
    """The decision explained is the decision made; the Deny statements that it shows as applying are those of the oracle."""
    policies, requests = generate(seed, requests=3)
    engine = compile_engine(policies)
    for request in requests:
        explanation = call(request).on(engine.explain)
        decision = call(request).on(engine.authorize)
        assert explanation.decision == decision
        if not explanation.layers:
            continue
        denying = {
            (report.statement.policy, report.statement.index)
            for layer in explanation.layers
            for report in layer.statements
            if report.statement.effect == "Deny" and report.match is not Match.NO
        }
        want = decide(policies, request)
        if want.effect == Effect.EXPLICIT_DENY.value:
            assert want.denies <= denying
        else:
            assert not {pair for pair in denying if pair in want.denies}
        for change in explanation.changes:
            assert change.what
            assert (change.effect is Effect.ALLOW) != decision.allowed


def explained(statement, action="s3:GetObject", resource="arn:aws:s3:::b/k", context=None, **attachments):
    policies = ostiary.PolicySet()
    policies.attach({"Version": "2012-10-17", "Statement": statement}, to=ANN, name="own")
    return ostiary.compile(policies, layers=["identity"]).explain(ANN, action, resource, context or {})


def test_failed_condition_names_value_and_change():
    """An Allow that fails on a condition says on which value, and that the listed value would do."""
    found = explained(
        [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
            }
        ],
        context={"aws:PrincipalTag/team": "red"},
    )
    (report,) = found.layers[0].statements
    assert [(each.element, each.found) for each in report.failed] == [(Element.CONDITION, "`red`")]
    assert found.changes[0].what == ("aws:PrincipalTag/team were `blue`",)
    assert found.layers[0].verdict is Verdict.SILENT


def test_variable_in_resource_gives_the_value_that_would_fit():
    """A Resource with a policy variable suggests the value that the request's resource has in its place."""
    found = explained(
        [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::team-${aws:PrincipalTag/team}/*"}],
        resource="arn:aws:s3:::team-blue/k",
        context={"aws:PrincipalTag/team": "red"},
    )
    assert found.changes[0].what == ("aws:PrincipalTag/team were `blue`",)


def test_two_changes_where_one_is_not_enough():
    """Where no single change does it, a pair is found."""
    found = explained(
        [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            },
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
            },
        ],
        context={"aws:SecureTransport": "false"},
    )
    assert {frozenset(change.what) for change in found.changes} == {
        frozenset({"aws:SecureTransport were true", "aws:SourceVpc were `vpc-1`"})
    }


def test_never_suggests_everything():
    """A lone star is nothing to suggest, neither as a value nor as a resource."""
    found = explained(
        [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringLike": {"aws:PrincipalTag/t": "*"}},
            },
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"},
        ],
        action="s3:GetObject",
        resource="arn:aws:sqs:us-east-1:111122223333:q",
    )
    assert all("`*`" not in words for change in found.changes for words in change.what)


def test_unknown_fact_names_what_each_answer_gives():
    """For a key that is not known, every answer that the policy tells apart has its effect."""
    found = explained(
        [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
            }
        ],
        context={"aws:PrincipalTag/team": ostiary.UNKNOWN},
    )
    (prospect,) = found.prospects
    assert prospect.fact == "aws:principaltag/team"
    assert dict(prospect.answers) == {
        "is `blue`": Effect.ALLOW,
        "is something else than `blue`": Effect.IMPLICIT_DENY,
        "is absent": Effect.IMPLICIT_DENY,
    }


def test_what_is_outside_is_named():
    """S3 requests say that access control lists are not evaluated; others say nothing of the kind."""
    statement = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert "S3 access control lists" in explained(statement).outside
    assert explained(statement, "sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q").outside == ()
