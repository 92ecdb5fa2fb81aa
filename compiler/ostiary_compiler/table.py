"""Tables: values in order of first use, each with its number, equal ones once.

In: parts of the normal form. Out: numbers, and the values in their order.
Invariant: two values have one number exactly if their keys are equal. An object that was numbered is known again by its
identity, and is not compared anew: hashing a pattern takes longer than everything else about it.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ostiary_grammar.pattern import ActionPattern
from ostiary_runtime.program import ConditionTest, ResourceTest

T = TypeVar("T")


class Table(Generic[T]):
    """Values in order of first use; equal ones (by `key`) share a number."""

    def __init__(self, key: Callable[[T], object] = lambda value: value) -> None:
        self._key = key
        self._numbers: dict[object, int] = {}
        self._known: dict[int, int] = {}
        self._kept: list[T] = []  # so that no other object takes the identity of one that is known
        self.values: list[T] = []

    def number(self, value: T) -> int:
        """The number of a value, which may be new."""
        number = self._known.get(id(value))
        if number is None:
            number = self._numbers.setdefault(self._key(value), len(self.values))
            if number == len(self.values):
                self.values.append(value)
            self._known[id(value)] = number
            self._kept.append(value)
        return number

    def numbers(self, values: Iterable[T]) -> tuple[int, ...]:
        """The numbers of several, in their order."""
        # PERF: most have been numbered before
        known = self._known
        return tuple([known[id(value)] if id(value) in known else self.number(value) for value in values])

    def once(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """Several values without those that are equal to an earlier one."""
        if len(values) < 2:
            return values
        first: dict[int, T] = {}
        for value in values:
            first.setdefault(self.number(value), value)
        return values if len(first) == len(values) else tuple(first.values())


def action_key(pattern: ActionPattern) -> object:
    """What an action pattern says, however it is spelled."""
    return (pattern.service, pattern.name, pattern.certain)


def resource_key(test: ResourceTest) -> object:
    """All of a resource test. Its text tells its form and fields, unless variables count in one document and not in another."""
    if "${" in test.text:
        return test
    return (test.text, True) if test.unsure else test.text


def condition_key(test: ConditionTest) -> object:
    """What a condition test says, however its key is spelled."""
    return (test.form, test.key, test.values, test.variables)
