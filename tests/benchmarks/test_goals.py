"""Goals are read off rows: by ratio, by time, by rows a second, and against peers."""

import pytest
from benchmarks.goals import GOALS, Kind, Verdict, judged
from benchmarks.plans import PLANS
from benchmarks.record import Agreement, Row
from benchmarks.timing import Measure
from tests.benchmarks.made import measured, record, row

ROLE = "single, 40 statements, conditions on nearly all"


def verdict(name: str, *rows: Row) -> tuple[float | None, Verdict]:
    (found,) = [each for each in judged(record(*rows)) if each.goal.name == name]
    return found.figure, found.verdict


@pytest.mark.parametrize(
    ("ratio", "wanted"),
    [(7, Verdict.AIM), (8, Verdict.AIM), (9, Verdict.ACCEPT), (12, Verdict.ACCEPT), (13, Verdict.MISSED)],
)
def test_ratios(ratio: float, wanted: Verdict):
    assert verdict(ROLE, row(ratio, workload="role")) == (ratio, wanted)


def test_a_row_whose_answers_differ_is_no_figure():
    wrong = row(5, workload="role", agreement=Agreement(10, 9, "the clear evaluator"))
    assert verdict(ROLE, wrong) == (None, Verdict.UNMEASURED)


def test_milliseconds():
    name = "first touch, p99, gateway of 10,000"
    touched = row(model="first-touch", workload="gateway-10000", call="p99", measure=measured(8, unit="us"))
    assert verdict(name, touched) == (0.4, Verdict.ACCEPT)


def test_rows_a_second():
    name = "batch, 40 statements, strings, few distinct resources"
    found = row(model="batch", workload="role", call="low strings", measure=measured(2.5))
    assert verdict(name, found) == (8, Verdict.AIM)


def test_against_a_peer():
    name = "batch against DuckDB, 40 statements"
    ours = row(4, model="batch", workload="role", call="high strings")
    theirs = row(10, model="batch", workload="role", call="high strings", subject="DuckDB")
    assert verdict(name, ours, theirs) == (2.5, Verdict.ACCEPT)
    assert verdict(name, ours) == (None, Verdict.UNMEASURED)


def test_memory():
    name = "memory of the process after 1 M decisions, gateway of 10,000"
    found = row(model="memory", workload="gateway-10000", call="process", measure=Measure("MB", 160, 160, 160, 1))
    assert verdict(name, found) == (160, Verdict.MISSED)


def test_a_full_run_measures_every_goal():
    plan = PLANS["full"]
    for goal in GOALS:
        assert goal.model.removesuffix("-cold") in plan[goal.workload], goal.name


def test_aims_are_beyond_what_is_accepted():
    for goal in GOALS:
        assert goal.aim >= goal.accept if goal.kind in (Kind.MILLIONS, Kind.FASTER) else goal.aim <= goal.accept
