"""`ostiary check` says everything there is to say about every file, and its exit code how bad it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ostiary.cli.running import ostiary, statement, write

GOOD = statement("Allow", "s3:GetObject", "arn:aws:s3:::app/*")
BROKEN = (
    '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow" "Action": "s3:GetObject", "Resource": "*"}]\n}\n'
)


def broken(name: str) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(BROKEN, encoding="utf-8")
    return name


def test_nothing_found():
    run = ostiary("check", write("app.json", GOOD))
    assert (run.code, run.out, run.err) == (0, "1 file: nothing found\n", "")


def test_an_error_with_its_place_and_line():
    run = ostiary("check", broken("app.json"))
    assert run.code == 1
    assert "app.json:3:" in run.out
    assert '3 |   "Statement": [{"Effect": "Allow" "Action"' in run.out
    assert run.out.endswith("\n1 file: 1 error\n")


def test_every_error_of_every_file():
    Path("two.json").write_text('{"Statement": [1,]}', encoding="utf-8")
    run = ostiary("check", broken("one.json"), write("good.json", GOOD), "two.json", "--format", "json")
    assert run.code == 1
    files = {each["file"]: each["diagnostics"] for each in run.json["files"]}
    assert list(files) == ["one.json", "good.json", "two.json"]
    assert files["good.json"] == []
    assert files["one.json"]
    assert files["two.json"]
    assert run.json["summary"]["files"] == 3


def test_json_names_the_place():
    run = ostiary("check", broken("app.json"), "--format", "json")
    (diagnostic,) = run.json["files"][0]["diagnostics"]
    assert set(diagnostic) == {
        "code",
        "severity",
        "message",
        "pointer",
        "line",
        "column",
        "end_line",
        "end_column",
        "labels",
        "help",
    }
    assert (diagnostic["severity"], diagnostic["line"]) == ("error", 3)


def test_folders_are_opened():
    broken("policies/b.json")
    (Path("policies") / "deep").mkdir()
    write("policies/deep/a.json", GOOD)
    Path("policies/notes.txt").write_text("no policy", encoding="utf-8")
    run = ostiary("check", "policies", "--format", "json")
    assert [Path(each["file"]).as_posix() for each in run.json["files"]] == ["policies/b.json", "policies/deep/a.json"]


def test_files_are_checked_once():
    Path("policies").mkdir()
    write("policies/a.json", GOOD)
    assert len(ostiary("check", "policies", "policies/a.json", "--format", "json").json["files"]) == 1


def test_the_type_decides_what_is_valid():
    policy = write("policy.json", statement("Allow", "s3:GetObject", Principal="*"))
    assert ostiary("check", policy).code == 0
    assert ostiary("check", policy, "--type", "resource").code == 0
    assert ostiary("check", policy, "--type", "identity").code == 1


def test_strict_minds_every_finding():
    policy = write("policy.json", statement())
    found = ostiary("check", policy, "--type", "identity", "--format", "json")
    assert found.code == 0
    assert found.json["files"][0]["diagnostics"], "an Allow of everything deserves a word"
    assert ostiary("check", policy, "--type", "identity", "--strict").code == 1


@pytest.mark.parametrize("arguments", [(), ("none.json",), ("empty",), ("a.json", "--type", "none")])
def test_what_cannot_be_checked(arguments: tuple[str, ...]):
    Path("empty").mkdir()
    write("a.json", GOOD)
    assert ostiary("check", *arguments).code == 2


def test_a_file_that_cannot_be_read_hides_no_other():
    run = ostiary("check", "none.json", broken("app.json"))
    assert run.code == 2
    assert "cannot read `none.json`" in run.out
    assert "app.json:3:" in run.out


def test_standard_input():
    text = json.dumps({"Version": "2012-10-17", "Statement": GOOD})
    assert ostiary("check", "-", text=text).code == 0
    assert ostiary("check", "-", text="{").code == 1


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"\x1f\x8b\x08\x00", b"\xef\xbb\xbf{}", b"null", b"[" * 100_000]
)
def test_what_is_no_policy(content: bytes):
    """Whatever bytes a file holds, they are findings and no crash."""
    Path("a.json").write_bytes(content)
    run = ostiary("check", "a.json")
    assert run.code == 1
    assert all(character.isprintable() or character == "\n" for character in run.out)
