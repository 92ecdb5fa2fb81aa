"""Running tests: every request of a file is decided, and the answer compared with what is wanted.

In: test files. Out: a `FileResult` for each. A file that is not valid, or whose policies are not, gives diagnostics and no
outcomes; the other files run all the same.
"""

from collections.abc import Iterable
from pathlib import Path

from ostiary.policytest.explain import explain
from ostiary.policytest.model import FileResult, Miss, Outcome, PolicyTest, Suite
from ostiary.policytest.testfile import read_suite
from ostiary_grammar.errors import PolicyError
from ostiary_runtime.decision import Decision


def run_files(paths: Iterable[Path]) -> tuple[FileResult, ...]:
    """What became of each file."""
    return tuple(map(_run_file, paths))


def _run_file(path: Path) -> FileResult:
    try:
        suite = read_suite(path)
    except PolicyError as problem:
        return FileResult(str(path), errors=problem.diagnostics)
    return FileResult(suite.file, run_suite(suite), suite.notes)


def run_suite(suite: Suite) -> tuple[Outcome, ...]:
    """The outcomes of all tests, in order."""
    outcomes = []
    for test in suite.tests:
        decision = suite.engine.authorize(
            test.principal,
            test.action,
            test.resource,
            test.context,
            resource_account=test.resource_account,
            missing=test.missing,
        )
        misses = tuple(_misses(test, decision))
        explanation = explain(suite.engine, test, decision) if misses else ()
        outcomes.append(Outcome(test, decision, misses, explanation))
    return tuple(outcomes)


def _misses(test: PolicyTest, decision: Decision) -> Iterable[Miss]:
    if not test.want.holds(decision.effect):
        yield Miss.EFFECT
    if test.by is not None and not any(test.by in (ref.sid, ref.policy) for ref in decision.statements):
        yield Miss.BY
    if test.certain is not None and test.certain is not decision.certain:
        yield Miss.CERTAIN
