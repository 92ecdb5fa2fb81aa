"""Columns: what a record batch asks, as numbers for distinct values.

In: an Arrow schema and its record batches. Out: a `Layout`, which says where principals, actions, resources and condition
keys stand, and for each batch `Columns`, which give a column as codes and its distinct values.
Invariant: a column that nobody asks about is never looked at. Errors name the row (counted from 0) and the column.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import fold
from ostiary_runtime.batch.buffers import all_the_same
from ostiary_runtime.batch.tables import Ints, Longs, Numbers, at, distinct, first_rows, looked_up
from ostiary_runtime.batch.vocabulary import Kept, Vocabulary

PRINCIPAL, ACTION, RESOURCE, OWNER = "principal", "action", "resource", "resource_account"
_ASKED = (PRINCIPAL, ACTION, RESOURCE)
# A column is looked at as a whole for a value that all rows share, if this many rows spread over it do.
_PROBES = 16
# Rows of a column that are encoded alone if they are fewer than this share of it.
_FEW = 0.25


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table: condition keys by their folded name, and whether there is a `resource_account`."""

    keys: tuple[tuple[str, str], ...]
    owner: bool

    @property
    def names(self) -> list[str]:
        """The columns that are looked at: those that every table has, whose the resource is, condition keys."""
        return [*_ASKED, *([OWNER] if self.owner else []), *(name for _, name in self.keys)]


def read_layout(schema: Any, asked: Iterable[str]) -> Layout:
    """The layout of tables with this schema; `asked` are the folded condition keys that the policies ask about.

    Raises RequestError where a column is missing, named twice, or of a type that no request value has.
    """
    for name in _ASKED:
        if schema.get_field_index(name) < 0 and name not in schema.names:
            raise RequestError(
                f"the table has no column `{name}`: it needs {', '.join(f'`{each}`' for each in _ASKED)}; "
                f"its columns are {', '.join(f'`{each}`' for each in schema.names) or 'none'}"
            )
    seen: dict[str, str] = {}
    for name in schema.names:
        special = name in (*_ASKED, OWNER)
        folded = name if special else fold(name)
        if folded in seen:
            first = seen[folded]
            raise RequestError(
                f"the column `{name}` is there twice"
                if first == name
                else f"the columns `{first}` and `{name}` are the same condition key"
            )
        seen[folded] = name
    for name in (*_ASKED, OWNER):
        if name in seen and not _is_text(_plain(schema.field(name).type)):
            raise RequestError(f"the column `{name}` holds {schema.field(name).type}, not text: cast it to string")
    wanted = set(asked)
    keys = tuple((folded, name) for folded, name in seen.items() if folded in wanted and name not in (*_ASKED, OWNER))
    for _, name in keys:
        _check_type(name, schema.field(name).type)
    return Layout(keys, OWNER in seen)


def _plain(kind: Any) -> Any:
    """The type of the values of a column, however they are encoded."""
    while pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        kind = kind.value_type
    return kind


def _is_text(kind: Any) -> bool:
    types = pa.types
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind)
    )


def _is_scalar(kind: Any) -> bool:
    types = pa.types
    return _is_text(kind) or types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)


def _is_list(kind: Any) -> bool:
    types = pa.types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_list_view(kind)
        or types.is_large_list_view(kind)
    )


