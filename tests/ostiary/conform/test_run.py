"""Whatever an adapter does, every case gets a result, and an answer is never taken for another case's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ostiary.conform.model import Case, Result, Status
from ostiary.conform.process import Reply, Sort
from ostiary.conform.run import MOST_FAILURES, judge, run

HEAD = """
import json, sys, time
def say(**answer): print(json.dumps(answer), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    id = question["id"]
"""


def case(id_: str = "C-1", want: str = "Allow", certain: bool | None = True, ask: str = "decision") -> Case:
    return Case(id_, "Topic", {"id": id_, "ask": ask}, want, certain, "why", "D")


def adapter(tmp_path: Path, body: str) -> list[str]:
    path = tmp_path / "adapter.py"
    path.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), encoding="utf-8")
    return [sys.executable, "-S", str(path)]


def results(tmp_path: Path, body: str, *cases: Case, timeout: float = 10) -> list[tuple[str, Status]]:
    report = run(cases, adapter(tmp_path, body), timeout=timeout)
    assert [each.case for each in report.results] == list(cases)
    return [(each.case.id, each.status) for each in report.results]


LINES = [
    ('{"id": "C-1", "effect": "Allow", "certain": true}', Status.AGREES),
    ('{"id": "C-1", "effect": "Allow"}', Status.AGREES),
    ('{"id": "C-1", "effect": "Allow", "error": null}', Status.AGREES),
    ('{"id": "C-1", "effect": "Allow", "certain": false}', Status.DISAGREES),
    ('{"id": "C-1", "effect": "ImplicitDeny"}', Status.DISAGREES),
    ('{"id": "C-1", "effect": "Invalid"}', Status.DISAGREES),
    ('{"id": "C-1", "effect": "allow"}', Status.MALFORMED),
    ('{"id": "C-1", "effect": "Allow", "certain": "yes"}', Status.MALFORMED),
    ('{"id": "C-1"}', Status.MALFORMED),
    ('{"id": "C-1", "effect": "Allow", "error": "no"}', Status.ERROR),
    ('{"id": "C-1", "unsupported": "RCPs"}', Status.UNSUPPORTED),
    ('{"id": "C-2", "effect": "Allow"}', Status.WRONG_ID),
    ('{"effect": "Allow"}', Status.WRONG_ID),
    ('["C-1"]', Status.MALFORMED),
    ("Allow", Status.MALFORMED),
    ("", Status.MALFORMED),
    ("[" * 100_000, Status.MALFORMED),
]


@pytest.mark.parametrize(("line", "status"), LINES, ids=[line[:50] for line, _ in LINES])
def test_what_a_line_is_worth(line, status):
    assert judge(case(), Reply(Sort.LINE, line)).status is status


def test_a_case_that_does_not_say_whether_it_is_certain():
    line = '{"id": "C-1", "effect": "Allow", "certain": false}'
    assert judge(case(certain=None), Reply(Sort.LINE, line)).status is Status.AGREES


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('{"id": "C-1", "validity": "Valid"}', Status.AGREES),
        ('{"id": "C-1", "validity": "Invalid"}', Status.DISAGREES),
        ('{"id": "C-1", "effect": "Allow"}', Status.MALFORMED),
    ],
)
def test_validity(line, status):
    assert judge(case(want="Valid", certain=None, ask="validity"), Reply(Sort.LINE, line)).status is status


def test_an_adapter_that_does_well(tmp_path):
    body = 'say(id=id, effect="Allow", certain=True)'
    assert results(tmp_path, body, case("A"), case("B")) == [("A", Status.AGREES), ("B", Status.AGREES)]


def test_an_adapter_that_does_not_answer_in_time(tmp_path):
    body = 'if id == "A": time.sleep(60)\nsay(id=id, effect="Allow")'
    assert results(tmp_path, body, case("A"), case("B"), timeout=1) == [("A", Status.TIMEOUT), ("B", Status.AGREES)]


def test_an_adapter_that_crashes_is_started_again(tmp_path):
    body = 'if id == "A": sys.exit("out of luck")\nsay(id=id, effect="Allow")'
    report = run([case("A"), case("B")], adapter(tmp_path, body))
    first, second = report.results
    assert (first.status, second.status) == (Status.CRASH, Status.AGREES)
    assert first.detail == "the adapter ended with code 1: out of luck"


def test_an_adapter_that_writes_more_than_its_answer(tmp_path):
    """The line after the wrong one is not taken for the next answer."""
    body = 'if id == "A": print("debug", flush=True)\nsay(id=id, effect="Allow")'
    assert results(tmp_path, body, case("A"), case("B")) == [("A", Status.MALFORMED), ("B", Status.AGREES)]


def test_an_adapter_that_answers_to_something_else(tmp_path):
    body = 'say(id="X" if id == "A" else id, effect="Allow")'
    assert results(tmp_path, body, case("A"), case("B")) == [("A", Status.WRONG_ID), ("B", Status.AGREES)]


def test_an_adapter_that_never_reads(tmp_path):
    """A question that is larger than a pipe does not block the runner."""
    big = Case("A", "Topic", {"id": "A", "ask": "decision", "x": "y" * 1_000_000}, "Allow", None, "", "")
    path = tmp_path / "sleeper.py"
    path.write_text("import time; time.sleep(60)", encoding="utf-8")
    report = run([big], [sys.executable, "-S", str(path)], timeout=1)
    assert report.results[0].status is Status.TIMEOUT


def test_an_adapter_that_writes_without_end(tmp_path):
    body = 'while True: sys.stdout.write("x" * 65536)'
    report = run([case("A")], adapter(tmp_path, body))
    assert report.results[0].status is Status.MALFORMED
    assert len(report.results[0].detail) < 1000


def test_an_adapter_that_fails_again_and_again_is_asked_no_more(tmp_path):
    cases = [case(str(number)) for number in range(MOST_FAILURES + 2)]
    statuses = [status for _, status in results(tmp_path, "sys.exit(3)", *cases)]
    assert statuses == [Status.CRASH] * MOST_FAILURES + [Status.NOT_ASKED] * 2


def test_a_command_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        run([case()], ["no-such-command-anywhere"])


def test_scores(tmp_path):
    body = """\
if id == "C": say(id=id, unsupported="this")
elif id == "D": say(id=id, error="that")
else: say(id=id, effect="Allow", certain=True)"""
    told: list[Result] = []
    report = run(
        [case("A"), case("B", want="ExplicitDeny"), case("C"), case("D"), case("E", certain=None)],
        adapter(tmp_path, body),
        progress=told.append,
    )
    assert tuple(told) == report.results
    total = report.total
    assert (total.cases, total.agree, total.unsupported, total.failed) == (5, 2, 1, 1)
    assert (total.certain, total.certain_asked) == (1, 4)
    assert [each.case.id for each in report.others] == ["B", "C", "D"]
    assert report.topics == {"Topic": total}
