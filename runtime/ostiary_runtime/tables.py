"""Row tables: from the text of a resource to its leaf with one binary search.

All resources that share an ARN header form one interval of the code-point order, and inside it the stretches of the
header's view do too. So a row keeps one sorted list of bounds over *whole* resource texts, into which the stretches of a
header are put when the header is first seen; a leaf is built when a resource first falls on it. No text is ever split on
the way to a leaf that exists. A row to which all ARNs are alike, and whose leaf is constant, has one stretch for all of them.

Invariant: a table is replaced as a whole, never changed in place but for a pending leaf that becomes what it stands for;
so readers need no lock. Bounded: when too many headers have been seen, a row starts again with an empty table.
Rows of a wide program have the bounds of a header in common, and look for a leaf's stretch when a resource falls on it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from ostiary_grammar.errors import RequestError
from ostiary_runtime.context import Context, Implied, Reader
from ostiary_runtime.decision import Decision, allow
from ostiary_runtime.intervals import successor
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.request import Resource, parse_resource
from ostiary_runtime.stretches import HeaderView, RowView
from ostiary_runtime.workshop import Cell, Workshop

# Bounds of one header, shared by all rows, above which a row looks for a stretch only when a resource falls on it.
MOST_BOUNDS = 64
# Bounds in the list of a row that holds several headers; what is more stays in the list that rows share.
MOST_COPIED = 8192
# So many places of a table take as much memory as one leaf.
PLACES = 8
# Headers that one row has seen before its table starts again.
MOST_HEADERS = 2048
# Headers after which a row to which all ARNs are alike stops to put them in; a few are faster without the common leaf.
FEW_HEADERS = 8
# Between these two in the order of texts lie all ARNs, with other texts that begin as they do.
_ARN, _BEHIND_ARNS = "arn:", "arn;"


class RowTable:
    """The leaves of one row."""

    __slots__ = ("_headers", "_inserted", "_many", "_view", "_workshop", "cells")

    def __init__(self, view: RowView, workshop: Workshop) -> None:
        self._view = view
        self._workshop = workshop
        self._headers: dict[str, HeaderView] = {}
        self._many: dict[str, _Stretches] = {}
        self._inserted = 0
        self.cells: tuple[list[str], list[Cell]] = self._nothing()

    def _nothing(self) -> tuple[list[str], list[Cell]]:
        """A table without headers. It has a bound, so that what is no text cannot be looked up in it either."""
        return [""], [self._first_sight, self._first_sight]

    def _nothing_but(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """A table with one cell for every ARN."""
        return ["", _ARN, _BEHIND_ARNS], [self._first_sight, self._first_sight, cell, self._first_sight]

    def owner(self, resource: Resource) -> str:
        """The account that a resource belongs to."""
        return self._view.owner(resource)

    def header(self, resource: Resource) -> HeaderView:
        """The row seen through the header of a resource."""
        found = self._headers.get(resource.header)
        if found is None:
            found = self._view.view(resource)
            if len(resource.header) <= LONGEST:
                if len(self._headers) >= MOST_HEADERS:
                    self._headers.clear()
                self._headers[resource.header] = found
                self._workshop.spend(1)
        return found

    def decide(self, resource: Resource, reader: Reader) -> Decision:
        """The decision by the clear evaluator, on the entries that the index brings into play."""
        if self._view.row.exempt:
            return allow(None, ())
        if resource.holes is not None:
            return self._view.decide_plainly(resource, reader, self._workshop.evaluator)
        view = self.header(resource)
        node = view.index.node(resource.fields[5]) if resource.fields else 0
        stretch = view.stretch(node)
        return self._workshop.evaluator.decide(stretch.entries, stretch.plan, stretch.perhaps, resource, reader)

    def _first_sight(self, r: str, context: Context, caller: Implied) -> Decision:
        """A header that the table does not hold yet: checks the resource, puts the header's stretches in, decides."""
        if not isinstance(r, str):
            raise RequestError(f"a resource must be text, not {r!r}")
        resource = parse_resource(r)
        if self._view.row.exempt:
            return allow(None, ())
        self._insert(resource)
        bounds, cells = self.cells
        cell = cells[bisect_right(bounds, r)]
        if cell == self._first_sight:  # too long, or another thread has made the table start again
            return self.decide(resource, Reader(context, caller.derived, self.owner(resource)))
        return cell if isinstance(cell, Decision) else cell(r, context, caller)

    def _insert(self, resource: Resource) -> None:
        """Puts the stretches of a header in, if they are not there.

        Works on the table as it stands and replaces it as a whole: what two threads do at once may be lost, and is then
        done again. A header that is too long to be kept stays out.
        """
        bounds, cells = self.cells
        if len(resource.header) > LONGEST or cells[bisect_right(bounds, resource.text)] != self._first_sight:
            return
        self._inserted += 1
        if self._inserted > MOST_HEADERS:
            self._inserted = 1
            self._many.clear()
            bounds, cells = self.cells = self._nothing()
        start = resource.header or resource.text
        view = self.header(resource)
        if self._inserted > FEW_HEADERS and resource.fields and self._view.alike:
            constant = self.made(view, 0)
            if isinstance(constant, Decision):
                self.cells = self._nothing_but(_for_every_arn(constant))
                return
        # A header ends in a colon, so it has a successor.
        end = str(successor(start)) if resource.header else start + "\0"
        if view.texts is not None and len(view.texts) > MOST_BOUNDS:
            self._insert_many(view.texts, _Stretches(self, view, start, view.texts), end)
        else:
            self._merge(self._table_to_extend(), *self._list(view, start), end)
            self._workshop.spend(len(view.index.nodes))

    def _insert_many(self, texts: list[str], stretches: "_Stretches", end: str) -> None:
        """Puts a header in whose bounds all rows share, with places that are filled when a resource falls on them.

        PERF: a search misses the processor's cache less often in a list that other rows search too. So a table of one header
        takes the list as it is; a table of several has a list of its own, or leaves the header to a search of its own, and so
        it does where memory gets short.
        """
        self._many[stretches.start] = stretches
        table = self._table_to_extend()
        alone = len(table[0]) == 1
        if self._workshop.short or (not alone and len(table[0]) + len(texts) > MOST_COPIED):
            self._merge(table, [stretches.start], [stretches.searcher()], end)
            return
        places = [stretches] * (len(texts) - 2)
        if alone:
            self.cells = texts, [self._first_sight, self._first_sight, *places, self._first_sight]
        else:
            self._merge(table, texts[1:-1], places, end)
        self._workshop.spend(len(texts) // PLACES + 1)

    def _table_to_extend(self) -> tuple[list[str], list[Cell]]:
        """The table as it stands; but a shared list that is too long to be copied as one cell that searches it."""
        bounds, cells = self.cells
        alone = self._many.get(bounds[1]) if len(bounds) > MOST_COPIED else None
        if alone is None or bounds is not alone.texts:
            return bounds, cells
        alone.take_in(cells[2:-1])
        sight = self._first_sight
        return ["", bounds[1], bounds[-1]], [sight, sight, alone.searcher(), sight]

    def _merge(
        self, table: tuple[list[str], list[Cell]], new_bounds: Sequence[str], new_cells: Sequence[Cell], end: str
    ) -> None:
        """Extends a table by the stretches of one more header."""
        bounds, cells = table
        at = bisect_right(bounds, new_bounds[0])
        self.cells = (
            [*bounds[:at], *new_bounds, end, *bounds[at:]],
            [*cells[: at + 1], *new_cells, self._first_sight, *cells[at + 1 :]],
        )

    def put(self, r: str, stretches: "_Stretches", cell: Cell) -> bool:
        """Puts a leaf into the place on which a resource falls, unless the header has no places there any more."""
        bounds, cells = self.cells
        at = bisect_right(bounds, r)
        if cells[at] is not stretches:
            return False
        cells[at] = cell
        return True

    def _put_all(self, stretches: "_Stretches") -> None:
        """Puts the leaves of a header that are built already into their places."""
        bounds, cells = self.cells
        first = bisect_left(bounds, stretches.start) + 1
        for at, node in zip(range(first, len(cells)), stretches.nodes, strict=False):
            if cells[at] is stretches and node in stretches:
                cells[at] = stretches[node]

    def _list(self, view: HeaderView, start: str) -> tuple[list[str], list[Cell]]:
        """The stretches of a header as bounds and cells of the row's own list."""
        new_bounds: list[str] = []
        new_cells: list[Cell] = []
        pending: dict[int, _Pending] = {}
        for bound, node in zip(("", *view.index.bounds), view.index.nodes, strict=True):
            cell = pending.setdefault(node, _Pending(self, view, node))
            if new_bounds and not bound:
                new_cells[-1] = cell  # a pattern with an empty resource part starts where the header ends
            else:
                new_bounds.append(self._workshop.bound(start + bound))
                new_cells.append(cell)
        return new_bounds, new_cells

    def fill(self, resource: Resource, *, whole: bool, most: int) -> int:
        """Builds leaves before a request falls on them; how many were built, `most` at most.

        The leaf that the resource falls on, or the `whole` of its header.
        """
        if self._view.row.exempt or most <= 0 or len(resource.header) > LONGEST:
            return 0
        self._insert(resource)
        many = self._many.get(resource.header or resource.text)
        if many is not None:
            count = many.fill(resource, whole=whole, most=most)
            self._put_all(many)
            return count
        bounds, cells = self.cells
        first = last = bisect_right(bounds, resource.text)
        if whole:
            first = bisect_left(bounds, resource.header or resource.text)
            last = first + len(self.header(resource).index.nodes)
        built: dict[int, Cell] = {}
        for place in range(first, min(last + 1, len(cells))):
            cell = cells[place]
            if isinstance(cell, _Pending):
                if id(cell) not in built and len(built) < most:
                    built[id(cell)] = cell.build()
                cells[place] = built.get(id(cell), cell)
        return len(built)

    def headers(self) -> Iterator[str]:
        """The ARN headers without wildcards under which the row has patterns."""
        return self._view.exact_headers()

    def made(self, view: HeaderView, node: int) -> Cell:
        """The leaf of a stretch."""
        return self._workshop.cell(view, node)

    def draft(self, view: HeaderView, node: int) -> tuple[Cell, bool]:
        """A leaf of a stretch, and whether it is the finished one."""
        return self._workshop.draft(view, node)

    def spend(self, cells: int) -> None:
        """Counts leaves that have been built."""
        self._workshop.spend(cells)

    def settle(self, pending: "_Pending", view: HeaderView) -> Cell:
        """Builds a leaf and puts it wherever the pending one still stands."""
        cell = pending.build()
        bounds, cells = self.cells
        at = bisect_left(bounds, view.resource.header or view.resource.text)
        for place in range(at, min(at + len(view.index.nodes) + 1, len(cells))):
            if cells[place] is pending:
                cells[place] = cell
        return cell


def _for_every_arn(decision: Decision) -> Cell:
    """A constant leaf of every ARN; what is left to ask is whether the text is one."""

    def constant(r: str, context: Context, caller: Implied) -> Decision:
        del context, caller
        if r.count(":") < 5:
            parse_resource(r)  # raises
        return decision

    return constant


class _Pending:
    """A leaf that is built when a resource first falls on it."""

    __slots__ = ("_node", "_table", "_view")

    def __init__(self, table: RowTable, view: HeaderView, node: int) -> None:
        self._table = table
        self._view = view
        self._node = node

    def build(self) -> Cell:
        """The leaf."""
        return self._table.made(self._view, self._node)

    def __call__(self, r: str, context: Context, caller: Implied) -> Decision:
        cell = self._table.settle(self, self._view)
        return cell if isinstance(cell, Decision) else cell(r, context, caller)


class _Stretches(dict[int, Cell]):
    """The leaves of one header in one row, by the trie node of their stretch; built when they are first asked for.

    `texts`: the bounds of a table that holds this header alone, `start` the header. It is a cell itself, in the places where
    no leaf has been put yet: it puts one there. A leaf that has one place, and stands in it, is not kept here besides.
    """

    __slots__ = ("_inner", "_table", "_view", "nodes", "start", "texts")

    def __init__(self, table: RowTable, view: HeaderView, start: str, texts: list[str]) -> None:
        super().__init__()
        self._table = table
        self._view = view
        self._inner = view.inner
        self.nodes = view.index.nodes
        self.start = start
        self.texts = texts

    def __missing__(self, node: int) -> Cell:
        cell, finished = self._table.draft(self._view, node)
        if finished:
            self[node] = cell
            self._table.spend(1)
        return cell

    def fill(self, resource: Resource, *, whole: bool, most: int) -> int:
        """Builds leaves before a request falls on them; how many were built, `most` at most."""
        nodes = dict.fromkeys(self.nodes) if whole else [self._view.index.node(resource.fields[5])]
        missing = [node for node in nodes if node not in self][:most]
        for node in missing:
            self[node] = self._table.made(self._view, node)
        self._table.spend(len(missing))
        return len(missing)

    def searcher(self) -> Cell:
        """A cell for the whole header, which searches it."""
        texts, nodes = self.texts, self.nodes

        def search(r: str, context: Context, caller: Implied) -> Decision:
            cell = self[nodes[bisect_right(texts, r) - 2]]
            decision: Decision = cell if cell.__class__ is Decision else cell(r, context, caller)
            return decision

        return search

    def __call__(self, r: str, context: Context, caller: Implied) -> Decision:
        node = self.nodes[bisect_right(self.texts, r) - 2]
        cell = self.get(node)
        if cell is not None:
            self._table.put(r, self, cell)
        else:
            cell, finished = self._table.draft(self._view, node)
            if finished:
                self._keep(r, node, cell)
        return cell if isinstance(cell, Decision) else cell(r, context, caller)

    def _keep(self, r: str, node: int, cell: Cell) -> None:
        placed = self._table.put(r, self, cell)
        if placed and node not in self._inner:
            # the place has been counted already, and constants are shared
            self._table.spend(0 if isinstance(cell, Decision) else 1)
        else:
            self[node] = cell
            self._table.spend(1)

    def take_in(self, cells: Sequence[Cell]) -> None:
        """Keeps the leaves that stand in the places of the header."""
        before = len(self)
        for cell, node in zip(cells, self.nodes, strict=True):
            if cell is not self:
                self.setdefault(node, cell)
        self._table.spend(len(self) - before)
