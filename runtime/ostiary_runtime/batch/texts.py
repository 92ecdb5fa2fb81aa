"""Tests of whole texts: globs without variables, asked of one text or of an Arrow array of them.

In: globs of whole ARNs. Out: a `TextTest`. The array form is used where many texts are at hand; it agrees with the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ostiary_grammar.pattern import Glob, Wild
from ostiary_runtime.batch.buffers import parts
from ostiary_runtime.globs import matcher, pieces_of

Truths = NDArray[np.bool_]
# Texts at a time, so that what is made of them stays near the processor.
_BLOCK: Final = 1 << 13


@dataclass(frozen=True, slots=True)
class TextTest:
    """Whether a text matches one of several globs."""

    globs: tuple[Glob, ...]
    one: Callable[[str], bool]

    def many(self, texts: Any) -> Truths:
        """The same for each text of an array without nulls."""
        found = np.zeros(len(texts), np.bool_)
        for glob in self.globs:
            found |= _many(glob, texts)
        return found


def text_test(globs: Sequence[Glob]) -> TextTest:
    """The test of globs; with none nothing passes."""
    matchers = [matcher(glob) for glob in globs]
    if len(matchers) == 1:
        return TextTest(tuple(globs), matchers[0])
    return TextTest(tuple(globs), lambda text: any(matches(text) for matches in matchers))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a glob with one star, or two with nothing behind, goes on after its literal head, which is known to be there."""

    piece: str
    last: bool
    """Whether the text ends with the piece; else it has it anywhere after the head."""

    def many(self, texts: Any, heads: NDArray[np.int64]) -> Truths:
        """For each text of an array whether it goes on so after a head of so many bytes."""
        if self.last:
            least = pa.array(heads + len(self.piece.encode()))
            return _truths(pc.and_(pc.ends_with(texts, self.piece), pc.greater_equal(pc.binary_length(texts), least)))
        return _hold(texts, self.piece.encode(), heads)


def _hold(texts: Any, piece: bytes, heads: NDArray[np.int64]) -> Truths:
    """Which texts have a piece after so many bytes.

    PERF: the piece is looked for in the bytes of many texts at once, by its first and last byte, at a third of Arrow's cost.
    """
    found = np.zeros(len(texts), np.bool_)
    all_offsets, data = parts(texts)
    for start in range(0, len(texts), _BLOCK):
        offsets = all_offsets[start : start + _BLOCK + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        starts, block = (offsets - first).astype(np.int64), data[first:last]
        most = len(block) - len(piece) + 1
        if most <= 0:
            continue
        at = np.flatnonzero((block[:most] == piece[0]) & (block[len(piece) - 1 :] == piece[-1]))
        for place in range(1, len(piece) - 1):
            at = at[block.take(at + place) == piece[place]]
        texts_at = np.searchsorted(starts, at, side="right") - 1
        inside = at + len(piece) <= starts[1:].take(texts_at)
        behind = at - starts.take(texts_at) >= heads[start : start + _BLOCK].take(texts_at)
        found[start + texts_at[inside & behind]] = True
    return found


def ending(glob: Glob) -> tuple[Ending, int] | None:
    """How a glob goes on after its head, and the bytes of that; None if it is of another shape."""
    pieces = _pieces(glob)
    if pieces is None or len(pieces) not in (2, 3) or not pieces[1] or (len(pieces) == 3 and pieces[2]):
        return None
    return Ending(pieces[1], last=len(pieces) == 2), len(pieces[0].encode())


def _many(glob: Glob, texts: Any) -> Truths:
    """A glob on an array: by Arrow's own text functions if it has at most one piece between stars, else text by text."""
    pieces = _pieces(glob)
    if pieces is None or len(pieces) > 3 or (len(pieces) == 3 and (pieces[2] or not pieces[1])):
        matches = matcher(glob)
        return np.fromiter(map(matches, texts.to_pylist()), np.bool_, len(texts))
    if len(pieces) == 1:
        return _truths(pc.equal(texts, pieces[0]))
    head = pieces[0]
    found = _truths(pc.starts_with(texts, head))
    if pieces[1]:
        size = len(head.encode())
        found = found & Ending(pieces[1], last=len(pieces) == 2).many(texts, np.full(len(texts), size, np.int64))
    return found


def _pieces(glob: Glob) -> list[str] | None:
    """The literal texts between the stars; None where the glob has a `?`."""
    return None if Wild.ANY in glob else pieces_of(glob)


def _truths(array: Any) -> Truths:
    found: Truths = array.to_numpy(zero_copy_only=False)
    return found
