"""What holds of the oracle's answers whatever the policies: certainty, order, and the meaning of the statements it names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.oracle.decide import decide
from tests.oracle.model import UNKNOWN, Attachment, PolicySet, Request
from tests.strategies import conditions
from tests.strategies.generate import generate
from tests.strategies.source import Seeded

SEEDS = range(150)


def settled(request: Request, source: Seeded) -> Request:
    """The request with a state for every key whose state was not known, and for some that were not mentioned."""
    context = dict(request.context)
    for key, value in request.context.items():
        if value is UNKNOWN:
            context[key] = any_state(source, key.lower())
    if request.missing == "unknown":
        mentioned = {key.lower() for key in context} | conditions.DERIVED
        for keys in conditions.KEYS.values():
            for key in keys:
                if key.lower() not in mentioned:
                    context[key] = any_state(source, key.lower())
                    mentioned.add(key.lower())
    return replace(request, context=context, missing="absent")


def any_state(source: Seeded, key: str) -> object:
    if source.chance(25):
        return None
    return conditions.value(source, key, conditions.others(key))


def test_a_certain_answer_stays_when_the_unknown_becomes_known():
    """aws:PrincipalArn is left out: where its value is not known, a session's role is taken to have no path."""
    source = Seeded(7)
    for seed in SEEDS:
        policies, requests = generate(seed)
        for request in requests:
            answer = decide(policies, request)
            unclear = request.missing == "unknown" or UNKNOWN in request.context.values()
            if not answer.certain or not unclear:
                continue
            if any(key.lower() == "aws:principalarn" and value is UNKNOWN for key, value in request.context.items()):
                continue
            for _ in range(3):
                known = settled(request, source)
                assert decide(policies, known).effect == answer.effect, (seed, request, known)


def test_a_certain_answer_about_a_role_holds_for_each_of_its_sessions():
    for seed in SEEDS:
        policies, requests = generate(seed)
        for request in requests:
            answer = decide(policies, request)
            if not answer.certain or ":role/" not in request.principal or ":iam:" not in request.principal:
                continue
            name = request.principal.rsplit("/", 1)[-1]
            account = request.principal.split(":")[4]
            partition = request.principal.split(":")[1]
            for session in ("s1", "s2", "alice", "elsewhere"):
                arn = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"
                known = replace(request, principal=arn, role=request.principal)
                assert decide(policies, known).effect == answer.effect, (seed, request, known)


def test_a_certain_answer_about_a_federated_user_holds_whoever_federated_it():
    for seed in SEEDS:
        policies, requests = generate(seed)
        for request in requests:
            answer = decide(policies, request)
            if not answer.certain or ":federated-user/" not in request.principal or request.federated_by:
                continue
            _, partition, _, _, account, _ = request.principal.split(":", 5)
            for name in ("alice", "bob", "eng/carol", "nobody"):
                known = replace(request, federated_by=f"arn:{partition}:iam::{account}:user/{name}")
                assert decide(policies, known).effect == answer.effect, (seed, request, known)


def backwards(policies: PolicySet) -> PolicySet:
    return replace(policies, attachments=tuple(turned(a) for a in reversed(policies.attachments)))


def turned(attachment: Attachment) -> Attachment:
    document = dict(attachment.document)
    if isinstance(document["Statement"], list):
        document["Statement"] = [
            {key: value[::-1] if isinstance(value, list) else value for key, value in statement.items()}
            for statement in reversed(document["Statement"])
        ]
    return replace(attachment, document=document)


def test_order_of_policies_statements_and_entries_does_not_matter():
    for seed in SEEDS:
        policies, requests = generate(seed)
        other = backwards(policies)
        for request in requests:
            first, second = decide(policies, request), decide(other, request)
            assert (first.effect, first.certain) == (second.effect, second.certain), (seed, request)


def test_named_denies_are_there_exactly_for_an_explicit_deny():
    for seed in SEEDS:
        policies, requests = generate(seed)
        for request in requests:
            answer = decide(policies, request)
            assert bool(answer.denies) == (answer.effect == "ExplicitDeny"), (seed, request)


@pytest.mark.parametrize(
    "principal", ["arn:aws:ec2:us-east-1:111111111111:instance/i-1", "arn:aws:iam::111111111111:group/g"]
)
def test_what_is_no_principal_is_refused(principal):
    with pytest.raises(ValueError, match="not a principal"):
        decide(PolicySet(), Request(principal, "s3:GetObject", "*"))
