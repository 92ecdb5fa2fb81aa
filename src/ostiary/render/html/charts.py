"""The timeline and the bars, as SVG that is there without any script.

In: numbers. Out: markup. Colours are classes, one for each `Change`; every figure that a bar stands for is there as text too.
Invariant: no inline style, which the page's policy would not let through; SVG holds shapes alone and stretches with its place,
text is HTML beside it, so that a narrow page stays readable.
"""

from collections.abc import Sequence
from itertools import groupby

from ostiary.render.findings_words import counted, short_time
from ostiary.render.html.markup import Markup, tag
from ostiary.replay.findings import Change, Row

AFFECTED = tuple(change for change in Change if change is not Change.UNCHANGED)
_HEIGHT = 100.0
_GAP = 0.16
"""The part of an interval's width that stays free, where there are few enough to tell apart."""


def css_class(change: Change) -> str:
    """The class that gives a change its colour."""
    return change.value.lower().replace("_", "-")


def timeline(rows: Sequence[Row], intervals: Sequence[str]) -> Markup | None:
    """Affected events by interval, stacked by change; None if there are none."""
    series = {change: [0] * len(intervals) for change in AFFECTED}
    for row in rows:
        if row.change in series:
            for place, events in enumerate(row.timeline[: len(intervals)]):
                series[row.change][place] += events
    sums = [sum(series[change][place] for change in AFFECTED) for place in range(len(intervals))]
    highest = max(sums, default=0)
    if not highest:
        return None
    top = _round_up(highest)
    gap = _GAP if len(intervals) <= 120 else 0.0
    columns = [
        _column({change: series[change][place] for change in AFFECTED}, place, intervals, top, gap)
        for place in range(len(intervals))
        if sums[place]
    ]
    grid = [
        tag("line", x1=0, x2=len(intervals), y1=_HEIGHT * share, y2=_HEIGHT * share, class_="grid")
        for share in (0.0, 0.5, 1.0)
    ]
    used = [change for change in AFFECTED if any(series[change])]
    picture = tag(
        "svg",
        *grid,
        *columns,
        viewBox=f"0 0 {len(intervals)} {_HEIGHT:g}",
        preserveAspectRatio="none",
        role="group",
        aria_label=f"Affected calls from {short_time(intervals[0])} on, in {counted(len(intervals), 'interval')}; "
        f"at most {highest:,} in one",
    )
    return tag(
        "figure",
        legend(used),
        tag(
            "div",
            tag("div", *(tag("span", f"{number:,}") for number in _ticks(top)), class_="y-axis", aria_hidden="true"),
            tag("div", picture, class_="plot"),
            tag("div", *_dates(intervals), class_="x-axis", aria_hidden="true"),
            class_="timeline",
        ),
        tag("p", class_="hint", id="timeline-said", aria_live="polite"),
        class_="chart",
    )


def _column(numbers: dict[Change, int], place: int, intervals: Sequence[str], top: int, gap: float) -> Markup:
    shapes = []
    bottom = _HEIGHT
    for change, events in numbers.items():
        if events:
            height = _HEIGHT * events / top
            bottom -= height
            shapes.append(
                tag("rect", x=place + gap / 2, y=bottom, width=1 - gap, height=height, class_=css_class(change))
            )
    said = ", ".join(f"{events:,} {change.label}" for change, events in numbers.items() if events)
    words = f"{short_time(intervals[place])}: {said}"
    hit = tag("rect", x=place, y=0, width=1, height=_HEIGHT, class_="hit")
    return tag("g", tag("title", words), hit, *shapes, data_interval=place, data_said=words)


def _ticks(top: int) -> list[int]:
    return [top, top // 2, 0] if top % 2 == 0 else [top, 0]


def _round_up(number: int) -> int:
    """The next even number with one or two digits that count."""
    step: int = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // (2 * step)) * 2 * step


def _dates(intervals: Sequence[str]) -> list[Markup]:
    places = sorted({0, len(intervals) // 2, len(intervals) - 1})
    # Days are enough, unless all of it is one day.
    days = len({time[:10] for time in intervals}) > 1
    return [tag("span", intervals[place][:10] if days else short_time(intervals[place])) for place in places]


def legend(changes: Sequence[Change]) -> Markup:
    """What the colours mean."""
    return tag(
        "ul",
        *(tag("li", tag("span", class_=f"swatch {css_class(each)}"), each.label) for each in changes),
        class_="legend",
    )


Bar = tuple[str, dict[Change, int], str | None]
"""A bar: its name, its events by change, and the filter that it stands for."""


def bars(title: str, rows: Sequence[Bar], left: int) -> Markup | None:
    """Horizontal bars, the longest first; `left`: how many more there are."""
    if not rows:
        return None
    longest = max(sum(numbers.values()) for _, numbers, _ in rows)
    more = tag("p", f"and {left:,} more", class_="hint") if left else None
    return tag("figure", tag("h3", title), tag("ol", *(_bar(*row, longest) for row in rows), class_="bars"), more)


def _bar(name: str, numbers: dict[Change, int], filter_: str | None, longest: int) -> Markup:
    start = 0.0
    shapes = []
    for change in AFFECTED:
        width = 100 * numbers.get(change, 0) / longest
        if width:
            shapes.append(tag("rect", x=start, y=0, width=width, height=1, class_=css_class(change)))
            start += width
    events = sum(numbers.values())
    said = ", ".join(f"{number:,} {change.label}" for change, number in numbers.items() if number)
    return tag(
        "li",
        tag("span", *breakable(name), class_="name"),
        tag("span", f"{events:,}", class_="figure", data_filter=filter_, title=said),
        tag("svg", *shapes, viewBox="0 0 100 1", preserveAspectRatio="none", aria_hidden="true"),
    )


def breakable(name: str) -> list[Markup | str]:
    """A name in which a line may end where its parts do."""
    parts: list[Markup | str] = []
    for separator, run in groupby(name, key=lambda each: each in "/:_"):
        parts.append("".join(run))
        if separator:
            parts.append(tag("wbr"))
    return parts
