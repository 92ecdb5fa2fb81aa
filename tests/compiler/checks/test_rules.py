"""The list of rules."""

import re
from collections import Counter

import pytest

from ostiary_compiler.checks import RULES, Rule, check_document
from ostiary_compiler.checks.rule import MOST_FINDINGS
from ostiary_compiler.checks.rules import GROUPS
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import by_place
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source
from ostiary_grammar.terms import PolicyType


def test_codes_are_unique() -> None:
    """A code names one rule, and no finding of the parser."""
    assert max(Counter(rule.code for rule in RULES).values()) == 1
    assert not {rule.code for rule in RULES} & {code.value for code in Code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_documentation(rule: Rule) -> None:
    """Every rule is named as its function and says what it finds, why that is bad, and what to write instead."""
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", rule.code)
    assert rule.check.__name__ == rule.code.replace("-", "_")
    doc = rule.doc
    assert doc.finds.endswith(".")
    assert doc.why.endswith(".")
    assert doc.example
    assert doc.instead


@pytest.mark.parametrize("title", [title for title, _ in GROUPS])
def test_groups_put_what_is_worst_first(title: str) -> None:
    """Errors come first on the reference page, then security, warnings and infos."""
    order = ["error", "security", "warning", "info"]
    found = [order.index(rule.severity.value) for rule in dict(GROUPS)[title]]
    assert found == sorted(found)


@pytest.mark.parametrize("policy_type", [*PolicyType, None])
def test_diagnostics_come_in_reading_order(policy_type: PolicyType | None) -> None:
    """Sorted by place whatever rule found them, and the same each time."""
    text = """{"Id": "x", "Statement": [
        {"Sid": "a b", "Effect": "allow", "Action": ["x", "s3:"], "NotResource": ["b", "arn:aws:sqs"]},
        {"Sid": "a b", "Effect": "Permit", "Principal": "x", "NotAction": "*",
         "Condition": {"DateEquals": {"aws:SourceIp": ["soon", 1]}, "Nothing": {}}}]}"""
    document = load_policy(Source("<document>", text))
    found = check_document(document, policy_type)
    assert found
    assert list(found) == by_place(found)
    assert found == check_document(document, policy_type)


def test_a_rule_speaks_a_limited_number_of_times() -> None:
    """A text made of nothing but faults gives a thousand findings of each kind, and one that says that there are more."""
    actions = ", ".join(f'"a{number}"' for number in range(MOST_FINDINGS + 500))
    document = load_policy(Source("<document>", f'{{"Statement": {{"Effect": "Allow", "Action": [{actions}]}}}}'))
    found = [each for each in check_document(document, None) if each.code == "action-without-service"]
    assert len(found) == MOST_FINDINGS + 1
    assert found[-1].message == "more of `action-without-service` follows from here"
    assert found[-1].pointer == f"/Statement/Action/{MOST_FINDINGS}"
