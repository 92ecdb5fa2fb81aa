"""Published policies are read: AWS's managed ones, and examples of control policies."""

import gzip
import json
from pathlib import Path

import pytest

from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source
from ostiary_grammar.unparse import unparse

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT.parent / "shared" / "data" / "policies"
SEED = ROOT.parent / "shared" / "seed" / "cloudtrail-identity-policy-examples.ja.txt"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not POLICIES.is_dir(), reason="the shared data are not beside the repository"),
]


def managed():
    with gzip.open(POLICIES / "managed.ndjson.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            policy = json.loads(line)
            yield Source(policy["name"], policy["document"])


def examples():
    return sorted(POLICIES.glob("*cp-examples/**/*.json"))


@pytest.mark.slow
def test_every_managed_policy_is_read():
    """All 1,644 have documents without findings, and as many statements as any other reader finds."""
    count = 0
    for source in managed():
        parsed = parse_policy(source)
        assert parsed.diagnostics == (), source.name
        statements = json.loads(source.text)["Statement"]
        assert len(parsed.document.statements) == (len(statements) if isinstance(statements, list) else 1)
        assert json.loads(unparse(parsed.document)) == json.loads(source.text), source.name
        count += 1
    assert count == 1644


def test_every_example_is_read_but_two():
    """One holds a comment, one an operator in the wrong letter case (iam-semantics.md 10.33); each is told just that."""
    broken = {}
    for path in examples():
        parsed = parse_policy(Source(path.name, path.read_text(encoding="utf-8-sig")))
        if parsed.document is None:
            [broken[path.name]] = parsed.diagnostics
    assert len(examples()) == 80
    assert {name: (each.code, each.span.position.line) for name, each in broken.items()} == {
        "deny-service-specific-credential-by-type.json": ("comment", 15),
        "STS-protect-IAMRA-session-tags.json": ("unknown-operator", 13),
    }
    comment = broken["deny-service-specific-credential-by-type.json"]
    assert comment.message.startswith("JSON has no comments: `//add or remove the list of service")
    operator = broken["STS-protect-IAMRA-session-tags.json"]
    assert operator.help == "did you mean `ForAnyValue:StringLike`?"


def test_the_guide_has_one_broken_policy():
    """Each line of the guide that begins with `{` is read by itself: policies, JSON that is none, and the broken one."""
    lines = [line for line in SEED.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    answers = [parse_policy(Source("guide", line)) for line in lines]
    codes = [{each.code for each in answer.diagnostics} for answer in answers]
    assert {"missing-comma"} in codes
    assert all(code in ({"missing-comma"}, {"not-a-policy"}, set()) for code in codes)
    [broken] = [answer for answer in answers if any(each.code == "missing-comma" for each in answer.diagnostics)]
    assert [each.span.position.column for each in broken.diagnostics] == [91, 111, 127, 147]
