"""Which of many prefixes a text begins with, in time that does not grow with their number.

In: prefixes with what they stand for. Out: what the shortest fitting prefix stands for. Rules use it to see what a wildcard of
a list covers, so it is enough that prefixes of absurd length are left out.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

_LONGEST = 128  # longer than any action or bucket name


class Prefixes(Generic[T]):
    """Immutable once made; of equal prefixes the first one counts."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        self._by_prefix: dict[str, T] = {}
        for prefix, meaning in pairs:
            if len(prefix) <= _LONGEST:
                self._by_prefix.setdefault(prefix, meaning)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def of(self, text: str) -> T | None:
        """What the shortest prefix of the text stands for, or None."""
        for length in self._lengths:
            if length > len(text):
                break
            if text[:length] in self._by_prefix:
                return self._by_prefix[text[:length]]
        return None
