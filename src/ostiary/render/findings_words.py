"""What a replay found, in words: labels and phrases for pages, tables and comments.

In: `Findings` or a part of them. Out: one line of English each.
Invariant: a number that is only known within bounds is never given without both. What policies and logs say is quoted raw: it is
for whoever prints to make it safe.
Not here: the headline and the sentences about the question, which `replay_text` has.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from ostiary.render.decision_text import NAMES
from ostiary.replay.decide import Missing
from ostiary.replay.findings import Access, Bounds, Findings
from ostiary.replay.sides import LOG
from ostiary.replay.supply import how_to_supply
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import StatementRef


def bounds_words(bounds: Bounds) -> str:
    """`1,204 for certain, at most 1,391`, or one number where both are the same."""
    if bounds.certain == bounds.most:
        return f"{bounds.certain:,}"
    return f"{bounds.certain:,} for certain, at most {bounds.most:,}"


def verdict(findings: Findings) -> tuple[str, str]:
    """The answer in a few words, with a stable name for its kind: `revokes`, `perhaps`, `nothing` or `empty`.

    Where the agreement with AWS's answers was asked for, that is the answer: `differs`, `agrees` or `empty`.
    """
    if findings.calibration is not None:
        rows = findings.calibration.rows
        if any(row.contradicts for row in rows):
            return "differs", "Contradicts answers of AWS"
        return ("agrees", "Contradicts no answer of AWS") if rows else ("empty", "Nothing compared")
    if not findings.judged:
        return "empty", "Nothing compared"
    if findings.revoked.certain:
        return "revokes", "Revokes access in use"
    if findings.revoked.most:
        return "perhaps", "May revoke access in use"
    return "nothing", "Revokes nothing in this log"


def access_words(access: Access) -> str:
    """What was said to a call."""
    return "not known" if access is Access.UNKNOWN else access.value


def named(name: str) -> str:
    """The baseline or candidate, as a sentence names it."""
    return "what AWS decided in the log" if name == LOG else name


def statement_words(ref: StatementRef) -> str:
    """The name of a statement within its policy."""
    return ref.sid or f"statement {ref.index}"


def place_words(ref: StatementRef, files: Mapping[str, str] | None = None) -> str:
    """Where a statement stands: `org.json:4:5`; `files`: other names of files, such as `short_names` gives."""
    return f"{(files or {}).get(ref.source, ref.source)}:{ref.line}:{ref.column}"


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """For each path as many of its last parts as tell it from the others: what a table repeats in every row."""
    parts = {path: re.split(r"[/\\]", path) for path in paths}
    short: dict[str, str] = {}
    depth = 0
    while len(short) < len(parts):
        depth += 1
        endings = {path: "/".join(each[-depth:]) for path, each in parts.items()}
        alike = Counter(endings.values())
        for path, ending in endings.items():
            if path not in short and (alike[ending] == 1 or depth >= len(parts[path])):
                short[path] = ending if alike[ending] == 1 else path
    return short


def reason_words(statement: StatementRef | None, layer: str | None, files: Mapping[str, str] | None = None) -> str:
    """What decides: a statement, or the type of policy in which an Allow is lacking; empty if neither."""
    if statement is not None:
        return f"{statement.effect} {statement_words(statement)} ({place_words(statement, files)})"
    return f"no {layer_words(layer)} allows it" if layer else ""


def layer_words(layer: str) -> str:
    """The name of a type of policy."""
    try:
        return NAMES[PolicyType(layer)]
    except ValueError:
        return layer


def settled_by(missing: Missing) -> str:
    """What would settle a missing fact: where it goes in a file of facts, or that nothing can."""
    supply = how_to_supply(missing)
    return f"--facts, {supply.section}: {supply.how}" if supply.section else supply.how


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
