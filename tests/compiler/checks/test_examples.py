"""Each rule finds what it says, at the place that it says, and lets the nearest right text pass (examples.jsonl)."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.compiler.checks.checking import check, completed

from ostiary_compiler.checks import RULES
from ostiary_compiler.quotas import SIZE_CODE
from ostiary_grammar.diagnostics import Diagnostic, by_place

EXAMPLES = [
    json.loads(line)
    for line in Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8").splitlines()
    if line.strip()
]
SEVERITIES = {rule.code: rule.severity for rule in RULES}
FIRING = [(completed(line["fires"], line["type"]), line["type"]) for line in EXAMPLES]


@pytest.mark.parametrize("line", EXAMPLES, ids=[f"{line['code']}-{n}" for n, line in enumerate(EXAMPLES)])
def test_fires_and_passes(line: dict[str, Any]) -> None:
    """The example is found with the rule's severity and the element's pointer; its neighbour is not."""
    found = [each for each in check(completed(line["fires"], line["type"]), line["type"]) if each.code == line["code"]]
    assert [(each.pointer, each.severity) for each in found] == [(line["at"], SEVERITIES[line["code"]])]
    assert line["code"] not in [each.code for each in check(completed(line["quiet"], line["type"]), line["type"])]


def test_every_rule_has_an_example() -> None:
    """No rule goes untested; the rule about sizes has tests of its own."""
    assert {line["code"] for line in EXAMPLES} | {SIZE_CODE} == set(SEVERITIES)


@pytest.mark.parametrize(("document", "kind"), FIRING, ids=[f"{n}-{line['code']}" for n, line in enumerate(EXAMPLES)])
def test_every_diagnostic_is_well_formed(document: dict[str, Any], kind: str) -> None:
    """Messages keep the house style, pointers lead to an element, spans hold something of the text, in reading order."""
    found = check(document, kind)
    assert found == by_place(found)
    for each in found:
        assert_style(each)
        resolve(document, each.pointer)
        assert each.span is not None
        assert each.span.text


def assert_style(diagnostic: Diagnostic) -> None:
    message = diagnostic.message
    assert message[0] == "`" or message[0].islower(), message
    assert not message.endswith((".", "!")), message
    assert message.count("`") % 2 == 0, message
    if diagnostic.help is not None:
        assert not diagnostic.help.endswith("."), diagnostic.help


def resolve(value: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; raises if it leads nowhere."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value
