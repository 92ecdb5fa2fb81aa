"""`ostiary compile`: policies to a saved program, which an application loads without parsing anything."""

from pathlib import Path

import click

from ostiary.cli.failures import ExitCode
from ostiary.cli.options import PolicyFiles, policy_options
from ostiary.render.decision_text import plural
from ostiary.render.terminal import console, safe

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = "\b\nExamples:\n  ostiary compile app.json --scp org.json -o app.ostiary\n"


@click.command("compile", epilog=_EXAMPLES)
@policy_options
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to save the program.",
)
def compile_(*, files: PolicyFiles, output: Path) -> int:
    """Compile policies and save the program.

    The types of policy that are given are the ones that the program asks. The same policies give the same bytes. Decide
    with the program by `ostiary decide --program FILE`, or load it with `ostiary.load(FILE)`, which needs no parser.
    """
    given = files.read()
    engine = given.engine()
    engine.save(output)
    program = engine.program
    policies, statements = len(program.policies), len(program.statements)
    counted = (
        f"{policies} polic{'y' if policies == 1 else 'ies'}, {statements} statement{'' if statements == 1 else 's'}"
    )
    screen = console()
    screen.print(safe(f"{output}: {counted}, {output.stat().st_size} bytes, sha256 {engine.digest}"))
    screen.print(safe(f"  asks {', '.join(plural(layer) for layer in given.layers)}", "dim"))
    if given.beside:
        screen.print(safe(f"  with {' and '.join(given.beside)} beside them, as in an organization", "dim"))
    return ExitCode.YES
