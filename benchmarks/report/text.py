"""Lines for the terminal: rows as they come, goals, changes.

In: rows, records, changes. Out: text.
"""

from collections.abc import Iterator

from benchmarks.compare import Change
from benchmarks.goals import Judged, Kind, judged
from benchmarks.record import Record, Row, Skip
from benchmarks.timing import Measure


def amount(value: float) -> str:
    """Three figures, with thousands apart."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def figure(measure: Measure, *, spread: bool = True) -> str:
    """The median with its unit, and the middle half; a thousand nanoseconds and more as micro- or milliseconds."""
    unit, scale = measure.unit, 1.0
    for larger in {"ns": ("us", "ms"), "us": ("ms",)}.get(measure.unit, ()):
        if measure.median * scale >= 1000:
            unit, scale = larger, scale / 1000
    unit = unit.replace("us", "µs")
    text = f"{amount(measure.median * scale)} {unit}"
    if measure.low == measure.high or not spread:
        return text
    return f"{text} ({amount(measure.low * scale)} to {amount(measure.high * scale)})"


def row_line(row: Row) -> str:
    """One row on one line; a wrong answer below it."""
    ratio = "" if row.measure.ratio is None else f"{amount(row.measure.ratio)}x"
    residual = "" if row.residual is None else f"residual {row.residual:.0%}"
    line = (
        f"{row.model:12} {row.workload:14} {row.subject:20} {row.call:24} {figure(row.measure):28} {ratio:>9}  "
        f"agrees {row.agreement!s:15} {residual:14} {row.note}"
    ).rstrip()
    return line if row.agreement.example is None else f"{line}\n    e.g. {row.agreement.example[:300]}"


def skip_line(skip: Skip) -> str:
    """What was not measured, on one line."""
    return f"{skip.model:12} {skip.workload:14} {skip.subject:20} skipped: {skip.why}"


def goal_lines(record: Record) -> Iterator[str]:
    """The goals with our figures, as far as the record has them."""
    for each in judged(record):
        if each.figure is not None:
            yield goal_line(each)


def goal_line(each: Judged) -> str:
    """One goal on one line."""
    goal = each.goal
    bound = ">=" if goal.more_is_better else "<="
    return (
        f"goal: {goal.name:64} {goal_figure(each):>14}   accept {bound} {amount(goal.accept):5} "
        f"aim {amount(goal.aim):5} {each.verdict.value}"
    )


def goal_figure(each: Judged) -> str:
    """The figure of a goal with its unit."""
    if each.figure is None:
        return "-"
    unit = {Kind.RATIO: "x", Kind.FASTER: "x"}.get(each.goal.kind, f" {each.goal.kind.value}")
    return f"{amount(each.figure)}{unit}"


def change_line(change: Change) -> str:
    """A change on one line."""
    name = " ".join(change.new.key)
    bounds = f"({change.low:.2f} to {change.high:.2f})"
    return f"{name:64} {change.factor:6.2f} {bounds:18} {change.trend.value}"
