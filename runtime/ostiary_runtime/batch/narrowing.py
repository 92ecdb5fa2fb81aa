"""Narrowing: from cells whose answer depends on the resource's text to cells for which that is settled.

In: rows with residual cells. Out: the rows whose cells depend on conditions alone from here on, and those that have to be
decided for themselves. First variables in patterns are filled in, once for each set of their values; then texts are matched.
Where the resources are few distinct texts, cell and text lead to the narrower cell by a table.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any, Final

import numpy as np

from ostiary_runtime.batch.cells import CROSSES, MATCHED, VARIES, WHOLE, Cells
from ostiary_runtime.batch.columns import Columns
from ostiary_runtime.batch.facets import MOST_CLASSES, OVER
from ostiary_runtime.batch.needs import CROSSING, MOST_ENDINGS, Needs
from ostiary_runtime.batch.resources import Resources
from ostiary_runtime.batch.states import States
from ostiary_runtime.batch.tables import Column, Ints, Longs, Numbers, PairTable, at, distinct, groups, spread
from ostiary_runtime.batch.texts import Ending

# Rows of one cell from which on Arrow's text functions are faster than Python's.
_MANY: Final = 128
ALONE: Final = 0
# What is said of a cell in place of the number of what it asks; and that it has no ending in a slot.
_BY_ENDINGS: Final = -1
_NEW: Final = -2
_NO_ENDING: Final = -1


class _Slot:
    """One of the endings of each cell: its number, the bit for it, and the bytes of the head before it."""

    def __init__(self) -> None:
        self.number, self.bit, self.head = Column(), Column(), Column()

    def put(self, cell: int, number: int, bit: int, head: int) -> None:
        for column, value in ((self.number, number), (self.bit, bit), (self.head, head)):
            column[cell] = value

    def grow(self, size: int) -> None:
        """Makes room for so many cells."""
        for column in (self.number, self.bit, self.head):
            column.grow(size, _NO_ENDING)


class Narrowing:
    """Narrows cells, and keeps what it learns."""

    def __init__(self, cells: Cells, states: States) -> None:
        self._cells = cells
        self._states = states
        self._varied: dict[tuple[str, ...], PairTable] = {}
        self._narrowed = PairTable()
        """From cell and outcome of its tests."""
        self._by_word = PairTable()
        """From cell and number of a word."""
        self._ask_of = {False: Column(), True: Column()}
        """By cell: what it asks; apart for texts some of which have colons to cross."""
        self._ask_numbers: dict[object, int] = {}
        self._asked: list[Needs] = []
        self._slots = [_Slot() for _ in range(MOST_ENDINGS)]
        self._ending_numbers: dict[Ending, int] = {}
        self._endings: list[Ending] = []

    def narrow(self, columns: Columns, resources: Resources, callers: Numbers, rows: Longs, cells: Ints) -> Ints:
        """The narrower cells of rows; ALONE for those that have to be decided for themselves."""
        flags = self._flags(resources, rows, cells)
        if not flags.any():
            return cells
        cells = cells.copy()
        varies = np.flatnonzero(flags & VARIES)
        while len(varies):
            cells[varies] = self._fill(columns, callers, rows.take(varies), cells.take(varies))
            flags[varies] = self._flags(resources, rows.take(varies), cells.take(varies))
            varies = varies[(flags.take(varies) & VARIES) != 0]
        matched = np.flatnonzero(flags & (MATCHED | CROSSES))
        if len(matched):
            cells[matched] = self._match(resources, rows.take(matched), cells.take(matched))
        cells[(flags & WHOLE) != 0] = ALONE
        return cells

    def _flags(self, resources: Resources, rows: Longs, cells: Ints) -> Ints:
        flags = spread(self._cells.of_text.of(cells), len(cells))
        if (flags & CROSSES).any() and not resources.has_colons_to_cross(rows):
            return flags & ~np.int32(CROSSES)
        return flags

    def _fill(self, columns: Columns, callers: Numbers, rows: Longs, cells: Ints) -> Ints:
        """The cells in which the variables of patterns have the values of each row."""
        found = np.empty(len(rows), np.int32)
        by_keys: dict[tuple[str, ...], list[int]] = {}
        for cell in np.flatnonzero(np.bincount(cells)).tolist():
            by_keys.setdefault(self._cells.leaf(cell).needs.variables, []).append(cell)
        for keys, theirs in by_keys.items():
            members = np.arange(len(rows)) if len(by_keys) == 1 else np.flatnonzero(np.isin(cells, theirs))
            mine = rows.take(members)
            together: Any = np.zeros(len(mine), np.int64)
            over = np.zeros(len(mine), np.bool_)
            for key in keys:
                some = None if len(mine) == columns.rows else mine
                classes = self._states.classes(self._states.exact(key), key, columns, callers, some).shifted(
                    0, np.int64
                )
                over |= classes == OVER
                together = together * MOST_CLASSES + classes
            together[over] = 0

            def make(cell: int, _values: int, place: int, mine: Longs = mine) -> int:
                row = int(mine[place])
                return self._cells.varied(
                    cell, self._states.reader(columns, callers, row, self._cells.leaf(cell).view.owner)
                )

            filled = spread(
                self._varied.setdefault(keys, PairTable()).resolve(cells.take(members), together, make), len(mine)
            )
            filled[over] = ALONE
            found[members] = filled
        return found

    def _match(self, resources: Resources, rows: Longs, cells: Ints) -> Ints:
        """The cells in which tests of the text have the outcome of each row."""
        words = resources.words
        if words is not None:
            values = words.values

            def by_word(cell: int, word: int, _place: int) -> int:
                return self._narrower(cell, self._cells.leaf(cell).needs.outcome(values[word]), 0)

            return spread(self._by_word.resolve(cells, at(words.codes, rows), by_word), len(rows))
        outcomes = self._outcomes(resources, rows, cells, colons=resources.has_colons_to_cross(rows))
        crossing = outcomes == CROSSING
        found = spread(self._narrowed.resolve(cells, np.where(crossing, 0, outcomes), self._narrower), len(rows))
        found[crossing] = ALONE
        return found

    def _outcomes(self, resources: Resources, rows: Longs, cells: Ints, *, colons: bool) -> Longs:
        """What the tests of each row's cell say of its text."""
        asks = self._asks_of(cells, colons=colons)
        outcomes = np.zeros(len(rows), np.int64)
        for slot in self._slots:
            numbers: Any = slot.number.of(cells)
            chosen = np.flatnonzero((asks == _BY_ENDINGS) & (numbers != _NO_ENDING))
            for number, places in groups(numbers.take(chosen)):
                members = chosen.take(places)
                heads: Any = slot.head.of(cells.take(members))
                said = self._endings[number].many(resources.texts(rows.take(members)), heads)
                outcomes[members] |= said.astype(np.int64) << slot.bit.of(cells.take(members))
        few: list[tuple[Callable[[str], int], Longs]] = []
        others = np.flatnonzero(asks != _BY_ENDINGS)
        for number, places in groups(asks.take(others)):
            ask, members = self._asked[number], others.take(places)
            if len(members) < _MANY:
                few.append((ask.asker(colons=colons), members))
            else:
                outcomes[members] = ask.outcomes(resources.texts(rows.take(members)), colons=colons)
        if few:
            members = np.concatenate([theirs for _, theirs in few])
            words = iter(resources.texts(rows.take(members)).to_pylist())
            outcomes[members] = [asker(text) for asker, theirs in few for text in islice(words, len(theirs))]
        return outcomes

    def _asks_of(self, cells: Ints, *, colons: bool) -> Ints:
        """For each cell the number of what it asks of a text, the same for many cells, or _BY_ENDINGS: see the slots."""
        column = self._ask_of[colons]
        column.grow(len(self._cells), _NEW)
        for slot in self._slots:
            slot.grow(len(self._cells))
        found = column.of(cells)
        assert not isinstance(found, int)
        if found.min() == _NEW:
            for cell in distinct(cells[found == _NEW])[0]:
                column[cell] = self._ask(cell, colons=colons)
            found = column.of(cells)
            assert not isinstance(found, int)
        return found

    def _ask(self, cell: int, *, colons: bool) -> int:
        needs = self._cells.leaf(cell).needs
        if not needs.endings or needs.may_cross(colons=colons):
            number = self._ask_numbers.setdefault(needs.text, len(self._asked))
            if number == len(self._asked):
                self._asked.append(needs)
            return number
        for slot, (bit, ending, head) in zip(self._slots, needs.endings, strict=False):
            number = self._ending_numbers.setdefault(ending, len(self._endings))
            if number == len(self._endings):
                self._endings.append(ending)
            slot.put(cell, number, bit, head)
        return _BY_ENDINGS

    def _narrower(self, cell: int, outcome: int, _place: int) -> int:
        return ALONE if outcome == CROSSING else self._cells.matched(cell, outcome)
