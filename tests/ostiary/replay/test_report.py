"""The report: the answer first, on one screen, the same keys for programs, and silence where nobody looks."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import deny, record

EXAMPLES = Path(__file__).parents[3] / "examples"
GUARD = EXAMPLES / "policies" / "scp-region-guard.json"
ONE_SCREEN = 40

KEYS = {
    "": (
        "interrupted headline baseline candidate question answer revoked gained accounting counts rows intervals others_by_change "
        "judged denied indeterminate missing outside excluded unmapped damaged damages skipped accounts services files window "
        "blind coverage calibration facts seconds others"
    ),
    "revoked": "certain most",
    "gained": "certain most",
    "counts.0": "kind reason label events",
    "rows.0": (
        "change baseline candidate principal action resource statement layer missing events already_denied first last accounts "
        "samples timeline"
    ),
    "rows.0.samples.0": "event_id time file",
    "blind.0": "service actions statements",
    "question": "asked policies beside management_accounts literal sentences",
    "answer": "calls stopped perhaps at_most already_denied",
    "answer.already_denied": "calls stopped perhaps at_most",
    "accounting": "read judged outside excluded unmapped damaged",
    "judged.0": "answer outcome calls",
    "denied.0": "principal action statement layer calls already_denied first last event",
    "denied.0.statement": "policy type source line column index sid effect",
    "indeterminate.0": "principal action statement layer calls already_denied first last event",
    "missing.0": "fact reason message calls alone together supply",
    "outside.0": "reason message calls",
    "excluded.0": "reason message calls",
    "unmapped.0": "source name calls",
    "damaged.0": "kind places",
    "damages.0": "file kind message offset",
    "skipped.0": "reason files",
    "accounts.0": "account records",
    "services.0": "service calls",
    "window": "first last",
    "others": "denied indeterminate missing unmapped accounts services",
}


def _stopped_by_hand() -> tuple[int, int]:
    """What the region guard stops in the example logs, counted without Ostiary: (calls, calls that were denied anyway)."""
    statement = json.loads(GUARD.read_text(encoding="utf-8"))["Statement"][0]
    regions = statement["Condition"]["StringNotEquals"]["aws:RequestedRegion"]
    spared = {action.partition(":")[0] for action in statement["NotAction"] if action.endswith(":*")}
    seen: set[str] = set()
    stopped = denied = 0
    for path in sorted((EXAMPLES / "logs").rglob("*.json.gz")):
        for event in json.loads(gzip.decompress(path.read_bytes())).get("Records", ()):
            identity, service = event["userIdentity"], event["eventSource"].partition(".")[0]
            role = identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")
            if (
                event["eventID"] in seen
                or event["eventType"] != "AwsApiCall"
                or event["awsRegion"] in regions
                or identity["type"] in {"AWSService", "AWSAccount"}
                or ":role/aws-service-role/" in role
                or ":role/BreakGlass" in role
                or service in spared
                or event["eventName"] in {"ListBuckets", "DescribeWidgetsInternal"}
            ):
                continue
            seen.add(event["eventID"])
            stopped += "errorCode" not in event
            denied += "errorCode" in event
    return stopped, denied


def test_examples_say_what_can_be_counted_by_hand():
    """The example in the README is right."""
    report = json.loads(logs.run(EXAMPLES / "logs", "--scp", GUARD, "--format", "json").stdout)
    logs.assert_adds_up(report)
    assert (report["answer"]["stopped"], report["answer"]["already_denied"]["stopped"]) == _stopped_by_hand()
    assert report["answer"]["perhaps"] == 0
    assert all(group["statement"]["sid"] == "OurRegionsOnly" for group in report["denied"])
    assert {each["reason"] for each in report["outside"]} == {"aws-service", "service-linked-role"}


def test_answer_comes_first():
    """The first line is the answer, the next say what was asked; all of it is one screen."""
    result = logs.run(EXAMPLES / "logs", "--scp", GUARD)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "This policy would have stopped 30 of 523 calls."
    assert any(line.startswith("Not asked") and "identity policies" in line for line in lines[:5])
    assert f"{GUARD}:4:5 OurRegionsOnly" in result.stdout
    assert len(lines) <= ONE_SCREEN


@pytest.mark.parametrize("policy", sorted((EXAMPLES / "policies").glob("*.json")), ids=lambda path: path.stem)
def test_every_example_fits_one_screen(policy):
    """Whatever is asked of the example logs, damaged ones included, the report stays readable."""
    kind = "--scp" if policy.stem.startswith("scp-") else "--identity"
    result = logs.run(EXAMPLES / "logs", EXAMPLES / "damaged-logs", kind, policy)
    if policy.stem.endswith("-broken"):
        assert (result.exit_code, result.stdout) == (2, "")
        return
    assert result.exit_code == 3
    assert len(result.stdout.splitlines()) <= ONE_SCREEN


def test_json_keys_are_stable(tmp_path):
    """Programs rely on these keys: they may get more, but none goes or changes its name."""
    (tmp_path / "bad.json").write_bytes(b"no log")
    (tmp_path / "readme.txt").write_bytes(b"no log either")
    calls = [
        record("ec2", "DescribeInstances", {}),
        record("s3", "PutBucketPolicy", {"bucketName": "b"}),
        record("ec2", "DescribeWidgetsInternal"),
        record("signin", "ConsoleLogin"),
        record("ec2", "DescribeInstances", {}, by=logs.SERVICE_LINKED),
    ]
    logs.write(tmp_path / "log.json.gz", calls)
    scp = logs.policy(
        tmp_path.parent / "scp.json",
        deny("ec2:*"),
        deny("s3:*", sid="Organization", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
    )
    report = json.loads(logs.run(tmp_path, "--scp", scp, "--format", "json").stdout)
    for path, keys in KEYS.items():
        part = report
        for step in filter(None, path.split(".")):
            part = part[int(step) if step.isdigit() else step]
        assert list(part) == keys.split(), path


def test_top_limits_the_list(tmp_path):
    """`--top` is how many groups are listed; the rest is summed up."""
    calls = [record("ec2", name, {}) for name in ("RunInstances", "StopInstances", "StopInstances", "DescribeVpcs")]
    log, scp = logs.write(tmp_path / "log.json.gz", calls), logs.policy(tmp_path / "scp.json", deny("ec2:*"))
    text = logs.run(log, "--scp", scp, "--top", "1").stdout
    assert "ec2:StopInstances" in text
    assert "ec2:RunInstances" not in text
    assert "2  more in 2 groups" in text
    assert "ec2:" not in logs.run(log, "--scp", scp, "--top", "0").stdout


COMMAND = [
    sys.executable,
    "-c",
    "from ostiary.cli import main; main()",
    "replay",
    str(EXAMPLES / "logs"),
    "--scp",
    str(GUARD),
]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_progress_is_for_terminals_only():
    """A pipe gets nothing on the standard error, not even where colour is forced; a terminal gets a bar with its figures."""
    pty = pytest.importorskip("pty")
    quiet = subprocess.run(COMMAND, capture_output=True, text=True, env={**ENVIRONMENT, "FORCE_COLOR": "1"}, check=True)
    assert quiet.stderr == ""
    reader, writer = pty.openpty()
    subprocess.run(COMMAND, stdout=subprocess.DEVNULL, stderr=writer, env={**ENVIRONMENT, "TERM": "xterm"}, check=True)
    os.close(writer)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert "of 56 files" in shown
    assert "events/s" in shown


def test_json_keys_are_documented(tmp_path):
    """Every key of the report, of its rows, of coverage and of calibration is on the page about them."""
    page = (EXAMPLES.parent / "docs" / "replay-json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    policy = EXAMPLES / "policies" / "cloudtrail-read-only.json"
    arguments = ("--identity", policy, "--coverage", "--calibrate", "--format", "json")
    report = json.loads(logs.run(EXAMPLES / "logs", *arguments).stdout)
    coverage, calibration = report["coverage"][0], report["calibration"]
    parts = (
        report,
        report["rows"][0],
        report["question"],
        report["answer"],
        coverage,
        coverage["statements"][0],
        coverage["statements"][0]["parts"][0],
        calibration["rows"][0],
        calibration["contradictions"][0],
        *(report[name][0] for name in ("counts", "judged", "denied", "outside", "excluded", "unmapped", "skipped")),
        *(report[name][0] for name in ("accounts", "services")),
    )
    assert {key for part in parts for key in part} <= named
