"""The document cases: what AWS saves has no error, what it refuses has one, and IAM's answer is IAM's text."""

import json
from typing import Any

import pytest
from tests.cases_model import all_cases, lines
from tests.compiler.checks.checking import check

from ostiary_compiler.checks import check_document, iam_message
from ostiary_compiler.compile import is_trust_policy
from ostiary_grammar.diagnostics import has_errors
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source
from ostiary_grammar.terms import PolicyType

CASES = lines("document.jsonl")
INVALID = [line for line in lines("decision.jsonl") if line["want"] == "Invalid"]


@pytest.mark.parametrize("line", CASES, ids=[line["id"] for line in CASES])
def test_document_case(line: dict[str, Any]) -> None:
    """`accept`, `reject`, or the text of IAM's error."""
    found = check(line["doc"], line["type"])
    match line["want"]:
        case "accept":
            assert not has_errors(found)
            assert iam_message(found) is None
        case "reject":
            assert has_errors(found)
        case text:
            assert has_errors(found)
            assert iam_message(found) == text


@pytest.mark.parametrize("line", INVALID, ids=[line["id"] for line in INVALID])
def test_invalid_decision_case(line: dict[str, Any]) -> None:
    """A case that decides nothing has a document with an error."""
    document = {"Version": "2012-10-17", "Statement": line["resource"]}
    assert has_errors(check(document, "resource"))


def test_documents_of_decision_cases_have_no_errors() -> None:
    """Whatever a case decides, with the undecidable forms, is a document that AWS saves or that the language decides."""
    documents = {
        (attachment.type, json.dumps(attachment.document)): case.id
        for case in all_cases()
        for attachment in case.policies.attachments
    }
    wrong = {}
    for (kind, text), case_id in documents.items():
        document = load_policy(Source("<document>", text))
        policy_type = PolicyType(kind)
        trust = policy_type is PolicyType.RESOURCE and is_trust_policy(document)
        found = check_document(document, policy_type, trust=trust)
        if has_errors(found):
            wrong[case_id] = [str(each) for each in found]
    assert wrong == {}
