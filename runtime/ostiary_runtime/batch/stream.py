"""Tables in, tables out: how input is cut into batches, and which machine decides them.

In: anything that Arrow can read as a table or as a stream of record batches. Out: result tables, or result batches one by
one. Machines are kept for each layout of columns, so that a warm engine that is fed many batches builds nothing twice.
Safe to share between threads: a machine serves one call at a time, and a call that finds none free makes another.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyarrow as pa

from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Variable
from ostiary_grammar.terms import fold
from ostiary_runtime.batch.answers import RESULT, Answers, Counts
from ostiary_runtime.batch.columns import Layout, read_layout
from ostiary_runtime.batch.machine import PRINCIPAL_ARN, Machine, Parts
from ostiary_runtime.conditions import variables_of
from ostiary_runtime.context import Missing
from ostiary_runtime.program import Program

# Rows that are decided at once, and below which the chunks of a table are put together first.
MORSEL: Final = 1 << 18
_SMALL: Final = 1 << 15
# Layouts whose machines are kept.
MOST_LAYOUTS: Final = 8
_EXPECTED: Final = "give a pyarrow Table or RecordBatch, or a data frame that offers itself as an Arrow stream"


class Batches:
    """Decides tables with one program."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._asked = frozenset({PRINCIPAL_ARN, *asked_keys(parts.workshop.program)})
        self._free: dict[tuple[Layout, Missing], list[Machine]] = {}
        self.counts = Counts()

    def table(self, source: Any, missing: Missing) -> Any:
        """The result table of a table."""
        table = _as_table(source)
        layout = self._layout(table.schema, missing)
        found = list(self._decide(layout, missing, _pieces(table, layout), 0))
        return pa.Table.from_batches(found, RESULT)

    def stream(self, source: Any, missing: Missing) -> Iterator[Any]:
        """A result batch for each batch of a stream."""
        start = 0
        for batch in _as_batches(source):
            layout = self._layout(batch.schema, missing)
            found = list(self._decide(layout, missing, _pieces(pa.Table.from_batches([batch]), layout), start))
            start += batch.num_rows
            yield found[0] if len(found) == 1 else _one(found)

    def _layout(self, schema: Any, missing: Missing) -> Layout:
        if missing not in ("absent", "unknown"):
            raise RequestError(f'missing must be "absent" or "unknown", not {missing!r}')
        return read_layout(schema, self._asked)

    def _decide(self, layout: Layout, missing: Missing, batches: Iterable[Any], start: int) -> Iterator[Any]:
        if (layout, missing) not in self._free and len(self._free) >= MOST_LAYOUTS:
            self._free.clear()
        free = self._free.setdefault((layout, missing), [])
        try:
            machine = free.pop()
        except IndexError:
            machine = Machine(self._parts, layout, missing, Answers(), self.counts)
        for batch in batches:
            answers = machine.decide(batch, start)
            start += batch.num_rows
            yield pa.RecordBatch.from_arrays(machine.answers.columns(answers), schema=RESULT)
        free.append(machine)  # not after an error: what it has learnt by then may be half done


def asked_keys(program: Program) -> Iterator[str]:
    """The folded condition keys that the policies ask about, in conditions and in variables."""
    for condition in program.conditions:
        yield condition.key
        yield from variables_of(condition)
    for resource in program.resources:
        for glob in resource.fields:
            yield from (fold(token.key) for token in glob if isinstance(token, Variable))


def _as_table(source: Any) -> Any:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__"):
        return pa.table(source)
    raise RequestError(f"{type(source).__name__} is no table: {_EXPECTED}")


def _as_batches(source: Any) -> Iterator[Any]:
    if isinstance(source, pa.Table | pa.RecordBatch):
        yield from _as_table(source).to_batches()
    elif hasattr(source, "__arrow_c_stream__"):
        yield from pa.RecordBatchReader.from_stream(source)
    elif isinstance(source, Iterable):
        for batch in source:
            if isinstance(batch, pa.RecordBatch):
                yield batch
            else:
                yield from _as_table(batch).to_batches()
    else:
        raise RequestError(f"{type(source).__name__} is no stream of record batches: {_EXPECTED}")


def _pieces(table: Any, layout: Layout) -> Iterable[Any]:
    """What the table asks as record batches of a good size."""
    table = table.select(layout.names)
    chunks = max(column.num_chunks for column in table.columns)
    if chunks > 1 and table.num_rows < _SMALL * chunks:
        table = pa.table([_with_one_dictionary(column) for column in table.columns], table.column_names)
        table = table.combine_chunks()
    batches: Iterable[Any] = table.to_batches(max_chunksize=MORSEL)
    return batches


def _with_one_dictionary(column: Any) -> Any:
    """The column without its dictionaries if they differ: one for all may need longer indices, or be beyond Arrow."""
    if not pa.types.is_dictionary(column.type) or not column.num_chunks:
        return column
    first, *others = column.chunks
    if all(chunk.dictionary.equals(first.dictionary) for chunk in others):
        return column
    return pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks])


def _one(batches: list[Any]) -> Any:
    if not batches:
        return pa.RecordBatch.from_pylist([], schema=RESULT)
    return pa.Table.from_batches(batches, RESULT).combine_chunks().to_batches()[0]
