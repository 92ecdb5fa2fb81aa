"""What the pages about policy sets, tests and conformance show is what the program reads and does."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import ostiary
from ostiary.conform.adapter import answers
from ostiary.conform.model import Case, Status
from ostiary.conform.run import run
from ostiary.policytest.parts import PART_KEYS
from ostiary.policytest.run import run_suite
from ostiary.policytest.testfile import TEST_KEYS, read_suite
from ostiary_compiler.policyfiles import SET_KEYS
from ostiary_grammar.terms import PolicyType

DOCS = Path(__file__).parents[1] / "docs"
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="runs against an installed wheel, without the docs")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_the_policy_set(tmp_path):
    pytest.importorskip("yaml")
    (text,) = blocks("policy-sets.md", "yaml")
    (tmp_path / "org.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "app.json").write_text(policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    policies = ostiary.PolicySet.load(tmp_path / "org.yaml")
    assert policies.notes == ()
    engine = ostiary.compile(policies)
    assert engine.is_allowed("arn:aws:iam::111122223333:user/ann", "s3:GetObject", "arn:aws:s3:::b/k")


def test_every_key_is_on_the_page():
    sets = (DOCS / "policy-sets.md").read_text(encoding="utf-8")
    tests = (DOCS / "policy-tests.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in sets for key in (*SET_KEYS, *(type_.value for type_ in PolicyType)))
    assert all(f"`{key}`" in tests for key in (*TEST_KEYS, *PART_KEYS))


def test_the_policy_tests(tmp_path):
    pytest.importorskip("yaml")
    (text,) = blocks("policy-tests.md", "yaml")
    (tmp_path / "tests.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "app.json").write_text(
        policy(
            {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::app/*"},
            {
                "Sid": "NoPlainHttp",
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        )
    )
    (tmp_path / "org.json").write_text(
        policy({"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"})
    )
    outcomes = run_suite(read_suite(tmp_path / "tests.yaml"))
    assert [outcome.passed for outcome in outcomes] == [True] * 6


def test_the_questions_and_answers():
    decision, wanted, validity, invalid = blocks("conformance.md", "json")
    for question, answer in ((decision, wanted), (validity, invalid)):
        (line,) = answers([json.dumps(json.loads(question))])
        assert json.loads(line) == json.loads(answer)


def test_the_smallest_adapter(tmp_path):
    (text,) = blocks("conformance.md", "python")
    path = tmp_path / "adapter.py"
    path.write_text(text, encoding="utf-8")
    cases = [
        Case("A", "T", {"id": "A", "ask": "decision"}, "ImplicitDeny", None, "", ""),
        Case("B", "T", {"id": "B", "ask": "validity"}, "Valid", None, "", ""),
    ]
    report = run(cases, [sys.executable, str(path)])
    assert [each.status for each in report.results] == [Status.AGREES, Status.UNSUPPORTED]
