"""Memos: what a test answered, remembered by the states of the keys that it depends on.

In: a test, and which keys it reads (a condition its own key, and those of the variables in its values; a resource pattern
those of its variables). Out: `table`, a plain dictionary that generated code looks in, and `memo[states]`, which finds out
what the table does not hold yet.
A state is None (absent), a text, or a tuple of texts; a test of several keys is remembered by the tuple of their states.
Invariant: only answers that are certain are kept, so whoever finds one need not think of Unknown. Capped in number and in
length, since callers choose the values; losing a memo costs time, never an answer.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from ostiary_grammar.pattern import Glob, Variable
from ostiary_grammar.terms import fold
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.context import Reader, Spellings
from ostiary_runtime.globs import Matcher, matcher
from ostiary_runtime.kept import LONGEST, state_size
from ostiary_runtime.match import UNKNOWN
from ostiary_runtime.substitute import substitute

T = TypeVar("T")
States = object
"""What a test is remembered by: the state of its key, or the tuple of states of its keys."""


class Memo(Generic[T]):
    """The answers of one test. `keys` are folded; `answer` gives None where the test is Unknown."""

    CAP = 4096
    __slots__ = ("_answer", "_spellings", "keys", "table")

    def __init__(self, keys: tuple[str, ...], answer: Callable[[Reader], T | None], spellings: Spellings) -> None:
        self.keys = keys
        self.table: dict[States, T] = {}
        self._answer = answer
        self._spellings = spellings

    def __getitem__(self, states: States) -> T:
        """The answer; KeyError if it is Unknown."""
        found = self.table.get(states)
        if found is not None:
            return found
        each = states if len(self.keys) > 1 and isinstance(states, tuple) else (states,)
        answer = self._answer(
            Reader(dict(zip(self.keys, each, strict=True)), {}, None, "absent", self._spellings),
        )
        if answer is None:
            raise KeyError(states)
        if sum(map(state_size, each)) <= LONGEST:
            if len(self.table) >= self.CAP:
                self.table.clear()
            self.table[states] = answer
        return answer


def condition_memo(condition: Condition, spellings: Spellings) -> Memo[int]:
    """The matches of a condition, as plain numbers: 0 is No, 2 is Yes."""
    key = condition.test.key

    def answer(reader: Reader) -> int | None:
        match = condition.of_state(reader.state(key), reader)
        return None if match is UNKNOWN else int(match)

    return Memo(tuple(dict.fromkeys((key, *variables_of(condition.test)))), answer, spellings)


def pattern_memo(tail: Glob, spellings: Spellings, *, negated: bool) -> Memo[Matcher]:
    """The matchers of a resource part with variables. One that does not resolve matches nothing; under NotResource it is
    Unknown (iam-semantics.md 10.4).
    """

    def answer(reader: Reader) -> Matcher | None:
        filled = substitute(tail, reader)
        if filled is None:
            return None if negated else _nothing
        return matcher(filled.glob) if filled.known else None

    keys = dict.fromkeys(fold(token.key) for token in tail if isinstance(token, Variable))
    return Memo(tuple(keys), answer, spellings)


def _nothing(_text: str) -> bool:
    return False
