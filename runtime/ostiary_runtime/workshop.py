"""The workshop: everything of a program that rows, leaves and callers share, made ready once.

In: a program. Out: conditions with their memos, the clear evaluator, and finished cells for stretches.
Invariant: what is here is either fixed after construction or a memo with a cap; losing a memo costs time, never an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_runtime.conditions import Condition
from ostiary_runtime.context import Context, Implied, Reader, Spellings
from ostiary_runtime.decision import Decision, StatementRef, allow, deny
from ostiary_runtime.elements import crossing_glob, match_resources, with_stars
from ostiary_runtime.entries import Entry
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.generate import Generator, LeafFunction, LeafTest, TooLargeError
from ostiary_runtime.globs import has_variables, literal_prefix, matcher
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.leaves import Constant, LeafBuilder, Residual, Residue, ResourceResidual, Undocumented
from ostiary_runtime.plan import Group, Step
from ostiary_runtime.program import Program
from ostiary_runtime.request import parse_resource
from ostiary_runtime.stretches import HeaderView, Stretch, full_glob

# PERF: a cell is a Decision or a LeafFunction, told apart by its class, which costs half of what isinstance does; the type
# checker follows only isinstance.
Cell = Any
"""What a stretch holds: the decision itself, or what makes it."""


class Memo(dict[str, int]):
    """The matches of a condition by text value. Capped: request values are chosen by callers."""

    CAP = 4096
    __slots__ = ("_condition",)

    def __init__(self, condition: Condition) -> None:
        super().__init__()
        self._condition = condition

    def __missing__(self, value: str) -> int:
        match = int(self._condition.of_state(value))  # PERF: plain numbers compare faster than enum members
        if len(value) <= LONGEST:
            if len(self) >= self.CAP:
                self.clear()
            self[value] = match
        return match


@dataclass(frozen=True, slots=True)
class Prepared:
    """A condition as generated code needs it."""

    condition: Condition
    memo: Memo


# Cells that all rows together hold before everything that grows with requests is dropped.
MOST_CELLS = 1_000_000


class Workshop:
    """Makes cells. Shared by all rows and threads of an engine. `forget` drops the engine's rows when they grow too many."""

    def __init__(self, program: Program, forget: Callable[[], None]) -> None:
        self.program = program
        self._forget = forget
        self._cells = 0
        self.refs = tuple(statement_refs(program))
        self.conditions = tuple(Condition(test) for test in program.conditions)
        self.evaluator = Evaluator(program, self.refs, self.conditions)
        self.spellings = Spellings()
        self.prepared = tuple(Prepared(condition, Memo(condition)) for condition in self.conditions)
        self._builder = LeafBuilder(program, self.refs, self.evaluator)
        self._generator = Generator()

    def cell(self, view: HeaderView, stretch: Stretch) -> Cell:
        """The finished leaf of a stretch. Three strategies: a constant, generated code, the clear evaluator."""
        leaf = self._builder.build(stretch.entries, stretch.status, view.crossing, stretch.plan, stretch.perhaps)
        match leaf:
            case Constant(decision):
                return decision
            case Undocumented(entries):
                return self.clear(view, stretch, entries)
            case Residue():
                try:
                    return self._generator.leaf(leaf, LeafKit(self, view, stretch, leaf.entries))
                except TooLargeError:
                    return self.clear(view, stretch, leaf.entries)

    @property
    def room(self) -> int:
        """How many cells rows may still put into their tables before they are dropped."""
        return MOST_CELLS - self._cells

    def spend(self, cells: int) -> None:
        """Counts cells that a row has put into its table."""
        self._cells += cells
        if self._cells > MOST_CELLS:
            self._cells = 0
            self._forget()

    def clear(self, view: HeaderView, stretch: Stretch, entries: tuple[Entry, ...]) -> LeafFunction:
        """The clear evaluator on some entries, callable as a leaf."""
        decide, spellings = self.evaluator.decide, self.spellings
        plan, perhaps, owner = stretch.plan, stretch.perhaps, view.owner

        def clear(r: str, context: Context, caller: Implied) -> Decision:
            reader = Reader(context, caller.derived, owner, "absent", spellings)
            return decide(entries, plan, perhaps, parse_resource(r), reader)

        return clear

    def find(self, context: Context, caller: Implied, folded: str, account: str) -> object:
        """A key that the context does not carry under its usual spelling; None where it is absent."""
        if context:
            spelling = self.spellings[tuple(context)].get(folded)
            if spelling is not None:
                return context[spelling]
        if folded == "aws:resourceaccount":
            return account or None
        return caller.derived.get(folded)


