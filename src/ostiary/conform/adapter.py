"""Ostiary's own adapter: `python -m ostiary.conform.adapter` answers questions, one JSON object a line.

In: questions on the standard input. Out: answers on the standard output, one for each line, in order.
An adapter for another engine does the same in its own language (`docs/conformance.md`); this one is the example.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import ostiary
from ostiary_compiler.checks import check_document
from ostiary_compiler.compile import is_trust_policy
from ostiary_grammar.diagnostics import has_errors
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source
from ostiary_grammar.terms import PolicyType

# What comes in and goes out is JSON.
Json = dict[str, Any]

_TYPES = {
    "managed": PolicyType.IDENTITY,
    "identity": PolicyType.IDENTITY,
    "resource": PolicyType.RESOURCE,
    "trust": PolicyType.RESOURCE,
    "scp": PolicyType.SCP,
    "rcp": PolicyType.RCP,
    "session": PolicyType.SESSION,
    "any": None,
}


def answers(lines: Iterable[str]) -> Iterator[str]:
    """The answer to each line."""
    for line in lines:
        question = json.loads(line)
        try:
            answer = answer_to(question)
        except ostiary.OstiaryError as problem:
            answer = {"error": f"{problem.code}: {problem}"}
        yield json.dumps({"id": question["id"], **answer})


def answer_to(question: Json) -> Json:
    """The answer, without its id."""
    match question["ask"]:
        case "decision":
            return _decision(question)
        case "validity":
            return {"validity": "Valid" if _valid(question["document"], question["type"]) else "Invalid"}
        case other:
            return {"unsupported": f"questions that ask {other!r}"}


def _decision(question: Json) -> Json:
    policies = ostiary.PolicySet()
    try:
        for each in question["policies"]:
            policies.attach(each["document"], type=each["type"], to=each["to"], name=each["name"])
        for group, members in question["groups"].items():
            for member in members:
                policies.join(member, group)
        for number, account in question["accounts"].items():
            policies.place(number, path=account.get("path", ()), management=account.get("management", False))
        engine = ostiary.compile(policies, layers=question["layers"])
    except ostiary.PolicyError:
        return {"effect": "Invalid"}
    asked = question["request"]
    decision = engine.authorize(
        ostiary.Principal(
            asked["principal"], role=asked["role"], federated_by=asked["federated_by"], unique_id=asked["unique_id"]
        ),
        asked["action"],
        asked["resource"],
        {key: _value(value) for key, value in asked["context"].items()},
        resource_account=asked["resource_account"],
        missing=asked["missing"],
    )
    return {"effect": decision.effect.value, "certain": decision.certain}


def _value(value: object) -> object:
    return ostiary.UNKNOWN if value == {"unknown": True} else value


def _valid(document: object, word: str) -> bool:
    text = document if isinstance(document, str) else json.dumps(document)
    parsed = parse_policy(Source("<document>", text))
    if parsed.document is None:
        return False
    trust = word == "trust" or (word == "resource" and is_trust_policy(parsed.document))
    return not has_errors(check_document(parsed.document, _TYPES[word], trust=trust, managed=word == "managed"))


def main() -> None:
    """Answers until the input ends."""
    for answer in answers(sys.stdin):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
