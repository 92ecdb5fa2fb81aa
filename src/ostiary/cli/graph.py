"""`ostiary graph`: the decision DAG of policies, or any form that they take on their way to it."""

import click

from ostiary.cli.failures import ExitCode
from ostiary.cli.options import PolicyFiles, policy_options
from ostiary.render.graph_dot import graph_dot
from ostiary.render.graph_json import graph_json
from ostiary.render.graph_text import graph_text
from ostiary_compiler.dag import build_dag
from ostiary_compiler.dump import Stage, dump
from ostiary_runtime.request import parse_action, parse_caller

_RENDERERS = {"text": graph_text, "dot": graph_dot, "json": graph_json}

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = (
    "\b\nExamples:\n"
    "  ostiary graph app.json --action s3:GetObject\n"
    "  ostiary graph app.json --scp org.json --format dot | dot -Tsvg > app.svg\n"
    "  ostiary graph app.json --stage normal\n"
)


@click.command(epilog=_EXAMPLES)
@policy_options
@click.option(
    "--principal",
    "principals",
    multiple=True,
    metavar="ARN",
    help="Show the graph as this caller sees it. By default: everyone whom a policy is attached to. Repeatable.",
)
@click.option(
    "--action",
    "actions",
    multiple=True,
    metavar="ACTION",
    help="Show this action only. By default: every class of actions that the policies tell apart. Repeatable.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(_RENDERERS)),
    default="text",
    show_default=True,
    help="Text, DOT for Graphviz, or JSON.",
)
@click.option(
    "--stage",
    type=click.Choice(["dag", *(stage.value for stage in Stage)]),
    default="dag",
    show_default=True,
    help="The form to show: the syntax trees, the normal form, the same after the passes, the index, the compiled program, "
    "or the decision DAG. All but the DAG are text.",
)
def graph(
    *, files: PolicyFiles, principals: tuple[str, ...], actions: tuple[str, ...], format_: str, stage: str
) -> int:
    """Show how policies decide: the graph from caller and action over resource to the decision."""
    given = files.read()
    if stage != "dag":
        if format_ != "text" or principals or actions:
            raise click.UsageError("--format, --principal and --action are for the stage dag")
        click.echo(dump(given.policies, given.layers, Stage(stage)))
        return ExitCode.YES
    for principal in principals:
        parse_caller(principal)
    for action in actions:
        parse_action(action)
    click.echo(_RENDERERS[format_](build_dag(given.engine().program, principals, actions=actions)))
    return ExitCode.YES