def _check_type(name: str, kind: Any) -> None:
    plain = _plain(kind)
    if _is_scalar(plain) or (_is_list(plain) and _is_scalar(_plain(plain.value_type))):
        return
    advice = "cast it to string or to list<string>"
    if pa.types.is_temporal(plain):
        advice = "cast it to string, such as 2026-03-01T12:00:00Z"
    elif pa.types.is_decimal(plain):
        advice = "cast it to string"
    raise RequestError(f"the column `{name}` holds {kind}, which is no type of request value: {advice}")


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as numbers: `values[codes[row]]` is the value of a row; a null is None."""

    codes: Numbers
    values: list[Any]
    kept: Kept | None = None
    """What was made of the values in earlier batches, if the numbers are those of a vocabulary."""

    def at(self, row: int) -> Any:
        """The value of a row."""
        return self.values[self.codes if isinstance(self.codes, int) else self.codes[row]]

    def first(self, code: int) -> int:
        """The first row that has a code."""
        return 0 if isinstance(self.codes, int) else int(np.argmax(self.codes == code))

    def made(
        self,
        make: Callable[[Any], int],
        column: str,
        number: Callable[[int], int],
        *,
        use: str = "",
        version: object = None,
    ) -> Ints:
        """For each value what `make` makes of it. RequestErrors name the first row that has it, by its `number` in the table.

        With `use`, which says what for, it is kept with a vocabulary, and made anew where the `version` is another.
        """
        known = self.kept.get(use) if self.kept is not None and use else None
        start = len(known[1]) if known is not None and known[0] == version else 0
        if known is not None and start == len(self.values):
            return known[1]
        sound = True
        made = np.empty(len(self.values), np.int32)
        if known is not None and start:
            made[:start] = known[1]
        for code in range(start, len(made)):
            try:
                made[code] = make(self.values[code])
            except RequestError as problem:
                if np.any(self.codes == code):
                    raise at_row(number(self.first(code)), column, problem) from None
                made[code], sound = 0, False  # the dictionary holds it, no row does
        if self.kept is not None and use and sound:
            self.kept[use] = (version, made)
        return made

    def on_rows(self, made: Ints) -> Numbers:
        """For each row what was `made` of its value."""
        return int(made[self.codes]) if isinstance(self.codes, int) else looked_up(made, self.codes)


class Columns:
    """The columns of one record batch. `start`: the number of its first row in the whole table.

    `vocabularies`: by column, kept from batch to batch.
    """

    def __init__(self, batch: Any, start: int, vocabularies: dict[str, Vocabulary] | None = None) -> None:
        self._batch = batch
        self._start = start
        self._vocabularies = {} if vocabularies is None else vocabularies
        self.rows: int = batch.num_rows
        self._arrays: dict[str, Any] = {}
        self._coded: dict[str, Coded] = {}

    def number(self, row: int) -> int:
        """The number of a row in the whole table."""
        return self._start + row

    def array(self, name: str) -> Any:
        """A column as it came, but for run-end encoding and string views."""
        array = self._arrays.get(name)
        if array is None:
            array = self._batch.column(self._batch.schema.get_field_index(name))
            if pa.types.is_run_end_encoded(array.type):
                array = pc.run_end_decode(_plain_runs(array))
            self._arrays[name] = array = _without_views(array)
        return array

    def coded(self, name: str, rows: Longs | None = None) -> Coded:
        """A column as numbers, for some rows or (None) for all."""
        known = self._coded.get(name)
        if known is None:
            array = self.array(name)
            if rows is not None and len(rows) < _FEW * self.rows and not pa.types.is_dictionary(array.type):
                return self._encode(name, array.take(pa.array(rows)))
            known = self._coded[name] = self._encode(name, array)
        return known if rows is None else Coded(at(known.codes, rows), known.values, known.kept)

    def words(self, name: str) -> Coded | None:
        """A column of texts by the numbers of its vocabulary; None if it has too many for one."""
        return self._by_vocabulary(name, self.array(name))

    def _encode(self, name: str, array: Any) -> Coded:
        if not _is_text(_plain(array.type)) or _is_constant(array):
            return encode(array)
        if pa.types.is_dictionary(array.type) and len(array.dictionary) == 1 and len(array) and not array.null_count:
            return Coded(0, array.dictionary.to_pylist())
        return self._by_vocabulary(name, array) or encode(array)

    def _by_vocabulary(self, name: str, array: Any) -> Coded | None:
        vocabulary = self._vocabularies.setdefault(name, Vocabulary())
        codes = vocabulary.encode(array)
        return None if codes is None else Coded(codes, vocabulary.values, vocabulary.kept)

    def asked(self, name: str) -> Coded:
        """A column that may not hold nulls as numbers."""
        coded = self.coded(name)
        if None in coded.values:
            code = coded.values.index(None)
            if np.any(coded.codes == code):
                raise at_row(self.number(coded.first(code)), name, "there is no value")
        return coded

    def value(self, name: str, row: int) -> Any:
        """The value of a row."""
        return self.array(name)[row].as_py()

    def values(self, name: str, rows: Longs) -> list[Any]:
        """The values of some rows."""
        found: list[Any] = self.array(name).take(pa.array(rows)).to_pylist()
        return found


def _plain_runs(array: Any) -> Any:
    """A run-end encoded array of plain values, since Arrow writes neither dictionaries nor views out."""
    values = _without_views(array.values)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return pa.RunEndEncodedArray.from_arrays(array.run_ends, values).slice(array.offset, len(array))


def _without_views(array: Any) -> Any:
    """The array with plain texts and lists in place of views, of which Arrow can do little yet."""
    kind = array.type
    if pa.types.is_string_view(kind):
        return array.cast(pa.large_string())
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return _of_list_views(array)
    if _is_list(kind) and pa.types.is_string_view(kind.value_type):
        return array.cast(pa.large_list(pa.large_string()))
    if pa.types.is_dictionary(kind):
        given = array.dictionary
        dictionary = _without_views(given)
        if dictionary is not given:
            return pa.DictionaryArray.from_arrays(array.indices, dictionary)
    return array


def _of_list_views(array: Any) -> Any:
    """Views of lists as lists. Arrow's own cast is wrong where views stand in another order than their members."""
    ends = np.cumsum(pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
    offsets = pa.array(np.concatenate([np.zeros(1, np.int64), ends]))
    members = _without_views(array.flatten())
    return pa.LargeListArray.from_arrays(offsets, members, mask=array.is_null() if array.null_count else None)


def at_row(row: int, column: str, problem: object) -> RequestError:
    return RequestError(f"row {row}, column `{column}`: {problem}")


def encode(array: Any) -> Coded:
    """An array as numbers."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _of_dictionary(array)
    if _is_list(kind):
        return _of_lists(array)
    if len(array) == array.null_count:
        return Coded(0, [None])
    if _is_constant(array):
        return Coded(0, [array[0].as_py()])
    if pa.types.is_floating(kind):
        return _of_floats(array)
    encoded = array.dictionary_encode()
    return Coded(*_codes(encoded.indices, encoded.dictionary.to_pylist()))


def _is_constant(array: Any) -> bool:
    if not len(array) or array.null_count or pa.types.is_floating(array.type) or pa.types.is_dictionary(array.type):
        return False
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return all_the_same(array)
    first = array[0]
    step = max(1, len(array) // _PROBES)
    if any(array[place] != first for place in range(0, len(array), step)):
        return False
    same: bool = pc.all(pc.equal(array, first)).as_py()
    return same


def _codes(indices: Any, values: list[Any]) -> tuple[Ints, list[Any]]:
    """Codes as a numpy array; nulls get a code of their own."""
    indices = indices.cast(pa.int32())
    if indices.null_count:
        indices, values = indices.fill_null(len(values)), [*values, None]
    codes: Ints = indices.to_numpy(zero_copy_only=False)
    return codes, values


def _of_dictionary(array: Any) -> Coded:
    if not len(array):
        return Coded(0, [None])
    indices, dictionary = array.indices, array.dictionary
    if len(dictionary) > 2 * len(array):
        used = indices.dictionary_encode()  # a slice of a table keeps the dictionary of the whole
        indices, dictionary = used.indices, dictionary.take(used.dictionary)
    return Coded(*_codes(indices, dictionary.to_pylist()))


def _of_floats(array: Any) -> Coded:
    """By their bits: zeros of both signs are different texts."""
    width = array.type.bit_width
    bits = array.view({16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[width]).dictionary_encode()
    return Coded(*_codes(bits.indices, bits.dictionary.view(array.type).to_pylist()))


def _of_lists(array: Any) -> Coded:
    """Lists, told apart by their members joined and their length; one by one where the joint itself is in the texts."""
    joint = "\0"
    flat = array.flatten()
    if pa.types.is_string(flat.type) and (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        hidden = flat.null_count or pc.any(pc.match_substring(flat, joint)).as_py()
        if not hidden:
            joined = pc.binary_join(array, joint).dictionary_encode()
            lengths = pc.list_value_length(array).dictionary_encode()
            words, _ = _codes(joined.indices, joined.dictionary.to_pylist())
            sizes, all_sizes = _codes(lengths.indices, lengths.dictionary.to_pylist())
            pairs, codes = distinct(words.astype(np.int64) * (len(all_sizes) + 1) + sizes)
            firsts = pa.array(first_rows(codes, len(pairs)), pa.int64())
            return Coded(codes, array.take(firsts).to_pylist())
    numbers: dict[object, int] = {}
    values: list[Any] = []
    one_by_one = np.empty(len(array), np.int32)
    for row, value in enumerate(array.to_pylist()):
        key = None if value is None else tuple((member.__class__, repr(member)) for member in value)
        number = numbers.setdefault(key, len(numbers))
        if number == len(values):
            values.append(value)
        one_by_one[row] = number
    return Coded(one_by_one, values) if values else Coded(0, [None])
