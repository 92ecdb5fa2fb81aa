"""The workshop: everything of a program that rows, leaves and callers share, made ready once.

In: a program. Out: conditions with their memos, the clear evaluator, and finished cells for stretches.
Invariant: what is here is either fixed after construction or a memo with a cap; losing a memo costs time, never an answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary_grammar.making import maker
from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_grammar.terms import PolicyType, fold
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.context import ABSENT, Context, Implied, PlainKeys, Reader, Spellings
from ostiary_runtime.decision import Decision, StatementRef, allow, deny
from ostiary_runtime.elements import crossing_glob, with_stars
from ostiary_runtime.entries import Entry
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.generate import (
    Ends,
    Generator,
    Holds,
    LeafFunction,
    Made,
    PlainTest,
    Settler,
    TooLargeError,
    source_of,
)
from ostiary_runtime.globs import Matcher, has_variables, literal_prefix, matcher
from ostiary_runtime.keys import usual_spelling
from ostiary_runtime.leaves import Constant, Leaf, LeafBuilder, Residual, Residue, Undocumented
from ostiary_runtime.memos import Memo, condition_memo, pattern_memo
from ostiary_runtime.plan import Group, Step
from ostiary_runtime.program import Program, ResourceTest
from ostiary_runtime.request import CallerKind, parse_caller, parse_resource
from ostiary_runtime.stretches import HeaderView, Stretch, full_glob

# PERF: a cell is a Decision or a LeafFunction, told apart by its class, which costs half of what isinstance does; the type
# checker follows only isinstance.
Cell = Any
"""What a stretch holds: the decision itself, or what makes it."""


# Keys that a request implies where its context does not say them.
_IMPLIED = frozenset(parse_caller("*").derived) | {"aws:resourceaccount"}
# Bounds of which all rows share one text object.
MOST_BOUND_TEXTS = 65536
# Lists of patterns for which leaves share the test of crossing colons.
MOST_CROSSINGS = 4096
# Cells that all rows together hold before everything that grows with requests is dropped.
MOST_CELLS = 1_000_000

_make_ref = maker(StatementRef)


class Workshop:
    """Makes cells. Shared by all rows and threads of an engine. `forget` drops the engine's rows when they grow too many."""

    def __init__(self, program: Program, forget: Callable[[], None]) -> None:
        self.program = program
        self._forget = forget
        self._cells = 0
        self.refs = tuple(statement_refs(program))
        self.conditions = tuple(Condition(test) for test in program.conditions)
        self.evaluator = Evaluator(program, self.refs, self.conditions)
        self.short_patterns = frozenset([number for number, test in enumerate(program.resources) if test.written < 5])
        """Resource patterns of fewer than five fields after `arn`."""
        self.spellings = Spellings()
        self.usual = dict(usual_spellings(program))
        self.plain = PlainKeys(self.usual)
        self._memos: dict[int, Memo[int]] = {}
        self._pattern_memos: dict[tuple[int, bool], Memo[Matcher]] = {}
        self._builder = LeafBuilder(program, self.refs, self.evaluator)
        self._generator = Generator()
        # One object for each way of deciding: statements and layers are few, the leaves that end in one are many.
        self._decisions: dict[tuple[object, ...], Decision] = {}
        self._bounds: dict[str, str] = {}
        self._crossings: dict[tuple[tuple[int, ...], int], Callable[[str], bool]] = {}
        self._latest: tuple[Slow, Made, Stretch, tuple[Entry, ...]] | None = None

    def cell(self, view: HeaderView, node: int) -> Cell:
        """The finished leaf of a stretch. Three strategies: a constant, generated code, the clear evaluator.

        `node`: the trie node that owns the stretch.
        """
        return self._cell(view, node, self._generator.leaf)[0]

    def draft(self, view: HeaderView, node: int) -> tuple[Cell, bool]:
        """A leaf of a stretch, and whether it is the finished one.

        Compiling code takes ten times as long as deciding once without it. So code of a shape that is new is not compiled
        before it is asked for again, and the clear evaluator decides so long.
        """
        return self._cell(view, node, self._generator.leaf_of_known_shape)

    def _cell(
        self, view: HeaderView, node: int, generated: Callable[[Made, LeafFunction], LeafFunction | None]
    ) -> tuple[Cell, bool]:
        stretch = view.stretch(node)
        leaf = self._leaf(view, stretch)
        match leaf:
            case Constant(decision):
                return self.shared(decision), True
            case Undocumented(entries):
                return self.clear(view, stretch, entries), True
            case Residue():
                try:
                    made = source_of(leaf, LeafKit(self, view))
                except TooLargeError:
                    return self.clear(view, stretch, leaf.entries), True
                slow = Slow(self, view, node)
                function = generated(made, slow)
                if function is None:
                    return self.clear(view, stretch, leaf.entries), False
                self._latest = slow, made, stretch, leaf.entries
                return function, True

    def _leaf(self, view: HeaderView, stretch: Stretch) -> Leaf:
        return self._builder.build(
            stretch.entries, stretch.status, view.crossing, stretch.plan, stretch.perhaps, stretch.aside
        )

    def settling(self, slow: "Slow", view: HeaderView, node: int) -> "Settling":
        """What a leaf needs where its tables are not enough; the leaf is taken apart anew unless it was just built."""
        latest = self._latest
        if latest is not None and latest[0] is slow:
            _, made, stretch, entries = latest
        else:
            stretch = view.stretch(node)
            leaf = self._leaf(view, stretch)
            assert isinstance(leaf, Residue), "it was one when its code was generated, and a program never changes"
            made, entries = source_of(leaf, LeafKit(self, view)), leaf.entries
        return Settling(made.keys, self._generator.settler(made), self.clear(view, stretch, entries))

    def shared(self, decision: Decision) -> Decision:
        """The one object for a way of deciding, unless something is undecided."""
        if decision.undecided:
            return decision
        key = (decision.effect, decision.layer, *[ref.number for ref in decision.statements])
        return self._decisions.setdefault(key, decision)

    def bound(self, text: str) -> str:
        """The text object that all rows have for a bound.

        PERF: half of a search among a hundred bounds is waiting for their characters, less if other rows look at the same.
        """
        if len(self._bounds) >= MOST_BOUND_TEXTS:
            self._bounds.clear()
        return self._bounds.setdefault(text, text)

    @property
    def short(self) -> bool:
        """Whether more than half of what rows may put into their tables before they are dropped is there."""
        return self._cells > MOST_CELLS // 2

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

    def condition_memo(self, number: int) -> Memo[int]:
        """The matches of a condition, shared by all leaves."""
        found = self._memos.get(number)
        return found or self._memos.setdefault(number, condition_memo(self.conditions[number], self.spellings))

    def pattern_memo(self, number: int, *, negated: bool) -> Memo[Matcher]:
        """The matchers of a resource part with variables, shared by all leaves."""
        found = self._pattern_memos.get((number, negated))
        if found is None:
            memo = pattern_memo(self.program.resources[number].fields[4], self.spellings, negated=negated)
            found = self._pattern_memos.setdefault((number, negated), memo)
        return found

    def crossing(self, patterns: tuple[int, ...], length: int) -> Callable[[str], bool]:
        """Whether a resource, whose header is so long, might match one of the patterns by crossing colons.

        Leaves under one header mostly ask about the same patterns, so they have the answer in common.
        """
        key = patterns, length
        found = self._crossings.get(key)
        if found is None:
            resources = self.program.resources
            ready: list[Callable[[str], bool]] = []

            def might_cross(r: str) -> bool:
                # PERF: made when a resource first has a colon after its header, which few have
                if not ready:
                    ready.append(_crossing([resources[number] for number in patterns], length))
                return ready[0](r)

            if len(self._crossings) >= MOST_CROSSINGS:
                self._crossings.clear()
            found = self._crossings[key] = might_cross
        return found

    def spelled_out(self, context: Context) -> Context:
        """A context whose keys are all plain: the same one, or what policies ask about in the usual spelling."""
        if self.plain.hold(context) or self.plain.learn(context):
            return context
        spelled = self.spellings[tuple(context)]
        found: dict[str, object] = {}
        for folded, usual in self.usual.items():
            if folded in spelled:
                found[usual] = context[usual if usual in context else spelled[folded]]
        return found


