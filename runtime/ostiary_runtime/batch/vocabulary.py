"""Vocabularies: the distinct texts of a column, with numbers that stay the same from batch to batch.

In: Arrow arrays of texts, plain or dictionary-encoded. Out: for each row the number of its text among those known, so that
what was learnt of a text is looked up by its number. Columns of too many texts have no vocabulary: `encode` says None.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary_runtime.batch.tables import Ints, Longs, looked_up

Kept = dict[str, tuple[object, Ints]]

# Texts of one column, and their characters, beyond which it has no vocabulary.
MOST_WORDS: Final = 1 << 15
MOST_CHARACTERS: Final = 1 << 22
# Rows for each word from which on looking words up is faster than to encode the array.
_ROWS_A_WORD: Final = 16
# Bytes of a dictionary that is remembered, so that the next batch that has it is spared its reading.
_MOST_GIVEN: Final = 1 << 22


class Vocabulary:
    """The texts of one column that have been met."""

    def __init__(self) -> None:
        self.values: list[str | None] = []
        """By number: the text; None stands for a null."""
        self.kept: Kept = {}
        """What was made of the values, by what for; see `Coded.made`."""
        self.closed = False
        self._numbers: dict[str | None, int] = {}
        self._characters = 0
        self._words: dict[Any, Any] = {}
        self._given: Any = None
        self._of_given = np.zeros(0, np.int32)

    def encode(self, array: Any) -> Ints | None:
        """The number of each row's text; None if there are too many to be kept."""
        if self.closed or not len(array):
            return None
        if pa.types.is_dictionary(array.type):
            return self._of_dictionary(array)
        if len(self.values) * _ROWS_A_WORD > len(array) or not self.values:
            return self._of_dictionary(array.dictionary_encode())
        found = pc.index_in(array, value_set=self._as_array(array.type))
        if not found.null_count:
            known: Ints = found.to_numpy(zero_copy_only=False)
            return known
        new: Longs = np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False))
        numbers = self._of_dictionary(array.take(pa.array(new)).dictionary_encode())
        if numbers is None:
            return None
        codes: Ints = found.fill_null(0).to_numpy(zero_copy_only=False).copy()
        codes[new] = numbers
        return codes

    def _of_dictionary(self, array: Any) -> Ints | None:
        indices, dictionary = array.indices, array.dictionary
        if len(dictionary) > 2 * len(array):
            used = indices.dictionary_encode()  # a slice of a table keeps the dictionary of the whole
            indices, dictionary = used.indices, dictionary.take(used.dictionary)
        numbers = self._numbers_of(dictionary)
        indices = indices.cast(pa.int32())
        if numbers is not None and indices.null_count:
            nothing = self._add([None])
            indices = indices.fill_null(len(numbers))
            numbers = None if nothing is None else np.concatenate([numbers, nothing])
        if numbers is None:
            return None
        codes: Ints = indices.to_numpy(zero_copy_only=False)
        return codes if np.array_equal(numbers, np.arange(len(numbers))) else looked_up(numbers, codes)

    def _numbers_of(self, dictionary: Any) -> Ints | None:
        if self._given is None or self._given.type != dictionary.type or not self._given.equals(dictionary):
            if len(dictionary) > MOST_WORDS:
                self.close()
                return None
            words = dictionary.to_pylist()
            numbers = self._add(words)
            if numbers is None:
                return None
            # A copy: what is given may hold on to the memory of a whole table.
            self._given = pa.array(words, dictionary.type) if dictionary.nbytes <= _MOST_GIVEN else None
            self._of_given = numbers
        return self._of_given

    def _add(self, values: list[str | None]) -> Ints | None:
        found = np.empty(len(values), np.int32)
        numbers = self._numbers
        for place, value in enumerate(values):
            number = numbers.get(value)
            if number is None:
                number = numbers[value] = len(self.values)
                self.values.append(value)
                self._characters += len(value or "")
            found[place] = number
        if len(self.values) > MOST_WORDS or self._characters > MOST_CHARACTERS:
            self.close()
            return None
        return found

    def close(self) -> None:
        """Gives everything up, and keeps nothing from here on."""
        self.closed = True
        self.values, self.kept, self._numbers, self._words = [], {}, {}, {}
        self._given = None

    def _as_array(self, kind: Any) -> Any:
        words = self._words.get(kind)
        if words is None or len(words) < len(self.values):
            words = self._words[kind] = pa.array(self.values, kind)
        return words
