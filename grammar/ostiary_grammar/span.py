"""Where something stood in a text, as a value.

A `Span` carries its `Source`, so that whoever holds a node can show its line without being handed the file.
Offsets, lines and columns count code points; lines and columns start at 1.
Invariant: 0 <= start <= end <= len(source.text).
"""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: line and column from 1, offset from 0, all in code points."""

    line: int
    column: int
    offset: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text with the name under which messages show it (a file path, or `<document>`)."""

    name: str
    text: str
    _line_starts: list[int] = field(default_factory=list, repr=False)

    def position(self, offset: int) -> Position:
        """The line and column of an offset (0 <= offset <= len(text))."""
        starts = self._starts()
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1, offset)

    def line_text(self, line: int) -> str:
        """The text of a line (from 1), without its line break."""
        starts = self._starts()
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def _starts(self) -> list[int]:
        if not self._line_starts:
            self._line_starts.append(0)
            find = self.text.find
            at = find("\n")
            while at >= 0:
                self._line_starts.append(at + 1)
                at = find("\n", at + 1)
        return self._line_starts


class Places:
    """Lines and columns of one text, counted on from the last one that was asked for.

    Quicker than `Source.position` for offsets that ascend, since it needs no list of all lines.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._line_start, self._offset = 1, 0, 0

    def of(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset (0 <= offset <= len(text))."""
        if offset < self._offset:
            self._line, self._line_start, self._offset = 1, 0, 0
        breaks = self._text.count("\n", self._offset, offset)
        if breaks:
            self._line += breaks
            self._line_start = self._text.rindex("\n", self._offset, offset) + 1
        self._offset = offset
        return self._line, offset - self._line_start + 1


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of a source text."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def position(self) -> Position:
        return self.source.position(self.start)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        return f"{self.source.name}:{self.position}"
