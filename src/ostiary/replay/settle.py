"""Which missing facts are worth looking up: how many events each would settle, alone and together with others.

In: how many events lack which facts. Out: `Settled`, in the order in which each settles most.
Invariant: no event is counted as settled while one of its facts is missing; the last `together` is the number of all events
unless some were counted without their facts.
"""

from collections import Counter
from dataclasses import dataclass, field

from ostiary.replay.decide import Missing
from ostiary.replay.findings import Settled
from ostiary.replay.ranking import MOST_KEYS

# Facts that are ranked one after the other; the rest follow by how many events name them.
MOST_RANKED = 100


@dataclass(slots=True)
class Lacking:
    """Events by the facts that they lack, with a cap; `others` are events beyond it."""

    counts: Counter[tuple[Missing, ...]] = field(default_factory=Counter)
    others: int = 0

    def add(self, missing: tuple[Missing, ...], events: int) -> None:
        """Counts events that lack these facts."""
        if missing in self.counts or len(self.counts) < MOST_KEYS:
            self.counts[missing] += events
        else:
            self.others += events

    def ranked(self) -> tuple[Settled, ...]:
        """All facts, the one first that settles most, then the one that settles most with it, and so on."""
        named: Counter[Missing] = Counter()
        alone: Counter[Missing] = Counter()
        for missing, events in self.counts.items():
            for each in missing:
                named[each] += events
            if len(missing) == 1:
                alone[missing[0]] += events
        left = {missing: set(missing) for missing in self.counts if missing}
        order = sorted(named, key=lambda fact: (-named[fact], fact.fact, fact.reason))
        ranked: list[Settled] = []
        settled = 0
        while order and len(ranked) < MOST_RANKED:
            gains: Counter[Missing] = Counter()
            for missing, lacking in left.items():
                if len(lacking) == 1:
                    gains[next(iter(lacking))] += self.counts[missing]
            best = max(order, key=lambda fact: (gains[fact], named[fact]))
            order.remove(best)
            settled += gains[best]
            left = {missing: lacking - {best} for missing, lacking in left.items() if lacking != {best}}
            ranked.append(Settled(best, named[best], alone[best], settled))
        ranked.extend(Settled(fact, named[fact], alone[fact], settled) for fact in order)
        return tuple(ranked)
