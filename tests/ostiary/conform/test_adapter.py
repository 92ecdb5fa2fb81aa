"""Ostiary's own adapter answers every case as it is wanted, and says what it cannot do."""

from __future__ import annotations

import json

import pytest
from tests.cases_model import FOLDER

from ostiary.conform.adapter import answers
from ostiary.conform.cases import read_cases
from ostiary.conform.model import Case, Status
from ostiary.conform.process import Reply, Sort
from ostiary.conform.run import judge

CASES = read_cases([FOLDER])


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_every_case(case: Case):
    (line,) = answers([json.dumps(case.question)])
    result = judge(case, Reply(Sort.LINE, line))
    assert result.status is Status.AGREES, result


def answer(question: dict[str, object]) -> dict[str, object]:
    (line,) = answers([json.dumps(question)])
    return json.loads(line)


def test_what_it_does_not_know_is_unsupported():
    assert answer({"id": "X", "ask": "weather"}) == {"id": "X", "unsupported": "questions that ask 'weather'"}


def test_a_wrong_request_is_an_error_and_no_denial():
    question = dict(next(case.question for case in CASES if case.question["ask"] == "decision"))
    question["request"] = {**question["request"], "action": "s3"}
    assert answer(question)["error"].startswith("request: `s3` is not an action")
