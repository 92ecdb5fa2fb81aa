"""Case files: every line is read or complained of, and no cases are no success."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases_model import FOLDER

import ostiary
from ostiary.conform import cases
from ostiary.conform.cases import default_cases, read_cases

ACTION = '{"id": "ACT-01", "pattern": "s3:*", "action": "s3:Get", "want": "match", "src": "D", "why": ""}'


def complaints(*paths: Path) -> list[str]:
    with pytest.raises(ostiary.PolicyError) as refused:
        read_cases(paths)
    return [f"{each.span.position.line if each.span else '-'} {each.message}" for each in refused.value.diagnostics]


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_files_and_folders(tmp_path):
    write(tmp_path / "b.jsonl", ACTION.replace("01", "02"), "", ACTION.replace("01", "03"))
    write(tmp_path / "a.jsonl", ACTION)
    write(tmp_path / "notes.txt", "no case")
    assert [case.id for case in read_cases([tmp_path])] == ["ACT-01", "ACT-02", "ACT-03"]
    assert [case.id for case in read_cases([tmp_path / "b.jsonl"])] == ["ACT-02", "ACT-03"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "the line is not JSON"),
        ("[]", "this is no case: a case is an object"),
        ('{"pattern": "x", "action": "y", "want": "match"}', "no case of the kind `action`: 'id'"),
        ('{"id": "X", "pattern": "x", "action": "y", "want": "perhaps"}', "no case of the kind `action`: 'perhaps'"),
        (
            '{"id": "X", "arn": "*", "action": "a:b", "who": "bob", "want": "Allow"}',
            "no case of the kind `decision`: 'bob'",
        ),
        ('{"id": "X", "arn": "*", "action": "a:b", "accounts": 3, "want": "Allow"}', "this is no case"),
    ],
)
def test_a_line_that_is_no_case(tmp_path, line, complaint):
    (found,) = complaints(write(tmp_path / "a.jsonl", ACTION, line))
    assert found.startswith("2 ")
    assert complaint in found


def test_an_id_that_stands_twice(tmp_path):
    assert complaints(write(tmp_path / "a.jsonl", ACTION, ACTION)) == ["2 there are two cases `ACT-01`"]


def test_no_cases_are_an_error(tmp_path):
    assert complaints(tmp_path) == ["- there are no cases here"]
    assert complaints(write(tmp_path / "a.jsonl", "")) == ["- there are no cases here"]


def test_the_cases_of_the_checkout_are_the_default(monkeypatch):
    monkeypatch.setattr(cases, "_CHECKOUT", FOLDER.parents[1])
    assert default_cases() == FOLDER


def test_without_a_checkout_it_says_where_the_cases_are(tmp_path, monkeypatch):
    monkeypatch.setattr(cases, "_CHECKOUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ostiary.PolicyError) as refused:
        default_cases()
    assert "--cases" in refused.value.diagnostics[0].help
