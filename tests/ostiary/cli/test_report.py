"""`ostiary replay` says what it found in every format, where it is asked to, and without names if it is asked to."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.ostiary.cli.running import Run, ostiary
from tests.strategies import identities as people
from tests.strategies.identities import Identities, identities

ROOT = Path(__file__).parents[3]
LOGS, GUARD = ROOT / "examples" / "logs", ROOT / "examples" / "policies" / "scp-region-guard.json"
FORMATS = ("text", "json", "csv", "markdown", "parquet")
STOPPED = "would have stopped 30 of 523 calls"


def replay(*arguments: object) -> Run:
    return ostiary("replay", str(LOGS), "--scp", str(GUARD), *map(str, arguments))


def parquet_rows(content: bytes) -> list[dict]:
    pq = pytest.importorskip("pyarrow.parquet")
    return pq.read_table(io.BytesIO(content)).to_pylist()


def test_formats_agree(tmp_path: Path):
    """The same rows in each; a file gets what the standard output would."""
    told = replay("--format", "json").json
    rows = list(csv.DictReader(io.StringIO(replay("--format", "csv").out)))
    assert [row["events"] for row in rows] == [str(row["events"]) for row in told["rows"]]
    assert sum(int(row["events"]) for row in rows if row["change"] == "REVOKED") == 30
    out = tmp_path / "rows.parquet"
    assert replay("--format", "parquet", "--output", out).out == ""
    assert [row["events"] for row in parquet_rows(out.read_bytes())] == [row["events"] for row in told["rows"]]
    assert STOPPED in replay("--format", "markdown").out
    assert replay("--format", "csv", "--output", "-").out == replay("--format", "csv").out
    for format_ in ("csv", "markdown", "text"):
        path = tmp_path / format_
        assert replay("--format", format_, "--output", path).code == 0
        assert path.read_text(encoding="utf-8") == replay("--format", format_).out


def test_top_is_for_people():
    assert replay("--format", "markdown", "--top", "1").out.count("| revoked |") == 1
    assert len(replay("--format", "csv", "--top", "1").out.splitlines()) > 2


def test_page_comes_besides(tmp_path: Path):
    """The page is written beside the report, with the events that it shows read again from the logs."""
    page = tmp_path / "report.html"
    run = replay("--html", page)
    assert (run.code, STOPPED in run.out) == (0, True)
    text = page.read_text(encoding="utf-8")
    assert STOPPED in text
    (inside,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    samples = json.loads(inside)["samples"]
    assert samples
    for event_id, time, _, record in samples:
        event = json.loads(record)
        assert (event["eventID"], event["eventTime"]) == (event_id, time)


def test_page_without_the_logs(tmp_path: Path):
    """What cannot be read again is there by its id."""
    log = tmp_path / "log.ndjson"
    log.write_text((json.dumps({"eventVersion": "1.11", "eventName": "x"}) + "\n") * 2, encoding="utf-8")
    run = ostiary("replay", str(log), "--scp", str(GUARD), "--html", str(tmp_path / "report.html"))
    assert run.code == 0
    assert "would have stopped nothing" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "no/such/folder/x"), "there is no folder `no/such/folder`"),
        (("--html", "no/such/folder/x"), "there is no folder `no/such/folder`"),
        (("--html", "x", "--output", "x"), "name the same file"),
        (("--html", "-"), "a page is a file"),
        (("--anonymize-key", "missing"), "does not exist"),
        (("--format", "xml"), "'xml' is not one of"),
        (("--anonymize", "--unused", "x"), "do not go with --anonymize"),
        (("--anonymize", "--minimise", "x"), "do not go with --anonymize"),
    ],
)
def test_what_cannot_work_is_refused_before_reading(arguments: tuple[str, ...], said: str):
    run = replay(*arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_short_keys_are_refused(tmp_path: Path):
    key = tmp_path / "key"
    key.write_bytes(b"secret\n")
    run = replay("--anonymize-key", key)
    assert run.code == 2
    assert "openssl rand -hex 32" in run.err


def test_binary_is_no_business_of_a_terminal():
    """Parquet on a terminal is refused, with what to do; into a pipe it goes."""
    pty = pytest.importorskip("pty")
    pytest.importorskip("pyarrow")
    command = [sys.executable, "-c", "from ostiary.cli import main; main()", "replay", str(LOGS), "--scp", str(GUARD)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    reader, writer = pty.openpty()
    run = subprocess.run(
        [*command, "--format", "parquet"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        check=False,
    )
    os.close(writer)
    os.close(reader)
    assert run.returncode == 2
    assert "binary and this is a terminal: give --output FILE" in run.stderr
    piped = subprocess.run([*command, "--format", "parquet"], capture_output=True, env=environment, check=True)
    assert len(parquet_rows(piped.stdout)) > 8


def test_keys_make_runs_comparable(tmp_path: Path):
    """With one key the same names get the same pseudonyms, without one every run has its own."""
    key = tmp_path / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n", encoding="ascii")
    one, other = (replay("--format", "csv", "--anonymize-key", key).out for _ in range(2))
    assert one == other
    one, other = (replay("--format", "csv", "--anonymize").out for _ in range(2))
    assert one != other


def test_numbers_stay_without_names():
    assert [
        (row["change"], row["events"], row["action"], row["first"]) for row in replay("--format", "json").json["rows"]
    ] == [
        (row["change"], row["events"], row["action"], row["first"])
        for row in replay("--format", "json", "--anonymize").json["rows"]
    ]


@given(identities())
@settings(max_examples=10)
def test_no_identifier_of_a_log_leaves(tmp_path_factory: pytest.TempPathFactory, who: Identities):
    """From a log to each output: not one name, address or id of the log is in it."""
    folder = tmp_path_factory.mktemp(who.accounts[0])
    log, policy = folder / f"{who.accounts[0]}.ndjson", folder / f"{who.policy}.json"
    log.write_text("".join(json.dumps(event) + "\n" for event in people.events(who)), encoding="utf-8")
    policy.write_text(people.policy_text(who), encoding="utf-8")
    names = {"open": (), "hidden": ("--anonymize",)}
    written: dict[str, dict[str, str]] = {}
    for name, more in names.items():
        for format_ in FORMATS:
            out, page = folder / f"out-{name}", folder / f"page-{name}"
            options = (
                "--format",
                format_,
                "--output",
                str(out),
                "--html",
                str(page),
                "--top",
                "50",
                "--coverage",
                "--calibrate",
                *more,
            )
            run = ostiary("replay", str(log), "--scp", str(policy), *options)
            assert run.code == 0, run.err
            content = out.read_bytes()
            text = repr(parquet_rows(content)) if format_ == "parquet" else content.decode("utf-8")
            written.setdefault(name, {})[format_] = text + run.err
        written[name]["html"] = page.read_text(encoding="utf-8")
    shown = [each for each in who.identifiers if any(each in text for text in written["open"].values())]
    assert len(shown) > len(who.names), "the open report names nearly all, or the test shows nothing"
    for format_, text in written["hidden"].items():
        assert not [each for each in who.identifiers if each.lower() in text.lower()], format_
