"""Sizes against AWS's quotas, which are data that a caller may replace."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.compiler.checks.checking import completed, kind_of

from ostiary_compiler.checks import check_document
from ostiary_compiler.quotas import DEFAULT_QUOTAS, SIZE_CODE, Quotas, check_size
from ostiary_grammar.diagnostics import Severity
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source
from ostiary_grammar.syntax import Document


def sized(kind: str, size: int, *, indent: int | None = None, letter: str = "a") -> Document:
    """A document of `size` characters (without white space between its tokens), padded in its resource."""
    fragment: dict[str, Any] = {"Resource": "arn:aws:s3:::b", "Principal": "*"} if kind == "endpoint" else {}
    document = completed(fragment | ({"Sid": "x"} if kind == "trust" else {"Resource": "arn:aws:s3:::b"}), kind)
    name = "Sid" if kind == "trust" else "Resource"
    missing = size - len(json.dumps(document, separators=(",", ":")))
    document["Statement"][name] += letter * missing
    separators = (",", ":") if indent is None else None
    return load_policy(
        Source("<document>", json.dumps(document, indent=indent, separators=separators, ensure_ascii=False))
    )


def found(kind: str, document: Document, quotas: Quotas = DEFAULT_QUOTAS) -> list[str]:
    asked = kind_of(kind)
    diagnostics = check_size(document, asked.type, trust=asked.trust, managed=asked.managed, quotas=quotas)
    assert all(each.severity is Severity.WARNING and each.code == SIZE_CODE for each in diagnostics)
    return [each.message for each in diagnostics]


@pytest.mark.parametrize(
    ("kind", "quota"),
    [
        ("identity", 10_240),
        ("managed", 6_144),
        ("boundary", 6_144),
        ("session", 2_048),
        ("trust", 2_048),
        ("resource", 20_480),
        ("scp", 10_240),
        ("rcp", 5_120),
        ("endpoint", 20_480),
    ],
)
def test_quota_of_each_type(kind: str, quota: int) -> None:
    """As many characters as the quota pass, one more does not."""
    assert found(kind, sized(kind, quota)) == []
    (message,) = found(kind, sized(kind, quota + 1))
    assert str(quota) in message
    assert str(quota + 1) in message


def test_a_type_that_is_not_known_has_no_quota() -> None:
    """Neither has a resource policy of a service whose quota is not here."""
    assert found("any", sized("identity", 100_000)) == []
    queue = completed({"Resource": "arn:aws:sqs:us-east-1:111122223333:" + "q" * 30_000}, "resource")
    assert found("resource", load_policy(Source("<document>", json.dumps(queue)))) == []


@pytest.mark.parametrize(("kind", "counted"), [("managed", False), ("trust", False), ("scp", True), ("session", True)])
def test_white_space(kind: str, counted: bool) -> None:
    """IAM does not count white space, Organizations and STS do."""
    quota = {"managed": 6_144, "trust": 2_048, "scp": 10_240, "session": 2_048}[kind]
    assert bool(found(kind, sized(kind, quota, indent=2))) is counted


def test_bucket_policies_are_counted_in_bytes() -> None:
    """A letter beyond ASCII counts as two or more."""
    assert found("resource", sized("resource", 15_000, letter="é")) != []


def test_quotas_can_be_replaced() -> None:
    """A raised quota is the caller's to say, in both calls."""
    raised = replace(DEFAULT_QUOTAS, trust=8_192)
    document = sized("trust", 5_000)
    assert found("trust", document) != []
    assert found("trust", document, raised) == []
    asked = kind_of("trust")
    assert SIZE_CODE in [each.code for each in check_document(document, asked.type, trust=True)]
    assert SIZE_CODE not in [each.code for each in check_document(document, asked.type, trust=True, quotas=raised)]
