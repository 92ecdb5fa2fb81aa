"""Row tables: from the text of a resource to its leaf with one binary search.

All resources that share an ARN header form one interval of the code-point order, and inside it the stretches of the
header's view do too. So a row keeps one sorted list of bounds over *whole* resource texts, into which the stretches of a
header are put when the header is first seen; a leaf is built when a resource first falls on it. No text is ever split on
the way to a leaf that exists.

Invariant: a table is replaced as a whole, never changed in place but for a pending leaf that becomes what it stands for;
so readers need no lock. Bounded: when too many headers have been seen, a row starts again with an empty table.
"""

from bisect import bisect_right
from threading import Lock

from ostiary_runtime.context import Context, Implied, Reader
from ostiary_runtime.decision import Decision, allow
from ostiary_runtime.intervals import successor
from ostiary_runtime.request import Resource, parse_resource
from ostiary_runtime.stretches import HeaderView, RowView
from ostiary_runtime.workshop import Cell, Workshop

# Headers that one row has seen before its table starts again.
MOST_HEADERS = 2048


class RowTable:
    """The leaves of one row."""

    __slots__ = ("_headers", "_inserted", "_lock", "_view", "_workshop", "cells")

    def __init__(self, view: RowView, workshop: Workshop) -> None:
        self._view = view
        self._workshop = workshop
        self._lock = Lock()
        self._headers: dict[str, HeaderView] = {}
        self._inserted = 0
        exempt = view.row.exempt
        self.cells: tuple[list[str], list[Cell]] = ([], [allow(None, ()) if exempt else self._first_sight])

    def owner(self, resource: Resource) -> str:
        """The account that a resource belongs to."""
        return self._view.owner(resource)

    def header(self, resource: Resource) -> HeaderView:
        """The row seen through the header of a resource."""
        found = self._headers.get(resource.header)
        if found is None:
            if len(self._headers) >= MOST_HEADERS:
                self._headers.clear()
            found = self._headers[resource.header] = self._view.view(resource)
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
        resource = parse_resource(r)
        with self._lock:
            bounds, cells = self.cells
            if cells[bisect_right(bounds, r)] == self._first_sight:
                self._insert(resource)
        bounds, cells = self.cells
        cell = cells[bisect_right(bounds, r)]
        return cell if isinstance(cell, Decision) else cell(r, context, caller)

    def _insert(self, resource: Resource) -> None:
        self._inserted += 1
        if self._inserted > MOST_HEADERS:
            self._inserted = 1
            self.cells = ([], [self._first_sight])
        view = self.header(resource)
        start = resource.header or resource.text
        # A header ends in a colon, so it has a successor.
        end = str(successor(start)) if resource.header else start + "\0"
        bounds, cells = list(self.cells[0]), list(self.cells[1])
        at = bisect_right(bounds, start)
        new_bounds = [start, *(start + bound for bound in view.index.bounds)]
        pending: dict[int, _Pending] = {}
        new_cells = [pending.setdefault(node, _Pending(self, view, node)) for node in view.index.nodes]
        bounds[at:at] = [*new_bounds, end]
        cells[at + 1 : at + 1] = [*new_cells, self._first_sight]
        self.cells = (bounds, cells)
        self._workshop.spend(len(new_cells))

    def settle(self, pending: "_Pending", view: HeaderView, node: int) -> Cell:
        """Builds a leaf and puts it wherever the pending one stands."""
        cell = self._workshop.cell(view, view.stretch(node))
        bounds, cells = self.cells
        start = view.resource.header or view.resource.text
        at = bisect_right(bounds, start)
        for offset, owner in enumerate(view.index.nodes):
            if owner == node and cells[at + offset] is pending:
                cells[at + offset] = cell
        return cell


class _Pending:
    """A leaf that is built when a resource first falls on it."""

    __slots__ = ("_node", "_table", "_view")

    def __init__(self, table: RowTable, view: HeaderView, node: int) -> None:
        self._table = table
        self._view = view
        self._node = node

    def __call__(self, r: str, context: Context, caller: Implied) -> Decision:
        cell = self._table.settle(self, self._view, self._node)
        return cell if isinstance(cell, Decision) else cell(r, context, caller)
