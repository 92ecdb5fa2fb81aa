"""The command line: what it runs, what it prints, and how it ends."""

from pathlib import Path

import pytest
from benchmarks import __main__ as command
from benchmarks.plans import PLANS, planned, replays
from benchmarks.prepared import Prepared
from benchmarks.record import Record
from benchmarks.settings import SIZES

TINY = ["--requests", "500", "--rounds", "2"]


def test_list_names_workloads_and_models(capsys: pytest.CaptureFixture[str]):
    assert command.main(["list"]) == 0
    out = capsys.readouterr().out
    for name in ("documentation", "role", "layers", "gateway-N", "mixed-N", "managed", "single", "replay"):
        assert name in out


def test_run_writes_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "record.json"
    assert command.main(["run", "role", "gateway-10", "--check", "--model", "single", *TINY, "--json", str(path)]) == 0
    found = Record.read(path)
    assert {row.workload for row in found.rows} == {"role", "gateway-10"}
    assert {row.model for row in found.rows} == {"single-hot", "single-cold"}
    assert all(row.agreement.whole for row in found.rows)
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    out = capsys.readouterr().out
    assert "goal: single, 40 statements" in out
    assert "accept <= 12" in out


def test_a_wrong_decision_is_exit_code_three(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The guard of CI: what the engine says is held to the clear evaluator, not to a time."""
    honest = Prepared.expected
    monkeypatch.setattr(Prepared, "expected", lambda made, count: [not each for each in honest(made, count)])
    assert command.main(["run", "role", "--check", "--model", "single", *TINY]) == 3
    assert capsys.readouterr().err.startswith("error: single-hot role ostiary is_allowed: 0/500")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nonsense"], "there is no workload `nonsense`"),
        (["run", "role", "--requests", "10"], "at least 500 requests"),
        (["report", "none.json"], "cannot read `none.json`"),
    ],
)
def test_wrong_arguments_are_exit_code_two(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]):
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_what_is_too_large_is_skipped_with_a_line(capsys: pytest.CaptureFixture[str]):
    assert command.main(["run", "gateway-101", "--check", "--model", "single", *TINY]) == 0
    assert "skipped: more than 100 statements" in capsys.readouterr().out


def test_plans_can_be_narrowed():
    assert planned("full", [], []) == PLANS["full"]
    assert planned("full", ["role"], ["load", "parse"]) == {"role": ("parse", "load")}
    assert "single" in planned("check", ["gateway-50"], [])["gateway-50"]
    assert planned("full", [], ["replay", "replay"]) == {}
    assert planned("check", ["role"], ["replay", "single"]) == {"role": ("single",)}


def test_the_replay_is_part_of_whole_runs_only():
    assert replays("full", [], [])
    assert replays("quick", [], [])
    assert not replays("check", [], [])
    assert not replays("full", ["role"], [])
    assert replays("check", [], ["replay"])


def test_sizes_grow():
    sizes = [SIZES[name] for name in ("check", "quick", "full")]
    for name in ("requests", "rounds", "rows", "decisions", "largest"):
        values = [getattr(size, name) for size in sizes]
        assert values == sorted(values)
