"""The questions of the conformance runner are the cases that the project's own tests run, and every line asks one."""

from __future__ import annotations

import json

import pytest
from tests.cases_model import FOLDER, Case, all_cases, document_cases, lines
from tests.oracle.model import UNKNOWN

from ostiary.conform.cases import read_cases
from ostiary.conform.lines import cases_of

ASKED = {case.id: case for case in read_cases([FOLDER])}
TESTED = all_cases()


def told(value: object) -> object:
    return {"unknown": True} if value is UNKNOWN else value


def expected(case: Case) -> dict[str, object]:
    """The question that says what a case of `tests.cases_model` says."""
    groups: dict[str, list[str]] = {}
    for member, group in case.policies.memberships:
        groups.setdefault(group, []).append(member)
    request = case.request
    return {
        "id": case.id,
        "ask": "decision",
        "policies": [
            {"type": each.type, "to": each.to, "name": each.name, "document": each.document}
            for each in case.policies.attachments
        ],
        "groups": groups,
        "accounts": {
            number: {"path": list(each.path), "management": each.management}
            for number, each in case.policies.accounts.items()
        },
        "layers": None if case.policies.layers is None else sorted(case.policies.layers),
        "request": {
            "principal": request.principal,
            "role": request.role,
            "federated_by": request.federated_by,
            "unique_id": request.unique_id,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            "context": {key: told(value) for key, value in request.context.items()},
            "missing": request.missing,
        },
    }


def with_defaults(question: dict[str, object]) -> dict[str, object]:
    accounts = {
        number: {"path": each.get("path", []), "management": each.get("management", False)}
        for number, each in question["accounts"].items()
    }
    layers = question["layers"]
    return {**question, "accounts": accounts, "layers": layers if layers is None else sorted(layers)}


@pytest.mark.parametrize("case", TESTED, ids=str)
def test_questions_are_the_tested_cases(case: Case):
    """Two readings of the same files, made apart, agree."""
    asked = ASKED[case.id]
    assert (asked.want, asked.certain, asked.why) == (case.effect, case.certain, case.why)
    assert with_defaults(dict(asked.question)) == expected(case)


def test_nothing_else_is_asked():
    validity = {line["id"] for line in document_cases()}
    assert set(ASKED) == {case.id for case in TESTED} | validity


def test_questions_are_json():
    for case in ASKED.values():
        assert json.loads(json.dumps(case.question)) == case.question


def test_documents_are_asked_for_their_validity():
    for line in lines("document.jsonl"):
        (case,) = cases_of(line)
        assert case.question == {"id": line["id"], "ask": "validity", "type": line["type"], "document": line["doc"]}
        assert case.want == ("Valid" if line["want"] == "accept" else "Invalid")
