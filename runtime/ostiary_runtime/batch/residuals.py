"""Residuals: rows whose cell leaves something open, decided by what their circumstances have in common.

In: rows with residual cells. Out: their answers. First what the text of the resource says is settled, then the classes of
the condition keys that the cells ask about are put together to one number, and the pair of cell and circumstances is looked
up. A pair that is new is put to the single engine on the first row that has it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch.answers import Answers, Counts
from ostiary_runtime.batch.cells import LOST, RESIDUAL, Cells
from ostiary_runtime.batch.columns import ACTION, OWNER, PRINCIPAL, RESOURCE, Columns, Layout
from ostiary_runtime.batch.facets import OVER, Facet
from ostiary_runtime.batch.narrowing import Narrowing
from ostiary_runtime.batch.needs import Needs
from ostiary_runtime.batch.resources import Resources
from ostiary_runtime.batch.states import States
from ostiary_runtime.batch.tables import MISSING, Column, Ints, Longs, Numbers, PairTable, distinct
from ostiary_runtime.conditions import Condition
from ostiary_runtime.context import Missing
from ostiary_runtime.decision import Decision
from ostiary_runtime.match import UNKNOWN

DOUBT: Final = -4
"""Filed for a pair on which some condition is Unknown: the cell's `settled` twin knows more."""
# Bits of circumstances; requests that have more are decided for themselves.
_MOST_BITS: Final = 40
_INT_BITS: Final = 30
# Bits beyond which the classes that a cell does not ask about are taken out, so that fewer pairs are new.
_FEW_BITS: Final = 6


class Residuals:
    """Decides residual rows of batches that have one layout, and keeps what it learns."""

    def __init__(
        self,
        cells: Cells,
        states: States,
        conditions: Sequence[Condition],
        layout: Layout,
        missing: Missing,
        authorize: Callable[..., Decision],
        answers: Answers,
        counts: Counts,
    ) -> None:
        self.cells = cells
        self.states = states
        self.narrowing = Narrowing(cells, states)
        self.known = PairTable()
        """From cell and circumstances to answer."""
        self._conditions = conditions
        self._owner = layout.owner
        self._names = layout.names
        self._missing: Missing = missing
        self._authorize = authorize
        self._answers = answers
        self._counts = counts
        self._facets: dict[str, Facet] = {}
        self._asked: dict[int, dict[str, tuple[int, ...]]] = {}
        self._sets: dict[tuple[str, ...], int] = {}
        self._keys: list[tuple[str, ...]] = []
        self._set_of = Column()

    @property
    def full(self) -> bool:
        """Whether it is time to start again."""
        return self.narrowing.full or self.states.full or any(facet.full for facet in self._facets.values())

    def finish(self, columns: Columns, resources: Resources, callers: Numbers, cells: Ints, answers: Ints) -> None:
        """Puts in the answers of rows that are RESIDUAL or LOST."""
        run = _Run(self, columns, resources, callers, answers)
        if np.any(answers == LOST):
            run.singly(np.flatnonzero(answers == LOST))
        left = np.flatnonzero(answers == RESIDUAL)
        if len(left):
            run.settle(left, cells.take(left) if len(left) < len(cells) else cells)

    def asked(self, cell: int) -> dict[str, tuple[int, ...]]:
        """The keys that a cell asks about and that differ between requests, with its conditions on each."""
        asked = self._asked.get(cell)
        if asked is None:
            asked = self._asked[cell] = self._register(self.cells.leaf(cell).needs)
        return asked

    def key_sets(self, cells: Ints) -> Ints:
        """For each cell the number of the set of keys that it asks about."""
        while self._set_of.size < len(self.cells):
            self._set_of.append(MISSING)
        sets = self._set_of.of(cells)
        assert not isinstance(sets, int)
        if (sets == MISSING).any():
            for cell in distinct(cells[sets == MISSING])[0]:
                keys = tuple(self.asked(cell))
                number = self._sets.setdefault(keys, len(self._sets))
                if number == len(self._keys):
                    self._keys.append(keys)
                self._set_of[cell] = number
            sets = self._set_of.of(cells)
            assert not isinstance(sets, int)
        return sets

    def keys(self, number: int) -> tuple[str, ...]:
        """The keys of a set."""
        return self._keys[number]

    def _register(self, needs: Needs) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {key: [] for key in needs.exact}
        for number in needs.conditions:
            found.setdefault(self._conditions[number].test.key, []).append(number)
        asked = {key: tuple(numbers) for key, numbers in found.items() if self.states.differ(key)}
        for key, numbers in asked.items():
            facet = self._facets.setdefault(key, Facet(self._conditions))
            if facet.add(numbers, exact=key in needs.exact):
                self.known.clear()
        return asked

    def facet(self, key: str) -> Facet:
        return self._facets[key]

    def make_room(self) -> dict[str, int]:
        """At which bit of the circumstances each key's class stands, after all classes have been given room."""
        shifts: dict[str, int] = {}
        bit = 0
        for key, facet in self._facets.items():
            bits = max(1, (len(facet.outcomes) - 1).bit_length())
            if bits > facet.bits:
                facet.bits = bits
                self.known.clear()
            shifts[key] = bit
            bit += facet.bits
        self.bits = bit
        return shifts

    def doubtful(self, cell: int, classes: dict[str, int]) -> bool:
        """Whether a condition of the cell is Unknown on these classes, so that the cell's needs are not all that counts."""
        leaf = self.cells.leaf(cell)
        return not leaf.settled and (
            any(self._facets[key].doubtful(classes[key], numbers) for key, numbers in self.asked(cell).items())
            or any(self._is_always_unknown(number, leaf.view.owner) for number in leaf.needs.conditions)
        )

    def _is_always_unknown(self, number: int, owner: str) -> bool:
        """Whether a condition is Unknown in all requests, whose key has one state in them."""
        condition = self._conditions[number]
        key = condition.test.key
        return not self.states.differ(key) and condition.of_state(self.states.same(key, owner)) is UNKNOWN

    def ask(self, columns: Columns, row: int) -> int:
        """The single engine's answer for a row."""
        self._counts.asked += 1
        context = self.states.context(columns, row)
        owner = columns.value(OWNER, row) if self._owner else None
        principal, action, resource = (columns.value(name, row) for name in (PRINCIPAL, ACTION, RESOURCE))
        return self._decide(columns, row, principal, action, resource, owner, context)

    def ask_each(self, columns: Columns, rows: Longs) -> list[int]:
        """The single engine's answers for rows, each distinct request once."""
        self._counts.singly += len(rows)
        known: dict[object, int] = {}
        found: list[int] = []
        for row, values in zip(
            rows.tolist(), zip(*(columns.values(name, rows) for name in self._names), strict=True), strict=True
        ):
            # A null is no text `None`; otherwise the values of one column have one type, and differ where their texts do.
            request = tuple(value if value is None or value.__class__ is str else repr(value) for value in values)
            answer = known.get(request)
            if answer is None:
                owner = values[3] if self._owner else None
                context = dict(zip(self.states.columns_of.values(), values[4 if self._owner else 3 :], strict=True))
                answer = known[request] = self._decide(columns, row, values[0], values[1], values[2], owner, context)
            found.append(answer)
        return found

    def _decide(
        self,
        columns: Columns,
        row: int,
        principal: str,
        action: str,
        resource: str,
        owner: str | None,
        context: dict[str, object],
    ) -> int:
        try:
            decision = self._authorize(
                principal, action, resource, context, resource_account=owner, missing=self._missing
            )
        except RequestError as problem:
            raise RequestError(f"row {columns.number(row)}: {problem}") from None
        return self._answers.number(decision)


