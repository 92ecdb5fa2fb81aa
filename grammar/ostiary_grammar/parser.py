"""From the text of a policy to its document, or to everything that is wrong with it.

In: a `Source`. Out: a `Document` without any error, or no document and the errors, in reading order.
Invariant: no exception of lark, no recursion error and no repaired text gets out of here; a text that is not a policy
never counts as an empty policy.
Not here: what the policy means, and whether it is valid for its type.
"""

import re
from dataclasses import dataclass

from ostiary_grammar.build import build
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, by_place
from ostiary_grammar.errors import LimitError, PolicyError
from ostiary_grammar.findings import Findings
from ostiary_grammar.limits import DEFAULT_LIMITS, Limits
from ostiary_grammar.policy_grammar import policy_tree
from ostiary_grammar.recovery import depth_error, recover
from ostiary_grammar.span import Source
from ostiary_grammar.syntax import Document

# a string up to its end, its line's end, or a bracket
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[\[\]{}]')


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says. `document` is None if and only if one of the diagnostics is an error."""

    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


def parse_policy(source: Source, limits: Limits = DEFAULT_LIMITS) -> Parsed:
    """The document of a text with what was found on the way; never raises for what the text says."""
    findings = Findings(source)
    document = _read(findings, limits)
    return Parsed(document, tuple(by_place(findings.diagnostics)))


def load_policy(source: Source, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document of a text; raises `PolicyError`, or `LimitError` if the text is larger or deeper than allowed."""
    parsed = parse_policy(source, limits)
    if parsed.document is not None:
        return parsed.document
    if any(diagnostic.code == Code.LIMIT.value for diagnostic in parsed.diagnostics):
        raise LimitError(parsed.diagnostics)
    raise PolicyError(parsed.diagnostics)


def _read(findings: Findings, limits: Limits) -> Document | None:
    text = findings.source.text
    if len(text) > limits.characters:
        findings.error(Code.LIMIT, 0, 0, f"the text has {len(text)} characters, more than {limits.characters}")
        return None
    deep = _too_deep(text, limits.depth)
    if deep is not None:
        depth_error(findings, deep, limits)
        return None
    tree = policy_tree(text)
    if tree is not None:
        return build(tree, findings, limits)
    tree = recover(findings, limits)
    if tree is not None:
        build(tree, findings, limits)
    assert findings.diagnostics, "a text that does not parse has an error"
    return None


def _too_deep(text: str, depth: int) -> int | None:
    """Where brackets are nested deeper than `depth`, or None. Looked for first, so that no stack grows with the text."""
    if text.count("[") + text.count("{") <= depth:
        return None
    level = 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        piece = found[0]
        if piece in "[{":
            level += 1
            if level > depth:
                return found.start()
        elif piece in "]}":
            level -= 1
    return None
