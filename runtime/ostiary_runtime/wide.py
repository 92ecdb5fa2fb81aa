"""Wide programs: rows that look up their entries where a request needs them, instead of listing all of them first.

In: a program with many statements. Out: for each ARN header its stretches by *all* patterns of the program, made once and
shared by all rows, and row views that make the entries of one stretch at a time.
A row view of a narrow program knows its own patterns only, so it has fewer stretches and a quicker search; but it lists
every statement that its action and scope bring into play, which takes a wide program too long for the first request.
Invariant: a stretch brings the same entries into play as it does in a narrow row view.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ostiary_grammar.pattern import STAR, Glob, Literal, Wild
from ostiary_runtime.context import Reader
from ostiary_runtime.decision import Decision
from ostiary_runtime.entries import Bound, Entry, Row, Rows, match_of, root_of_trust
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.globs import has_variables
from ostiary_runtime.intervals import EMPTY, IntervalIndex, build, successor
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.leaves import arns_alone
from ostiary_runtime.match import NO, Match
from ostiary_runtime.plan import Group, Plan
from ostiary_runtime.program import Program
from ostiary_runtime.request import Resource, header_alone
from ostiary_runtime.stretches import (
    TRUSTED,
    HeaderIndex,
    HeaderView,
    RowView,
    Stretch,
    index_patterns,
    matches_all,
)

MANY = 2_000
"""Statements from which on a program is wide. Below, a narrow row is a tenth faster once it is there, and there soon enough."""
MOST_PLANS = 64
# How resource parts begin whose own policy may have to grant, by service (see `root_of_trust`).
_ROOTS = {"kms": "key/", "iam": "role/"}


@dataclass(frozen=True, slots=True)
class Header:
    """What all rows share of an ARN header. `texts` are the bounds of a table that holds this header alone, as whole ARNs.

    `inner` are the nodes of the index that have others below them, so that they may own several stretches. `near` are the
    statements that have one of the `crossing` patterns, in program order; with those patterns where a statement matches
    nothing but what its ARN patterns match, else with None.
    """

    index: IntervalIndex
    texts: list[str]
    inner: frozenset[int]
    crossing: frozenset[int]
    near: Mapping[int, tuple[int, ...] | None]


class Wide:
    """What all rows of a wide program share. Immutable but for a memo of headers, which has a cap."""

    CAP = 2048

    def __init__(self, program: Program, headers: HeaderIndex) -> None:
        self._program = program
        self._headers = headers
        self.resources = program.resources
        self.filed: dict[int, list[int]] = {}
        """From a resource pattern to the statements that it brings into play."""
        self._always: dict[int, list[int]] = {}
        self._always_not_action: list[int] = []
        excluding: set[int] = set()
        for number, statement in enumerate(program.statements):
            patterns = index_patterns(statement, program.resources)
            for pattern in patterns or ():
                self.filed.setdefault(pattern, []).append(number)
            if patterns is None and statement.not_action:
                self._always_not_action.append(number)
            elif patterns is None:
                for action in statement.actions:
                    self._always.setdefault(action, []).append(number)
            if statement.not_resource:
                excluding.update(statement.resources or ())
        # Under NotResource a variable without a value is Unknown on everything that the header covers (10.4).
        self._everywhere = {number for number in excluding if has_variables(_tail(program, number))}
        self._memo: dict[str, Header] = {}

    def always(self, actions: Iterable[int]) -> Iterable[int]:
        """Statements that are in play whatever the resource, if one of these action patterns matches; and NotActions."""
        yield from self._always_not_action
        for action in actions:
            yield from self._always.get(action, ())

    def header(self, resource: Resource) -> Header:
        """The stretches of a resource's header."""
        found = self._memo.get(resource.header)
        if found is None:
            found = self._header(resource)
            if len(resource.header) <= LONGEST:
                if len(self._memo) >= self.CAP:
                    self._memo.clear()
                self._memo[resource.header] = found
        return found

    def _header(self, resource: Resource) -> Header:
        strict, crossing_headers = self._headers.live(resource)
        patterns = self._headers.patterns
        live = [pattern for number in sorted(strict) for pattern in patterns(number)]
        root = _ROOTS.get(resource.fields[2])
        if len(strict) == 1 and root is None and not self._everywhere.intersection(live):
            index = self._program.headers[next(iter(strict))].tails
        else:
            tails = [(each, STAR if each in self._everywhere else _tail(self._program, each)) for each in live]
            if root is not None:
                tails.append((TRUSTED, (Literal(root), Wild.STAR)))
            index = build(tails)
        crossing = frozenset(
            pattern for number in crossing_headers for pattern in patterns(number) if self.resources[pattern].crossing
        )
        near = sorted({number for pattern in crossing for number in self.filed.get(pattern, ())})
        start = resource.header
        texts = ["", start, *(start + bound for bound in index.bounds), str(successor(start))]
        crossed = {number: self._crossed(number, crossing) for number in near}
        return Header(index, texts, frozenset(index.parents), crossing, crossed)

    def _crossed(self, number: int, crossing: frozenset[int]) -> tuple[int, ...] | None:
        statement = self._program.statements[number]
        if not arns_alone(statement, self.resources):
            return None
        return tuple([pattern for pattern in statement.resources or () if pattern in crossing])


def _tail(program: Program, pattern: int) -> Glob:
    fields = program.resources[pattern].fields
    return fields[4] if fields else ()


