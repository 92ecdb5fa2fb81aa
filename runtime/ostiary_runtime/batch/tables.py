"""Tables from numbers to numbers, filled as rows ask for them.

In: numbers of things that have been met (scopes, actions, places, cells, circumstances). Out: arrays with one number a row.
Invariant: a table is a memo; what is not in it is asked for once, and dropping a table costs time, never an answer.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Numbers = Ints | int
"""One number for each row, or one for all of them."""

MISSING: Final = -9
"""Less than any number that is filed."""
# Fields of a dense table; beyond that, pairs are kept in a dict and found through the distinct ones.
MOST_FIELDS = 1 << 22
# Pairs that a dict holds before it starts again.
MOST_PAIRS = 1 << 20
_MOST_BITS = 62


def spread(numbers: Numbers, count: int) -> Ints:
    """One number a row."""
    return np.full(count, numbers, np.int32) if isinstance(numbers, int) else numbers


def at(numbers: Numbers, rows: Longs | None) -> Numbers:
    """The numbers of some rows; None: of all."""
    return numbers if rows is None or isinstance(numbers, int) else numbers.take(rows)


def distinct(numbers: NDArray[np.int32] | Longs) -> tuple[list[int], Ints]:
    """The distinct numbers in order of first occurrence, and for each row the place of its own among them."""
    encoded = pa.array(numbers).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def first_rows(places: Ints, count: int) -> list[int]:
    """For each of `count` places the first row that has it."""
    first = np.empty(count, np.int64)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)
    found: list[int] = first.tolist()
    return found


def groups(numbers: Ints) -> Iterator[tuple[int, Longs]]:
    """Each distinct number with the rows that have it."""
    values, places = distinct(numbers)
    order = np.argsort(places.astype(np.int16) if len(values) < 1 << 15 else places, kind="stable")
    ends = np.cumsum(np.bincount(places, minlength=len(values)))
    start = 0
    for value, end in zip(values, ends.tolist(), strict=True):
        yield value, order[start:end]
        start = end


def looked_up(table: NDArray[Any], places: Ints | Longs) -> NDArray[Any]:
    """`table[places]`. PERF: numpy takes half as long again with other indices than its own."""
    return table.take(places.astype(np.intp, copy=False))


class Column:
    """A growing list of numbers that can be looked up for many rows at once."""

    __slots__ = ("_array", "size")

    def __init__(self, kind: type[np.int32] | type[np.int64] = np.int32) -> None:
        self._array: NDArray[Any] = np.zeros(64, kind)
        self.size = 0

    def append(self, value: int) -> int:
        """Puts a number at the end; its place."""
        if self.size == len(self._array):
            self._array = np.concatenate([self._array, np.zeros_like(self._array)])
        self._array[self.size] = value
        self.size += 1
        return self.size - 1

    def grow(self, size: int, value: int) -> None:
        """Puts as many of a number at the end as it takes to have so many."""
        while len(self._array) < size:
            self._array = np.concatenate([self._array, np.zeros_like(self._array)])
        if self.size < size:
            self._array[self.size : size] = value
            self.size = size

    def __setitem__(self, place: int, value: int) -> None:
        self._array[place] = value

    def __getitem__(self, place: int) -> int:
        return int(self._array[place])

    def of(self, places: Numbers) -> Numbers:
        """The numbers at these places."""
        return int(self._array[places]) if isinstance(places, int) else looked_up(self._array, places)


class PairTable:
    """From pairs of numbers to a number: an array as long as it is small enough, else a dict."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._bits = 3
        self._table = np.full(8 << 3, MISSING, np.int32)
        self._known: dict[int, int] | None = None

    @property
    def sparse(self) -> bool:
        """Whether the pairs are kept in a dict."""
        return self._known is not None

    @staticmethod
    def holds(firsts: int, seconds: int) -> bool:
        """Whether pairs of so many numbers and so many others fit into an array."""
        return 1 << (firsts - 1).bit_length() << (seconds - 1).bit_length() <= MOST_FIELDS

    def put(self, first: int, second: int, value: int) -> None:
        """Files a value."""
        self._make_room(first, second)
        if self._known is None:
            self._table[(first << self._bits) | second] = value
        else:
            if len(self._known) >= MOST_PAIRS:
                self._known.clear()
            self._known[(first << self._bits) | second] = value

    def find(self, first: Numbers, second: Numbers | Longs) -> Numbers:
        """The values of pairs, MISSING where none was filed."""
        top_first = first if isinstance(first, int) else int(first.max(initial=0))
        top_second = second if isinstance(second, int) else int(second.max(initial=0))
        self._make_room(top_first, top_second)
        if isinstance(first, int) and isinstance(second, int):
            pair = (first << self._bits) | second
            return int(self._table[pair]) if self._known is None else self._known.get(pair, MISSING)
        if self._known is None:
            pairs = (first << self._bits) | second
            assert not isinstance(pairs, int)
            return looked_up(self._table, pairs)
        wide: Longs = np.asarray(first, np.int64) << self._bits | second
        values, places = distinct(wide)
        known = self._known
        return np.array([known.get(value, MISSING) for value in values], np.int32).take(places)

    def resolve(self, first: Numbers, second: Numbers | Longs, make: Callable[[int, int, int], int]) -> Numbers:
        """The values of pairs; `make(first, second, row)` gives one that is missing, with the first row that asks for it.

        It may file others on the way.
        """
        found = self.find(first, second)
        if isinstance(found, int):
            if found == MISSING:
                found = self._made(int(first), int(second), 0, make)
            return found
        if int(found.min(initial=0)) > MISSING:
            return found
        missing = np.flatnonzero(found == MISSING)
        bits, mask = self._bits, (1 << self._bits) - 1
        firsts = np.asarray(at(first, missing), np.int64)
        seconds = second if isinstance(second, int) else second.take(missing).astype(np.int64)
        pairs = np.ascontiguousarray(np.broadcast_to((firsts << bits) | seconds, missing.shape))
        values, places = distinct(pairs)
        rows = missing.take(first_rows(places, len(values))).tolist()
        made = [self._made(pair >> bits, pair & mask, row, make) for pair, row in zip(values, rows, strict=True)]
        found[missing] = np.array(made, np.int32).take(places)
        return found

    def _made(self, first: int, second: int, row: int, make: Callable[[int, int, int], int]) -> int:
        value = self.find(first, second)
        if value == MISSING:
            value = make(first, second, row)
            self.put(first, second, value)
        assert isinstance(value, int)
        return value

    def _make_room(self, first: int, second: int) -> None:
        bits = max(self._bits, second.bit_length())
        if bits + first.bit_length() > _MOST_BITS:
            raise OverflowError("pairs of numbers are too long for a table")
        if self._known is not None:
            if bits > self._bits:
                low = (1 << self._bits) - 1
                self._known = {
                    (pair >> self._bits << bits) | (pair & low): value for pair, value in self._known.items()
                }
                self._bits = bits
            return
        rows = len(self._table) >> self._bits
        if bits == self._bits and first < rows:
            return
        wanted = rows
        while wanted <= first:
            wanted *= 2
        if wanted << bits > MOST_FIELDS:
            self._to_dict(bits)
            return
        grown = np.full((wanted, 1 << bits), MISSING, np.int32)
        grown[:rows, : 1 << self._bits] = self._table.reshape(rows, -1)
        self._table, self._bits = grown.reshape(-1), bits

    def _to_dict(self, bits: int) -> None:
        filled = np.flatnonzero(self._table != MISSING)[:MOST_PAIRS]
        low = (1 << self._bits) - 1
        self._known = {
            ((pair >> self._bits) << bits) | (pair & low): int(self._table[pair]) for pair in filled.tolist()
        }
        self._bits = bits
        self._table = np.empty(0, np.int32)
