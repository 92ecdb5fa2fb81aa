"""Policy tests for people: a line for every failure, what is wrong with files that could not run, and how many passed.

FAIL  tests/app.yaml:12: reads its own bucket: wanted Allow, got ExplicitDeny by NoRead (app.json:9:5)
"""

from collections.abc import Sequence
from typing import assert_never

from rich.console import Console

from ostiary.policytest.model import FileResult, Miss, Outcome
from ostiary.render.decision_text import doubt, plural
from ostiary.render.diagnostics_text import print_diagnostics
from ostiary.render.terminal import safe
from ostiary_grammar.terms import Effect, PolicyType
from ostiary_runtime.decision import Decision, StatementRef


def print_results(results: Sequence[FileResult], screen: Console, *, errors: Console) -> None:
    """Prints failures and the summary on `screen`, and what is wrong or doubtful in files on `errors`."""
    for result in results:
        print_diagnostics((*result.errors, *result.notes), errors)
    for result in results:
        for outcome in result.failed:
            screen.print(
                safe("FAIL  ", "bold red") + safe(f"{place(outcome)}: {outcome.test.name}: {difference(outcome)}")
            )
            for line in outcome.explanation:
                screen.print(safe(f"      {line}", "dim"))
    broken = any(result.errors or result.failed for result in results)
    screen.print(safe(summary(results), "bold red" if broken else "bold green"))


def place(outcome: Outcome) -> str:
    """Where a test stands: file and line."""
    span = outcome.test.at
    return f"{span.source.name}:{span.position.line}"


def difference(outcome: Outcome) -> str:
    """What was wanted, what came and by which statement, and what is not known."""
    decision = outcome.decision
    unknown = "; ".join(f"{each.fact}: {doubt(each.reason)}" for each in decision.undecided)
    return f"wanted {_wanted(outcome)}, got {_got(outcome)}" + (f"; not known: {unknown}" if unknown else "")


def summary(results: Sequence[FileResult]) -> str:
    """How it went, in one line: `12 tests in 2 files: 11 passed, 1 failed`."""
    tests = sum(len(result.outcomes) for result in results)
    failed = sum(len(result.failed) for result in results)
    broken = sum(1 for result in results if result.errors)
    line = f"{_counted(tests, 'test')} in {_counted(len(results) - broken, 'file')}: {tests - failed} passed"
    if failed:
        line += f", {failed} failed"
    return line + (f"; {_counted(broken, 'file')} could not run" if broken else "")


def _wanted(outcome: Outcome) -> str:
    test = outcome.test
    words = test.want.value
    if test.by is not None:
        words += f" by {test.by}"
    if Miss.CERTAIN in outcome.misses:
        words += " for certain" if test.certain else ", and not for certain"
    return words


def _got(outcome: Outcome) -> str:
    words = _deciding(outcome.decision)
    if Miss.CERTAIN in outcome.misses:
        words += " for certain" if outcome.decision.certain else ", but not for certain"
    return words


def _deciding(decision: Decision) -> str:
    match decision.effect:
        case Effect.ALLOW | Effect.EXPLICIT_DENY if decision.statements:
            return f"{decision.effect.value} by {' and '.join(map(_named, decision.statements))}"
        case Effect.ALLOW | Effect.EXPLICIT_DENY:
            return f"{decision.effect.value}, which needs no policy"
        case Effect.IMPLICIT_DENY:
            layer = PolicyType(decision.layer) if decision.layer else PolicyType.IDENTITY
            return f"{decision.effect.value} for want of an Allow in the {plural(layer)}"
        case _ as never:
            assert_never(never)


def _named(ref: StatementRef) -> str:
    name = ref.sid or f"{ref.policy} statement {ref.index}"
    return f"{name} ({ref.source}:{ref.line}:{ref.column})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
