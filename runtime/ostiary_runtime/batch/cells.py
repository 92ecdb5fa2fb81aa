"""Cells: the leaves of the DAG as a batch sees them, each with a number.

In: a row and a place. Out: a cell, whose answer is a constant or depends on what its `Needs` name.
Cells are made for a row and a whole header at once, and become leaves when a request first falls on them.
"""

from dataclasses import dataclass, replace
from typing import Final

from ostiary_runtime.batch.answers import Answers
from ostiary_runtime.batch.needs import CROSSING, Needs, NeedsReader
from ostiary_runtime.batch.places import Places
from ostiary_runtime.batch.subjects import RowViews
from ostiary_runtime.batch.tables import MISSING, Column, PairTable
from ostiary_runtime.context import Missing, Reader
from ostiary_runtime.decision import allow
from ostiary_runtime.entries import Entry
from ostiary_runtime.leaves import Constant, LeafBuilder, Residue, Undocumented
from ostiary_runtime.request import ANY_RESOURCE
from ostiary_runtime.stretches import HeaderView, Stretch

RESIDUAL: Final = -1
UNBUILT: Final = -2
LOST: Final = -3
"""The answer of cell 0, that of resources in no place: they are decided one by one."""
# How the text of the resource counts: it is matched, a star might run over its colons, variables have to be filled in before
# it is matched, or all of the request counts.
MATCHED: Final = 1
CROSSES: Final = 2
VARIES: Final = 4
WHOLE: Final = 8
# Cells that are kept; beyond that requests are decided one by one, until everything starts again.
MOST_CELLS: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class Leaf:
    """A cell that depends on more than its row and place.

    `settled`: Unknown outcomes count among the needs; otherwise a request with one has to be put to the cell `settled`.
    """

    needs: Needs
    settled: bool
    entries: tuple[Entry, ...]
    stretch: Stretch
    view: HeaderView


@dataclass(frozen=True, slots=True)
class _Pending:
    row: int
    view: HeaderView
    node: int


