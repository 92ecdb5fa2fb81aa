"""Leaves: partial evaluation of a row for one stretch of resources.

In: a row's entries, the resource patterns that the stretch matches for certain or perhaps, and the plan.
Out: a `Leaf`: a constant decision, or the residual tests that still depend on the request.

A leaf is *exact* where nothing is Unknown; where some test may come out Unknown for reasons that lie in the policy
(undocumented patterns), it is left to the clear evaluator as a whole, and where a request makes a test Unknown the
generated code goes there too. So the leaves never have to reason about bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from ostiary_grammar.making import maker
from ostiary_grammar.pattern import ResourceForm
from ostiary_runtime.decision import Decision, StatementRef, deny
from ostiary_runtime.entries import Entry
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.plan import Group, Plan, Step
from ostiary_runtime.program import Program, ResourceTest, Statement


@dataclass(frozen=True, slots=True)
class ResourceResidual:
    """What is left of a Resource or NotResource element: patterns of which one must match (`negated`: none)."""

    tests: tuple[int, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left of an entry: all of its resource residuals and conditions must hold."""

    entry: Entry
    resources: tuple[ResourceResidual, ...]
    conditions: tuple[int, ...]

    @property
    def definite(self) -> bool:
        return not (self.resources or self.conditions)


_make_residual = maker(Residual)


