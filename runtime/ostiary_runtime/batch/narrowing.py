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
from ostiary_runtime.batch.needs import CROSSING, Needs
from ostiary_runtime.batch.resources import Resources
from ostiary_runtime.batch.states import States
from ostiary_runtime.batch.tables import Ints, Longs, Numbers, PairTable, at, distinct, groups, spread
from ostiary_runtime.batch.texts import Ending

# Rows of one cell from which on Arrow's text functions are faster than Python's.
_MANY: Final = 128
ALONE: Final = 0


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
        self._ask_numbers: dict[object, int] = {}
        self._asked: list[Ending | Needs] = []

    def narrow(self, columns: Columns, resources: Resources, callers: Numbers, rows: Longs, cells: Ints) -> Ints:
        """The narrower cells of rows; ALONE for those that have to be decided for themselves."""
        flags = self._flags(cells, resources)
        if not flags.any():
            return cells
        cells = cells.copy()
        varies = np.flatnonzero(flags & VARIES)
        while len(varies):
            cells[varies] = self._fill(columns, callers, rows.take(varies), cells.take(varies))
            flags[varies] = self._flags(cells.take(varies), resources)
            varies = varies[(flags.take(varies) & VARIES) != 0]
        matched = np.flatnonzero(flags & (MATCHED | CROSSES))
        if len(matched):
            cells[matched] = self._match(resources, rows.take(matched), cells.take(matched))
        cells[(flags & WHOLE) != 0] = ALONE
        return cells

    def _flags(self, cells: Ints, resources: Resources) -> Ints:
        flags = spread(self._cells.of_text.of(cells), len(cells))
        if (flags & CROSSES).any() and not resources.has_colons_to_cross:
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
        colons = resources.has_colons_to_cross
        asks, heads = self._asks(cells, colons=colons)
        outcomes = np.empty(len(rows), np.int64)
        few: list[tuple[Callable[[str], int], Longs]] = []
        for number, members in groups(asks):
            ask = self._asked[number]
            if len(members) < _MANY and not isinstance(ask, Ending):
                few.append((ask.asker(colons=colons), members))
                continue
            texts = resources.texts(rows.take(members))
            if isinstance(ask, Ending):
                outcomes[members] = ask.many(texts, heads.take(members))
            else:
                outcomes[members] = ask.outcomes(texts, colons=colons)
        if few:
            members = np.concatenate([theirs for _, theirs in few])
            words = iter(resources.texts(rows.take(members)).to_pylist())
            outcomes[members] = [asker(text) for asker, theirs in few for text in islice(words, len(theirs))]
        crossing = outcomes == CROSSING
        found = spread(self._narrowed.resolve(cells, np.where(crossing, 0, outcomes), self._narrower), len(rows))
        found[crossing] = ALONE
        return found

    def _asks(self, cells: Ints, *, colons: bool) -> tuple[Ints, Longs]:
        """For each cell the number of what it asks of a text, the same for many cells; and the bytes of the head for endings."""
        numbers, places = distinct(cells)
        asks, heads = np.empty(len(numbers), np.int32), np.zeros(len(numbers), np.int64)
        for place, cell in enumerate(numbers):
            needs = self._cells.leaf(cell).needs
            if needs.ending is not None and not needs.may_cross(colons=colons):
                ask: Ending | Needs = needs.ending[0]
                heads[place] = needs.ending[1]
                key: object = ask
            else:
                ask, key = needs, needs.text
            number = self._ask_numbers.setdefault(key, len(self._asked))
            if number == len(self._asked):
                self._asked.append(ask)
            asks[place] = number
        return asks.take(places), heads.take(places)

    def _narrower(self, cell: int, outcome: int, _place: int) -> int:
        return ALONE if outcome == CROSSING else self._cells.matched(cell, outcome)
