"""A replay as Markdown for the comment of a pull request: the answer, the rows that matter most, and what is not known.

In: `Findings`. Out: GitHub-flavoured Markdown, some forty lines whatever the findings hold.
Invariant: whatever a policy or log says stands in a code span, with its control characters as escapes: it can neither end its
cell, nor mention anybody, nor be HTML.
"""

from collections.abc import Iterable, Iterator

from ostiary.render.findings_words import (
    bounds_words,
    counted,
    named,
    reason_words,
    settled_by,
    short_names,
    span_words,
)
from ostiary.render.replay_text import missing_words, opening
from ostiary.replay.findings import Change, Findings
from ostiary_grammar.wording import visible

TOP = 10
"""How many changes are listed unless told otherwise."""
_MOST_FACTS = 5
_MOST_CHARACTERS = 120


def findings_markdown(findings: Findings, *, top: int = TOP) -> str:
    """The comment; `top`: how many changes are listed."""
    return "\n".join(_lines(findings, top)) + "\n"


def _lines(findings: Findings, top: int) -> Iterator[str]:
    first, *more = opening(findings)
    yield f"### {_escaped(first)}"
    yield ""
    if findings.interrupted:
        yield "**Interrupted: this is what was read until then.**"
        yield ""
    yield from map(_escaped, more)
    yield f"Baseline: {_name(findings.baseline)}. Candidate: {_name(findings.candidate)}."
    span = _escaped(span_words(findings.first, findings.last))
    yield f"Read: {counted(findings.read, 'event')} in {counted(findings.files, 'file')}, {span}."
    yield from _changes(findings, top)
    yield from _missing(findings)
    yield from _blind(findings)
    yield from _accounts(findings)


def _changes(findings: Findings, top: int) -> Iterator[str]:
    rows = [row for row in findings.rows if row.change is not Change.UNCHANGED]
    others = sum(events for change, events in findings.others if change is not Change.UNCHANGED)
    if not rows and not others:
        return
    shown = rows[:top]
    files = short_names({row.statement.source for row in shown if row.statement is not None})
    if shown:
        yield ""
        yield from _table(
            ("change", "calls", "action", "principal", "resource", "decided by"),
            ":-- --: :-- :-- :-- :--",
            (
                (
                    row.change.label,
                    f"{row.events:,}",
                    code(row.action),
                    code(row.principal),
                    code(row.resource),
                    code(reason_words(row.statement, row.layer, files)),
                )
                for row in shown
            ),
        )
    rest = len(rows) - len(shown)
    if rest or others:
        events = others + sum(row.events for row in rows[top:])
        yield ""
        groups = f"{counted(rest, 'row')} more" if rest else "Rows beyond the limit"
        yield f"{groups}, {counted(events, 'call')}: `--format csv` or `--html` has them."


def _missing(findings: Findings) -> Iterator[str]:
    if not findings.missing:
        return
    yield ""
    yield "What the log does not say and could change the answer:"
    yield ""
    yield from _table(
        ("fact", "calls", "lack only this", "why", "what would settle it"),
        ":-- --: --: :-- :--",
        (
            (
                code(each.missing.fact),
                f"{each.events:,}",
                f"{each.alone:,}",
                _escaped(missing_words(each.missing)),
                _escaped(settled_by(each.missing)),
            )
            for each in findings.missing[:_MOST_FACTS]
        ),
    )
    more = len(findings.missing) - _MOST_FACTS
    if more > 0:
        yield ""
        yield f"and {counted(more, 'more fact')}."


def _blind(findings: Findings) -> Iterator[str]:
    if findings.blind:
        yield ""
        services = ", ".join(code(each.service) for each in findings.blind[:_MOST_FACTS])
        yield f"The log holds no data events of {services}, which the policies name: about them this replay says nothing."


def _accounts(findings: Findings) -> Iterator[str]:
    yield ""
    yield "<details><summary>Where the events went</summary>"
    yield ""
    yield from _table(
        ("", "events", ""),
        ":-- --: :--",
        (
            (_escaped(each.kind), f"{each.events:,}", code(each.label if each.label != each.kind else ""))
            for each in findings.counts
        ),
    )
    yield ""
    yield f"Revoked: {bounds_words(findings.revoked)}. Gained: {bounds_words(findings.gained)}."
    yield "</details>"


def _table(head: Iterable[str], alignment: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    for cells in (head, alignment.split(), *rows):
        yield f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """A code span, also in a table: cut, in one line, with a fence that the text does not hold."""
    # A table splits its rows at pipes before it looks for code spans (GFM, 4.10), and readers differ in how a backslash saves one.
    text = visible(text).replace("|", "\\x7c")
    if not text.strip():
        return ""
    if len(text) > _MOST_CHARACTERS:
        text = text[: _MOST_CHARACTERS - 3] + "..."
    longest = max((len(run) for run in "".join(each if each == "`" else " " for each in text).split()), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _name(name: str) -> str:
    words = named(name)
    return words if words != name else code(name)


def _escaped(text: str) -> str:
    """Words outside a code span."""
    text = visible(text)
    text = "".join(f"\\{each}" if each in "\\`*_{}[]()#+!|~" else each for each in text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
