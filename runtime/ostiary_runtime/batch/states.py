"""States: the value of a condition key on each row of a batch, by classes.

In: a key and the rows of a batch. Out: the class of each row's state, or a `Reader` for one row.
A key has its own column, or follows from the caller; any other key has one state in all requests of a layout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ostiary_runtime.batch.columns import PRINCIPAL, Coded, Columns, Layout
from ostiary_runtime.batch.facets import OVER, Facet
from ostiary_runtime.batch.subjects import Subjects
from ostiary_runtime.batch.tables import Ints, Longs, Numbers, at, distinct, looked_up
from ostiary_runtime.conditions import Condition
from ostiary_runtime.context import NO_CONTEXT, Missing, Reader, State, state_of
from ostiary_runtime.request import parse_caller

_CALLER_KEYS: Final = frozenset(parse_caller("*").derived)


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a key on rows: `of_code[codes[row]]`."""

    codes: Numbers
    of_code: Ints

    @property
    def over(self) -> bool:
        """Whether rows may be among those that have no class."""
        return bool((self.of_code == OVER).any())

    def shifted(self, bits: int, kind: type[np.int32] | type[np.int64]) -> Any:
        """The class of each row, or the one of all rows, with so many zero bits behind it."""
        moved: Any = self.of_code.astype(kind)
        moved = moved << kind(bits)
        return kind(moved[self.codes]) if isinstance(self.codes, int) else looked_up(moved, self.codes)


class States:
    """The states of keys in tables of one layout."""

    def __init__(self, layout: Layout, subjects: Subjects, conditions: Sequence[Condition], missing: Missing) -> None:
        self.columns_of = dict(layout.keys)
        self._subjects = subjects
        self._conditions = conditions
        self._missing: Missing = missing
        self._exact: dict[str, Facet] = {}

    def differ(self, key: str) -> bool:
        """Whether requests differ in a key."""
        return key in self.columns_of or key in _CALLER_KEYS

    def same(self, key: str, owner: str) -> State:
        """The state of a key in which requests do not differ, for a resource of this account."""
        return Reader(NO_CONTEXT, {}, owner, self._missing).state(key)

    def exact(self, key: str) -> Facet:
        """A facet that tells all values of a key apart."""
        facet = self._exact.get(key)
        if facet is None:
            facet = self._exact[key] = Facet(self._conditions)
            facet.add((), exact=True)
        return facet

    @property
    def full(self) -> bool:
        return any(facet.full for facet in self._exact.values())

    def classes(self, facet: Facet, key: str, columns: Columns, callers: Numbers, rows: Longs | None) -> Classes:
        """The classes of a key on some rows, or (None) on all."""

        def number(row: int) -> int:
            return columns.number(row if rows is None else int(rows[row]))

        column = self.columns_of.get(key)
        if column is not None:
            coded = columns.coded(column, rows)
            # PERF: a text is its own state, and `state_of` takes ten times as long as finding its class
            made = coded.made(
                lambda value: facet.of(value if value.__class__ is str else state_of(value)),
                column,
                number,
                use="exact" if facet is self._exact.get(key) else "class",
                version=facet.version,
            )
            return Classes(coded.codes, made)
        if not self.differ(key):
            return Classes(0, np.zeros(1, np.int32))
        derived = self._subjects.derived
        own = at(callers, rows)
        numbers, places = ([own], 0) if isinstance(own, int) else distinct(own)
        coded = Coded(places, [derived[caller][key] for caller in numbers])
        return Classes(places, coded.made(lambda value: facet.of(state_of(value)), PRINCIPAL, number))

    def context(self, columns: Columns, row: int) -> dict[str, object]:
        """The context of a row."""
        return {name: columns.value(name, row) for name in self.columns_of.values()}

    def reader(self, columns: Columns, callers: Numbers, row: int, owner: str) -> Reader:
        """The reader of a row, for a resource of this account."""
        caller = callers if isinstance(callers, int) else int(callers[row])
        return Reader(self.context(columns, row), self._subjects.derived[caller], owner, self._missing)
