"""The oracle gives every case of `tests/cases` the wanted answer: it is a restatement of the specification, not an opinion."""

from __future__ import annotations

import pytest
from tests.cases_model import Case, all_cases
from tests.oracle.decide import decide


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case):
    answer = decide(case.policies, case.request)
    assert answer.effect == case.effect, case.why
    if case.certain is not None:
        assert answer.certain == case.certain, case.why
