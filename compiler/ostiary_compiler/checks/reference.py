"""The reference page of all diagnostics, made from the docstrings of the rules.

    python -m ostiary_compiler.checks.reference > docs/diagnostics.md

In: the rules and the codes of the parser. Out: Markdown, the same for the same rules.
"""

import sys
from collections.abc import Iterator

from ostiary_compiler.checks.rule import Rule
from ostiary_compiler.checks.rules import GROUPS
from ostiary_grammar.codes import Code

_INTRODUCTION = """\
# Diagnostics

What Ostiary reports about policy documents.
Every diagnostic has a code that is stable and never reused, a severity, a place in the text, and a JSON pointer to the element.
This page is made from the rules themselves; do not edit it.

| severity | meaning |
|---|---|
| error | AWS does not save the document as this type of policy, so it is not evaluated either |
| security | it grants more, or denies less, than it seems |
| warning | it hardly does what is meant, or AWS does not document what it does |
| info | it could be written more plainly |
"""
_READING = """\
## Reading the text

These are errors in the text itself, before any rule is asked: it is not JSON, or not the structure of a policy.
IAM answers to each of them "Syntax errors in policy."
"""


def reference_page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for title, rules in GROUPS:
        yield f"- [{title}](#{title.lower().replace(' ', '-')}): " + ", ".join(
            f"[`{rule.code}`](#{rule.code})" for rule in rules
        )
    yield ""
    for title, rules in GROUPS:
        yield f"## {title}"
        yield ""
        for rule in rules:
            yield from _section(rule)
    yield _READING
    for code in Code:
        yield f"- `{code.value}`"
    yield ""


def _section(rule: Rule) -> Iterator[str]:
    doc = rule.doc
    yield f"### {rule.code}"
    yield ""
    yield f"Severity: {rule.severity.value}."
    yield ""
    yield doc.finds
    yield ""
    yield f"- Why: {doc.why}"
    yield f"- Example: {doc.example}"
    yield f"- Instead: {doc.instead}"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(reference_page())
