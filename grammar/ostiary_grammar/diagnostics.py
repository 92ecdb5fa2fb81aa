"""Diagnostics as data: what is wrong or doubtful in a policy, where, and what to do.

Finding and showing are apart: checks make `Diagnostic` values, a renderer per format shows them.
A message is lower case without a full stop and quotes the user's own words in backticks; advice goes into `help`.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from ostiary_grammar.span import Span


class Severity(enum.Enum):
    """How bad a finding is: an error makes the document unusable, the others do not."""

    ERROR = "error"
    SECURITY = "security"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place of a diagnostic, with what to say about it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is stable and never reused (`json-syntax`, `duplicate-key`). `pointer` is the JSON pointer of the element
    (`/Statement/0/Action/1`), or empty where none is known. `span` is None for findings about no text.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    pointer: str = ""
    labels: tuple[Label, ...] = ()
    help: str | None = None

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span is not None else ""
        return f"{where}{self.severity.value}[{self.code}]: {self.message}"


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics in reading order: by document, then by place, then by code."""

    def key(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
        span = diagnostic.span
        return (span.source.name if span else "", span.start if span else -1, diagnostic.code, diagnostic.message)

    return sorted(diagnostics, key=key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of these makes its document unusable."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
