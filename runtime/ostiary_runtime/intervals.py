"""Interval index: which patterns a text may match, found with one binary search.

An exact or prefix pattern is an interval of the code-point order; intervals of a prefix trie are nested or disjoint. So
the trie is flattened into sorted `bounds`: the text at hand falls between two of them, and the trie node that owns that
gap, with its ancestors, names the patterns.

Invariant: a look-up may name a pattern that does not match; **it never omits one that does**. A pattern with a wildcard
before its end, or with a variable, is filed under its literal prefix and has to be tested.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ostiary_grammar.pattern import Glob
from ostiary_runtime.globs import is_exact, literal_prefix


@dataclass(frozen=True, slots=True)
class IntervalIndex:
    """A flattened prefix trie.

    `nodes[i]` owns the texts t with bounds[i-1] <= t < bounds[i]; node 0 is the root. `parents[n]` is the enclosing
    node (the root is its own); `entries[n]` are the patterns filed at node n, ascending.
    """

    bounds: tuple[str, ...]
    nodes: tuple[int, ...]
    parents: tuple[int, ...]
    entries: tuple[tuple[int, ...], ...]
    _chains: dict[int, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    def node(self, text: str) -> int:
        """The innermost trie node whose interval holds the text."""
        return self.nodes[bisect_right(self.bounds, text)]

    def chain(self, node: int) -> tuple[int, ...]:
        """The patterns filed at a node and its ancestors, ascending."""
        found = self._chains.get(node)
        if found is None:
            found = tuple(sorted(self._climb(node)))
            if len(self._chains) >= _CHAINS_CAP:
                self._chains.clear()
            self._chains[node] = found
        return found

    def candidates(self, text: str) -> tuple[int, ...]:
        """The patterns that the text may match, ascending; none that it does match is missing."""
        return self.chain(self.node(text))

    def _climb(self, node: int) -> Iterator[int]:
        while True:
            yield from self.entries[node]
            if node == 0:
                return
            node = self.parents[node]


_CHAINS_CAP = 8192
EMPTY = IntervalIndex((), (0,), (0,), ((),))


def successor(prefix: str) -> str | None:
    """The least text greater than every text that starts with the prefix; None if there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < 0x10FFFF:
            return prefix[:-1] + chr(last + 1)
        prefix = prefix[:-1]
    return None


def interval_of(glob: Glob) -> tuple[str, str | None]:
    """The interval [low, high) that holds every text the glob can match; high None: no end."""
    prefix = literal_prefix(glob)
    return (prefix, prefix + "\0") if is_exact(glob) else (prefix, successor(prefix))


def build(globs: Iterable[tuple[int, Glob]]) -> IntervalIndex:
    """The index of numbered globs."""
    filed: dict[tuple[str, str | None], list[int]] = {}
    for number, glob in globs:
        filed.setdefault(interval_of(glob), []).append(number)
    root = filed.pop(("", None), [])
    parents, entries = [0], [tuple(sorted(root))]
    bounds: list[str] = []
    nodes: list[int] = [0]

    def turn(at: str, node: int) -> None:
        """From `at` on, texts belong to `node`."""
        if bounds and bounds[-1] == at:
            nodes[-1] = node
        else:
            bounds.append(at)
            nodes.append(node)

    stack: list[tuple[str | None, int]] = [(None, 0)]
    for low, high in sorted(filed, key=_outer_first):
        while (end := stack[-1][0]) is not None and end <= low:
            stack.pop()
            turn(end, stack[-1][1])
        node = len(parents)
        parents.append(stack[-1][1])
        entries.append(tuple(sorted(filed[low, high])))
        stack.append((high, node))
        turn(low, node)
    while (end := stack[-1][0]) is not None or len(stack) > 1:
        stack.pop()
        if end is not None:
            turn(end, stack[-1][1])
    return IntervalIndex(tuple(bounds), tuple(nodes), tuple(parents), tuple(entries))


def _outer_first(interval: tuple[str, str | None]) -> tuple[str, bool]:
    """Sorts intervals by their start, and of two with one start the prefix before the exact text, which lies in it."""
    low, high = interval
    return low, high is not None and len(high) > len(low)
