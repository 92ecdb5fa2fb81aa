"""What a replay found, in words: labels and phrases for pages, tables and comments.

In: `Findings` or a part of them. Out: one line of English each.
Invariant: a number that is only known within bounds is never given without both. What policies and logs say is quoted raw: it is
for whoever prints to make it safe.
Not here: the headline and the sentences about the question, which `replay_text` has.
"""

from typing import assert_never

from ostiary.render.decision_text import NAMES
from ostiary.replay.compare import LAYER_NOT_NAMED, OUTCOME_UNCLEAR
from ostiary.replay.decide import NOT_SURE_ASKED, Missing
from ostiary.replay.findings import Access, Bounds, Change, Findings
from ostiary.replay.sides import LOG
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Doubt, StatementRef


def bounds_words(bounds: Bounds) -> str:
    """`1,204 for certain, at most 1,391`, or one number where both are the same."""
    if bounds.certain == bounds.most:
        return f"{bounds.certain:,}"
    return f"{bounds.certain:,} for certain, at most {bounds.most:,}"


def verdict(findings: Findings) -> tuple[str, str]:
    """The answer in two or three words, with a stable name for its kind: `revokes`, `perhaps`, `nothing` or `empty`."""
    if not findings.judged:
        return "empty", "Nothing compared"
    if findings.revoked.certain:
        return "revokes", "Revokes access in use"
    if findings.revoked.most:
        return "perhaps", "May revoke access in use"
    return "nothing", "Revokes nothing in this log"


def change_words(change: Change) -> str:
    """A change as a label."""
    match change:
        case Change.REVOKED:
            return "revoked"
        case Change.MAYBE_REVOKED:
            return "maybe revoked"
        case Change.GAINED:
            return "gained"
        case Change.MAYBE_GAINED:
            return "maybe gained"
        case Change.UNCHANGED:
            return "unchanged"
        case _ as never:
            assert_never(never)


def access_words(access: Access) -> str:
    """What was said to a call."""
    match access:
        case Access.GRANTED:
            return "granted"
        case Access.DENIED:
            return "denied"
        case Access.UNKNOWN:
            return "not known"
        case _ as never:
            assert_never(never)


def named(name: str) -> str:
    """The baseline or candidate, as a sentence names it."""
    return "what AWS decided in the log" if name == LOG else name


def statement_words(ref: StatementRef) -> str:
    """The name of a statement within its policy."""
    return ref.sid or f"statement {ref.index}"


def place_words(ref: StatementRef) -> str:
    """Where a statement stands: `org.json:4:5`."""
    return f"{ref.source}:{ref.line}:{ref.column}"


def reason_words(statement: StatementRef | None, layer: str | None) -> str:
    """What decides: a statement, or the type of policy in which an Allow is lacking; empty if neither."""
    if statement is not None:
        return f"{statement.effect} {statement_words(statement)} ({place_words(statement)})"
    return f"no {layer_words(layer)} allows it" if layer else ""


def layer_words(layer: str) -> str:
    """The name of a type of policy."""
    try:
        return NAMES[PolicyType(layer)]
    except ValueError:
        return layer


_UNDOCUMENTED = {Doubt.OPERATOR_UNDECIDABLE, Doubt.ACTION_PATTERN, Doubt.RESOURCE_PATTERN, Doubt.PRINCIPAL_PATTERN}
_FACTS = (
    ("aws:principaltag/", "tags of principals"),
    ("aws:resourcetag/", "tags of resources"),
    ("s3:existingobjecttag/", "tags of objects"),
    ("aws:principalorg", "the organization's id and the accounts' organization paths"),
    ("aws:resourceorg", "the organization's id and the accounts' organization paths"),
    ("aws:sourceorg", "the organization's id and the accounts' organization paths"),
    ("aws:sourcevpc", "which VPC an endpoint belongs to"),
    ("aws:vpce", "which account and organization an endpoint belongs to"),
)


def settled_by(missing: Missing) -> str:
    """What would settle a missing fact: something that one can supply, or that nothing can."""
    fact = missing.fact.lower()
    if missing.reason in {NOT_SURE_ASKED, OUTCOME_UNCLEAR, LAYER_NOT_NAMED}:
        return "nothing in a log: look at one of the events"
    reasons = {each.value: each for each in Doubt}
    reason = reasons.get(missing.reason)
    if reason in _UNDOCUMENTED:
        return "AWS does not document it: write the policy in another way, or try it on AWS"
    if reason is Doubt.ATTACHMENT_NOT_KNOWN:
        return "a policy set that says what is attached to whom"
    if reason is Doubt.RESOURCE_NOT_KNOWN:
        return "the name of the resource, which the log leaves out of these calls"
    for start, what in _FACTS:
        if fact.startswith(start):
            return f"supply with --facts: {what}"
    if ":" in fact:
        return "supply with --facts, if you know it for these calls"
    return "nothing in a log: look at one of the events"


def short_time(time: str) -> str:
    """`2026-03-02 08:15`, or what is there if it is no such time."""
    return f"{time[:10]} {time[11:16]}".strip()


def span_words(first: str, last: str) -> str:
    """From when to when."""
    if not first and not last:
        return "at no known time"
    start, end = short_time(first), short_time(last)
    return start if start == end else f"{start} to {end}"


def counted(number: int, noun: str) -> str:
    """`1 event`, `2,000 events`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
