"""What memos may keep of texts that callers choose: how many is each memo's cap, how long is said here.

Invariant: a memo whose keys are texts of requests holds at most its cap times `LONGEST` characters. Whatever is longer is
worked out anew each time, which costs time and never an answer.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from ostiary_grammar.pattern import Glob, Literal

LONGEST = 512
"""Characters that one key of a memo may hold. S3 keys may have 1,024, but resources are not kept by any memo."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(dict[K, V]):
    """A memo of a function: `kept[key]`. `size` says how many characters a key holds; the memo starts again at its cap."""

    __slots__ = ("_cap", "_make", "_size")

    def __init__(self, make: Callable[[K], V], cap: int, size: Callable[[K], int]) -> None:
        super().__init__()
        self._make = make
        self._cap = cap
        self._size = size

    def __missing__(self, key: K) -> V:
        made = self._make(key)
        if self._size(key) <= LONGEST:
            if len(self) >= self._cap:
                self.clear()
            self[key] = made
        return made


def state_size(state: object) -> int:
    """How many characters and members the state of a condition key holds."""
    match state:
        case str():
            return len(state)
        case tuple():
            return len(state) + sum(map(state_size, state))
        case _:
            return 0


def glob_size(*globs: Glob) -> int:
    """How many characters and tokens globs hold."""
    return sum(len(token.text) if isinstance(token, Literal) else 1 for glob in globs for token in glob)
