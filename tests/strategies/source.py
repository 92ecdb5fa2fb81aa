"""Where choices come from: a seeded generator (fast) or hypothesis (shrinks).

The generators of this package are written against `Source` once. Small numbers are the simple choices, so that hypothesis shrinks
towards the first option and towards "no".
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Source(ABC):
    @abstractmethod
    def number(self, low: int, high: int) -> int:
        """Any of low to high, both included."""

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        left = self.number(0, sum(weight for weight, _ in options) - 1)
        for weight, option in options:
            if left < weight:
                return option
            left -= weight
        raise AssertionError

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Between low and high of the options, none twice."""
        rest = list(options)
        return [rest.pop(self.number(0, len(rest) - 1)) for _ in range(min(self.number(low, high), len(rest)))]


class Seeded(Source):
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def number(self, low: int, high: int) -> int:
        return low + int(self._random() * (high - low + 1))


class Drawn(Source):
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))
