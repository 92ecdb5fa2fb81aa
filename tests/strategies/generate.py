"""Policy sets and requests by seed: the same seed gives the same."""

from __future__ import annotations

from tests.oracle.model import PolicySet, Request
from tests.strategies.policy_sets import policy_set, scene
from tests.strategies.requests import anchors, request
from tests.strategies.source import Seeded, Source


def generate(seed: int, *, requests: int = 10) -> tuple[PolicySet, list[Request]]:
    return question(Seeded(seed), requests)


def question(source: Source, requests: int) -> tuple[PolicySet, list[Request]]:
    about = scene(source)
    policies = policy_set(source, about)
    statements = anchors(policies)
    return policies, [request(source, about, statements) for _ in range(requests)]
