"""Facets: how the values of a condition key fall into classes that no leaf can tell apart.

Two values on which every condition that counts has the same outcome are one class; a request's *circumstances* are its
classes over all keys, as one number. In: states of keys. Out: classes and circumstances.
Invariant: a class never holds two values between which a condition of the facet distinguishes.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from ostiary_runtime.conditions import Condition
from ostiary_runtime.context import State
from ostiary_runtime.kept import LONGEST, state_size
from ostiary_runtime.match import UNKNOWN, Match

# Values that are remembered, and classes beyond which requests are decided one by one.
MOST_STATES: Final = 1 << 17
MOST_CLASSES: Final = 1 << 16
OVER: Final = -1


class Facet:
    """The classes of one key."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._all = conditions
        self.numbers: tuple[int, ...] = ()
        self.exact = False
        self.bits = 1
        self.version = 0
        """Another number for other classes of the same states."""
        self.forget()

    def forget(self) -> None:
        self.version += 1
        self._states: dict[State, int] = {}
        self._classes: dict[object, int] = {}
        self.outcomes: list[tuple[Match, ...]] = []

    def add(self, numbers: Iterable[int], *, exact: bool) -> bool:
        """Has classes tell apart what these conditions do, or every value; whether that changed anything."""
        merged = tuple(sorted({*self.numbers, *numbers}))
        exact = exact or self.exact
        if merged == self.numbers and exact == self.exact:
            return False
        self.numbers, self.exact = merged, exact
        self.forget()
        return True

    def of(self, state: State) -> int:
        """The class of a state, OVER if there are too many, or if a class of its own would have to keep a long text."""
        found = self._states.get(state)
        if found is None:
            long = state_size(state) > LONGEST
            if long and self.exact:
                return OVER
            outcomes = tuple(self._all[number].of_state(state) for number in self.numbers)
            key = (outcomes, state) if self.exact else outcomes
            found = self._classes.get(key)
            if found is None:
                if len(self.outcomes) >= MOST_CLASSES:
                    return OVER
                found = self._classes[key] = len(self.outcomes)
                self.outcomes.append(outcomes)
            if not long:
                if len(self._states) >= MOST_STATES:
                    self._states.clear()
                self._states[state] = found
        return found

    @property
    def full(self) -> bool:
        return len(self.outcomes) >= MOST_CLASSES

    def doubtful(self, number: int, among: Iterable[int]) -> bool:
        """Whether one of these conditions is Unknown on a class."""
        outcomes = self.outcomes[number]
        return any(outcomes[self.numbers.index(each)] is UNKNOWN for each in among)