class WideRowView(RowView):
    """A row of a wide program: `row.entries` stays empty, and entries are made for each stretch that is asked about."""

    def __init__(self, row: Row, bound: Bound, rows: Rows, headers: HeaderIndex, wide: Wide) -> None:
        super().__init__(row, rows, headers)
        self._bound = bound
        self._wide = wide
        self._actions = rows.classes.patterns(row.action)
        self._everywhere: list[int] = []
        # Entries that many stretches share: those without a resource pattern, and those that might cross colons.
        self._kept: dict[int, tuple[Entry, ...]] = {}
        for number in () if row.exempt else set(wide.always(self._actions)):
            entries = self._shared_entries(number)
            if entries:
                self._everywhere.append(number)
                self._kept[number] = entries
        self._near: dict[str, _Near] = {}
        self._plans: dict[tuple[str, str, bool], tuple[Plan, frozenset[Group]]] = {}
        self._narrow: RowView | None = None

    def narrow(self) -> RowView:
        """The same row with all of its entries, for what has to see every one of them."""
        if self._narrow is None:
            row = self._rows.row(self.row.scope, self.row.action)
            self._narrow = RowView(row, self._rows, self._headers)
        return self._narrow

    @property
    def alike(self) -> bool:
        """Never: a wide program names many resources."""
        return False

    def exact_headers(self) -> Iterator[str]:
        return self.narrow().exact_headers()

    def decide_plainly(self, resource: Resource, reader: Reader, evaluator: Evaluator) -> Decision:
        return self.narrow().decide_plainly(resource, reader, evaluator)

    def view(self, resource: Resource) -> HeaderView:
        if not resource.fields:
            return HeaderView(resource, self.owner(resource), EMPTY, frozenset(), self)
        header = self._wide.header(resource)
        kept = header_alone(resource)
        return HeaderView(kept, self.owner(resource), header.index, header.crossing, self, header.texts, header.inner)

    def stretch(self, view: HeaderView, chain: Iterable[int]) -> Stretch:
        patterns = tuple(chain)
        trusted = TRUSTED in patterns
        service = view.resource.fields[2] if view.resource.fields else ""
        must_grant = trusted and root_of_trust(self.row.action, service) is not None
        patterns = tuple(pattern for pattern in patterns if pattern != TRUSTED) if trusted else patterns
        filed = self._wide.filed
        numbers = set(self._everywhere)
        for pattern in patterns:
            numbers.update(filed.get(pattern, ()))
        near = self._crossing(view)
        numbers.update(near.numbers)
        kept = self._kept
        entries = [entry for number in sorted(numbers) for entry in kept.get(number) or self._entries(number)]
        plan, perhaps = self._plan(view, must_grant=must_grant)
        resources = self._resources
        status = {pattern: matches_all(resources[pattern].fields[4]) for pattern in patterns}
        return Stretch(self.binding(entries, view.owner), status, plan, perhaps, near.aside)

    def _crossing(self, view: HeaderView) -> "_Near":
        """The row's statements that might match by crossing colons under a header; most headers have none."""
        if not view.crossing:
            return _NONE
        header = view.resource.header
        found = self._near.get(header)
        if found is None:
            found = self._find_crossing(view)
            if len(self._near) >= MOST_PLANS:
                self._near.clear()
            self._near[header] = found
        return found

    def _find_crossing(self, view: HeaderView) -> "_Near":
        possible = self._rows.classes.possible(self._actions)
        numbers: list[int] = []
        aside: dict[Entry, tuple[int, ...]] = {}
        for number, crossed in self._wide.header(view.resource).near.items():
            entries = self._shared_entries(number) if number in possible else ()
            if entries:
                numbers.append(number)
                self._kept[number] = entries
                if crossed is not None:
                    aside.update(dict.fromkeys(entries, crossed))
        return _Near(tuple(numbers), aside)

    def _plan(self, view: HeaderView, *, must_grant: bool) -> tuple[Plan, frozenset[Group]]:
        partition = view.resource.fields[1] if view.resource.fields else ""
        key = (view.owner, partition, must_grant)
        found = self._plans.get(key)
        if found is None:
            found = self.plan(view.resource, must_grant=must_grant)
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            self._plans[key] = found
        return found

    def _entries(self, number: int) -> tuple[Entry, ...]:
        """The entries of a statement in this row; none if action, binding or principal leave it out."""
        match = match_of(self._rows.program.statements[number], self._actions)
        return () if match is NO else self._entries_of(number, match)

    def _shared_entries(self, number: int) -> tuple[Entry, ...]:
        """The same, as the very objects that other rows of the scope have: for statements that are in play in many rows."""
        match = match_of(self._rows.program.statements[number], self._actions)
        if match is NO:
            return ()
        key = (number, match, self.row.rcps_apply)
        found = self._bound.shared.get(key)
        if found is None:
            found = self._bound.shared[key] = self._entries_of(number, match)
        return found

    def _entries_of(self, number: int, match: Match) -> tuple[Entry, ...]:
        return tuple(self._rows.entries_of(number, match, self._bound, rcps_apply=self.row.rcps_apply))


@dataclass(frozen=True, slots=True)
class _Near:
    """Statements that might match by crossing colons, and `aside` (see `Stretch`) those that can match in no other way."""

    numbers: tuple[int, ...]
    aside: dict[Entry, tuple[int, ...]]


_NONE = _Near((), {})
