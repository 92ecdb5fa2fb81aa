"""`ostiary test`: do the policies answer as their tests say?"""

from pathlib import Path

import click

from ostiary.cli.failures import ExitCode
from ostiary.cli.options import FORMAT_OPTION
from ostiary.policytest.run import run_files
from ostiary.render.junit import results_junit
from ostiary.render.terminal import console
from ostiary.render.test_json import results_json
from ostiary.render.test_text import print_results

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = "\b\nExamples:\n  ostiary test tests/app.yaml\n  ostiary test tests/*.yaml --junit report.xml\n"


@click.command("test", epilog=_EXAMPLES)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a report as JUnit XML too, for continuous integration.",
)
@FORMAT_OPTION
def test(*, files: tuple[Path, ...], junit: Path | None, format_: str) -> int:
    """Run the tests of policies: requests, and the answers that are wanted.

    Each FILE is YAML or JSON and says which policies it tests (docs/policy-tests.md). The exit code is 0 if all tests passed, 1
    if one failed, and 2 if a file could not run: then the tests of the other files have run all the same.
    """
    results = run_files(files)
    if junit is not None:
        junit.write_bytes(results_junit(results))
    if format_ == "json":
        click.echo(results_json(results))
    else:
        print_results(results, console(), errors=console(stderr=True))
    if any(result.errors for result in results):
        return ExitCode.ERROR
    return ExitCode.NO if any(result.failed for result in results) else ExitCode.YES
