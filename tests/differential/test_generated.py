"""Generated policy sets and requests: the oracle and every setting of the engine say the same.

`OSTIARY_PAIRS` sets how many pairs of policy set and request are tried, `OSTIARY_SEED` where they start. For long runs:
`python -m tests.differential --pairs 200000`.
"""

from __future__ import annotations

import os
from itertools import islice

import pytest
from tests.differential.generated import REQUESTS, described, differences, pairs, shrunk
from tests.engines import SETTINGS, Bench, Said, oracle
from tests.oracle.decide import decide
from tests.oracle.model import Request

PAIRS = int(os.environ.get("OSTIARY_PAIRS", "2000"))
SEED = int(os.environ.get("OSTIARY_SEED", "0"))
SLICES = 8  # so that what fails is told in part, and workers can share


def test_a_difference_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch):
    """An engine that forgets about explicit denials does not get through."""

    def forgetful(bench: Bench, request: Request) -> Said:
        answer = oracle(bench, request)
        return Said("ImplicitDeny", True, False) if answer.effect == "ExplicitDeny" else answer

    monkeypatch.setitem(SETTINGS, "forgetful", forgetful)
    policies, requests = next(pairs(0))
    found = [each for each in differences(policies, requests) if each.setting == "forgetful"]
    assert len(found) == sum(decide(policies, request).effect == "ExplicitDeny" for request in requests) > 0
    small = shrunk(found[0])
    assert len(small.policies.attachments) == 1
    assert "forgetful" in described(small)


@pytest.mark.parametrize("number", range(SLICES))
def test_all_settings_say_the_same(number: int):
    each = max(1, PAIRS // REQUESTS // SLICES)
    first = SEED + number * each
    for offset, (policies, requests) in enumerate(islice(pairs(first), each)):
        for difference in differences(policies, requests, first + offset):
            pytest.fail(described(shrunk(difference)))
