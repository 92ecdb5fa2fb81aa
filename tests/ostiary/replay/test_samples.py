"""Sample events are the events of the log, found again by file and id, and never at any price."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.ostiary.replay import logs
from tests.strategies.findings import findings

from ostiary.replay import samples as module
from ostiary.replay.findings import Findings, Sample
from ostiary.replay.samples import with_records


def found(*samples: Sample) -> Findings:
    """Findings with one row for each of the samples."""
    base = findings(1, rows=len(samples), calibrated=False)
    return replace(
        base, rows=tuple(replace(row, samples=(each,)) for row, each in zip(base.rows, samples, strict=True))
    )


def records(result: Findings) -> list[str]:
    return [row.samples[0].record for row in result.rows]


def log(folder: Path, name: str, count: int = 3) -> tuple[str, list[dict]]:
    events = [logs.record("ec2", "RunInstances", {"number": number}) for number in range(count)]
    return str(logs.write(folder / name, events)), events


def sample(file: str, event: dict) -> Sample:
    return Sample(event["eventID"], event["eventTime"], file)


def test_events_are_whole(tmp_path: Path):
    """From two files, in any order; the same id in another file is another event."""
    one, events = log(tmp_path, "one.json.gz")
    other, others = log(tmp_path, "other.json.gz")
    result = with_records(found(sample(one, events[2]), sample(other, others[0]), sample(one, events[0])))
    assert [json.loads(each) for each in records(result)] == [events[2], others[0], events[0]]
    assert with_records(found(sample(one, others[0]))).rows[0].samples[0].record == ""


def test_contradictions_get_theirs(tmp_path: Path):
    file, events = log(tmp_path, "one.json.gz")
    base = findings(1, rows=2)
    assert base.calibration is not None
    told = tuple(replace(each, samples=(sample(file, events[1]),)) for each in base.calibration.contradictions)
    result = with_records(replace(base, rows=(), calibration=replace(base.calibration, contradictions=told)))
    assert result.calibration is not None
    assert [json.loads(each.samples[0].record) for each in result.calibration.contradictions] == [events[1]] * len(told)


@pytest.mark.parametrize("file", ["gone.json.gz", "-", ""])
def test_what_is_gone_stays_bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str):
    """The log may have been a pipe, or be deleted since."""
    monkeypatch.chdir(tmp_path)
    given = found(Sample("1", "", file), Sample("", "", file))
    assert with_records(given) == given


def test_reading_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beyond the limit the first rows have their events, and the others their ids."""
    monkeypatch.setattr(module, "MOST_READ", 4)
    one, events = log(tmp_path, "one.json.gz")
    other, others = log(tmp_path, "other.json.gz")
    result = with_records(found(sample(one, events[2]), sample(other, others[0]), sample(other, others[2])))
    assert [bool(each) for each in records(result)] == [True, True, False]


def test_damages_count_towards_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that holds little but damage is no way around the limit."""
    event = logs.record("ec2", "RunInstances", {})
    path = tmp_path / "lake.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["eventJson"], ["none"], ["none"], [json.dumps(event)]])
    for limit, whole in ((2, False), (3, True)):
        monkeypatch.setattr(module, "MOST_READ", limit)
        (record,) = records(with_records(found(sample(str(path), event))))
        assert bool(record) is whole


def test_other_forms_of_logs(tmp_path: Path):
    """A sample event of a table is shown as the event that the row holds."""
    event = logs.record("ec2", "RunInstances", {"number": 1})
    path = tmp_path / "lake.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([["eventJson"], [json.dumps(event)]])
    (record,) = records(with_records(found(sample(str(path), event))))
    assert json.loads(record)["requestParameters"] == {"number": 1}
