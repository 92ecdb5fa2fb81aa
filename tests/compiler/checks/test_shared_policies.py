"""Policies that AWS published or that run in production have no errors, but for faults that are really theirs."""

import gzip
import json

import pytest
from tests.compiler.checks.checking import SHARED, check

from ostiary_grammar.diagnostics import Severity

POLICIES = SHARED / "data" / "policies"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not POLICIES.is_dir(), reason="the shared policies are not here"),
]

# what is really wrong in the published examples
FAULTS = {
    ("scp", "deny-service-specific-credential-by-type.json"): ["comment"],
    ("rcp", "STS-protect-IAMRA-session-tags.json"): ["unknown-operator"],
    ("rcp", "Shared-Issuers.json"): ["resource-missing", "rcp-allow"],
}


def errors(text: str, kind: str) -> list[str]:
    return [each.code for each in check(text, kind) if each.severity is Severity.ERROR]


@pytest.mark.slow
def test_managed_policies_have_no_errors() -> None:
    """All 1,644 of them, as AWS saves them: as identity policies and as managed ones."""
    with gzip.open(POLICIES / "managed.ndjson.gz", "rt", encoding="utf-8") as file:
        policies = [json.loads(line) for line in file]
    assert len(policies) == 1_644
    wrong = {each["name"]: found for each in policies if (found := errors(each["document"], "managed"))}
    assert wrong == {}


@pytest.mark.parametrize(("kind", "count"), [("scp", 57), ("rcp", 23)])
def test_published_examples(kind: str, count: int) -> None:
    """Placeholders in them are warnings at most; the errors are faults that AWS would refuse too."""
    paths = sorted((POLICIES / f"{kind}-examples").rglob("*.json"))
    assert len(paths) == count
    found = {path.name: errors(path.read_text(encoding="utf-8"), kind) for path in paths}
    assert {name: codes for name, codes in found.items() if codes} == {
        name: codes for (of, name), codes in FAULTS.items() if of == kind
    }


def test_policies_of_an_account() -> None:
    """The policies of a sample account, each as what it is there."""
    with gzip.open(POLICIES / "account-authorization-details-example.json.gz", "rt", encoding="utf-8") as file:
        details = json.load(file)
    documents = [
        (json.dumps(version["Document"]), "identity")
        for policy in details["Policies"]
        for version in policy["PolicyVersionList"]
        if version["IsDefaultVersion"]
    ]
    for kind, inline in (("User", "UserPolicyList"), ("Group", "GroupPolicyList"), ("Role", "RolePolicyList")):
        for each in details[f"{kind}DetailList"]:
            documents += [(json.dumps(policy["PolicyDocument"]), "identity") for policy in each.get(inline, [])]
            if "AssumeRolePolicyDocument" in each:
                documents.append((json.dumps(each["AssumeRolePolicyDocument"]), "trust"))
    assert len(documents) > 10
    wrong = [(text, found) for text, kind in documents if (found := errors(text, kind))]
    assert wrong == []
