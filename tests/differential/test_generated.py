"""Generated policy sets and requests: the oracle and every setting of the engine say the same.

`OSTIARY_PAIRS` sets how many pairs of policy set and request are tried, `OSTIARY_SEED` where they start. For long runs:
`python -m tests.differential --pairs 200000`.
"""

from __future__ import annotations

import os
from itertools import islice

import pytest
from tests.differential.generated import REQUESTS, described, differences, pairs, shrunk

PAIRS = int(os.environ.get("OSTIARY_PAIRS", "2000"))
SEED = int(os.environ.get("OSTIARY_SEED", "0"))
SLICES = 8  # so that what fails is told in part, and workers can share


@pytest.mark.parametrize("number", range(SLICES))
def test_all_settings_say_the_same(number: int):
    each = max(1, PAIRS // REQUESTS // SLICES)
    first = SEED + number * each
    for offset, (policies, requests) in enumerate(islice(pairs(first), each)):
        for difference in differences(policies, requests, first + offset):
            pytest.fail(described(shrunk(difference)))
