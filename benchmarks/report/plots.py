"""Plots: curves on two logarithmic axes, as SVG.

In: named series of points with their spread. Out: the text of an SVG.

Written by hand rather than by matplotlib: a plot here is axes, lines and words, the text is some kilobytes and the same for the same record, so that a
test holds the committed pictures to the committed figures, and nothing has to be installed to make a report.
Colours are told apart by readers who see colours differently (Okabe and Ito), and each line is named at its end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 178, 46, 56
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#999999")
_LEAST_GAP = 14


@dataclass(frozen=True, slots=True)
class Point:
    """A median with the middle half of its samples."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """A line and its name."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic axis from a number to a place."""

    least: float
    most: float
    start: float
    end: float

    def place(self, value: float) -> float:
        share = (math.log10(value) - math.log10(self.least)) / (math.log10(self.most) - math.log10(self.least))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Powers of ten; on a short axis twice and five times as much too."""
        first, last = round(math.log10(self.least)), round(math.log10(self.most))
        steps = (1.0, 2.0, 5.0) if last - first < 3 else (1.0,)
        return [step * 10.0**power for power in range(first, last) for step in steps] + [self.most]


def curves(title: str, across: str, up: str, series: Sequence[Series]) -> str:
    """The SVG of some series; ValueError if there is no point to draw."""
    points = [point for each in series for point in each.points]
    if not points:
        raise ValueError(f"nothing to draw for `{title}`")
    xs = _scale([point.x for point in points], _LEFT, _WIDTH - _RIGHT)
    ys = _scale([value for point in points for value in (point.low, point.high)], _HEIGHT - _BOTTOM, _TOP)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'font-family="sans-serif" font-size="12">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>',
        *_axes(xs, ys, across, up),
    ]
    names: list[tuple[float, float, str, str]] = []
    for number, each in enumerate(series):
        colour = _COLOURS[number % len(_COLOURS)]
        lines += _line(each, xs, ys, colour)
        last = each.points[-1]
        names.append((ys.place(last.y), xs.place(last.x), each.name, colour))
    lines += _names(names)
    return "\n".join([*lines, "</svg>", ""])


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    least = 10.0 ** math.floor(math.log10(min(values)))
    most = 10.0 ** math.ceil(math.log10(max(values)))
    return _Scale(least, most if most > least else least * 10, start, end)


def _axes(xs: _Scale, ys: _Scale, across: str, up: str) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    lines = []
    for value in ys.ticks():
        y = _number(ys.place(value))
        lines.append(f'<line x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#dddddd"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y}" dy="4" text-anchor="end">{_tick(value)}</text>')
    for value in xs.ticks():
        x = _number(xs.place(value))
        lines.append(f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}" stroke="#eeeeee"/>')
        lines.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{_tick(value)}</text>')
    middle = (_TOP + bottom) / 2
    lines.append(f'<text x="{(_LEFT + right) // 2}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>')
    lines.append(
        f'<text x="18" y="{_number(middle)}" text-anchor="middle" transform="rotate(-90 18 {_number(middle)})">'
        f"{escape(up)}</text>"
    )
    return lines


def _line(series: Series, xs: _Scale, ys: _Scale, colour: str) -> list[str]:
    places = " ".join(f"{_number(xs.place(each.x))},{_number(ys.place(each.y))}" for each in series.points)
    lines = [f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for each in series.points:
        x, y = _number(xs.place(each.x)), _number(ys.place(each.y))
        low, high = _number(ys.place(each.low)), _number(ys.place(each.high))
        lines.append(f'<line x1="{x}" y1="{low}" x2="{x}" y2="{high}" stroke="{colour}"/>')
        lines.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>')
    return lines


def _names(names: Sequence[tuple[float, float, str, str]]) -> list[str]:
    """The names at the ends of the lines, moved down where they would lie upon each other."""
    lines = []
    above = -math.inf
    for wanted, x, name, colour in sorted(names):
        y = max(wanted, above + _LEAST_GAP)
        above = y
        lines.append(f'<text x="{_number(x + 9)}" y="{_number(y)}" dy="4" fill="{colour}">{escape(name)}</text>')
    return lines


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _tick(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
