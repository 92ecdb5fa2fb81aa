"""What reaches a terminal: consoles, and words from policies and requests made safe to print.

Colour is off where the output is no terminal, and where NO_COLOR is set; rich sees to both. Lines are never wrapped, so that
places (`file:line:column`) stay whole and can be copied.
"""

from typing import TextIO

from rich.console import Console
from rich.text import Text

from ostiary_grammar.diagnostics import Severity
from ostiary_grammar.wording import visible

SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.SECURITY: "bold magenta",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}


class _Console(Console):
    """A console that leaves a broken pipe to the caller; rich itself would end the process with 1, which is an answer."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """A console that prints texts as they are: no markup, no emoji, no highlighting, no wrapping."""
    return _Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)


def plain_console(file: TextIO) -> Console:
    """The same for a text that goes elsewhere, without colour."""
    return _Console(
        file=file, markup=False, emoji=False, highlight=False, soft_wrap=True, no_color=True, force_terminal=False
    )


def safe(text: str, style: str = "") -> Text:
    """A line of text with everything that is no printable character written as an escape."""
    return Text().append(visible(text), style)  # not as the style of the whole, which what is added would take over