class Cells:
    """The cells that have been met. `resource_key`: whether tables name whose the resource is by condition key."""

    def __init__(
        self,
        rows: RowViews,
        places: Places,
        builder: LeafBuilder,
        needs: NeedsReader,
        answers: Answers,
        missing: Missing,
    ) -> None:
        self._rows = rows
        self._places = places
        self._builder = builder
        self._needs = needs
        self._answers = answers
        self._missing = missing
        self.of_place = PairTable()
        """From row and place to cell."""
        self.of_word = PairTable()
        """From row and number of a word (a resource's text) to cell."""
        self.of_row = PairTable()
        """From row (and 0) to the cell of all its places, where the resource does not count."""
        self.answer = Column()
        """By cell: its answer, RESIDUAL or UNBUILT."""
        self.of_text = Column()
        """By cell: 0 or what of MATCHED, CROSSES, VARIES, WHOLE holds."""
        self._leaves: list[Leaf | _Pending | None] = [None]
        self.answer.append(LOST)
        self.of_text.append(WHOLE)
        self._settled: dict[int, int] = {}
        self._matched: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._leaves)

    @property
    def full(self) -> bool:
        return len(self._leaves) >= MOST_CELLS

    def leaf(self, cell: int) -> Leaf:
        """The leaf of a residual cell."""
        found = self._leaves[cell]
        assert isinstance(found, Leaf)
        return found

    def anywhere(self, row: int, _second: int, _row: int) -> int:
        """The cell of a row whose answers do not depend on the resource."""
        rowview = self._rows.views[row]
        if rowview is None or self.full:
            return 0
        view = rowview.view(ANY_RESOURCE)
        return self._add(_Pending(row, view, 0), UNBUILT, 0)

    def here(self, row: int, place: int, _row: int) -> int:
        """The cell of a row at a place; makes those of its whole header."""
        header, rowview = self._places.of_place[place], self._rows.views[row]
        if header is None or rowview is None or self.full:
            return 0
        view = rowview.view(header.resource)
        made: dict[int, int] = {}
        asked = 0
        for number, start in zip(header.places, ("", *header.bounds), strict=True):
            node = view.index.node(start)
            cell = made.get(node)
            if cell is None:
                cell = made[node] = self._add(_Pending(row, view, node), UNBUILT, 0)
            self.of_place.put(row, number, cell)
            if number == place:
                asked = cell
        return asked

    def at_word(self, row: int, place: int, text: str) -> int:
        """The cell of a row at a place, narrowed by what its tests say of a text, as far as no variables come first."""
        cell = self.of_place.find(row, place)
        if cell == MISSING:
            cell = self.here(row, place, 0)
        assert isinstance(cell, int)
        self.build(cell)
        flags = self.of_text[cell]
        if not flags or flags & (VARIES | WHOLE):
            return cell
        outcome = self.leaf(cell).needs.outcome(text)
        return 0 if outcome == CROSSING else self.matched(cell, outcome)

    def build(self, cell: int) -> None:
        """Makes a leaf of a cell that is pending."""
        pending = self._leaves[cell]
        if not isinstance(pending, _Pending):
            return
        rowview = self._rows.views[pending.row]
        assert rowview is not None
        if rowview.row.exempt:
            self._fix(cell, self._answers.number(allow(None, ())))
            return
        view, stretch = pending.view, pending.view.stretch(pending.node)
        if self._missing == "unknown":
            needs = self._needs.of_entries(stretch.entries, stretch.status, view)
            self._settle(cell, Leaf(needs, settled=True, entries=stretch.entries, stretch=stretch, view=view))
            return
        leaf = self._builder.build(stretch.entries, stretch.status, view.crossing, stretch.plan, stretch.perhaps)
        match leaf:
            case Constant(decision):
                self._fix(cell, self._answers.number(decision))
            case Undocumented(entries):
                needs = self._needs.of_entries(entries, stretch.status, view)
                self._settle(cell, Leaf(needs, settled=True, entries=entries, stretch=stretch, view=view))
            case Residue(entries=entries):
                needs = self._needs.of_residue(leaf, view)
                if needs.exact:
                    needs = self._needs.of_entries(entries, stretch.status, view)
                self._settle(cell, Leaf(needs, settled=bool(needs.exact), entries=entries, stretch=stretch, view=view))

    def settled(self, cell: int) -> int:
        """The cell for requests with an outcome that is Unknown: it depends on all that the clear evaluator asks."""
        found = self._settled.get(cell)
        if found is None:
            leaf = self.leaf(cell)
            needs = self._needs.of_entries(leaf.entries, leaf.stretch.status, leaf.view)
            settled = Leaf(needs, settled=True, entries=leaf.entries, stretch=leaf.stretch, view=leaf.view)
            found = self._settled[cell] = self._add(settled, RESIDUAL, _of_text(needs))
        return found

    def matched(self, cell: int, outcome: int) -> int:
        """The cell for requests whose text has this outcome on the tests of a cell: only conditions are left. 0: no room."""
        found = self._matched.get((cell, outcome))
        if found is None:
            if self.full:
                return 0
            found = self._matched[cell, outcome] = self._add(self.leaf(cell), RESIDUAL, 0)
        return found

    def varied(self, cell: int, reader: Reader) -> int:
        """The cell for requests in which the variables of patterns have the values that this one gives them. 0: no room.

        Where one of them is not known it is the `settled` cell, which may have other variables to fill in.
        """
        if self.full:
            return 0
        leaf = self.leaf(cell)
        needs, known = leaf.needs.filled(reader)
        if not (known or leaf.settled):
            return self.settled(cell)
        return self._add(replace(leaf, needs=needs), RESIDUAL, _of_text(needs))

    def _add(self, leaf: Leaf | _Pending, answer: int, of_text: int) -> int:
        self._leaves.append(leaf)
        self.of_text.append(of_text)
        return self.answer.append(answer)

    def _fix(self, cell: int, answer: int) -> None:
        self._leaves[cell] = None
        self.answer[cell] = answer

    def _settle(self, cell: int, leaf: Leaf) -> None:
        self._leaves[cell] = leaf
        self.answer[cell] = RESIDUAL
        self.of_text[cell] = _of_text(leaf.needs)


def _of_text(needs: Needs) -> int:
    if needs.whole:
        return WHOLE
    found = 0
    if needs.elements or (needs.crosses is not None and needs.colons_after is None):
        found |= MATCHED
    if needs.crosses is not None:
        found |= CROSSES
    return found | (VARIES if needs.variables else 0)
