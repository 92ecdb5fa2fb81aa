"""`ostiary conform`: how does an engine do on the cases of this project?"""

import shlex
from pathlib import Path

import click

from ostiary.cli.failures import ExitCode
from ostiary.cli.options import FORMAT_OPTION
from ostiary.conform.cases import default_cases, read_cases
from ostiary.conform.run import run
from ostiary.render.conform_json import report_json
from ostiary.render.conform_text import print_report
from ostiary.render.terminal import console

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = "\b\nExamples:\n  ostiary conform --adapter 'python -m ostiary.conform.adapter'\n  ostiary conform --adapter ./my-engine --cases tests/cases/condition.jsonl\n"


@click.command(epilog=_EXAMPLES)
@click.option("--adapter", required=True, metavar="COMMAND", help="What to run: it reads questions and writes answers.")
@click.option(
    "--cases",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A file of cases, or a folder of *.jsonl files. By default the cases of this checkout. Repeatable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)
@FORMAT_OPTION
def conform(*, adapter: str, paths: tuple[Path, ...], timeout: float, format_: str) -> int:
    """Score an engine, in any language, by the conformance cases.

    The adapter is a command that reads one JSON question a line from its standard input and writes one JSON answer a line to
    its standard output (docs/conformance.md). The exit code is 0 if every answer is the wanted one, 1 if one is not, and 2 if
    the cases cannot be read or the command cannot be started.
    """
    command = _words(adapter)
    cases = read_cases(paths or (default_cases(),))
    try:
        report = run(cases, command, timeout=timeout)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise click.BadParameter(f"cannot start `{command[0]}`: {reason}", param_hint="--adapter") from None
    if format_ == "json":
        click.echo(report_json(report))
    else:
        print_report(report, console())
    return ExitCode.NO if report.others else ExitCode.YES


def _words(adapter: str) -> list[str]:
    try:
        words = shlex.split(adapter)
    except ValueError as problem:
        raise click.BadParameter(f"the command cannot be taken apart: {problem}", param_hint="--adapter") from None
    if not words:
        raise click.BadParameter("the command is empty", param_hint="--adapter")
    return words
