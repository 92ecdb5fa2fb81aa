"""Counts by key that stay small however many keys a log holds.

In: keys with what to add. Out: the keys that were counted, the largest first.
Invariant: nothing is lost from the total: what comes after the table is full is counted together, as `others`.
Names from logs are cut before they become keys, so a table has a bound in bytes too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")

# Distinct keys of one table, and characters of a name that becomes part of one.
MOST_KEYS = 10_000
MOST_CHARACTERS = 400


@dataclass(slots=True)
class Ranking(Generic[K]):
    """How often each key occurred."""

    counts: dict[K, int] = field(default_factory=dict)
    others: int = 0

    def add(self, key: K, count: int = 1) -> None:
        """Counts a key."""
        if key in self.counts:
            self.counts[key] += count
        elif len(self.counts) < MOST_KEYS:
            self.counts[key] = count
        else:
            self.others += count

    def ranked(self) -> Iterator[tuple[K, int]]:
        """Keys and counts, the largest first, equal ones by name."""
        return iter(sorted(self.counts.items(), key=lambda item: (-item[1], str(item[0]))))


def cut(name: str) -> str:
    """A name, shortened if it is longer than any name that AWS gives."""
    return name if len(name) <= MOST_CHARACTERS else name[: MOST_CHARACTERS - 1] + "…"
