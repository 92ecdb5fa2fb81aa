"""Policies for people, with how often each part was hit beside it, and when last.

In: `Findings`. Out: lines for a console; none if nothing was counted. Policy texts are escaped.
Invariant: the window stands above, since what was never hit was never hit in it. A line at which statements begin has their hits, each
with its own; any other line those of the parts that begin there.
"""

from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from ostiary.render.policy_excerpt import policy_lines
from ostiary.render.terminal import safe
from ostiary.replay.findings import Findings, PolicyHits

_WIDTH = 24
_NEVER = "never"
_Hits = tuple[int, int, str]
"""Events for certain, more that perhaps are, and the last time."""


def coverage_lines(findings: Findings) -> Iterator[Text]:
    """Each policy's text, line by line, with hits in the margin."""
    for policy in findings.coverage:
        yield safe("")
        window = f"{findings.first[:10]} to {findings.last[:10]}" if findings.first else "no known time"
        yield safe(f"{policy.name}", "bold") + safe(f"  ({policy.type}); hits in {window}, and when last", "dim")
        yield from _policy(policy)


def _policy(policy: PolicyHits) -> Iterator[Text]:
    parts: dict[int, list[_Hits]] = defaultdict(list)
    statements: dict[int, list[_Hits]] = defaultdict(list)
    for statement in policy.statements:
        statements[statement.statement.line].append((statement.events, statement.perhaps, statement.last))
        for part in statement.parts:
            if part.events is not None:
                parts[part.line].append((part.events, 0, part.last))
    margin = {line: _said(found) for line, found in (parts | statements).items()}
    for number, line in policy_lines(policy):
        said, style = margin.get(number, ("", "dim"))
        yield safe(f"{said:>{_WIDTH}}", style) + safe(" │ ", "dim") + safe(line)


def _said(found: list[_Hits]) -> tuple[str, str]:
    """The hits of what begins on one line, and their style; the last time only where it is of one."""
    said = ", ".join(_count(events, perhaps) for events, perhaps, _ in found)
    if len(found) == 1 and said != _NEVER:
        said = f"{said}  {found[0][2][:10]}"
    style = "green" if all(events or perhaps for events, perhaps, _ in found) else "yellow"
    return said if len(said) <= _WIDTH else f"{said[: _WIDTH - 1]}…", style


def _count(events: int, perhaps: int) -> str:
    if not events and not perhaps:
        return _NEVER
    return f"{events:,}+{perhaps:,}?" if perhaps else f"{events:,}"
