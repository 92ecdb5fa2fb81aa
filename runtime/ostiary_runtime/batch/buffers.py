"""Buffers: the bytes of an Arrow array of texts, where asking Arrow of each text costs more than looking at all bytes.

In: plain or large strings without nulls. Out: numpy arrays that share their memory, and what they say.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.integer[Any]]


def parts(texts: Any) -> tuple[Offsets, Bytes]:
    """Where each text begins and the last one ends among the bytes, and these."""
    width = np.dtype(np.int64 if pa.types.is_large_string(texts.type) else np.int32)
    _, offsets, data = texts.buffers()
    if offsets is None or not len(texts):
        return np.zeros(1 + len(texts), width), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, width, len(texts) + 1, texts.offset * width.itemsize)
    start, end = int(places[0]), int(places[-1])
    if data is None or start == end:
        return np.zeros(1 + len(texts), width), np.zeros(0, np.uint8)
    return places - start, np.frombuffer(data, np.uint8, end - start, start)


def all_the_same(texts: Any) -> bool:
    """Whether all texts are the same."""
    offsets, data = parts(texts)
    if len(texts) < 2:
        return True
    size = int(offsets[1])
    if len(data) != size * len(texts) or bool((np.diff(offsets) != size).any()):
        return False
    return bool(pa.py_buffer(data[size:]).equals(pa.py_buffer(data[: len(data) - size])))
