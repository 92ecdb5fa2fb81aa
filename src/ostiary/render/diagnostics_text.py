"""Diagnostics for people: what was found, the line where it stands, and what to do.

The lines are those of `excerpt`, with colour where the output is a terminal.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console

from ostiary.render.terminal import SEVERITY_STYLES, safe
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.excerpt import excerpt

_NOUNS = {
    Severity.ERROR: "error",
    Severity.SECURITY: "security finding",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def print_diagnostics(diagnostics: Iterable[Diagnostic], screen: Console) -> None:
    """Prints diagnostics, each with the lines that it is about and an empty line after it."""
    for each in diagnostics:
        style = SEVERITY_STYLES[each.severity]
        headline, *lines = excerpt(each)
        code, colon, message = headline.partition(":")
        screen.print(safe(code, style) + safe(f"{colon}{message}", "bold"))
        for line in lines:
            pointing = line.partition("|")[2].strip().startswith("^")
            screen.print(safe(line, style if pointing else ""))
        screen.print()


def summary(files: int, diagnostics: Sequence[Diagnostic]) -> str:
    """How much was found, in one line: `3 files: 1 error, 2 warnings`."""
    counts = Counter(each.severity for each in diagnostics)
    found = [_counted(counts[severity], _NOUNS[severity]) for severity in Severity if counts[severity]]
    return f"{_counted(files, 'file')}: {', '.join(found) or 'nothing found'}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
