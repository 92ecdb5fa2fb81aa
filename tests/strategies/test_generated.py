"""What the generators promise: the same seed gives the same, every document is valid for its type, every outcome occurs often."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from tests.oracle.decide import decide
from tests.strategies.generate import generate
from tests.strategies.valid import complaints

SEEDS = range(200)


def test_the_same_seed_gives_the_same():
    assert [generate(seed) for seed in range(20)] == [generate(seed) for seed in range(20)]


def test_every_document_is_valid_for_its_type():
    for seed in SEEDS:
        for attachment in generate(seed)[0].attachments:
            found = list(complaints(dict(attachment.document), attachment.type, attachment.name))
            assert not found, (seed, attachment, found)


def test_every_policy_has_a_name_of_its_own():
    for seed in SEEDS:
        names = [a.name for a in generate(seed)[0].attachments if a.name != "RCPFullAWSAccess"]
        assert len(set(names)) == len(names)


def test_every_request_is_well_formed():
    for seed in SEEDS:
        for request in generate(seed)[1]:
            assert re.fullmatch(r"[A-Za-z0-9-]+:[^:*?]+", request.action), (seed, request)
            assert request.resource == "*" or re.fullmatch(
                r"arn:aws(-cn)?:[a-z0-9]+:[a-z0-9-]*:(\d{12})?:.+", request.resource
            ), (seed, request)
            folded = [key.lower() for key in request.context]
            assert len(set(folded)) == len(folded)


@pytest.mark.slow
def test_every_outcome_is_at_least_a_tenth():
    """Denied, allowed and undecided pairs: none may be so rare that a difference in it would go unseen."""
    counts: Counter[str] = Counter()
    for seed in range(600):
        policies, requests = generate(seed)
        for request in requests:
            answer = decide(policies, request)
            counts[answer.effect] += 1
            counts["uncertain"] += not answer.certain
    pairs = sum(counts[effect] for effect in ("Allow", "ImplicitDeny", "ExplicitDeny"))
    assert all(counts[outcome] >= pairs / 10 for outcome in ("Allow", "ImplicitDeny", "ExplicitDeny", "uncertain")), (
        counts
    )
