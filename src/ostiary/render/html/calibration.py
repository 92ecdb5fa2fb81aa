"""Our answers beside AWS's own: how far a replay of this log can be trusted.

In: `Calibration`. Out: markup: one sentence, agreement by action, and every contradiction with its likely cause.
Invariant: shares are of the events with an answer; what is open is neither agreement nor contradiction.
"""

from ostiary.render.findings_words import access_words, counted
from ostiary.render.html.markup import Markup, tag
from ostiary.render.html.sections import arn, section, table
from ostiary.replay.findings import Calibration, CalibrationRow, Contradiction, Findings

_MOST_ACTIONS = 40
_MOST_CONTRADICTIONS = 60


def calibration_section(findings: Findings) -> Markup | None:
    """Agreement and contradictions; None if there was no calibration."""
    if findings.calibration is None:
        return None
    told = findings.calibration
    ranked = sorted(told.rows, key=lambda each: (-each.contradicts, -each.open, -each.agrees, each.action))
    return section(
        "calibration",
        "Our answers and AWS's own",
        _actions(ranked),
        tag("h3", "Contradictions"),
        _contradictions(told.contradictions),
        lead=_sentence(told),
    )


def _sentence(told: Calibration) -> str:
    agrees = sum(each.agrees for each in told.rows)
    contradicts = sum(each.contradicts for each in told.rows)
    unsure = sum(each.open for each in told.rows)
    answered = agrees + contradicts
    if not answered:
        return f"None of {counted(unsure, 'call')} has an answer of ours and of AWS to compare."
    named = sum(each.layer_named for each in told.rows)
    layers = sum(each.layer_agrees for each in told.rows)
    said = (
        f"Of {counted(answered, 'call')} that both answer, {agrees:,} agree ({_share(agrees, answered)}) and "
        f"{contradicts:,} contradict; {unsure:,} more are open."
    )
    return (
        f"{said} Of {counted(named, 'denial')} that name the deciding type of policy, {layers:,} name ours."
        if named
        else said
    )


def _share(part: int, whole: int) -> str:
    """A percentage that is 100 only if it is all."""
    share = 100 * part / whole
    return f"{min(share, 99.9):.1f} %" if part != whole else "100 %"


def _actions(rows: list[CalibrationRow]) -> Markup:
    head = (("Action", ""), ("Agrees", "number"), ("Contradicts", "number"), ("Open", "number"), ("Share", "number"))
    shown = [
        (
            tag("code", each.action),
            f"{each.agrees:,}",
            f"{each.contradicts:,}",
            f"{each.open:,}",
            _share(each.agrees, answered) if (answered := each.agrees + each.contradicts) else "-",
        )
        for each in rows[:_MOST_ACTIONS]
    ]
    left = len(rows) - len(shown)
    return tag(
        "div",
        table(head, shown),
        tag("p", f"and {left:,} more: --format json lists them", class_="hint") if left else None,
    )


def _contradictions(all_: tuple[Contradiction, ...]) -> Markup:
    if not all_:
        return tag("p", "None.", class_="hint")
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
        for place, each in enumerate(all_[:_MOST_CONTRADICTIONS])
    ]
    left = len(all_) - len(shown)
    return tag(
        "div",
        table(head, shown, cards=True),
        tag("p", f"and {left:,} more: --format json lists them", class_="hint") if left else None,
    )
