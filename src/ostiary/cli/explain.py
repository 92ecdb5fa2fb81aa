"""`ostiary explain`: why is this request decided as it is, and what would change that?"""

from pathlib import Path

import click

from ostiary.cli.decide import PROGRAM_OPTION, answer_for, engine_for
from ostiary.cli.failures import ExitCode
from ostiary.cli.options import FORMAT_OPTION, PolicyFiles, policy_options
from ostiary.cli.request import AskedRequest, request_options
from ostiary.render.explain_json import explanation_json
from ostiary.render.explain_text import print_explanation
from ostiary.render.terminal import console


@click.command()
@policy_options
@PROGRAM_OPTION
@request_options
@FORMAT_OPTION
def explain(*, files: PolicyFiles, program: Path | None, request: AskedRequest, format_: str) -> int:
    """Explain the decision of a request, layer by layer and statement by statement.

    Shows which element matched or failed and on what value, the smallest change of the request or its context that would
    change the decision, and what each answer to an unknown would give. Takes policies and request as `decide` does, and has
    the same exit codes.
    """
    engine, given = engine_for(files, program)
    explanation = engine.explain(
        request.principal,
        request.action,
        request.resource,
        request.context,
        resource_account=request.resource_account,
        missing=request.missing,
    )
    answer = answer_for(explanation.decision, request, engine, given)
    if format_ == "json":
        click.echo(explanation_json(answer, explanation))
    else:
        print_explanation(answer, explanation, console())
    return ExitCode.YES if explanation.decision.allowed else ExitCode.NO
