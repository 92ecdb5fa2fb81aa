"""Calibration for people: how often the policies say what AWS said, and why not where they do not.

In: a `Calibration`. Out: lines for a console. What comes from logs is escaped.
"""

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from ostiary.render.terminal import safe
from ostiary.replay.findings import Access, Calibration, CalibrationRow, Contradiction

# How many causes, and how many actions are named.
MOST_CAUSES = 4
MOST_ACTIONS = 5
_SAID = {Access.GRANTED: "granted", Access.DENIED: "denied", Access.UNKNOWN: "left open"}


def agreement(calibration: Calibration) -> Iterator[str]:
    """The agreement, in one or two sentences."""
    rows = calibration.rows
    agrees, open_, contradicts = (
        (sum(column) for column in zip(*map(_columns, rows), strict=True)) if rows else (0, 0, 0)
    )
    compared = agrees + open_ + contradicts
    if not compared:
        yield "Nothing could be compared with AWS's own answers: no call in the logs was decided that these policies bind."
        return
    yield (
        f"Of {compared:,} calls these policies answer {agrees:,} ({100 * agrees // compared}%) as AWS did; "
        f"{contradicts:,} contradict, {open_:,} stay open."
    )
    named, same = sum(row.layer_named for row in rows), sum(row.layer_agrees for row in rows)
    if named:
        yield f"Of {named:,} denials that name a type of policy, {same:,} are denied here by the same one."


def contradiction_lines(calibration: Calibration, top: int) -> Iterator[Text]:
    """The causes of contradictions, and `top` of them."""
    if not calibration.contradictions:
        return
    yield safe("")
    yield safe("Why they contradict", "bold")
    causes: Counter[tuple[str, str]] = Counter()
    for each in calibration.contradictions:
        causes[each.cause, each.why] += each.events
    for (cause, why), events in causes.most_common(MOST_CAUSES):
        yield safe(f"{events:>9,}  ", "bold") + safe(why) + safe(f"  {cause}", "dim")
    if len(causes) > MOST_CAUSES:
        yield safe(f"{'':>9}  and {len(causes) - MOST_CAUSES} more: --format json lists them", "dim")
    worst = [row for row in calibration.rows if row.contradicts][:MOST_ACTIONS]
    listed = ", ".join(f"{row.action} {row.contradicts:,} of {sum(_columns(row)):,}" for row in worst)
    yield safe(f"{'':>9}  most in {listed}", "dim")
    if top:
        yield safe("")
        yield safe("Contradictions", "bold")
    for each in calibration.contradictions[:top]:
        yield safe(f"{each.events:>9,}  ", "bold") + safe(f"{each.action}  {each.principal}")
        yield safe(f"{'':>9}  {_said(each)}", "dim")
    more = calibration.contradictions[top:] if top else ()
    if more:
        events = sum(each.events for each in more)
        yield safe(f"{events:>9,}  more in {len(more):,} groups: --format json lists them", "dim")


def _said(each: Contradiction) -> str:
    on = "" if each.resource == "*" else f"on {each.resource}; "
    error = f" ({each.error})" if each.error else ""
    here = f"{each.statement.source}:{each.statement.line}" if each.statement is not None else f"no {each.layer} policy"
    event = next((sample.event_id for sample in each.samples if sample.event_id), "without an id")
    return f"{on}AWS {_SAID[each.logged]}{error}, here {_SAID[each.ours]} by {here}; {each.cause}; event {event}"


def _columns(row: CalibrationRow) -> tuple[int, int, int]:
    return row.agrees, row.open, row.contradicts
