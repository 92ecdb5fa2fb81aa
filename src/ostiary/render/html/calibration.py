"""Our answers beside AWS's own: how far a replay of this log can be trusted.

In: `Calibration`. Out: markup: one sentence, agreement by action, and every contradiction with its likely cause.
Invariant: shares are of the events with an answer; what is open is neither agreement nor contradiction.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from ostiary.render.findings_words import access_words, counted
from ostiary.render.html.markup import Markup, tag
from ostiary.render.html.sections import Cell, arn, folded, section, table
from ostiary.replay.findings import CalibrationRow, Contradiction, Findings

_FIRST = 12
"""How many actions, and how many contradictions, are shown at once; the others are folded."""
_MOST = 500


def calibration_section(findings: Findings) -> Markup | None:
    """Agreement and contradictions; None if there was no calibration."""
    if findings.calibration is None:
        return None
    told = findings.calibration
    ranked = sorted(told.rows, key=lambda each: (-each.contradicts, -each.open, -each.agrees, each.action))
    return section(
        "calibration",
        "Our answers and AWS's own",
        _causes(told.contradictions),
        tag("h3", "By action"),
        *_actions(ranked),
        tag("h3", "Contradictions"),
        *_contradictions(told.contradictions),
        lead="What the policies say to the calls of the log, beside what AWS said. Rows below are what would be "
        "different if these policies held.",
    )


def _share(part: int, whole: int) -> str:
    """A percentage that is 100 only if it is all."""
    share = 100 * part / whole
    return f"{min(share, 99.9):.1f} %" if part != whole else "100 %"


def _causes(all_: Sequence[Contradiction]) -> Markup | None:
    """Likely causes, those of most calls first."""
    if not all_:
        return None
    events: Counter[tuple[str, str]] = Counter()
    for each in all_:
        events[each.cause, each.why] += each.events
    rows = [(why, tag("code", cause), f"{number:,}") for (cause, why), number in events.most_common()]
    return table((("Likely cause", ""), ("Code", ""), ("Calls", "number")), rows, cards=True)


def _actions(rows: Sequence[CalibrationRow]) -> Iterator[Markup]:
    head = (("Action", ""), ("Agrees", "number"), ("Contradicts", "number"), ("Open", "number"), ("Share", "number"))
    shown = [
        (
            tag("code", each.action),
            f"{each.agrees:,}",
            f"{each.contradicts:,}",
            f"{each.open:,}",
            _share(each.agrees, answered) if (answered := each.agrees + each.contradicts) else "-",
        )
        for each in rows
    ]
    yield from _in_two(head, shown, "more action", cards=False)


def _contradictions(all_: Sequence[Contradiction]) -> Iterator[Markup]:
    if not all_:
        yield tag("p", "None.", class_="hint")
        return
    head = (
        ("Action", ""),
        ("Principal", ""),
        ("Resource", ""),
        ("AWS said", ""),
        ("We say", ""),
        ("Likely cause", ""),
        ("Calls", "number"),
    )
    shown = [
        (
            tag("span", each.action, class_="action"),
            arn(each.principal),
            arn(each.resource),
            f"{access_words(each.logged)} ({each.error})" if each.error else access_words(each.logged),
            access_words(each.ours),
            each.why,
            tag("span", f"{each.events:,}", data_contradiction=place),
        )
        for place, each in enumerate(all_)
    ]
    yield from _in_two(head, shown, "more contradiction", cards=True)


def _in_two(
    head: Sequence[tuple[str, str]], rows: Sequence[Sequence[Cell]], noun: str, *, cards: bool
) -> Iterator[Markup]:
    """The first rows of a table, and the rest of it folded."""
    yield table(head, rows[:_FIRST], cards=cards)
    rest, left = rows[_FIRST:_MOST], len(rows) - _MOST
    if rest:
        yield folded(counted(len(rest), noun), table(head, rest, cards=cards))
    if left > 0:
        yield tag("p", f"and {counted(left, noun)}: --format json lists them", class_="hint")
