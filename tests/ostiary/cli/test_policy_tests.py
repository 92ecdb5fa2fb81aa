"""`ostiary test`: exit codes, the lines that people read, and the reports that programs read."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from tests.ostiary.cli.running import ostiary, statement, write

APP = "arn:aws:iam::111122223333:role/app"
IMPLICIT = "ImplicitDeny for want of an Allow in the identity policies"
NOT_KNOWN = "not known: aws:principaltag/team: its value in the request is not known"


@pytest.fixture(autouse=True)
def _policy():
    write(
        "app.json",
        statement(Sid="Read", action="s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}),
        statement("Deny", Sid="NoDelete", action="s3:Delete*"),
    )


def written(name: str, *tests: dict[str, object], policies: object = None) -> str:
    data = {
        "policies": policies or {"identity": ["app.json"]},
        "defaults": {"principal": APP, "resource": "arn:aws:s3:::b/k", "context": {"aws:PrincipalTag/team": "red"}},
        "tests": list(tests),
    }
    Path(name).write_text(json.dumps(data, indent=1), encoding="utf-8")
    return name


READS = {"name": "reads", "action": "s3:GetObject", "want": "Allow", "by": "Read"}
NEVER = {"name": "never deletes", "action": ["s3:DeleteObject", "s3:DeleteBucket"], "want": "ExplicitDeny"}
WRONG = {"name": "deletes", "action": "s3:DeleteObject", "want": "Allow"}


def test_all_pass():
    run = ostiary("test", written("a.json", READS, NEVER), written("b.json", READS))
    assert (run.code, run.out, run.err) == (0, "4 tests in 2 files: 4 passed\n", "")


def test_a_failure_says_what_was_wanted_and_what_came_by_which_statement():
    run = ostiary("test", written("a.json", READS, WRONG))
    assert run.code == 1
    assert run.out == (
        "FAIL  a.json:21: deletes: wanted Allow, got ExplicitDeny by NoDelete (app.json:15:5)\n"
        "2 tests in 1 file: 1 passed, 1 failed\n"
    )


@pytest.mark.parametrize(
    ("test", "difference"),
    [
        (
            {"action": "s3:PutObject", "want": "Allow"},
            f"wanted Allow, got {IMPLICIT}",
        ),
        (
            {"action": "s3:GetObject", "want": "Allow", "by": "NoDelete"},
            "wanted Allow by NoDelete, got Allow by Read (app.json:4:5)",
        ),
        (
            {"action": "s3:GetObject", "want": "Allow", "context": {"aws:PrincipalTag/team": {"unknown": True}}},
            f"wanted Allow, got {IMPLICIT}; {NOT_KNOWN}",
        ),
        (
            {
                "action": "s3:GetObject",
                "want": "Deny",
                "certain": True,
                "context": {"aws:PrincipalTag/team": {"unknown": True}},
            },
            f"wanted Deny for certain, got {IMPLICIT}, but not for certain; {NOT_KNOWN}",
        ),
        (
            {"action": "sts:GetCallerIdentity", "resource": "*", "want": "Deny"},
            "wanted Deny, got Allow, which needs no policy",
        ),
        (
            {"action": "s3:GetObject", "want": "Allow", "certain": False},
            "wanted Allow, and not for certain, got Allow by Read (app.json:4:5) for certain",
        ),
    ],
)
def test_differences(test, difference):
    run = ostiary("test", written("a.json", {"name": "n", **test}))
    assert run.code == 1
    assert run.out.splitlines()[0].partition(": n: ")[2] == difference


def test_a_file_that_cannot_run_is_an_error_and_the_others_run():
    Path("broken.json").write_text('{"tests": [', encoding="utf-8")
    run = ostiary("test", "broken.json", written("empty.json"), "none.json", written("a.json", READS, WRONG))
    assert run.code == 2
    assert run.out.splitlines()[-1] == "2 tests in 1 file: 1 passed, 1 failed; 3 files could not run"
    assert "error[json-syntax]" in run.err or "error[truncated]" in run.err
    assert "the file has no tests" in run.err
    assert "cannot read `none.json`" in run.err


def test_json():
    Path("broken.json").write_text("{}", encoding="utf-8")
    run = ostiary("test", "broken.json", written("a.json", READS, WRONG), "--format", "json")
    assert run.code == 2
    broken, good = run.json["files"]
    assert [each["code"] for each in broken["diagnostics"]] == ["missing-key", "missing-key"]
    assert [(each["name"], each["passed"], each["misses"]) for each in good["tests"]] == [
        ("reads", True, []),
        ("deletes", False, ["effect"]),
    ]
    assert good["tests"][1]["decision"]["statements"][0]["sid"] == "NoDelete"
    assert run.json["summary"] == {"tests": 2, "passed": 1, "failed": 1, "files": 2, "broken_files": 1}


def test_junit():
    Path("broken.json").write_text("{}", encoding="utf-8")
    run = ostiary("test", "broken.json", written("a.json", READS, NEVER, WRONG), "--junit", "report.xml")
    assert run.code == 2
    top = fromstring(Path("report.xml").read_text(encoding="utf-8"))
    assert dict(top.attrib) == {"name": "ostiary", "tests": "5", "failures": "1", "errors": "1"}
    broken, good = top
    assert broken[0][0].tag == "error"
    assert [case.get("name") for case in good] == [
        "reads",
        "never deletes [s3:DeleteObject]",
        "never deletes [s3:DeleteBucket]",
        "deletes",
    ]
    (failure,) = good[3]
    assert "got ExplicitDeny by NoDelete (app.json:15:5)" in failure.get("message")


def test_the_report_is_written_where_all_pass_too():
    assert ostiary("test", written("a.json", READS), "--junit", "report.xml").code == 0
    assert 'failures="0"' in Path("report.xml").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_no_pass():
    run = ostiary("test", written("a.json", READS), "--junit", "none/report.xml")
    assert run.code == 2


def test_names_cannot_write_to_the_terminal_or_break_the_report():
    name = "evil \x1b[2J <&\x00 \u202e"
    run = ostiary("test", written("a.json", {**WRONG, "name": name}), "--junit", "report.xml")
    assert run.code == 1
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out
    (case,) = fromstring(Path("report.xml").read_text(encoding="utf-8")).iter("testcase")
    assert case.get("name") == "evil \\x1b[2J <&\\x00 \\u202e"


def test_warnings_about_the_policies_go_to_the_standard_error():
    scp = {"type": "scp", "to": "ou-nowhere", "file": "app.json"}
    policies = {"policies": [{"type": "identity", "file": "app.json"}, scp]}
    run = ostiary("test", written("a.json", READS, policies=policies))
    assert run.code == 0
    assert "warning[unbound-target]" in run.err


def test_explanations_are_shown_below_the_failure(monkeypatch):
    """`ostiary.policytest.explain` is the one place that says more."""
    monkeypatch.setattr("ostiary.policytest.run.explain", lambda engine, test, decision: ("because",))
    run = ostiary("test", written("a.json", READS, WRONG))
    assert run.out.splitlines()[1] == "      because"
    assert len(run.out.splitlines()) == 3
