"""One diagnostic as plain text: what, where, the line with carets under the place, and what to do.

In: a `Diagnostic`. Out: lines without line breaks.
Invariant: what the text says is never printed raw: control and format characters are shown as escapes; a caret stands under
what it means, whatever the width of the characters before it.

    error[missing-comma]: missing `,` between `"s3:Get*"` and `"s3:List*"`
     --> policy.json:5:28 (/Statement/0/Action/0)
      |
    5 |       "Action": ["s3:Get*" "s3:List*"],
      |                           ^
      |                            ---------- expected `,` or `]`, found a string
      = help: add a comma after `"s3:Get*"`
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.span import Source, Span
from ostiary_grammar.wording import escaped, shows, visible

_TAB = 4
_CUT = "..."
_MARGIN = 20
DEFAULT_WIDTH = 100


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is pointed at on one line, as offsets in the line; a point between two characters has `end` == `start`."""

    source: Source
    line: int
    start: int
    end: int
    text: str
    primary: bool


def excerpt(diagnostic: Diagnostic, *, width: int = DEFAULT_WIDTH) -> tuple[str, ...]:
    """The lines that show a diagnostic; source lines are cut to about `width` columns around what is pointed at."""
    return tuple(_lines(diagnostic, width))


def _lines(diagnostic: Diagnostic, width: int) -> Iterator[str]:
    yield f"{diagnostic.severity.value}[{diagnostic.code}]: {visible(diagnostic.message)}"
    at = f" ({visible(diagnostic.pointer)})" if diagnostic.pointer else ""
    gutter = " "
    if diagnostic.span is not None:
        marks = _marks(diagnostic, diagnostic.span)
        gutter = " " * len(str(max(mark.line for mark in marks)))
        yield f"{gutter}--> {visible(str(diagnostic.span))}{at}"
        yield f"{gutter} |"
        yield from _shown_marks(marks, diagnostic.span.source, gutter, width)
    elif at:
        yield f"{gutter}-->{at}"
    if diagnostic.help is not None:
        yield f"{gutter} = help: {visible(diagnostic.help)}"


def _marks(diagnostic: Diagnostic, span: Span) -> list[_Mark]:
    """The places of a diagnostic in reading order."""
    marks = [_mark(span, "", primary=True)]
    marks += [_mark(label.span, label.text, primary=False) for label in diagnostic.labels]
    return sorted(marks, key=lambda mark: (mark.source is not span.source, mark.line, mark.start, not mark.primary))


def _mark(span: Span, text: str, *, primary: bool) -> _Mark:
    position = span.position
    start = position.column - 1
    length = max(0, min(span.end - span.start, len(span.source.line_text(position.line)) - start))
    return _Mark(span.source, position.line, start, start + length, text, primary)


def _shown_marks(marks: list[_Mark], main: Source, gutter: str, width: int) -> Iterator[str]:
    source = main
    previous_line = 0
    for group in _windows(marks, width):
        first = group[0]
        if first.source is not source:
            source, previous_line = first.source, 0
            yield f"{gutter}::: {visible(source.name)}"
        if previous_line and first.line > previous_line + 1:
            yield "..."
        previous_line = first.line
        cells, offset = _window(source.line_text(first.line), group, width)
        yield f"{first.line:>{len(gutter)}} | {''.join(cells)}".rstrip()
        for mark in group:
            yield f"{gutter} | {_pointed(cells, mark, offset)}"


def _windows(marks: list[_Mark], width: int) -> Iterator[list[_Mark]]:
    """The marks in groups that can be shown over one piece of one line."""
    group: list[_Mark] = []
    for mark in marks:
        if group and not (
            mark.source is group[0].source
            and mark.line == group[0].line
            and mark.start - group[0].start < width - 2 * _MARGIN
        ):
            yield group
            group = []
        group.append(mark)
    yield group


def _window(text: str, group: list[_Mark], width: int) -> tuple[list[str], int]:
    """The cells of the piece of a line that is shown, and by how much offsets in the line must be shifted for them."""
    start, end = 0, len(text)
    if len(text) > width:
        first = min(mark.start for mark in group)
        start = max(0, min(first - _MARGIN, len(text) - width))
        end = start + width
    cells = [_cell(character) for character in text[start:end]]
    if end < len(text):
        cells.append(_CUT)
    if start:
        return [_CUT, *cells], 1 - start
    return cells, 0


def _pointed(cells: list[str], mark: _Mark, offset: int) -> str:
    """The line below the shown piece: blanks, then the mark, then its text."""
    first, last = mark.start + offset, min(mark.end + offset, len(cells))
    before = sum(_width(cell) for cell in cells[:first])
    length = max(1, sum(_width(cell) for cell in cells[first:last]))
    marker = ("^" if mark.primary else "-") * length
    return f"{' ' * before}{marker} {visible(mark.text)}".rstrip()


def _cell(character: str) -> str:
    """How a character is shown."""
    if character == "\t":
        return " " * _TAB
    return character if shows(character) else escaped(character)


def _width(cell: str) -> int:
    """How many columns a cell takes."""
    if cell.isascii():
        return len(cell)
    if unicodedata.category(cell) in ("Mn", "Me"):
        return 0  # drawn over the character before
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1
