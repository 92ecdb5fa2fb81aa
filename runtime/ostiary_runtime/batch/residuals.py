"""Residuals: rows whose cell leaves something open, decided by what their circumstances have in common.

In: the cells of a batch. Out: the answers. First what the text of the resource says is settled, then the classes of the
condition keys that the cells ask about are put together to one number, and the pair of cell and circumstances is looked up.
A pair that is new is put to the single engine on the first row that has it. A key is looked at only on rows that ask about it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch.answers import Answers, Counts
from ostiary_runtime.batch.cells import CROSSES, WHOLE, Cells
from ostiary_runtime.batch.columns import ACTION, OWNER, PRINCIPAL, RESOURCE, Columns, Layout
from ostiary_runtime.batch.facets import OVER, Facet
from ostiary_runtime.batch.narrowing import ALONE, Narrowing
from ostiary_runtime.batch.needs import Needs
from ostiary_runtime.batch.resources import Resources
from ostiary_runtime.batch.states import Classes, States
from ostiary_runtime.batch.tables import Column, Ints, Longs, Numbers, PairTable, distinct, spread
from ostiary_runtime.conditions import Condition
from ostiary_runtime.context import Missing
from ostiary_runtime.decision import Decision
from ostiary_runtime.match import UNKNOWN

DOUBT: Final = -4
"""Filed for a pair on which some condition is Unknown: the cell's `settled` twin knows more."""
# Bits of circumstances; requests that have more are decided for themselves.
_MOST_BITS: Final = 40
_INT_BITS: Final = 30
# What is said of a cell beside a bit for each key that it asks about: that this is not known yet, or that the text of the
# resource comes first.
_NEW: Final = 1 << 62
_TEXT: Final = 1 << 61
_MOST_KEYS: Final = 60
# A key is looked at on the rows that ask about it alone if they are fewer than this share of all.
_FEW: Final = 0.4


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
        self._bits: dict[str, int] = {}
        """By key: its bit in `_asks`."""
        self._asked: dict[int, dict[str, tuple[int, ...]]] = {}
        self._asks = Column(np.int64)
        """By cell: the bits of the keys that it asks about, with _NEW and _TEXT."""

    @property
    def full(self) -> bool:
        """Whether it is time to start again."""
        return self.states.full or any(facet.full for facet in self._facets.values())

    def decide(self, columns: Columns, resources: Resources, callers: Numbers, cells: Numbers) -> Ints:
        """The answers of a batch whose rows have these cells."""
        if isinstance(cells, int):
            self.cells.build(cells)
            answer = self.cells.answer[cells]
            if answer >= 0:
                return spread(answer, columns.rows)
        run = _Run(self, columns, resources, callers)
        run.settle(None, spread(cells, columns.rows))
        return run.answers

    def asked(self, cell: int) -> dict[str, tuple[int, ...]]:
        """The keys that a cell asks about and that differ between requests, with its conditions on each."""
        asked = self._asked.get(cell)
        if asked is None:
            asked = self._asked[cell] = self._register(self.cells.leaf(cell).needs)
        return asked

    def asks(self, cells: Ints) -> tuple[Longs, int]:
        """For each cell the bits of the keys that it asks about, with _TEXT; and what is in any of them."""
        self._asks.grow(len(self.cells), _NEW)
        asks: Any = self._asks.of(cells)
        together = int(np.bitwise_or.reduce(asks))
        if together & _NEW:
            for cell in distinct(cells[asks >= _NEW])[0]:
                self._asks[cell] = self._asks_of(cell)
            asks = self._asks.of(cells)
            together = int(np.bitwise_or.reduce(asks))
        return asks, together

    def _asks_of(self, cell: int) -> int:
        self.cells.build(cell)
        if self.cells.answer[cell] >= 0:
            return 0
        text = self.cells.of_text[cell]
        if text & ~CROSSES:
            return _TEXT  # another cell takes its place, and says what it asks
        asked = self.asked(cell)
        if len(self._bits) > _MOST_KEYS:
            self.cells.of_text[cell] = WHOLE
            return _TEXT
        bits = sum(1 << self._bits[key] for key in asked)
        return bits | _TEXT if text else bits

    def keys(self, asks: int) -> dict[str, int]:
        """The keys whose bits are set, with these."""
        return {key: 1 << bit for key, bit in self._bits.items() if asks >> bit & 1}

    def _register(self, needs: Needs) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {key: [] for key in needs.exact}
        for number in needs.conditions:
            found.setdefault(self._conditions[number].test.key, []).append(number)
        asked = {key: tuple(numbers) for key, numbers in found.items() if self.states.differ(key)}
        for key, numbers in asked.items():
            self._bits.setdefault(key, len(self._bits))
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


@dataclass(frozen=True, slots=True)
class _OnRows:
    """The classes of a key on some rows, given by their places among those that are decided, or (None) on all."""

    rows: Longs | None
    classes: Classes