class LeafKit:
    """What the generated code of one leaf calls (see `generate.Kit`)."""

    def __init__(self, workshop: Workshop, view: HeaderView, stretch: Stretch, entries: tuple[Entry, ...]) -> None:
        self._workshop = workshop
        self._view = view
        self._resources = workshop.program.resources
        self.account = view.owner
        self.clear = workshop.clear(view, stretch, entries)

    def find(self, context: Context, caller: Implied, folded: str, account: str, /) -> object:
        return self._workshop.find(context, caller, folded, account)

    def join(self, first: Decision, second: Decision, /) -> Decision:
        return Decision(first.effect, first.layer, first.statements + second.statements, (), allowed=True)

    def key(self, condition: int) -> tuple[str, str]:
        test = self._workshop.conditions[condition].test
        return test.key, test.shown

    def memo(self, condition: int) -> Mapping[str, int]:
        return self._workshop.prepared[condition].memo

    def other(self, condition: int) -> Callable[[object], int]:
        return self._workshop.conditions[condition].of_value

    def whole(self, condition: int) -> LeafTest | None:
        prepared = self._workshop.conditions[condition]
        if not prepared.variables:
            return None
        spellings, owner = self._workshop.spellings, self._view.owner
        key, shown = prepared.test.key, prepared.test.shown

        def test(_r: str, context: Context, caller: Implied) -> int:
            reader = Reader(context, caller.derived, owner, "absent", spellings)
            return prepared.of_state(reader.state(key, shown), reader)

        return test

    def plain_element(self, element: ResourceResidual) -> Callable[[str], bool] | None:
        tests = [self._resources[number] for number in element.tests]
        if any(has_variables(test.fields[4]) for test in tests):
            return None
        header = self._view.resource.header
        matchers = [matcher(full_glob(header, test.fields[4])) for test in tests]
        if len(matchers) == 1 and not element.negated:
            return matchers[0]
        if element.negated:
            return lambda r: not any(matches(r) for matches in matchers)
        return lambda r: any(matches(r) for matches in matchers)

    def variable_element(self, element: ResourceResidual) -> LeafTest:
        tests = tuple(self._resources[number] for number in element.tests)
        spellings, owner, negated = self._workshop.spellings, self._view.owner, element.negated

        def test(r: str, context: Context, caller: Implied) -> int:
            reader = Reader(context, caller.derived, owner, "absent", spellings)
            return match_resources(tests, parse_resource(r), reader, negated=negated)

        return test

    def crossing(self, patterns: tuple[int, ...]) -> Callable[[str], bool]:
        length = len(self._view.resource.header)
        full: list[tuple[str, Callable[[str], bool]]] = []
        short: list[Callable[[str], bool]] = []
        for number in patterns:
            test = self._resources[number]
            tail = with_stars(test.fields[4])
            crosses = crossing_glob(test, tail)
            if test.written < 5:
                short.append(crosses)
            else:
                full.append((":" + literal_prefix(tail), crosses))

        def might_cross(r: str) -> bool:
            for needle, crosses in full:
                if r.find(needle, length) >= 0 and crosses(r):
                    return True
            return any(crosses(r) for crosses in short)

        return might_cross

    def crossing_offset(self, patterns: tuple[int, ...]) -> int | None:
        """A pattern with all its fields can only cross if its resource part follows a colon after the header."""
        if any(self._resources[number].written < 5 for number in patterns):
            return None
        return len(self._view.resource.header)

    def denial(self, residual: Residual) -> Decision:
        return deny(residual.entry.type, (self._workshop.refs[residual.entry.number],))

    def grant(self, group: Group, entry: Entry) -> Decision:
        return allow(group.type, (self._workshop.refs[entry.number],))

    def outcome(self, step: Step, sure: Mapping[Group, Entry]) -> Decision:
        return self._workshop.evaluator.outcome(step, dict(sure))


def statement_refs(program: Program) -> list[StatementRef]:
    refs = []
    for number, statement in enumerate(program.statements):
        policy = program.policies[statement.policy]
        refs.append(
            StatementRef(
                number,
                policy.name,
                policy.type.value,
                policy.source,
                statement.index,
                statement.sid,
                "Deny" if statement.deny else "Allow",
                statement.line,
                statement.column,
            )
        )
    return refs