@dataclass(frozen=True, slots=True)
class ResidualStep:
    """A step of the plan that is not decided yet: which groups must (not) allow, and what follows."""

    when: tuple[tuple[Group, bool], ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Constant:
    """A leaf that does not depend on the rest of the request."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Residue:
    """A leaf with tests left.

    Denies first; then the steps in order, the last of which holds always. `groups` are the groups of which one residual
    has to hold, `sure` those that allow whatever the request says, with the statement that does. `crossing`: patterns that could match if a star ran over colons, which
    makes the answer Unknown (iam-semantics.md 10.1). `entries` are what the clear evaluator needs.
    """

    denies: tuple[Residual, ...]
    groups: Mapping[Group, tuple[Residual, ...]]
    steps: tuple[ResidualStep, ...]
    sure: Mapping[Group, Entry]
    crossing: tuple[int, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Undocumented:
    """A leaf on which some entry is Unknown whatever the request says: the clear evaluator decides."""

    entries: tuple[Entry, ...]


Leaf = Constant | Residue | Undocumented

Status = Mapping[int, bool]
"""Resource patterns that match the stretch: True for certain, False if the resource still has to be tested."""


class LeafBuilder:
    """Builds leaves for one program."""

    def __init__(self, program: Program, refs: Sequence[StatementRef], evaluator: Evaluator) -> None:
        self._program = program
        self._refs = refs
        self._evaluator = evaluator

    def build(
        self,
        entries: Sequence[Entry],
        status: Status,
        crossing: frozenset[int],
        plan: Plan,
        perhaps: frozenset[Group],
        aside: Mapping[Entry, tuple[int, ...]] | None = None,
    ) -> Leaf:
        """The leaf for the entries that can be in play. `crossing`: their patterns that the stretch might match by 10.1.

        `aside`: entries that match nothing but what their ARN patterns match, with those of `crossing`.
        """
        aside = aside or {}
        here = status.keys()
        residuals: list[Residual] = []
        kept: list[Entry] = []
        near: dict[Entry, tuple[int, ...]] = {}
        undocumented = bool(perhaps)
        for entry in entries:
            near_only = aside.get(entry)
            if near_only is not None and here.isdisjoint(entry.statement.resources or ()):
                # PERF: most entries of a wide program are here only because they might cross colons
                near[entry] = near_only
                kept.append(entry)
                continue
            outcome = self._residual(entry, status)
            crossed = _crossed(entry, outcome, status, crossing)
            if crossed:
                near[entry] = crossed
            if outcome is NO:
                if crossed:
                    kept.append(entry)
                continue
            kept.append(entry)
            if isinstance(outcome, Match) or entry.known is UNKNOWN or any(how is UNKNOWN for _, how in entry.groups):
                undocumented = True
                continue
            residuals.append(outcome)
        for residual in residuals:
            if residual.entry.statement.deny and residual.definite and residual.entry not in near:
                return Constant(deny(residual.entry.type, (self._refs[residual.entry.number],)))
        if undocumented:
            return Undocumented(tuple(kept))
        return self._fold(residuals, near, tuple(kept), plan)

    def _fold(
        self, residuals: Sequence[Residual], near: Mapping[Entry, tuple[int, ...]], kept: tuple[Entry, ...], plan: Plan
    ) -> Leaf:
        """Folds the plan with what is known of its groups."""
        sure: dict[Group, Entry] = {}
        open_groups: dict[Group, list[Residual]] = {}
        for residual in residuals:
            for group, _ in residual.entry.groups:
                if residual.definite:
                    sure.setdefault(group, residual.entry)
                else:
                    open_groups.setdefault(group, []).append(residual)
        groups = {group: tuple(found) for group, found in open_groups.items() if group not in sure}
        steps: list[ResidualStep] = []
        for step in plan:
            when = tuple(literal for literal in step.when if literal[0] in groups)
            if any((group in sure) is not wanted for group, wanted in step.when if group not in groups):
                continue
            steps.append(ResidualStep(when, step))
            if not when:
                break
        denies = tuple(residual for residual in residuals if residual.entry.statement.deny)
        # A pattern that perhaps matches by crossing colons matters unless its groups allow anyway, by plain matches.
        plainly = {group for group, entry in sure.items() if entry not in near}
        crossed: list[int] = []
        for entry, numbers in near.items():
            if not plainly or entry.statement.deny or not all(group in plainly for group, _ in entry.groups):
                crossed += numbers
        crossing = tuple(dict.fromkeys(crossed))
        names_open = any(group in groups for group in steps[0].step.by)
        if not (denies or crossing or steps[0].when or names_open):
            return Constant(self._evaluator.outcome(steps[0].step, sure))
        return Residue(_cheapest_first(denies), groups, tuple(steps), sure, crossing, kept)

    def _residual(self, entry: Entry, status: Status) -> Residual | Match:
        """What is left of an entry here: NO if it cannot apply, UNKNOWN if it is undocumented whatever the request says."""
        statement = entry.statement
        left: list[ResourceResidual] = []
        unknown = False
        for numbers, negated in (
            (statement.resources, statement.not_resource),
            (statement.covers, False),
        ):
            if numbers is None:
                continue
            outcome = self._element(numbers, status, negated=negated)
            match outcome:
                case Match.NO:
                    return NO
                case Match.UNKNOWN:
                    unknown = True
                case Match.YES:
                    pass
                case ResourceResidual():
                    left.append(outcome)
                case _ as never:
                    assert_never(never)
        return UNKNOWN if unknown else _make_residual(entry, tuple(left), statement.conditions)

    def _element(self, numbers: Sequence[int], status: Status, *, negated: bool) -> Match | ResourceResidual:
        """A Resource element on this stretch: decided, or the patterns that still have to be tested."""
        if negated and not numbers:
            return UNKNOWN
        answer = NO
        tests: list[int] = []
        for number in numbers:
            match = _on_stretch(self._program.resources[number], status=status.get(number))
            if match is YES:
                answer = YES
                break
            if match is None:
                tests.append(number)
            else:
                answer = max(answer, match)
        if answer is YES or not tests:
            return answer.negate() if negated else answer
        return UNKNOWN if answer is UNKNOWN else ResourceResidual(tuple(tests), negated)


def arns_alone(statement: Statement, resources: Sequence[ResourceTest]) -> bool:
    """Whether a statement matches nothing but what its ARN patterns match."""
    numbers = statement.resources
    if numbers is None or statement.not_resource or statement.covers is not None:
        return False
    return all(resources[number].form is ResourceForm.ARN for number in numbers)


def _on_stretch(test: ResourceTest, *, status: bool | None) -> Match | None:
    """What a pattern comes to on a stretch; None if the resource has to be tested."""
    match test.form:
        case ResourceForm.ANY:
            return YES
        case ResourceForm.STARS:
            return UNKNOWN
        case ResourceForm.NEVER:
            return NO
        case ResourceForm.ARN:
            if status is None:
                return NO
            return UNKNOWN if test.unsure else YES if status else None
        case _ as never:
            assert_never(never)


def _crossed(entry: Entry, outcome: Residual | Match, status: Status, crossing: frozenset[int]) -> tuple[int, ...]:
    """The entry's patterns that could change its answer by crossing colons; none if another pattern matches already."""
    statement = entry.statement
    if isinstance(outcome, Residual) and not outcome.resources and not statement.not_resource:
        return ()
    if not crossing:
        return ()
    numbers = (*(statement.resources or ()), *(statement.covers or ()))
    return tuple([number for number in numbers if number in crossing and not status.get(number)])


def _cheapest_first(denies: Sequence[Residual]) -> tuple[Residual, ...]:
    """Denies with the fewest tests first; program order among equals, so that the order is the same every time."""
    return tuple(sorted(denies, key=lambda residual: len(residual.conditions) + 2 * len(residual.resources)))
