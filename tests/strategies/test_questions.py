"""The hypothesis strategies draw what they promise, and failing pairs can be made small."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from tests.oracle.callers import caller_of
from tests.oracle.conditions import block
from tests.oracle.context import context_of
from tests.oracle.decide import decide
from tests.oracle.matching import action, resource
from tests.oracle.model import Request
from tests.strategies import questions
from tests.strategies.generate import generate
from tests.strategies.shrink import smallest
from tests.strategies.valid import complaints

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
ALICE = Request("arn:aws:iam::111111111111:user/alice", "s3:GetObject", "*", {"aws:PrincipalTag/team": "red"})


@quick
@given(questions.questions())
def test_whole_questions_can_be_decided(question):
    policies, requests = question
    assert all(decide(policies, request).effect for request in requests)


@quick
@given(questions.documents())
def test_documents_are_valid(drawn):
    policy_type, document = drawn
    assert not list(complaints(document, policy_type))


@quick
@given(questions.actions(), questions.resources(), questions.condition_blocks())
def test_parts_can_be_matched(actions, resources, conditions):
    action(*actions)
    caller = caller_of(ALICE)
    resource(*resources, context_of(ALICE, caller, None), variables=True)
    condition, carried = conditions
    block(condition, context_of(replace(ALICE, context=carried), caller, None), variables=True)


def test_a_failing_pair_shrinks_to_what_the_failure_needs():
    """As an example of a failure: an explicit denial by a bucket policy, an SCP or whatever the first such pair has."""
    policies, request = next(
        (policies, request)
        for policies, requests in map(generate, range(100))
        for request in requests
        if decide(policies, request).effect == "ExplicitDeny" and len(policies.attachments) > 3
    )
    small, asked = smallest(policies, request, lambda p, r: decide(p, r).effect == "ExplicitDeny")
    assert len(small.attachments) == 1
    assert decide(small, asked).effect == "ExplicitDeny"