class _Run:
    """The rows of one batch, with their `answers`."""

    def __init__(self, residuals: Residuals, columns: Columns, resources: Resources, callers: Numbers) -> None:
        self._of = residuals
        self._columns = columns
        self._resources = resources
        self._callers = callers
        self.answers = np.empty(0, np.int32)

    def singly(self, rows: Longs) -> None:
        """Decides rows by the single engine."""
        self._put(rows, np.array(self._of.ask_each(self._columns, rows), np.int32))

    def settle(self, rows: Longs | None, cells: Ints) -> None:
        """Decides rows, or (None) all, that are in these cells."""
        if not len(cells):
            return
        of = self._of
        asks, together = of.asks(cells)
        if together & _TEXT:
            rows, cells = self._narrowed(rows, cells, asks)
            if not len(cells):
                return
            asks, together = of.asks(cells)
        keys = of.keys(together)
        always = int(np.bitwise_and.reduce(asks))
        classes = {key: self._classes(key, bit, rows, asks, always) for key, bit in keys.items()}
        over = self._over(classes, len(cells))
        if over is not None:
            every = np.arange(len(cells)) if rows is None else rows
            self.singly(every[over])
            self.settle(every[~over], cells[~over])
            return
        shifts = of.make_room()
        if of.bits > _MOST_BITS:
            self.singly(np.arange(len(cells)) if rows is None else rows)
            return
        circumstances = self._circumstances(asks, always, keys, classes, shifts)

        def make(cell: int, found: int, place: int) -> int:
            answer = of.cells.answer[cell]
            if answer >= 0:
                return answer
            own = {key: found >> shifts[key] & (1 << of.facet(key).bits) - 1 for key in of.asked(cell)}
            return (
                DOUBT if of.doubtful(cell, own) else of.ask(self._columns, place if rows is None else int(rows[place]))
            )

        found = spread(of.known.resolve(cells, circumstances, make), len(cells))
        self._put(rows, found)
        if found.min() == DOUBT:
            doubts = np.flatnonzero(found == DOUBT)
            numbers, places = distinct(cells.take(doubts))
            settled = np.array([of.cells.settled(cell) for cell in numbers], np.int32)
            self.settle(doubts if rows is None else rows.take(doubts), settled.take(places))

    @staticmethod
    def _over(classes: dict[str, _OnRows], count: int) -> NDArray[np.bool_] | None:
        """Which of so many rows have a value that has no class; None: none of them."""
        found = None
        for on in classes.values():
            if on.classes.over:
                found = np.zeros(count, np.bool_) if found is None else found
                found[slice(None) if on.rows is None else on.rows] |= on.classes.shifted(0, np.int32) == OVER
        return found if found is not None and found.any() else None

    def _narrowed(self, rows: Longs | None, cells: Ints, asks: Longs) -> tuple[Longs | None, Ints]:
        """The rows without those that have to be decided for themselves, which are, and their narrower cells."""
        chosen = np.flatnonzero(asks & _TEXT)
        some = chosen if rows is None else rows.take(chosen)
        narrower = self._of.narrowing.narrow(self._columns, self._resources, self._callers, some, cells.take(chosen))
        cells = cells.copy()
        cells[chosen] = narrower
        alone = narrower == ALONE
        if not alone.any():
            return rows, cells
        self.singly(some[alone])
        left = np.flatnonzero(cells != ALONE)
        return left if rows is None else rows.take(left), cells.take(left)

    def _put(self, rows: Longs | None, answers: Ints) -> None:
        if rows is None:
            self.answers = answers
            return
        if not len(self.answers):
            self.answers = np.empty(self._columns.rows, np.int32)
        self.answers[rows] = answers

    def _classes(self, key: str, bit: int, rows: Longs | None, asks: Longs, always: int) -> _OnRows:
        """The classes of a key on the rows that ask about it, if these are few, else on all."""
        of, chosen, some = self._of, rows, None
        if not always & bit:
            asking = (asks & bit) != 0
            if np.count_nonzero(asking) < _FEW * len(asks):
                some = np.flatnonzero(asking)
                chosen = some if rows is None else rows.take(some)
        return _OnRows(some, of.states.classes(of.facet(key), key, self._columns, self._callers, chosen))

    def _circumstances(
        self, asks: Longs, always: int, keys: dict[str, int], classes: dict[str, _OnRows], shifts: dict[str, int]
    ) -> Numbers | Longs:
        """The classes of each row's keys as one number, in which those that its cell does not ask about are zero."""
        if not keys:
            return 0
        kind = np.int32 if self._of.bits <= _INT_BITS else np.int64
        fixed, several = kind(0), []
        for key, on in classes.items():
            if on.rows is not None:
                continue
            placed = on.classes.shifted(shifts[key], kind)
            if not always & keys[key]:
                placed = np.where(asks & keys[key], placed, kind(0))
            if isinstance(placed, np.ndarray):
                several.append(placed)
            else:
                fixed |= placed
        together: Any = several.pop() if several else np.full(len(asks), fixed, kind)
        for placed in several:
            together |= placed
        if fixed:
            together |= fixed
        for key, on in classes.items():
            if on.rows is not None:
                together[on.rows] |= on.classes.shifted(shifts[key], kind)
        return together  # type: ignore[no-any-return]
