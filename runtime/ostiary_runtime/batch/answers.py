"""Answers as numbers: what a batch says of a row, and the columns that it hands back.

In: decisions. Out: for each distinct (effect, certain, deciding statement) a number; for an array of them the result columns.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ostiary_grammar.terms import Effect
from ostiary_runtime.batch.tables import Ints, Longs
from ostiary_runtime.decision import Decision

EFFECTS: Final = tuple(effect.value for effect in (Effect.ALLOW, Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY))
RESULT: Final = pa.schema(
    [
        pa.field("effect", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("certain", pa.bool_(), nullable=False),
        pa.field("statement", pa.int32()),
    ]
)
_NONE: Final = -1
_DICTIONARY: Final = pa.array(EFFECTS, pa.string())


@dataclass(slots=True)
class Counts:
    """How many table rows were decided, how many pairs that were new were put to the single engine, and how many rows were
    decided by it for themselves because no table could hold them.
    """

    rows: int = 0
    asked: int = 0
    singly: int = 0


class Answers:
    """Numbers for answers, and back. There are at most six for each statement, so no cap is needed."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool, int], int] = {}
        self._effect = np.zeros(0, np.int8)
        self._certain = np.zeros(0, np.bool_)
        self._statement = np.zeros(0, np.int32)

    def number(self, decision: Decision) -> int:
        """The number of a decision's answer."""
        named = decision.statements[0].number if decision.statements else _NONE
        key = (decision.effect.value, decision.certain, named)
        return self._numbers.setdefault(key, len(self._numbers))

    def columns(self, answers: Ints) -> list[Any]:
        """The result columns, in the order of `RESULT`."""
        if len(self._effect) < len(self._numbers):
            self._effect = np.array([EFFECTS.index(effect) for effect, _, _ in self._numbers], np.int8)
            self._certain = np.array([certain for _, certain, _ in self._numbers], np.bool_)
            self._statement = np.array([statement for _, _, statement in self._numbers], np.int32)
        places: Longs = answers.astype(np.intp)
        certain = np.ones(len(places), np.bool_) if self._certain.all() else self._certain.take(places)
        statements = self._statement.take(places)
        return [
            pa.DictionaryArray.from_arrays(pa.array(self._effect.take(places)), _DICTIONARY, safe=False),
            pa.Array.from_buffers(pa.bool_(), len(places), [None, _bits(certain)], 0),
            pa.Array.from_buffers(pa.int32(), len(places), [_bits(statements != _NONE), pa.py_buffer(statements)]),
        ]


def _bits(truths: NDArray[np.bool_]) -> Any:
    """Truth values as Arrow keeps them."""
    return pa.py_buffer(np.packbits(truths, bitorder="little"))
