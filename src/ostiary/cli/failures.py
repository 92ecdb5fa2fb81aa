"""Where failures become messages and exit codes: the one place for all commands.

In: what a command does. Out: its exit code; messages go to the standard error.
Invariant: an exit code of 0 or 1 is an answer of a command that ran to its end; whatever went wrong gives another one.
`docs/exit-codes.md` lists them for users.
"""

import contextlib
import enum
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import TextIO

import click

from ostiary.render.diagnostics_text import print_diagnostics
from ostiary.render.terminal import console, safe
from ostiary_grammar.diagnostics import Severity
from ostiary_grammar.errors import OstiaryError, PolicyError


class ExitCode(enum.IntEnum):
    """How a command ends."""

    YES = 0
    """Allowed; nothing found; written."""
    NO = 1
    """Denied; something found."""
    ERROR = 2
    """No answer: wrong usage, a policy or request that is not valid, a file that cannot be read or written."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
    OUTPUT_CLOSED = 141
    """Whoever read the output has stopped reading."""


class OutputClosed(Exception):  # noqa: N818  # no error: whoever read the output has enough
    """A broken pipe, under a name that click does not take for an exit code of 1."""


def run(command: Callable[[], object]) -> int:
    """The exit code of a command, with a message for what went wrong."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]  # closed ones are None
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character shows an escape
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(command)
        for stream in streams:
            stream.flush()
    except (OutputClosed, BrokenPipeError):
        code = ExitCode.OUTPUT_CLOSED
    except ValueError:  # a stream that was closed under us
        code = ExitCode.ERROR
    except OSError as problem:
        code = ExitCode.ERROR
        with contextlib.suppress(OSError):  # the message may be what cannot be written
            _complain("output", (problem.strerror or str(problem)).lower())
    else:
        unheard = sys.stdout is None and code in (ExitCode.YES, ExitCode.NO)
        return ExitCode.OUTPUT_CLOSED if unheard else code
    _write_no_more(streams)
    return code


def _run(command: Callable[[], object]) -> int:
    try:
        code = command()
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except click.ClickException as problem:
        problem.show()
        return ExitCode.ERROR
    except PolicyError as problem:
        errors = [each for each in problem.diagnostics if each.severity is Severity.ERROR]
        print_diagnostics(errors or problem.diagnostics, console(stderr=True))  # `check` says the rest
        return ExitCode.ERROR
    except OstiaryError as problem:
        _complain(problem.code, str(problem))
        return ExitCode.ERROR
    except (OSError, OutputClosed):
        raise
    except Exception:  # noqa: BLE001  # a fault of Ostiary must not look like an answer, and Python ends with 1
        traceback.print_exc()
        _complain("internal", "this is a fault of Ostiary and no answer; please report it with the lines above")
        return ExitCode.ERROR
    return code if isinstance(code, int) else ExitCode.YES


def _complain(code: str, message: str) -> None:
    screen = console(stderr=True)
    screen.print(safe("error", "bold red") + safe(f"[{code}]: {message}"))


def _write_no_more(streams: Iterable[TextIO]) -> None:
    """Sends what is left nowhere, so that Python does not fail on it once more when it ends."""
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