@dataclass(frozen=True, slots=True)
class Settling:
    """What decides where the tables of a leaf are not enough. `keys`: those that it reads, with their usual spelling.

    `settle` asks the memos, `clear` is the clear evaluator on the entries of the leaf.
    """

    keys: Mapping[str, str]
    settle: Settler
    clear: LeafFunction


class Slow:
    """What a leaf does where its tables are not enough: reads its keys the long way, and asks the memos.

    Where they do not know either, the clear evaluator decides on the request as it came.
    What it needs for that is made when it is first called: it takes several times the memory of the leaf itself, and most
    leaves are never asked what no other one has been asked before.
    """

    __slots__ = ("_node", "_settling", "_view", "_workshop")

    def __init__(self, workshop: Workshop, view: HeaderView, node: int) -> None:
        self._workshop = workshop
        self._view = view
        self._node = node
        self._settling: Settling | None = None

    def __call__(self, r: str, context: Context, caller: Implied) -> Decision:
        settling, workshop = self._settling, self._workshop
        if settling is None:
            settling = self._settling = workshop.settling(self, self._view, self._node)
        if not workshop.plain.hold(context):
            workshop.plain.learn(context)
        reader = Reader(context, caller.derived, self._view.owner, "absent", workshop.spellings)
        states: dict[str, object] = {}
        for folded, usual in settling.keys.items():
            state = reader.state(folded, usual)
            states[usual] = None if state is ABSENT else state
        settled = settling.settle(r, states, caller)
        # a denial is falsy, and an answer
        return settling.clear(r, context, caller) if settled is None else settled


