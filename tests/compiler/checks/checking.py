"""Checking texts and fragments as tests write them.

`kind` is a policy type, or `managed`, `trust`, or `any` for a type that is not known. A fragment is a statement of which only
what matters is written: the rest is filled in as the kind needs it, and an element given as None is left out.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary_compiler.checks import check_document
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source
from ostiary_grammar.terms import PolicyType

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"

_ALWAYS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
_BY_KIND: dict[str, dict[str, Any]] = {
    "resource": {"Principal": {"AWS": "111122223333"}},
    "trust": {"Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Resource": None},
    "rcp": {"Effect": "Deny", "Principal": "*"},
    "endpoint": {"Principal": "*"},
}
_OPPOSITES = {"NotAction": "Action", "NotResource": "Resource", "NotPrincipal": "Principal"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What `check_document` is asked for a kind."""

    type: PolicyType | None
    trust: bool = False
    managed: bool = False


def kind_of(name: str) -> Kind:
    match name:
        case "managed":
            return Kind(PolicyType.IDENTITY, managed=True)
        case "trust":
            return Kind(PolicyType.RESOURCE, trust=True)
        case "any":
            return Kind(None)
        case _:
            return Kind(PolicyType(name))


def check(document: str | dict[str, Any], kind: str) -> list[Diagnostic]:
    """Everything that parser and checks say of a document."""
    text = document if isinstance(document, str) else json.dumps(document, indent=1, ensure_ascii=False)
    parsed = parse_policy(Source("<document>", text))
    if parsed.document is None:
        return list(parsed.diagnostics)
    asked = kind_of(kind)
    checked = check_document(parsed.document, asked.type, trust=asked.trust, managed=asked.managed)
    return [*parsed.diagnostics, *checked]


def completed(fragment: dict[str, Any], kind: str) -> dict[str, Any]:
    """A document of one statement; a fragment that has a Statement is a document already."""
    if "Statement" in fragment:
        return fragment
    statement = _ALWAYS | _BY_KIND.get(kind, {}) | fragment
    for negated, plain in _OPPOSITES.items():
        if negated in fragment and plain not in fragment:
            statement.pop(plain, None)
    return {
        "Version": "2012-10-17",
        "Statement": {name: value for name, value in statement.items() if value is not None},
    }


def codes(document: str | dict[str, Any], kind: str) -> list[str]:
    return [diagnostic.code for diagnostic in check(document, kind)]
