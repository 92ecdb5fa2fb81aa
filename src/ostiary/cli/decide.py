"""`ostiary decide`: is this request allowed, and which statement says so?"""

from pathlib import Path

import click

from ostiary._loading import load
from ostiary.cli.failures import ExitCode
from ostiary.cli.options import FILE, FORMAT_OPTION, GivenPolicies, PolicyFiles, policy_options
from ostiary.cli.request import AskedRequest, request_options
from ostiary.render.answer import Answer
from ostiary.render.decision_json import decision_json
from ostiary.render.decision_text import print_decision
from ostiary.render.terminal import console
from ostiary_grammar.span import Span
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Decision, StatementRef
from ostiary_runtime.engine import Engine

# `\b` keeps the lines of a paragraph as they are
_EXAMPLES = (
    "\b\nExamples:\n"
    "  ostiary decide app.json --scp org.json \\\n"
    "      --principal arn:aws:iam::111122223333:role/app --action s3:GetObject \\\n"
    "      --resource arn:aws:s3:::bucket/key --context aws:SourceIp=203.0.113.9\n"
)

PROGRAM_OPTION = click.option(
    "--program",
    type=FILE,
    metavar="FILE",
    help="Decide with a program that `ostiary compile` has saved, not with policies.",
)


@click.command(epilog=_EXAMPLES)
@policy_options
@PROGRAM_OPTION
@request_options
@FORMAT_OPTION
def decide(*, files: PolicyFiles, program: Path | None, request: AskedRequest, format_: str) -> int:
    """Decide whether a request is allowed, and name the statement that decides.

    Each POLICY is a file with an identity policy of the caller; - is the standard input. Only the types of policy that are
    given are asked: the others count as allowing and never deny. The exit code is 0 if the request is allowed, 1 if it is
    denied, and 2 if there is no answer.
    """
    engine, given = engine_for(files, program)
    decision = engine.authorize(
        request.principal,
        request.action,
        request.resource,
        request.context,
        resource_account=request.resource_account,
        missing=request.missing,
    )
    answer = answer_for(decision, request, engine, given)
    if format_ == "json":
        click.echo(decision_json(answer))
    else:
        print_decision(answer, console())
    return ExitCode.YES if decision.allowed else ExitCode.NO


def engine_for(files: PolicyFiles, program: Path | None) -> tuple[Engine, GivenPolicies | None]:
    """The engine of the policies that were given, or of a saved program (then there are no policy texts)."""
    if program is None:
        given = files.read()
        return given.engine(), given
    if files:
        raise click.UsageError("--program holds the policies: give no others with it")
    return load(program), None


def answer_for(decision: Decision, request: AskedRequest, engine: Engine, given: GivenPolicies | None) -> Answer:
    """A decision with its question, for the renderers."""
    return Answer(
        decision,
        request.principal,
        request.action,
        request.resource,
        request.resource_account,
        request.missing,
        asked(engine),
        given.beside if given else (),
        _spans(decision, given),
    )


def asked(engine: Engine) -> tuple[PolicyType, ...]:
    """The types of policy that an engine asks, in the usual order."""
    return tuple(type_ for type_ in PolicyType if type_ in engine.program.layers)


def _spans(decision: Decision, given: GivenPolicies | None) -> dict[int, Span]:
    """Where the deciding statements stand in the texts that were given."""
    refs = decision.statements if given is not None else ()
    return {ref.number: span for ref in refs if given is not None and (span := _span(ref, given)) is not None}


def _span(ref: StatementRef, given: GivenPolicies) -> Span | None:
    for attachment in given.policies.attachments:
        document = attachment.document
        if (attachment.type.value, document.source.name) == (ref.type, ref.source) and ref.index < len(
            document.statements
        ):
            span = document.statements[ref.index].span
            if (span.position.line, span.position.column) == (ref.line, ref.column):
                return span
    return None
