"""Where and how `replay` says what it found: the options, and the writing.

In: raw arguments of the command line, then `Findings`. Out: a report on the standard output or in a file, and a page if asked.
Invariant: whatever can be known to fail is refused before the logs are read. With pseudonyms, every output is made from the
findings without names.
"""

import functools
import io
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from ostiary.render.findings_csv import findings_csv
from ostiary.render.findings_markdown import findings_markdown
from ostiary.render.findings_parquet import MissingPyarrowError, findings_parquet
from ostiary.render.html.page import findings_html
from ostiary.render.replay_json import replay_json
from ostiary.render.replay_text import print_replay
from ostiary.render.terminal import console, plain_console
from ostiary.replay.anonymize import anonymize
from ostiary.replay.findings import Findings
from ostiary.replay.pseudonyms import SHORTEST_KEY
from ostiary.replay.samples import with_records

_BINARY = frozenset({"parquet"})
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)

_STANDARD_OUTPUT = Path("-")

_OPTIONS = (
    click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json", "csv", "markdown", "parquet"]),
        default="text",
        show_default=True,
        help="Text for people, JSON for programs, CSV or Parquet of the rows, Markdown for a pull request. CSV is safe for "
        "spreadsheets: a cell that would be a formula gets an apostrophe in front.",
    ),
    click.option(
        "--output", type=_NEW_FILE, metavar="FILE", help="Write the report to a file, not to the standard output."
    ),
    click.option(
        "--html",
        type=_NEW_FILE,
        metavar="FILE",
        help="Write a page besides: one file, with sample events, that loads nothing.",
    ),
    click.option(
        "--anonymize",
        is_flag=True,
        help="Replace accounts, users, roles, sessions, resources, addresses, keys and event ids by pseudonyms in every output.",
    ),
    click.option(
        "--anonymize-key",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"A file of at least {SHORTEST_KEY} bytes that nobody knows: with the same one, the same names get the same "
        "pseudonyms. Implies --anonymize; without it, every run has a key of its own.",
    ),
)


@dataclass(frozen=True, slots=True)
class ReportTo:
    """The options as they were given; `key` is the key of the pseudonyms, None for real names."""

    format: str
    output: Path | None
    html: Path | None
    key: bytes | None

    def write(self, findings: Findings, *, top: int, annotated: bool = False) -> None:
        """Writes the report, and the page if there is to be one.

        `top`: how many rows a report for people lists; `annotated`: whether it shows the policies with their hits.
        """
        if self.html is not None:
            findings = with_records(findings)
        if self.key is not None:
            findings = anonymize(findings, self.key)
        if self.html is not None:
            self.html.write_text(findings_html(findings, pseudonymised=self.key is not None), encoding="utf-8")
        if self.format == "text" and self.output is None:
            print_replay(findings, console(), top=top, annotated=annotated)
            return
        content = self._content(findings, top, annotated=annotated)
        if self.output is not None:
            self.output.write_bytes(content)
        elif self.format in _BINARY:
            sys.stdout.buffer.write(content)
        else:
            click.echo(content.decode("utf-8", "surrogatepass"), nl=False)

    def _content(self, findings: Findings, top: int, *, annotated: bool) -> bytes:
        match self.format:
            case "parquet":
                return findings_parquet(findings)
            case "csv":
                text = findings_csv(findings)
            case "markdown":
                text = findings_markdown(findings, top=top)
            case "json":
                text = replay_json(findings) + "\n"
            case _:
                screen = io.StringIO()
                print_replay(findings, plain_console(screen), top=top, annotated=annotated)
                text = screen.getvalue()
        return text.encode("utf-8")


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the options; it receives them as `report: ReportTo`."""

    @functools.wraps(command)
    def with_report(
        *,
        format_: str,
        output: Path | None,
        html: Path | None,
        anonymize: bool,
        anonymize_key: Path | None,
        **options: Any,  # whatever else the command takes
    ) -> int:
        if output == _STANDARD_OUTPUT:
            output = None
        if html == _STANDARD_OUTPUT:
            raise click.BadParameter("a page is a file: name one", param_hint="--html")
        for name, path in (("--output", output), ("--html", html)):
            if path is not None and not path.parent.is_dir():
                raise click.BadParameter(f"there is no folder `{path.parent}`", param_hint=name)
        if output is not None and html is not None and output.absolute() == html.absolute():
            raise click.UsageError("--output and --html name the same file")
        if format_ in _BINARY and output is None and sys.stdout.isatty():
            raise click.UsageError(
                f"--format {format_} is binary and this is a terminal: give --output FILE, or a pipe"
            )
        if format_ == "parquet" and find_spec("pyarrow") is None:
            raise MissingPyarrowError
        return command(report=ReportTo(format_, output, html, _key(anonymize_key, wanted=anonymize)), **options)

    for option in reversed(_OPTIONS):
        with_report = option(with_report)
    return with_report


def _key(file: Path | None, *, wanted: bool) -> bytes | None:
    if file is None:
        return secrets.token_bytes(32) if wanted else None
    key = file.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise click.BadParameter(
            f"the key in `{file}` is shorter than {SHORTEST_KEY} bytes, so it could be guessed; "
            f"`openssl rand -hex 32 > {file}` makes one",
            param_hint="--anonymize-key",
        )
    return key