class LeafKit:
    """What the generated code of one leaf calls (see `generate.Kit`)."""

    def __init__(self, workshop: Workshop, view: HeaderView) -> None:
        self._workshop = workshop
        self._view = view
        self._resources = workshop.program.resources
        self.account = view.owner or None
        self.header = len(view.resource.header)
        checked = view.rowview.row.scope.kind is CallerKind.SESSION  # see `Engine`
        self.plain = None if checked else workshop.plain.hold

    def join(self, first: Decision, second: Decision, /) -> Decision:
        return Decision(first.effect, first.layer, first.statements + second.statements, (), allowed=True)

    def usual(self, folded: str, /) -> str:
        return self._workshop.usual[folded]

    def implied(self, folded: str, /) -> bool:
        return folded in _IMPLIED

    def condition(self, number: int, /) -> Memo[int]:
        return self._workshop.condition_memo(number)

    def pattern(self, number: int, /, *, negated: bool) -> Memo[Matcher] | None:
        if not has_variables(self._resources[number].fields[4]):
            return None
        return self._workshop.pattern_memo(number, negated=negated)

    def plain_pattern(self, number: int, /) -> PlainTest:
        return plain_test(full_glob(self._view.resource.header, self._resources[number].fields[4]))

    def crossing(self, patterns: tuple[int, ...]) -> Callable[[str], bool]:
        return self._workshop.crossing(patterns, self.header)

    def crossing_offset(self, patterns: tuple[int, ...]) -> int | None:
        """A pattern with all its fields can only cross if its resource part follows a colon after the header."""
        return self.header if self._workshop.short_patterns.isdisjoint(patterns) else None

    def denial(self, residual: Residual) -> Decision:
        return self._workshop.shared(deny(residual.entry.type, (self._workshop.refs[residual.entry.number],)))

    def grant(self, group: Group, entry: Entry) -> Decision:
        return self._workshop.shared(allow(group.type, (self._workshop.refs[entry.number],)))

    def outcome(self, step: Step, sure: Mapping[Group, Entry]) -> Decision:
        return self._workshop.shared(self._workshop.evaluator.outcome(step, dict(sure)))


def _crossing(tests: Sequence[ResourceTest], length: int) -> Callable[[str], bool]:
    """Whether a resource, whose header is so long, might match one of the patterns by crossing colons."""
    full: list[tuple[str, Callable[[str], bool]]] = []
    short: list[Callable[[str], bool]] = []
    for test in tests:
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


def plain_test(glob: Glob) -> PlainTest:
    """The cheapest test of a glob on texts that are known to begin with its literal prefix."""
    match glob:
        case (Literal(head), Wild.STAR, Literal(tail)) if not _overlap(head, tail):
            return Ends(tail)
        case (Literal(head), Wild.STAR, Literal(middle), Wild.STAR):
            return Holds(middle, len(head))
        case _:
            return matcher(glob)


def _overlap(head: str, tail: str) -> bool:
    """Whether a text shorter than both can begin with one and end in the other."""
    return any(head.endswith(tail[:size]) for size in range(1, len(tail) + 1)) or head in tail


def usual_spellings(program: Program) -> Iterator[tuple[str, str]]:
    """The keys that a program asks about, folded, each with the spelling under which it is looked up first."""
    written: dict[str, str] = {}
    for condition in program.conditions:
        written.setdefault(condition.key, condition.shown)
        for key in variables_of(condition):
            written.setdefault(key, key)
    for test in program.resources:
        for glob in test.fields[4:]:
            for token in glob:
                if isinstance(token, Variable):
                    written.setdefault(fold(token.key), token.key)
    for folded, spelled in written.items():
        yield folded, usual_spelling(folded, spelled)


def statement_refs(program: Program) -> list[StatementRef]:
    words = {type_: type_.value for type_ in PolicyType}
    refs = []
    for number, statement in enumerate(program.statements):
        policy = program.policies[statement.policy]
        refs.append(
            _make_ref(
                number,
                policy.name,
                words[policy.type],
                policy.source,
                statement.index,
                statement.sid,
                "Deny" if statement.deny else "Allow",
                statement.line,
                statement.column,
            )
        )
    return refs
