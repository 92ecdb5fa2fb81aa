"""Records are read back as they were written, and refused where they are none."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.record import Agreement, Record, RecordError, Skip, rounded
from benchmarks.timing import Measure
from jsonschema import Draft202012Validator
from tests.benchmarks.made import record, row

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "benchmarks" / "record.schema.json").read_text(encoding="utf-8")))
RECORDS = [Path(__file__).with_name("small.json"), *sorted((ROOT / "docs" / "benchmarks").glob("recorded*.json"))]


def test_a_record_is_read_back(tmp_path: Path):
    written = record(row(), row(3, call="authorize"), skipped=(Skip("peers", "role", "vakt", "is not there"),))
    written.save(tmp_path / "record.json")
    assert Record.read(tmp_path / "record.json") == written


def test_a_run_in_parts_is_one_record():
    """Rows of the same name are replaced, the others kept."""
    whole = record(row(5), row(7, call="authorize")).with_added(record(row(6), row(8, model="load")))
    assert [(each.model, each.call, each.measure.ratio) for each in whole.rows] == [
        ("single-cold", "is_allowed", 6),
        ("single-cold", "authorize", 7),
        ("load", "is_allowed", 8),
    ]
    assert whole.command == "python -m benchmarks run; python -m benchmarks run"
    assert whole.settings["seconds"] == 2


def test_rows_of_another_commit_are_marked():
    """They fill what is lacking, and replace nothing."""
    other = replace(record(row(9), row(7, call="authorize", note="slow")), commit="another")
    found = record(row(5)).beside(other)
    assert [(each.call, each.measure.ratio, each.note) for each in found.rows] == [
        ("is_allowed", 5, ""),
        ("authorize", 7, "slow; at commit `another`"),
    ]
    assert [each.other_commit for each in found.rows] == ["", "another"]


def test_records_of_two_commits_are_not_added():
    with pytest.raises(RecordError, match="another commit"):
        record(row()).with_added(replace(record(row()), commit="another"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_records_follow_the_schema(path: Path):
    data = json.loads(path.read_text(encoding="utf-8"))
    assert [problem.message for problem in SCHEMA.iter_errors(data)] == []
    assert Record.read(path).to_json() == path.read_text(encoding="utf-8")


def test_the_schema_refuses_a_row_without_agreement():
    data = json.loads(record(row()).to_json())
    assert not list(SCHEMA.iter_errors(data))
    del data["rows"][0]["agreement"]
    assert list(SCHEMA.iter_errors(data))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[]", "no record of format 1"),
        ('{"format": 2}', "no record of format 1"),
        ('{"format": 1, "rows": []}', "no whole record"),
        ('{"format": 1, "rows": [{}], "skipped": []}', "no whole record"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, text: str, words: str):
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=words):
        Record.read(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(RecordError, match="cannot read"):
        Record.read(tmp_path / "none.json")


def test_agreement_is_whole_only_if_something_was_asked():
    assert Agreement(3, 3, "x").whole
    assert not Agreement(3, 2, "x").whole
    assert not Agreement(0, 0, "x").whole


def test_figures_are_rounded_to_what_means_something():
    long = row(measure=Measure("ns", 123.456789, 100.00001, 150.55555, 5, 2.469135, 2.0000002, 3.01111))
    assert rounded(long).measure == Measure("ns", 123.5, 100.0, 150.6, 5, 2.469, 2.0, 3.011)
