"""Leaves and their generated code, for one caller, action and resource."""

from __future__ import annotations

from dataclasses import dataclass

from ostiary_runtime.entries import Rows
from ostiary_runtime.generate import Made, source_of
from ostiary_runtime.leaves import Leaf, LeafBuilder, Residue
from ostiary_runtime.program import Program
from ostiary_runtime.request import Principal, parse_action, parse_caller, parse_resource
from ostiary_runtime.stretches import HeaderIndex, HeaderView, RowView, Stretch
from ostiary_runtime.workshop import LeafKit, Slow, Workshop


@dataclass(frozen=True, slots=True)
class Spot:
    """A leaf, and where it stands."""

    leaf: Leaf
    view: HeaderView
    node: int
    stretch: Stretch
    workshop: Workshop

    def made(self) -> Made:
        """The generated source of a residue, and what belongs to it."""
        assert isinstance(self.leaf, Residue)
        return source_of(self.leaf, LeafKit(self.workshop, self.view))

    def slow(self) -> Slow:
        """What decides where the tables of the leaf are not enough."""
        return Slow(self.workshop, self.view, self.node)

    def source(self) -> tuple[str, list[object]]:
        """The generated source of a residue, and the values of its parameters after `slow` and `error`."""
        made = self.made()
        return made.source, made.values


def spot(program: Program, caller: str | Principal, action: str, resource: str) -> Spot:
    rows = Rows(program)
    row = rows.row(rows.attachments.scope(parse_caller(caller), None), parse_action(action))
    asked = parse_resource(resource)
    view = RowView(row, rows, HeaderIndex(program)).view(asked)
    node = view.index.node(asked.fields[5]) if asked.fields else 0
    stretch = view.stretch(node)
    workshop = Workshop(program, lambda: None)
    builder = LeafBuilder(program, workshop.refs, workshop.evaluator)
    leaf = builder.build(stretch.entries, stretch.status, view.crossing, stretch.plan, stretch.perhaps)
    return Spot(leaf, view, node, stretch, workshop)
