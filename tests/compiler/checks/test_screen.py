"""The screen says of every document what the rules say: whether it has an error. Of RCPs it says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases_model import all_cases, lines
from tests.compiler.checks.checking import completed
from tests.strategies.generate import generate

from ostiary_compiler.checks import RULES, Screen, check_document
from ostiary_compiler.compile import is_trust_policy
from ostiary_grammar.diagnostics import Severity, has_errors
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType

EXAMPLES = [json.loads(line) for line in (Path(__file__).parent / "examples.jsonl").read_text("utf-8").splitlines()]
ERRORS = {rule.code for rule in RULES if rule.severity is Severity.ERROR}
EVERY_WAY = [*((each, False) for each in PolicyType), (PolicyType.RESOURCE, True)]


def parsed(document: Any) -> Document | None:
    text = document if isinstance(document, str) else json.dumps(document)
    return parse_policy(Source("<document>", text)).document


def is_told_apart(document: Document) -> int:
    """Whatever it counts as, and whether or not the screen has seen it; how often the document was sound."""
    screen = Screen()
    sound = 0
    for type_, trust in EVERY_WAY:
        wrong = has_errors(check_document(document, type_, trust=trust, errors_only=True))
        sound += not wrong
        for _ in range(2):
            assert screen.passes(document, type_, trust=trust) == (not wrong and type_ is not PolicyType.RCP)
    return sound


def documents_of_cases() -> Iterator[Document]:
    made = [line["doc"] for line in lines("document.jsonl")]
    made += [attachment.document for case in all_cases() for attachment in case.policies.attachments]
    yield from (document for document in map(parsed, made) if document is not None)


def test_documents_of_all_cases() -> None:
    assert sum(map(is_told_apart, documents_of_cases())) > 100


@pytest.mark.parametrize("side", ["fires", "quiet"])
def test_examples_of_all_rules(side: str) -> None:
    """Among them one of each error: a rule that the screen does not know would be seen here."""
    seen = set()
    for example in EXAMPLES:
        document = parsed(completed(example[side], example["type"]))
        if document is not None:
            is_told_apart(document)
            seen.add(example["code"])
    assert seen >= ERRORS


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_generated_documents(start: int) -> None:
    """Which are all valid for their type, so that all but RCPs pass."""
    for seed in range(start, start + 20):
        screen = Screen()
        for each in generate(seed, requests=0)[0].attachments:
            document = parsed(dict(each.document))
            assert document is not None
            type_ = PolicyType(each.type)
            trust = type_ is PolicyType.RESOURCE and is_trust_policy(document)
            assert screen.passes(document, type_, trust=trust) == (type_ is not PolicyType.RCP), each
            is_told_apart(document)


WORDS = st.sampled_from(
    [
        "*",
        "**",
        "",
        "s3:Get*",
        "s3",
        "s*:x",
        " s3:x",
        "a:b:c",
        "arn:aws:s3:::b",
        "arn:aws:s3:r::b",
        "arn:aws:sqs",
        "arn",
        "arn:aws:iam::111122223333:user/a",
        "arn:aws:iam::111122223333:x",
        "arn:aws:iam::111122223333:role/*",
        "111122223333",
        "AIDAEXAMPLE111122223",
        "a.amazonaws.com",
        "a?.amazonaws.com",
        "Allow",
        "allow",
        "Deny",
        "2012-10-17",
        "a b",
        "01T",
        "0123456789abcdef0123456789abcdef",
        "arn:aws:iam::111122223333:saml-provider/p",
        "2030-01-01",
        "tomorrow",
        "true",
    ]
)
LISTS = st.one_of(WORDS, st.lists(WORDS, max_size=2))
KINDS = st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser", "aws"])
OPERATORS = st.sampled_from(["DateEquals", "ForAnyValue:DateLessThanIfExists", "Bool", "StringEquals"])
PRINCIPALS = st.one_of(WORDS, st.dictionaries(KINDS, LISTS, max_size=2))
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Allow", "Deny", "Permit"])},
    optional={
        "Sid": WORDS,
        "Action": LISTS,
        "Resource": LISTS,
        "Principal": PRINCIPALS,
        "Condition": st.dictionaries(
            OPERATORS, st.dictionaries(st.just("aws:CurrentTime"), LISTS, max_size=1), max_size=2
        ),
    },
)


@given(
    st.lists(STATEMENTS, min_size=1, max_size=2), st.sampled_from(["2012-10-17", "2008-10-17", "2012", None]), st.data()
)
def test_drawn_documents(statements: list[dict[str, Any]], version: str | None, data: st.DataObject) -> None:
    """Of elements right and wrong, also in their Not forms."""
    for statement in statements:
        for element in ("Action", "Resource", "Principal"):
            if element in statement and data.draw(st.booleans()):
                statement[f"Not{element}"] = statement.pop(element)
    document = parsed({"Statement": statements} | ({} if version is None else {"Version": version}))
    if document is not None:
        is_told_apart(document)
