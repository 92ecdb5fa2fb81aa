"""Every case of `tests/cases` has the wanted answer on the oracle and on every setting of the engine."""

from __future__ import annotations

import pytest
from tests.batches import fits
from tests.cases_model import Case, all_cases
from tests.engines import SETTINGS, Bench

CASES = all_cases()
BENCHES = {case.id: Bench(case.policies) for case in CASES}


def test_every_case_has_an_id_of_its_own():
    assert len(BENCHES) == len(CASES)


def test_most_cases_can_be_asked_as_a_table():
    assert sum(fits(case.request) for case in CASES) > len(CASES) * 0.8


@pytest.mark.parametrize(
    ("case", "setting"),
    [(case, setting) for setting in SETTINGS for case in CASES if setting != "batch" or fits(case.request)],
    ids=str,
)
def test_case(case: Case, setting: str):
    answer = SETTINGS[setting](BENCHES[case.id], case.request)
    assert answer is not None
    assert answer.allowed == (case.effect == "Allow"), case.why
    if answer.effect is not None:
        assert answer.effect == case.effect, case.why
    if case.certain is not None and answer.certain is not None:
        assert answer.certain == case.certain, case.why
