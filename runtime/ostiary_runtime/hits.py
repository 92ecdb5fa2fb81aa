"""Hits: which statements a request matches, and by which of their parts; not only the one that decides.

In: the entries of a row, the clear evaluator, and one request. Out: `Hit`s.
Invariant: a hit's `match` is the evaluator's own answer for the statement; parts are named by their places in the statement.
Nothing here decides: statements that hold for the request are hits though another one decided.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ostiary_runtime.context import Reader
from ostiary_runtime.elements import match_action, match_resource
from ostiary_runtime.entries import Entry
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.match import NO, Match
from ostiary_runtime.program import Program
from ostiary_runtime.request import Resource


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement whose principal, action and resource match, at least perhaps.

    `number`: of the statement in the program. `match`: whether it applies, conditions included. `actions`, `resources` and
    `conditions` are the places in the statement's tables of what matches at least perhaps; under Not* none are named.
    """

    number: int
    match: Match
    actions: tuple[int, ...]
    resources: tuple[int, ...]
    conditions: tuple[int, ...]


def hits(
    program: Program, entries: Iterable[Entry], action: str, resource: Resource, reader: Reader, evaluator: Evaluator
) -> Iterator[Hit]:
    """The hits of a request among the entries of its row. `action` is folded."""
    for entry in entries:
        statement = entry.statement
        conditions = [
            place for place, number in enumerate(statement.conditions) if evaluator.condition(number, reader) is not NO
        ]
        match = evaluator.match(entry, resource, reader)
        tests = [program.resources[number] for number in statement.resources or ()]
        matching = [place for place, test in enumerate(tests) if match_resource(test, resource, reader) is not NO]
        if match is NO and (len(conditions) == len(statement.conditions) or (tests and not matching)):
            continue  # the resource, or what the policy covers, does not fit
        patterns = [program.actions[number] for number in statement.actions]
        yield Hit(
            entry.number,
            match,
            ()
            if statement.not_action
            else tuple(place for place, pattern in enumerate(patterns) if match_action(pattern, action) is not NO),
            () if statement.not_resource else tuple(matching),
            tuple(conditions),
        )
