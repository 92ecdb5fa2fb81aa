"""Calibration for people: how often the policies say what AWS said, and why not where they do not.

In: `Findings`. Out: lines for a console; none if nothing was compared. What comes from logs is escaped.
"""

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from ostiary.render.terminal import safe
from ostiary.replay.findings import CalibrationRow, Findings

# How many causes, and how many actions are listed.
MOST_CAUSES = 4
MOST_ACTIONS = 5


def calibration_lines(findings: Findings) -> Iterator[Text]:
    """The agreement in one sentence, the causes of contradictions, and the actions with most of them."""
    calibration = findings.calibration
    if calibration is None:
        return
    rows = calibration.rows
    agrees, open_, contradicts = (
        (sum(column) for column in zip(*map(_columns, rows), strict=True)) if rows else (0, 0, 0)
    )
    named, same = sum(row.layer_named for row in rows), sum(row.layer_agrees for row in rows)
    yield safe("")
    said = f"Beside AWS's own answers: {agrees:,} the same, {contradicts:,} contradict, {open_:,} open"
    layers = (
        f"; of {named:,} denials that name a type of policy, {same:,} are denied here by the same one" if named else ""
    )
    yield safe(f"{said}{layers}.", "bold")
    causes: Counter[tuple[str, str]] = Counter()
    for each in calibration.contradictions:
        causes[each.cause, each.why] += each.events
    for (cause, why), events in causes.most_common(MOST_CAUSES):
        yield safe(f"{events:>9,}  ", "bold") + safe(f"{why}") + safe(f"  {cause}", "dim")
    if len(causes) > MOST_CAUSES:
        yield safe(f"{'':>9}  and {len(causes) - MOST_CAUSES} more: --format json lists every contradiction", "dim")
    worst = [row for row in rows if row.contradicts][:MOST_ACTIONS]
    if worst:
        listed = ", ".join(f"{row.action} {row.contradicts:,} of {sum(_columns(row)):,}" for row in worst)
        yield safe(f"{'':>9}  most in {listed}", "dim")


def _columns(row: CalibrationRow) -> tuple[int, int, int]:
    return row.agrees, row.open, row.contradicts
