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
from ostiary_runtime.batch.columns import RESOURCE, Coded, Columns, at_row
from ostiary_runtime.batch.places import FIELD_COLONS, NOWHERE, Places, has_extra_colons, holds_few, not_resources
from ostiary_runtime.batch.tables import Ints, Longs, at, looked_up
from ostiary_runtime.request import Resource, parse_resource

# Texts with a header that has not been seen, of which so many are looked at first, then ever more.
_FIRST_LOOK = 256
# Colons are counted in the texts of some rows alone if they are fewer than this share of all.
_FEW = 0.15


class Resources:
    """The resources of a batch: `texts`, distinct ones where `codes` leads to them from the rows.

    `words`: the column by the numbers of its vocabulary, if it has one; then there are neither texts nor codes.
    """

    def __init__(self, columns: Columns, places: Places) -> None:
        self._columns = columns
        self._places = places
        array = columns.array(RESOURCE)
        if array.null_count:
            row = int(np.argmax(array.is_null().to_numpy(zero_copy_only=False)))
            raise at_row(columns.number(row), RESOURCE, "there is no value")
        self._extra: bool | None = None
        self._codes: Ints | None = None
        self._texts: Any = None
        self.words: Coded | None = None
        if pa.types.is_dictionary(array.type) or holds_few(array):
            self.words = columns.words(RESOURCE)
            if self.words is None:
                self._texts, self._codes = _used(_encoded(array))
                if self._texts.null_count:
                    code = int(np.argmax(self._texts.is_null().to_numpy(zero_copy_only=False)))
                    raise at_row(columns.number(self._row(code)), RESOURCE, "there is no value")
        else:
            self._texts = array

    @property
    def encoded(self) -> bool:
        """Whether the distinct texts are known, so that each of them is looked at once."""
        return self._codes is not None or self.words is not None

    def check(self) -> None:
        """RequestError if a text is no resource."""
        if self.words is not None:
            self.places_of_words(self.words)
            return
        wrong = not_resources(self._texts)
        if wrong is not None and pc.any(wrong).as_py():
            text = int(np.argmax(wrong.to_numpy(zero_copy_only=False)))
            self._parse(text)

    def find(self, rows: Longs | None) -> Ints:
        """The places of some rows' resources, or (None) of all; NOWHERE for headers that are too many to be kept."""
        if self.words is not None:
            codes: Any = at(self.words.codes, rows)
            return looked_up(self.places_of_words(self.words), codes)
        if self._codes is not None:
            places = self._find(self._texts, self._parse)
            return looked_up(places, self._codes if rows is None else self._codes.take(rows))
        if rows is None:
            return self._find(self._texts, self._parse)
        return self._find(self._texts.take(pa.array(rows)), lambda text: self._parse(int(rows[text])))

    def places_of_words(self, words: Coded) -> Ints:
        """The places of the words by their numbers. Those that no row has may be no resources: they are NOWHERE."""
        kept: Any = words.kept
        known = kept["place"][1] if "place" in kept else np.zeros(0, np.int32)
        first = len(known)
        if first < len(words.values):
            new = pa.array([word or "" for word in words.values[first:]], pa.large_string())
            places = self._find(new, lambda text: self._parse_word(words, first + text))
            known = np.concatenate([known, places])
            if places.all():
                kept["place"] = (None, known)
        return known

    def has_colons_to_cross(self, rows: Longs) -> bool:
        """Whether the text of some of these rows has a colon after its header; of others may be spoken too."""
        if self._extra is None and self.words is None and len(rows) < _FEW * self._columns.rows:
            return has_extra_colons(self.texts(rows))
        if self._extra is None:
            if self.words is None:
                self._extra = has_extra_colons(self._texts)
            else:
                self._extra = bool(self.words.made(_has_extra, RESOURCE, self._columns.number, use="colons").any())
        return self._extra

    def texts(self, rows: Longs) -> Any:
        """The texts of some rows, if there are no words."""
        places = pa.array(rows if self._codes is None else self._codes.take(rows))
        return self._texts.take(places)

    def _find(self, texts: Any, parse: Callable[[int], Resource | None]) -> Ints:
        """Places of texts; puts in the headers that are not there yet, as long as there is room."""
        places = self._places.find(texts)
        unseen = np.flatnonzero(places == NOWHERE)
        look = _FIRST_LOOK
        while len(unseen) and not self._places.full:
            chosen = unseen if len(unseen) <= look else unseen[:: len(unseen) // look]
            parsed = [parse(text) for text in chosen.tolist()]
            self._places.put(each for each in parsed if each is not None)
            places[unseen] = self._places.find(texts.take(pa.array(unseen)))
            wrong = [text for text, each in zip(chosen.tolist(), parsed, strict=True) if each is None]
            unseen = np.setdiff1d(unseen[places[unseen] == NOWHERE], wrong)
            look *= 4
        return places

    def _parse_word(self, words: Coded, number: int) -> Resource | None:
        word = words.values[number]
        try:
            return parse_resource(word or "")
        except RequestError as problem:
            if np.any(words.codes == number):
                why = "there is no value" if word is None else problem
                raise at_row(self._columns.number(words.first(number)), RESOURCE, why) from None
            return None

    def _parse(self, text: int) -> Resource:
        try:
            return parse_resource(self._texts[text].as_py())
        except RequestError as problem:
            raise at_row(self._columns.number(self._row(text)), RESOURCE, problem) from None

    def _row(self, text: int) -> int:
        """The first row that has a text."""
        return text if self._codes is None else int(np.argmax(self._codes == text))


def _has_extra(word: str | None) -> int:
    return int(word is not None and word.count(":") > FIELD_COLONS)


def _encoded(array: Any) -> Any:
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()


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
