"""A change counts when it is large and the samples lie apart; answers that break count always."""

from pathlib import Path

import pytest
from benchmarks.__main__ import main
from benchmarks.compare import Trend, compare
from benchmarks.record import Agreement, Record, Row
from benchmarks.timing import Measure
from tests.benchmarks.made import measured, record, row

BROKEN = Agreement(10, 9, "the clear evaluator", "allows, the clear evaluator denies: ...")


@pytest.mark.parametrize(
    ("old", "new", "trend"),
    [
        (row(5), row(5), Trend.SAME),
        (row(5), row(5.4), Trend.SAME),
        (row(5), row(6), Trend.SLOWER),
        (row(6), row(5), Trend.FASTER),
        # half as slow again, but the samples of one lie amid those of the other
        (row(measure=measured(4, spread=0.5)), row(measure=measured(6, spread=0.5)), Trend.SAME),
        # one sample each: 15 % may be anything
        (row(measure=measured(5, spread=0, samples=1)), row(measure=measured(5.75, spread=0, samples=1)), Trend.SAME),
        (row(measure=measured(5, spread=0, samples=1)), row(measure=measured(6.5, spread=0, samples=1)), Trend.SLOWER),
        (row(measure=Measure("MB", 50, 50, 50, 1)), row(measure=Measure("MB", 80, 80, 80, 1)), Trend.SLOWER),
        (row(5), row(2, agreement=BROKEN), Trend.BROKEN),
        (row(5, agreement=BROKEN), row(5, agreement=BROKEN), Trend.SAME),
    ],
)
def test_trends(old: Row, new: Row, trend: Trend):
    (change,) = compare(record(old), record(new)).changes
    assert change.trend is trend


def test_nanoseconds_of_a_slow_machine_are_no_change():
    """The ratio to the reference counts: everything twice as slow is the same."""
    slow = measured(5)
    twice = Measure("ns", slow.median * 2, slow.low * 2, slow.high * 2, 5, slow.ratio, slow.ratio_low, slow.ratio_high)
    (change,) = compare(record(row(measure=slow)), record(row(measure=twice))).changes
    assert change.factor == 1


def test_rows_of_one_record_only_are_named():
    found = compare(record(row(), row(call="authorize")), record(row(), row(model="load")))
    assert [each.call for each in found.gone] == ["authorize"]
    assert [each.model for each in found.added] == ["load"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(row(5), row(5), 0), (row(6), row(5), 0), (row(5), row(6), 1), (row(5), row(5, agreement=BROKEN), 3)],
)
def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str], old: Row, new: Row, code: int):
    paths = [saved(tmp_path / "old.json", record(old)), saved(tmp_path / "new.json", record(new))]
    assert main(["compare", *paths]) == code
    assert "is_allowed" in capsys.readouterr().out


def test_a_file_that_is_no_record_is_exit_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", saved(tmp_path / "old.json", record(row())), str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.startswith("error: cannot read")


def saved(path: Path, what: Record) -> str:
    what.save(path)
    return str(path)
