"""`ostiary check`: is every policy valid, and what else is there to say about it?"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ostiary._facade import check as check_policy
from ostiary.cli.failures import ExitCode
from ostiary.cli.options import FILE, FORMAT_OPTION
from ostiary.policies import document_at, file_name
from ostiary.render.diagnostics_json import diagnostics_json
from ostiary.render.diagnostics_text import print_diagnostics, summary
from ostiary.render.terminal import console, safe
from ostiary_grammar.diagnostics import Diagnostic, has_errors
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.terms import PolicyType

# What says that a file could not be read, as against what is wrong in it.
_UNREAD = "policy-file"

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = "\b\nExamples:\n  ostiary check app.json\n  ostiary check policies/scp --type scp --strict\n"


@click.command(epilog=_EXAMPLES)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option(
    "--type",
    "type_",
    type=click.Choice([type_.value for type_ in PolicyType]),
    help="What the policies are; without it, what holds for every type is checked.",
)
@click.option("--strict", is_flag=True, help="End with 1 for any finding, not for errors alone.")
@FORMAT_OPTION
def check(*, paths: tuple[Path, ...], type_: str | None, strict: bool, format_: str) -> int:
    """Check policies: their JSON, their structure, and what AWS would make of them.

    Each FILE is a policy, a folder (every *.json below it), or - for the standard input. The exit code is 0 if no policy has
    an error, 1 if one has (with --strict: any finding), and 2 if a file cannot be read.
    """
    found: dict[str, list[Diagnostic]] = {}
    for path in _files(paths):
        found[file_name(path)] = _findings(path, type_)
    everything = [diagnostic for diagnostics in found.values() for diagnostic in diagnostics]
    if format_ == "json":
        click.echo(diagnostics_json(found))
    else:
        screen = console()
        print_diagnostics(everything, screen)
        screen.print(safe(summary(len(found), everything)))
    if any(each.code == _UNREAD for each in everything):
        return ExitCode.ERROR
    return ExitCode.NO if has_errors(everything) or (strict and everything) else ExitCode.YES


def _findings(path: Path, type_: str | None) -> list[Diagnostic]:
    try:
        return check_policy(document_at(path), type=type_)
    except PolicyError as problem:
        return list(problem.diagnostics)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that the arguments name, folders opened, each once."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(each for each in path.rglob("*.json") if each.is_file()) if path.is_dir() else [path]
        if not inside:
            raise click.BadParameter(f"there is no *.json file in `{path}`", param_hint="FILE")
        for file in inside:
            if file not in seen:
                seen.add(file)
                yield file