class _Run:
    """The residual rows of one batch."""

    def __init__(
        self, residuals: Residuals, columns: Columns, resources: Resources, callers: Numbers, answers: Ints
    ) -> None:
        self._of = residuals
        self._columns = columns
        self._resources = resources
        self._callers = callers
        self._answers = answers

    def singly(self, rows: Longs) -> None:
        """Decides rows by the single engine."""
        self._answers[rows] = self._of.ask_each(self._columns, rows)

    def settle(self, rows: Longs, cells: Ints) -> None:
        """Decides rows in residual cells."""
        of = self._of
        rows, cells, alone = of.narrowing.narrow(self._columns, self._resources, self._callers, rows, cells)
        if len(alone):
            self.singly(alone)
        if not len(rows):
            return
        sets = of.key_sets(cells)
        live: list[int] = np.flatnonzero(np.bincount(sets)).tolist()
        keys = {key: None for number in live for key in of.keys(number)}
        classes = {key: of.states.classes(of.facet(key), key, self._columns, self._callers, rows) for key in keys}
        over = np.zeros(len(rows), np.bool_)
        for each in classes.values():
            over |= each == OVER
        if over.any():
            self.singly(rows[over])
            self.settle(rows[~over], cells[~over])
            return
        shifts = of.make_room()
        if of.bits > _MOST_BITS:
            self.singly(rows)
            return
        circumstances = self._circumstances(sets, live, classes, shifts)

        def make(cell: int, _circumstances: int, place: int) -> int:
            own = {key: each if isinstance(each, int) else int(each[place]) for key, each in classes.items()}
            return DOUBT if of.doubtful(cell, own) else of.ask(self._columns, int(rows[place]))

        found = of.known.resolve(cells, circumstances, make)
        assert not isinstance(found, int)
        if len(rows) == len(self._answers):
            self._answers[:] = found
        else:
            self._answers[rows] = found
        doubts = np.flatnonzero(found == DOUBT)
        if len(doubts):
            numbers, places = distinct(cells.take(doubts))
            settled = np.array([of.cells.settled(cell) for cell in numbers], np.int32)
            self.settle(rows.take(doubts), settled.take(places))

    def _circumstances(
        self, sets: Ints, live: list[int], classes: dict[str, Numbers], shifts: dict[str, int]
    ) -> Numbers | Longs:
        """The classes of each row as one number."""
        of = self._of
        kind = np.int32 if of.bits <= _INT_BITS else np.int64
        fixed = 0
        several: Any = None
        for key, each in classes.items():
            if isinstance(each, int):
                fixed |= each << shifts[key]
            else:
                placed: Any = each.astype(kind, copy=False)
                placed = placed << kind(shifts[key])
                several = placed if several is None else several | placed
        if several is None and of.bits <= _INT_BITS:
            return fixed
        together: Any = np.full(len(sets), fixed, kind) if several is None else several | kind(fixed)
        if of.bits > _FEW_BITS:
            masks = np.zeros(live[-1] + 1, kind)
            for number in live:
                masks[number] = sum(((1 << of.facet(key).bits) - 1) << shifts[key] for key in of.keys(number))
            together &= masks.take(sets)
        return together  # type: ignore[no-any-return]
