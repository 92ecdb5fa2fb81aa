"""Hints: the smallest changes of a request that would change its decision, and what each answer to an unknown would give.

In: an explanation, and a way to decide the request with another context or resource. Out: `Change`s and `Prospect`s, each
of which was tried: nothing is said that the engine does not confirm.
Invariant: a hint never says to widen a policy, and never names `*`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ostiary_grammar.pattern import ResourceForm, Variable
from ostiary_grammar.terms import Effect, fold
from ostiary_runtime.context import Context, Reader
from ostiary_runtime.decision import Decision, Doubt
from ostiary_runtime.explain import Change, Element, Explanation, Prospect, StatementReport
from ostiary_runtime.match import NO
from ostiary_runtime.program import Program, Statement
from ostiary_runtime.request import Resource
from ostiary_runtime.samples import Sample, samples, variable_samples

Try = Callable[[Context, str | None], Decision]
"""Decides the request with this context, and with another resource unless None."""

# How many single changes are tried, and how many of them in pairs: a hint is for people, who read three.
MOST_SINGLE = 64
MOST_PAIRED = 10
MOST_HINTS = 5


@dataclass(frozen=True, slots=True)
class _Candidate:
    words: str
    key: str | None
    value: object
    resource: str | None = None


def changes(
    explanation: Explanation, program: Program, context: Context, reader: Reader, attempt: Try
) -> tuple[Change, ...]:
    """The smallest changes that would turn a denial into Allow, or an Allow into a denial.

    Single changes first; pairs of changes only where no single one does it.
    """
    before = explanation.decision
    candidates = list(dict.fromkeys(_candidates(explanation, program, reader)))[:MOST_SINGLE]
    found: list[Change] = []
    for candidate in candidates:
        after = attempt(_changed(context, (candidate,)), candidate.resource)
        if after.allowed != before.allowed and after.certain:
            found.append(Change((candidate.words,), after.effect, after.layer))
    if found or before.allowed:
        return tuple(_distinct(found))
    for pair in combinations(candidates[: MOST_PAIRED * 2], 2):
        if pair[0].key == pair[1].key:
            continue
        resource = pair[0].resource or pair[1].resource
        after = attempt(_changed(context, pair), resource)
        if after.allowed and after.certain:
            found.append(Change((pair[0].words, pair[1].words), after.effect, after.layer))
            if len(found) >= MOST_HINTS:
                break
    return tuple(_distinct(found))


def prospects(
    explanation: Explanation, program: Program, context: Context, reader: Reader, attempt: Try
) -> tuple[Prospect, ...]:
    """For each unknown condition key that matters: the decision for every answer that the policies tell apart."""
    facts = dict.fromkeys(
        each.fact
        for each in explanation.decision.undecided
        if each.reason in (Doubt.KEY_NOT_KNOWN, Doubt.VARIABLE_NOT_KNOWN)
    )
    made: list[Prospect] = []
    for fact in facts:
        answers: dict[str, Effect] = {}
        for sample in _samples_of(fact, explanation, program, reader):
            after = attempt(_with(context, sample.key, sample.value), None)
            answers.setdefault(sample.words.replace("were ", "is ").replace("matched ", "matches "), after.effect)
        made.append(Prospect(fact, tuple(answers.items())[:MOST_HINTS]))
    return tuple(made)


def _candidates(explanation: Explanation, program: Program, reader: Reader) -> Iterator[_Candidate]:
    """Changes worth trying: of the conditions of statements that apply or nearly apply, then of the resource."""
    open_to_change = (Element.CONDITION, Element.RESOURCE)
    near = [
        report
        for layer in explanation.layers
        for report in layer.statements
        if all(element.match is not NO for element in report.elements if element.element not in open_to_change)
    ]
    for report in sorted(near, key=lambda each: len(each.failed)):
        statement = program.statements[report.statement.number]
        found = [sample for number in statement.conditions for sample in samples(program.conditions[number], reader)]
        found[:0] = _variable_samples(statement, explanation.resource, program)
        for sample in found:
            yield _Candidate(f"{sample.key} {sample.words}", fold(sample.key), sample.value)
    for layer in explanation.layers:
        for report in layer.statements:
            yield from _resources(report, program)


def _resources(report: StatementReport, program: Program) -> Iterator[_Candidate]:
    """Other resources, where an Allow fails on its resource alone."""
    failed = [element.element for element in report.elements if element.match is NO]
    if report.statement.effect != "Allow" or failed != [Element.RESOURCE]:
        return
    statement = program.statements[report.statement.number]
    if statement.not_resource:
        return
    for number in statement.resources or ():
        test = program.resources[number]
        if test.form is not ResourceForm.ARN or any(isinstance(token, Variable) for token in test.fields[4]):
            continue
        if test.written < 5 or test.text.count("*") > 2:
            continue
        yield _Candidate(
            f"the resource matched `{test.text}`", None, None, test.text.replace("*", "x").replace("?", "x")
        )


def _samples_of(fact: str, explanation: Explanation, program: Program, reader: Reader) -> Iterator[Sample]:
    doubtful = {each.statement.number for each in explanation.decision.undecided if each.statement is not None}
    for statement in (program.statements[number] for number in sorted(doubtful)):
        for sample in _variable_samples(statement, explanation.resource, program):
            if fold(sample.key) == fact:
                yield sample
                yield Sample(sample.key, "~", "were anything else")
        for number in statement.conditions:
            if program.conditions[number].key == fact:
                yield from samples(program.conditions[number], reader)


def _variable_samples(statement: Statement, resource: Resource, program: Program) -> Iterator[Sample]:
    for number in statement.resources or ():
        fields = program.resources[number].fields
        if fields and resource.fields:
            yield from variable_samples(fields[4], resource.fields[5])


def _changed(context: Context, candidates: Sequence[_Candidate]) -> Context:
    for candidate in candidates:
        if candidate.key is not None:
            context = _with(context, candidate.key, candidate.value)
    return context


def _with(context: Context, key: str, value: object) -> Mapping[str, object]:
    """The context with one key set, however it was spelled there."""
    return {**{name: held for name, held in context.items() if fold(name) != fold(key)}, key: value}


def _distinct(found: Sequence[Change]) -> Sequence[Change]:
    seen: dict[tuple[str, ...], Change] = {}
    for change in found:
        seen.setdefault(change.what, change)
    return list(seen.values())[:MOST_HINTS]
