"""Policies for people, with how often each part was hit beside it, and when last.

In: `Findings`. Out: lines for a console; none if nothing was counted. Policy texts are escaped.
Invariant: the window stands above, since what was never hit was never hit in it.
"""

from collections.abc import Iterator

from rich.text import Text

from ostiary.render.policy_excerpt import policy_lines
from ostiary.render.terminal import safe
from ostiary.replay.findings import Findings, PolicyHits, StatementHits

_WIDTH = 24


def coverage_lines(findings: Findings) -> Iterator[Text]:
    """Each policy's text, line by line, with hits in the margin."""
    for policy in findings.coverage:
        yield safe("")
        window = f"{findings.first[:10]} to {findings.last[:10]}" if findings.first else "no known time"
        yield safe(f"{policy.name}", "bold") + safe(f"  ({policy.type}); hits in {window}, and when last", "dim")
        yield from _policy(policy)


def _policy(policy: PolicyHits) -> Iterator[Text]:
    beside: dict[int, list[tuple[int, str]]] = {}
    statements: dict[int, StatementHits] = {}
    for statement in policy.statements:
        statements[statement.statement.line] = statement
        for part in statement.parts:
            if part.events is not None:
                beside.setdefault(part.line, []).append((part.events, part.last))
    margin = {line: _parts(found) for line, found in beside.items()}
    margin.update({line: _statement(statement) for line, statement in statements.items()})
    for number, line in policy_lines(policy):
        said, style = margin.get(number, ("", "dim"))
        yield safe(f"{said:>{_WIDTH}}", style) + safe(" │ ", "dim") + safe(line)


def _statement(statement: StatementHits) -> tuple[str, str]:
    return _said(statement.events, statement.perhaps, statement.last)


def _parts(found: list[tuple[int, str]]) -> tuple[str, str]:
    """Several parts on one line, each with its events."""
    if len(found) == 1:
        return _said(found[0][0], 0, found[0][1])
    counts = ", ".join(f"{events:,}" if events else "never" for events, _ in found)
    return counts if len(counts) <= _WIDTH else f"{counts[: _WIDTH - 1]}…", "green" if all(
        e for e, _ in found
    ) else "yellow"


def _said(events: int, perhaps: int, last: str) -> tuple[str, str]:
    if not events and not perhaps:
        return "never", "yellow"
    more = f"+{perhaps:,}?" if perhaps else ""
    return f"{events:,}{more}  {last[:10]}", "green"
