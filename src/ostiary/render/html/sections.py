"""The parts of the page that are text and tables: the verdict, what is missing, the rows, where the events went.

In: `Findings`, and `Embedded` for the numbers that filters name. Out: markup, whole without any script.
Invariant: the verdict has both bounds; a number that leads to rows carries `data-filter`, one that leads to sample events
`data-row`, which the script turns into buttons. Coverage and calibration have files of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from ostiary.render.findings_words import (
    counted,
    named,
    settled_by,
    span_words,
    statement_words,
    verdict,
)
from ostiary.render.html.charts import AFFECTED, Bar, bars, breakable, css_class, timeline
from ostiary.render.html.embedded import Embedded
from ostiary.render.html.markup import Markup, join, tag
from ostiary.render.replay_text import missing_words, next_steps, opening, sentences
from ostiary.replay.findings import Change, Findings, Row

STATIC_ROWS = 100
"""How many rows are in the page as markup, for whoever runs no script and for search engines of mail programs."""
TOP_BARS = 8
_MOST_LISTED = 12

Cell = Markup | str | None


def section(name: str, title: str, *children: Markup | None, lead: Cell = None) -> Markup:
    """A part of the page with a heading."""
    said = tag("p", lead, class_="lead") if lead else None
    return tag("section", tag("h2", title), said, *children, id=name)


def table(
    head: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], *, name: str | None = None, cards: bool = False
) -> Markup:
    """A table: for each column its title and its class, `number` or nothing; `cards`: narrow pages show each row as a card."""
    titles = tag(
        "tr",
        *(tag("th", title, scope="col", class_=kind or None, role="columnheader") for title, kind in head),
        role="row",
    )
    body = (
        tag(
            "tr",
            *(
                tag("td", cell, class_=kind or None, data_label=title or None, role="cell")
                for cell, (title, kind) in zip(row, head, strict=True)
            ),
            role="row",
        )
        for row in rows
    )
    made = tag(
        "table",
        tag("thead", titles, role="rowgroup"),
        tag("tbody", *body, role="rowgroup"),
        id=name,
        class_="cards" if cards else None,
        role="table",
    )
    return tag("div", made, class_="wide")  # what is too long for its table scrolls there, not the page


def verdict_section(findings: Findings) -> Markup:
    """The answer, in words and with both bounds, and what was compared."""
    kind, words = verdict(findings)
    first, *more = opening(findings)
    lines: list[Markup | None] = [
        tag("p", "Interrupted: this is what was read until then.", class_="warning") if findings.interrupted else None,
        tag("p", words, class_="verdict"),
        tag("h1", first),
        *(tag("p", each, class_="lead") for each in more),
        tag(
            "dl",
            *_pair("Candidate", named(findings.candidate)),
            *_pair("Baseline", named(findings.baseline)),
            *_pair("Window", span_words(findings.first, findings.last)),
            *_pair("Read", f"{counted(findings.read, 'event')} in {counted(findings.files, 'file')}"),
            *(_pair("Facts supplied", ", ".join(findings.facts)) if findings.facts else ()),
            class_="facts",
        ),
    ]
    return tag("section", *lines, class_=f"answer {kind}", id="answer")


def _pair(name: str, value: str) -> Iterator[Markup]:
    yield tag("div", tag("dt", name), tag("dd", *breakable(value)))


def tiles(findings: Findings) -> Markup:
    """How many events there are of each change."""
    numbers: Counter[Change] = Counter(dict(findings.others))
    for row in findings.rows:
        numbers[row.change] += row.events
    shown = {row.change for row in findings.rows}
    boxes = [
        tag(
            "li",
            tag(
                "span",
                f"{numbers[change]:,}",
                class_="big",
                data_filter=f"change:{change.value}" if change in shown else None,
            ),
            tag("span", tag("span", class_=f"swatch {css_class(change)}"), change.label, class_="label"),
        )
        for change in Change
    ]
    return tag("ul", *boxes, class_="tiles", aria_label="Calls by change")


def missing_section(findings: Findings, embedded: Embedded) -> Markup | None:
    """What the log does not say, by how many events it would settle."""
    if not findings.missing:
        return None
    rows = [
        (
            tag("code", each.missing.fact),
            _number(each.events, None if (fact := embedded.facts.find(each.missing)) is None else f"fact:{fact}"),
            f"{each.alone:,}",
            f"{each.together:,}",
            missing_words(each.missing),
            settled_by(each.missing),
        )
        for each in findings.missing
    ]
    head = (
        ("Fact", ""),
        ("Calls", "number"),
        ("Lack only this", "number"),
        ("Settled with those above", "number"),
        ("Why", ""),
        ("What would settle it", ""),
    )
    return section(
        "missing",
        "What would settle the doubt",
        table(head, rows[:_MOST_LISTED], cards=True),
        _rest(len(rows) - _MOST_LISTED, "more fact"),
        lead="Facts that the log does not hold and that could change an answer, those that touch most calls first.",
    )


def next_section(findings: Findings) -> Markup | None:
    """What to ask next; the page itself is here already."""
    steps = [(option, why) for option, why in next_steps(findings) if not option.startswith("--html")]
    if not steps:
        return None
    items = (tag("li", tag("code", option), f" {why}") for option, why in steps)
    return section("next", "What to ask next", tag("ul", *items, class_="steps"))


def timeline_section(findings: Findings) -> Markup | None:
    """When it would have happened."""
    chart = timeline(findings.rows, findings.intervals)
    return section("timeline", "When", chart) if chart is not None else None


def top_section(findings: Findings, embedded: Embedded) -> Markup | None:
    """Whom and what it touches most."""
    changed = [row for row in findings.rows if row.change is not Change.UNCHANGED]
    if not changed:
        return None
    charts = (
        _top(
            "Principals", changed, lambda row: row.principal, lambda name: ("principal", embedded.principals.find(name))
        ),
        _top("Actions", changed, lambda row: row.action, lambda name: ("action", embedded.actions.find(name))),
    )
    return section("top", "Who and what", tag("div", *charts, class_="columns"))


def _top(
    title: str, rows: Sequence[Row], of: Callable[[Row], str], filter_: Callable[[str], tuple[str, int | None]]
) -> Markup | None:
    numbers: dict[str, Counter[Change]] = {}
    for row in rows:
        numbers.setdefault(of(row), Counter())[row.change] += row.events
    ranked = sorted(numbers.items(), key=lambda item: (-item[1].total(), item[0]))
    shown: list[Bar] = [
        (name, {change: by[change] for change in AFFECTED}, "{}:{}".format(*filter_(name)))
        for name, by in ranked[:TOP_BARS]
    ]
    return bars(title, shown, max(len(ranked) - TOP_BARS, 0))


_ROW_HEAD = (
    ("Change", ""),
    ("Principal", ""),
    ("Action", ""),
    ("Resource", ""),
    ("Decided by", ""),
    ("Calls", "number"),
    ("First", "time"),
    ("Last", "time"),
)


def rows_section(findings: Findings, embedded: Embedded) -> Markup:
    """The rows; the script puts a table that sorts, filters and turns pages in the place of this one."""
    rows = findings.rows
    left = sum(events for _, events in findings.others)
    notes = [f"{counted(len(rows), 'row')}, of which {min(len(rows), STATIC_ROWS):,} are shown without a script."]
    said = ", ".join(f"{events:,} {change.label}" for change, events in findings.others if events)
    beyond = tag("p", f"Not listed here: {counted(left, 'call')} of rows beyond the limit ({said}).", class_="hint")
    if not rows:
        return section("changes", "Changes", tag("p", "There are no rows.", class_="hint"), beyond if left else None)
    return section(
        "changes",
        "Changes",
        tag("div", id="controls"),
        table(_ROW_HEAD, (_row(row, embedded) for row in rows[:STATIC_ROWS]), name="rows", cards=True),
        tag("div", id="pager"),
        tag("noscript", tag("p", *notes, class_="hint")),
        beyond if left else None,
        lead="One row for each caller, action, class of resources and deciding statement.",
    )


def _row(row: Row, embedded: Embedded) -> tuple[Cell, ...]:
    return (
        change_label(row.change),
        arn(row.principal),
        tag("span", *breakable(row.action), class_="action"),
        arn(row.resource),
        _decided(*embedded.reason(row.statement, row.layer)),
        f"{row.events:,}",
        _stacked(row.first),
        _stacked(row.last),
    )


def _stacked(time: str) -> Markup:
    """The day, and the hour below it."""
    return tag("span", time[:10], " ", tag("span", time[11:16], class_="under"))


def _decided(name: str, short: str, place: str) -> Markup | str:
    if not place:
        return name
    return tag("span", name, tag("span", *breakable(short), class_="under"), class_="decided", title=place)


def change_label(change: Change) -> Markup:
    """A change with its colour."""
    return tag("span", tag("span", class_=f"swatch {css_class(change)}"), change.label, class_="change")


_ARN_PARTS = 6


def arn(text: str) -> Markup:
    """An ARN with what names the thing first, and service, Region and account below; anything else as it is."""
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        return tag("span", *breakable(text), class_="arn")
    head = ":".join(parts[:-1]) + ":"
    return tag(
        "span",
        tag("span", *breakable(parts[-1])),
        tag("span", *breakable(head), class_="under"),
        class_="arn",
        title=text,
    )


def blind_section(findings: Findings) -> Markup | None:
    """What this log cannot show."""
    if not findings.blind:
        return None
    rows = [
        (
            each.service,
            join(*_listed([tag("code", action) for action in each.actions])),
            join(*_listed([tag("span", statement_words(ref)) for ref in each.statements])),
        )
        for each in findings.blind
    ]
    return section(
        "blind",
        "What this log cannot show",
        table((("Service", ""), ("Actions that policies name", ""), ("In statements", "")), rows, cards=True),
        lead="Policies name actions that are data events, and the log holds no data event of their service: "
        "about these this replay says nothing, not that nothing would change.",
    )


def _listed(things: Sequence[Markup]) -> Iterator[Markup | str]:
    for place, each in enumerate(things[:_MOST_LISTED]):
        yield ", " if place else ""
        yield each
    if len(things) > _MOST_LISTED:
        yield f" and {len(things) - _MOST_LISTED:,} more"


def accounts_section(findings: Findings) -> Markup:
    """Where the read events went, and what was asked."""
    head = (("", ""), ("Events", "number"), ("Reason", ""))
    rows = [
        (each.kind, f"{each.events:,}", each.label if each.label != each.kind else "")
        for each in findings.counts
        if each.events
    ]
    total = ("read", f"{sum(each.events for each in findings.counts):,}", "the sum of these")
    unmapped = [(f"{name} of {source}", events) for source, name, events in findings.unmapped]
    damaged = [(f"{each.file}: {each.message}", f"{each.offset:,}") for each in findings.damages]
    places = (
        _top_counts("No IAM action is known for", unmapped),
        _top_counts("Account", findings.accounts),
        _top_counts("Service", findings.services),
    )
    return section(
        "events",
        "Where the events went",
        table(head, [*rows, total], name="counts"),
        tag("div", *places, class_="columns"),
        *_damages(damaged),
        *(
            tag("p", f"{counted(number, 'file')} without events: {reason.message}.", class_="hint")
            for reason, number in findings.skipped
        ),
        *(
            tag("p", f"{counted(number, 'event')} more of {name} beyond the limit of that list.", class_="hint")
            for name, number in findings.crowded
        ),
        tag("h3", "What was asked"),
        *(tag("p", each, class_="hint") for each in sentences(findings.question)),
    )


def _damages(places: Sequence[tuple[str, str]]) -> Iterator[Markup | None]:
    """The first places where something could not be read."""
    if places:
        yield tag("h3", "What could not be read")
        yield table((("Place", ""), ("Character, or row", "number")), places[:_MOST_LISTED])
        yield _rest(len(places) - _MOST_LISTED, "more place")


def _top_counts(title: str, counts: Sequence[tuple[str, int]]) -> Markup | None:
    if not counts:
        return None
    rows = [(tag("span", *breakable(name)), f"{number:,}") for name, number in counts[:_MOST_LISTED]]
    return tag("div", table(((title, ""), ("Events", "number")), rows), _rest(len(counts) - _MOST_LISTED, "other"))


def folded(summary: str, content: Markup) -> Markup:
    """What most readers do not need, one click away."""
    return tag("details", tag("summary", summary, class_="hint"), content, class_="more")


def _rest(count: int, noun: str) -> Markup | None:
    return tag("p", f"and {counted(count, noun)}", class_="hint") if count > 0 else None


def _number(number: int, filter_: str | None) -> Markup:
    return tag("span", f"{number:,}", data_filter=filter_)
