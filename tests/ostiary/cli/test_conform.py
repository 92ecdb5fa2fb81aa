"""`ostiary conform`: the score by topic, what differs and why, and exit codes."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from tests.cases_model import FOLDER
from tests.ostiary.cli.running import ostiary

ADAPTER = f"{shlex.quote(sys.executable)} -S adapter.py"
ACTIONS = str(FOLDER / "action.jsonl")


def write(answer: str) -> None:
    Path("adapter.py").write_text(
        f"import json, sys\nfor line in sys.stdin:\n    q = json.loads(line)\n    print(json.dumps({answer}), flush=True)\n",
        encoding="utf-8",
    )


def test_the_score_and_what_differs():
    write('{"id": q["id"], "effect": "Allow"}')
    run = ostiary("conform", "--adapter", ADAPTER, "--cases", ACTIONS)
    assert run.code == 1
    lines = run.out.splitlines()
    assert lines[0].split() == ["topic", "cases", "agree", "certain", "failed", "unsupported"]
    assert lines[1].split() == ["Action", "patterns", "13", "6", "46.2", "%", "0/13", "-", "-"]
    assert lines[2].split() == ["total", "13", "6", "46.2", "%", "0/13", "-", "-"]
    assert "Answers that differ from the wanted ones: 7" in lines
    (line,) = (line for line in lines if "ACT-18" in line)
    assert line == "  ACT-18  wanted ImplicitDeny for certain, got Allow  no trimming of blanks (S)"


def test_failures_are_shown_apart_and_safely():
    write('{"id": q["id"], **({"unsupported": "x"} if q["id"] == "ACT-01" else {"error": "\\x1b[2J"})}')
    run = ostiary("conform", "--adapter", ADAPTER, "--cases", ACTIONS)
    assert run.code == 1
    assert "Questions without an answer: 12" in run.out
    assert "Questions that the engine does not support: 1" in run.out
    assert "error: \\x1b[2J" in run.out
    assert "\x1b" not in run.out


def test_json():
    write('{"id": q["id"], "effect": "Allow", "certain": True}')
    run = ostiary("conform", "--adapter", ADAPTER, "--cases", ACTIONS, "--format", "json")
    assert run.code == 1
    assert run.json["total"] == {
        "cases": 13,
        "agree": 6,
        "certain": 6,
        "certain_asked": 13,
        "unsupported": 0,
        "failed": 0,
    }
    first = run.json["cases"][0]
    assert (first["id"], first["status"], first["want"], first["got"]) == ("ACT-01", "agrees", "Allow", "Allow")
    assert [each["topic"] for each in run.json["topics"]] == ["Action patterns"]


def test_our_own_engine_gets_everything_right(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(each for each in sys.path if each))
    adapter = f"{shlex.quote(sys.executable)} -m ostiary.conform.adapter"
    run = ostiary("conform", "--adapter", adapter, "--cases", str(FOLDER))
    assert run.code == 0, run.out


def test_wrong_usage():
    assert (
        "cannot start `no-such-command`" in ostiary("conform", "--adapter", "no-such-command", "--cases", ACTIONS).err
    )
    for arguments in (
        ["--adapter", "no-such-command", "--cases", ACTIONS],
        ["--adapter", "", "--cases", ACTIONS],
        ["--adapter", "'", "--cases", ACTIONS],
        ["--adapter", "x", "--cases", "nowhere"],
        ["--adapter", "x", "--cases", ACTIONS, "--timeout", "0"],
        [],
    ):
        assert ostiary("conform", *arguments).code == 2


def test_cases_that_are_none():
    Path("a.jsonl").write_text("{}\n", encoding="utf-8")
    run = ostiary("conform", "--adapter", "x", "--cases", "a.jsonl")
    assert (run.code, run.out) == (2, "")
    assert "a.jsonl:1:1" in run.err
