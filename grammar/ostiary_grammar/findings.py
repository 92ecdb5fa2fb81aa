"""Where reading a text puts the diagnostics that it makes.

In: places as offsets, codes and words. Out: diagnostics with spans, at most a fixed number of them, so that a text made
of nothing but errors costs no more than its length.
"""

from dataclasses import dataclass, field

from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Label, Severity
from ostiary_grammar.span import Source, Span

MOST_DIAGNOSTICS = 1000


@dataclass(slots=True)
class Findings:
    """The errors of one text so far. When `full`, it takes no more, and says so at the end."""

    source: Source
    diagnostics: list[Diagnostic] = field(default_factory=list)
    full: bool = False

    def error(
        self,
        code: Code,
        start: int,
        end: int,
        message: str,
        *,
        pointer: str = "",
        labels: tuple[tuple[int, int, str], ...] = (),
        advice: str | None = None,
    ) -> None:
        """Add one error; `labels` are (start, end, text)."""
        if self.full:
            return
        span = Span(self.source, start, end)
        if len(self.diagnostics) >= MOST_DIAGNOSTICS:
            self.full = True
            code, message, pointer, labels, advice = Code.TOO_MANY_ERRORS, "more errors follow from here", "", (), None
        placed = tuple(Label(Span(self.source, begin, stop), text) for begin, stop, text in labels)
        self.diagnostics.append(Diagnostic(code.value, Severity.ERROR, message, span, pointer, placed, advice))
