"""A statement as it stands in its policy, with line numbers.

       4 |     {
       5 |       "Sid": "NoDelete",

Long statements lose their middle and long lines their end, so that an answer stays on a screen.
"""

from rich.text import Text

from ostiary.render.terminal import safe
from ostiary_grammar.span import Span

MOST_LINES = 16
LONGEST_LINE = 160
_TAB = 4


def statement_lines(span: Span) -> list[Text]:
    """The lines of a text that a statement takes up."""
    source = span.source
    start, end = span.position, source.position(span.end)
    width = max(4, len(str(end.line)))
    numbers: list[int | None] = list(range(start.line, end.line + 1))
    if len(numbers) > MOST_LINES:
        numbers[MOST_LINES - 2 : -1] = [None]
    lines = []
    for number in numbers:
        if number is None:
            lines.append(safe(f"  {'...':>{width}} |", "dim"))
            continue
        # What else stands on the first and last line is not the statement; a minified policy is all one line.
        text = source.line_text(number)
        if number == end.line:
            text = text[: end.column - 1]
        if number == start.line and text[: start.column - 1].strip():
            text = "..." + text[start.column - 1 :]
        text = text.expandtabs(_TAB)
        if len(text) > LONGEST_LINE:
            text = text[: LONGEST_LINE - 3] + "..."
        lines.append(safe(f"  {number:>{width}} | ", "dim") + safe(text))
    return lines
