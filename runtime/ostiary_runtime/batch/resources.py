"""The resource column of one batch: looked at text by text only where that is needed.

In: the column. Out: the place of each row's resource, and for some rows what tests say of their texts.
Columns that hold few distinct texts are encoded, and each distinct text is looked at once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch.columns import RESOURCE, Columns, at_row
from ostiary_runtime.batch.places import NOWHERE, Places, has_extra_colons, holds_few, not_resources
from ostiary_runtime.batch.tables import Ints, Longs
from ostiary_runtime.request import parse_resource

# Texts with a header that has not been seen, of which so many are looked at first, then ever more.
_FIRST_LOOK = 256
# Distinct texts of a batch up to which what tests say of each is kept.
_FEW = 1 << 15


class Resources:
    """The resources of a batch: `texts`, distinct ones where `codes` leads to them from the rows."""

    def __init__(self, columns: Columns, places: Places) -> None:
        self._columns = columns
        self._places = places
        array = columns.array(RESOURCE)
        if array.null_count:
            row = int(np.argmax(array.is_null().to_numpy(zero_copy_only=False)))
            raise at_row(columns.number(row), RESOURCE, "there is no value")
        self._codes: Ints | None = None
        self._extra: bool | None = None
        self._numbers: Ints | None = None
        if not pa.types.is_dictionary(array.type) and holds_few(array):
            array = array.dictionary_encode()
        if pa.types.is_dictionary(array.type):
            self._texts, self._codes = _used(array)
            if self._texts.null_count:
                code = int(np.argmax(self._texts.is_null().to_numpy(zero_copy_only=False)))
                raise at_row(columns.number(self._row(code)), RESOURCE, "there is no value")
        else:
            self._texts = array

    @property
    def encoded(self) -> bool:
        return self._codes is not None

    def check(self) -> None:
        """RequestError if a text is no resource."""
        wrong = not_resources(self._texts)
        if wrong is not None and pc.any(wrong).as_py():
            text = int(np.argmax(wrong.to_numpy(zero_copy_only=False)))
            self._parse(text)

    def find(self, rows: Longs | None) -> Ints:
        """The places of some rows' resources, or (None) of all; NOWHERE for headers that are too many to be kept."""
        if self._codes is not None:
            places = self._find(self._texts, lambda text: text)
            return places.take(self._codes if rows is None else self._codes.take(rows))
        if rows is None:
            return self._find(self._texts, lambda text: text)
        return self._find(self._texts.take(pa.array(rows)), lambda text: int(rows[text]))

    @property
    def has_colons_to_cross(self) -> bool:
        """Whether some text has a colon after its header. All of them have been found to be resources."""
        if self._extra is None:
            self._extra = has_extra_colons(self._texts)
        return self._extra

    @property
    def few(self) -> bool:
        """Whether the distinct texts are so few that what is learnt of each is worth keeping."""
        return self.encoded and len(self._texts) <= min(_FEW, self._columns.rows // 2 + 64)

    def texts(self, rows: Longs) -> Any:
        """The texts of some rows."""
        places = pa.array(rows if self._codes is None else self._codes.take(rows))
        return self._texts.take(places)

    def numbers(self, rows: Longs, number: Callable[[list[str]], Ints]) -> Ints:
        """For some rows the numbers that `number` gives to the distinct texts; only where they are encoded."""
        assert self._codes is not None
        if self._numbers is None:
            self._numbers = number(self._texts.to_pylist())
        return self._numbers.take(self._codes.take(rows))

    def _find(self, texts: Any, origin: Callable[[int], int]) -> Ints:
        """Places of texts; puts in the headers that are not there yet, as long as there is room."""
        places = self._places.find(texts)
        unseen = np.flatnonzero(places == NOWHERE)
        look = _FIRST_LOOK
        while len(unseen) and not self._places.full:
            chosen = unseen if len(unseen) <= look else unseen[:: len(unseen) // look]
            self._places.put([self._parse(origin(int(text))) for text in chosen])
            places[unseen] = self._places.find(texts.take(pa.array(unseen)))
            unseen = unseen[places[unseen] == NOWHERE]
            look *= 4
        return places

    def _parse(self, text: int) -> Any:
        try:
            return parse_resource(self._texts[text].as_py())
        except RequestError as problem:
            raise at_row(self._columns.number(self._row(text)), RESOURCE, problem) from None

    def _row(self, text: int) -> int:
        """The first row that has a text."""
        return text if self._codes is None else int(np.argmax(self._codes == text))


def _used(array: Any) -> tuple[Any, Ints]:
    """The texts of a dictionary that some row has, as plain or large strings, and the codes of the rows among them."""
    codes: Ints = array.indices.cast(pa.int32()).to_numpy(zero_copy_only=False)
    texts = array.dictionary
    used = np.flatnonzero(np.bincount(codes, minlength=len(texts)))
    if len(used) < len(texts):
        among = np.zeros(len(texts), np.int32)
        among[used] = np.arange(len(used), dtype=np.int32)
        return texts.take(pa.array(used)), among.take(codes)
    return texts, codes
