"""The machine: decides record batches of one layout, and gets faster the more of them it has seen.

A row of the table goes the way of a single request through the DAG, but as numbers: caller -> scope, action -> row,
resource -> place, (row, place) -> cell, and where the cell leaves conditions open, (cell, circumstances) -> answer. Each
pair that is new is put to the single engine once, on the first table row that has it; what is known is one look-up in an
array. So a batch has no semantics of its own: it only has to know which requests cannot be told apart (`needs`, `facets`).

Invariant: what the tables cannot hold is decided request by request. Not here: how tables are cut into batches.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch.answers import Answers, Counts
from ostiary_runtime.batch.cells import Cells
from ostiary_runtime.batch.columns import ACTION, OWNER, PRINCIPAL, Coded, Columns, Layout, at_row
from ostiary_runtime.batch.needs import NeedsReader
from ostiary_runtime.batch.places import Places
from ostiary_runtime.batch.residuals import Residuals
from ostiary_runtime.batch.resources import Resources
from ostiary_runtime.batch.states import States
from ostiary_runtime.batch.subjects import RowViews, Subjects
from ostiary_runtime.batch.tables import Ints, Longs, Numbers, PairTable, distinct, first_rows
from ostiary_runtime.batch.vocabulary import Vocabulary
from ostiary_runtime.context import ABSENT, Missing, State, state_of
from ostiary_runtime.decision import Decision
from ostiary_runtime.entries import Rows
from ostiary_runtime.leaves import LeafBuilder
from ostiary_runtime.request import check_account
from ostiary_runtime.stretches import HeaderIndex
from ostiary_runtime.workshop import Workshop

PRINCIPAL_ARN: Final = "aws:principalarn"
MOST_CHARACTERS: Final = 1 << 26
# If more of a batch has its resource looked at, all of it is: that costs less than picking the texts out.
_MOST_SOMEWHERE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Parts:
    """What a machine takes from the engine whose decisions it gives."""

    rows: Rows
    headers: HeaderIndex
    workshop: Workshop
    authorize: Callable[..., Decision]


class Machine:
    """Decides batches that have one layout."""

    def __init__(self, parts: Parts, layout: Layout, missing: Missing, answers: Answers, counts: Counts) -> None:
        self._parts = parts
        self._layout = layout
        self._missing = missing
        self.answers = answers
        self._counts = counts
        self._columns_of = dict(layout.keys)
        self._start_again()

    def _start_again(self) -> None:
        """Forgets everything that was learnt from batches."""
        parts = self._parts
        program = parts.workshop.program
        self._subjects = Subjects(parts.rows)
        self._rows = RowViews(parts.rows, parts.headers, frozenset(self._columns_of))
        self._vocabularies: dict[str, Vocabulary] = {}
        self._row_of = PairTable()
        self._places = Places(program, parts.headers)
        evaluator, conditions = parts.workshop.evaluator, parts.workshop.conditions
        self._cells = Cells(
            self._rows,
            self._places,
            LeafBuilder(program, parts.workshop.refs, evaluator),
            NeedsReader(program, conditions),
            self.answers,
            self._missing,
        )
        self._residuals = Residuals(
            self._cells,
            States(self._layout, self._subjects, conditions, self._missing),
            conditions,
            self._layout,
            self._missing,
            parts.authorize,
            self.answers,
            self._counts,
        )

    def decide(self, batch: Any, start: int) -> Ints:
        """The answers of a record batch, as numbers of `Answers`."""
        if self._is_large():
            self._start_again()
        columns = Columns(batch, start, self._vocabularies)
        self._counts.rows += columns.rows
        if not columns.rows:
            return np.zeros(0, np.int32)
        callers = self._callers(columns)
        rows = self._rows_of(columns, self._subjects.scope_of.of(callers))
        resources = Resources(columns, self._places)
        cells = self._cells_of(rows, resources, columns.rows)
        return self._residuals.decide(columns, resources, callers, cells)

    def _rows_of(self, columns: Columns, scopes: Numbers) -> Numbers:
        """The row of the DAG of each row of the table."""
        actions = columns.asked(ACTION)
        if not isinstance(scopes, int) and (scopes == scopes[0]).all():
            scopes = int(scopes[0])
        if not isinstance(scopes, int):
            numbers = actions.on_rows(actions.made(self._subjects.action, ACTION, columns.number))
            return self._row_of.resolve(scopes, numbers, self._row)
        scope = scopes

        def row(action: str) -> int:
            return int(self._row_of.resolve(scope, self._subjects.action(action), self._row))

        return actions.on_rows(actions.made(row, ACTION, columns.number, use="row", version=scope))

    def _row(self, scope: int, action: int, _row: int) -> int:
        return self._rows.row(self._subjects.scopes[scope], self._subjects.actions[action])

    def _callers(self, columns: Columns) -> Numbers:
        """The callers of a batch. Whose the resource is, and which role a session has, may be in columns of their own."""
        subjects = self._subjects
        principals = columns.asked(PRINCIPAL)
        role_column = self._columns_of.get(PRINCIPAL_ARN)
        if role_column is not None and not any(map(subjects.waits, principals.values)):
            role_column = None
        if role_column is None and not self._layout.owner:
            return principals.on_rows(
                principals.made(
                    lambda text: subjects.caller(text, None, ABSENT), PRINCIPAL, columns.number, use="caller"
                )
            )
        roles = columns.coded(role_column) if role_column is not None else Coded(0, [None])
        owners = columns.coded(OWNER) if self._layout.owner else Coded(0, [None])
        several: Longs = np.asarray(principals.codes, np.int64)
        for coded in (roles, owners):
            several = several * len(coded.values) + coded.codes
        numbers, places = distinct(np.array(np.broadcast_to(several, columns.rows)))
        found = np.empty(len(numbers), np.int32)
        for place, row in enumerate(first_rows(places, len(numbers))):
            principal, owner = principals.at(row), owners.at(row)
            role: State = ABSENT
            if owner is not None:
                with _naming(columns, row, OWNER):
                    check_account(owner)
            if role_column is not None and subjects.waits(principal):
                with _naming(columns, row, role_column):
                    role = state_of(roles.at(row))
            with _naming(columns, row, PRINCIPAL):
                found[place] = subjects.caller(principal, owner, role)
        return found.take(places)

    def _cells_of(self, rows: Numbers, resources: Resources, count: int) -> Numbers:
        """The cell of each row. Where the answer is the same for every resource, the resource is only checked."""
        cells, words = self._cells, resources.words
        if words is not None and PairTable.holds(len(self._rows.views), len(words.values)):
            places, values = resources.places_of_words(words), words.values

            def at_word(row: int, word: int, _row: int) -> int:
                return cells.at_word(row, int(places[word]), values[word])

            return cells.of_word.resolve(rows, words.codes, at_word)
        anywhere = self._rows.anywhere.of(rows)
        if isinstance(anywhere, int) or resources.encoded or anywhere.all() or not anywhere.any():
            if np.all(anywhere):
                resources.check()
                return cells.of_row.resolve(rows, 0, cells.anywhere)
            return cells.of_place.resolve(rows, resources.find(None), cells.here)
        assert not isinstance(rows, int)
        somewhere = np.flatnonzero(anywhere == 0)
        if len(somewhere) > _MOST_SOMEWHERE * count:
            return cells.of_place.resolve(rows, resources.find(None), cells.here)
        resources.check()
        found = cells.of_row.resolve(rows, 0, cells.anywhere)
        assert not isinstance(found, int)
        found[somewhere] = cells.of_place.resolve(rows.take(somewhere), resources.find(somewhere), cells.here)
        return found

    def _is_large(self) -> bool:
        return (
            self._places.full
            or self._cells.full
            or self._subjects.full
            or self._subjects.characters >= MOST_CHARACTERS
            or self._rows.full
            or self._residuals.full
        )


@contextmanager
def _naming(columns: Columns, row: int, column: str) -> Iterator[None]:
    """RequestErrors name the row and the column."""
    try:
        yield
    except RequestError as problem:
        raise at_row(columns.number(row), column, problem) from None
