"""Coverage: how often each statement, and each part of it, was hit in the window, and when last.

In: cases with the requests that they need, and the policies as they were written. Out: `PolicyHits`, and which actions a pattern stood for.
Invariant: a statement's events are those in which it applies, whichever statement decides; the same event counts once for a statement.
What is counted is asked of all judged events, those that AWS denied included.
Not here: removing what was never hit (`minimise`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ostiary.cloudtrail.action import Purpose
from ostiary.replay.cases import Called
from ostiary.replay.decide import Judge, Verdict
from ostiary.replay.findings import PartHits, PolicyHits, StatementHits
from ostiary.replay.ranking import MOST_KEYS
from ostiary.replay.sides import Policies, written
from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.passes import run
from ostiary_compiler.passes.drop_unasked import drop_unasked
from ostiary_compiler.passes.scope_endpoints import scope_endpoints
from ostiary_grammar.errors import RequestError
from ostiary_grammar.span import Span
from ostiary_grammar.syntax import Statement
from ostiary_runtime.decision import StatementRef
from ostiary_runtime.engine import Engine
from ostiary_runtime.hits import Hit
from ostiary_runtime.match import NO, UNKNOWN, YES, Match

Part = tuple[str, int]
"""A part of a statement: `Action`, `Resource` or `Condition`, and its place."""


@dataclass(slots=True)
class Count:
    """Events and when they were."""

    events: int = 0
    first: str = ""
    last: str = ""

    def add(self, events: int, span: tuple[str, str]) -> None:
        first, last = span
        self.events += events
        self.first = min(self.first or first, first or self.first)
        self.last = max(self.last, last)


@dataclass(slots=True)
class StatementCount:
    """What is counted of a statement. `actions`: the actions that each action pattern stood for."""

    sure: Count = field(default_factory=Count)
    perhaps: Count = field(default_factory=Count)
    decided: int = 0
    parts: dict[Part, Count] = field(default_factory=dict)
    actions: dict[int, dict[str, Count]] = field(default_factory=dict)

    @property
    def used(self) -> bool:
        """Whether it was hit, at least perhaps."""
        return bool(self.sure.events or self.perhaps.events)


class Coverage:
    """Counts hits as cases come. `keys`: the condition keys of the cases."""

    def __init__(self, policies: Policies, keys: tuple[str, ...]) -> None:
        layers = frozenset(policies.question.layers)
        self.policies = written(policies.policies, layers)
        # without the passes that merge and drop: parts keep the places at which they were written
        program = emit(run(lower(policies.policies, layers), (drop_unasked, scope_endpoints)))
        self._engine = Engine(program)
        self._judge = Judge(self._engine, policies.question, keys)
        self._program = program
        self.counts = [StatementCount() for _ in program.statements]

    def add(self, called: Called, verdict: Verdict | None, events: int, span: tuple[str, str]) -> None:
        """Events of a case that was judged."""
        best: dict[int, Match] = {}
        parts: dict[tuple[int, Part], None] = {}
        actions: dict[tuple[int, int, str], None] = {}
        for request in called.requests:
            try:
                found = list(self._judge.hits(request))
            except RequestError:
                continue
            needed = request.purpose is not Purpose.CONDITIONAL
            matches: dict[int, list[Match]] = {}
            for _, each in found:
                for hit in each:
                    matches.setdefault(hit.number, []).append(hit.match)
                    parts.update(dict.fromkeys((hit.number, part) for part in _parts(hit)))
                    if hit.match is not NO:
                        actions.update(dict.fromkeys((hit.number, place, request.action) for place in hit.actions))
            for number, each_match in matches.items():
                # of several resources that may be meant, the statement must match each
                sure = needed and len(each_match) == len(found) and min(each_match) is YES
                match = YES if sure else min(max(each_match), UNKNOWN)
                best[number] = max(match, best.get(number, NO))
        for number, match in best.items():
            if match is not NO:
                count = self.counts[number]
                (count.sure if match is YES else count.perhaps).add(events, span)
        for number, part in parts:
            self.counts[number].parts.setdefault(part, Count()).add(events, span)
        for number, place, action in actions:
            known = self.counts[number].actions.setdefault(place, {})
            if action in known or len(known) < MOST_KEYS:
                known.setdefault(action, Count()).add(events, span)
        if verdict is not None and verdict.statement is not None:
            self.counts[verdict.statement.number].decided += events

    def hits(self) -> tuple[PolicyHits, ...]:
        """What was counted, by policy."""
        found = []
        refs = self._engine.statements
        for number, policy in enumerate(self.policies):
            own = [place for place, each in enumerate(self._program.statements) if each.policy == number]
            statements = tuple(
                _statement_hits(
                    refs[place], policy.document.statements[self._program.statements[place].index], self.counts[place]
                )
                for place in own
            )
            found.append(PolicyHits(policy.name, policy.type.value, policy.document.source.text, statements))
        return tuple(found)

    def statements_of(self, policy: int) -> dict[int, StatementCount]:
        """The counts of a policy's statements, by their place in the policy."""
        return {
            each.index: self.counts[number]
            for number, each in enumerate(self._program.statements)
            if each.policy == policy
        }


def _parts(hit: Hit) -> Iterator[Part]:
    if hit.match is not NO:
        for place in hit.actions:
            yield "Action", place
        for place in hit.resources:
            yield "Resource", place
    # conditions also where others fail: so that one that never holds can be told from one that always does
    for place in hit.conditions:
        yield "Condition", place


def _statement_hits(ref: StatementRef, statement: Statement, count: StatementCount) -> StatementHits:
    last = max(count.sure.last, count.perhaps.last)
    firsts = [each.first for each in (count.sure, count.perhaps) if each.first]
    return StatementHits(
        statement=ref,
        events=count.sure.events,
        perhaps=count.perhaps.events,
        decided=count.decided,
        first=min(firsts, default=""),
        last=last,
        parts=tuple(_part_hits(statement, count)),
    )


def _part_hits(statement: Statement, count: StatementCount) -> Iterator[PartHits]:
    for name, clause in (("Action", statement.action), ("Resource", statement.resource)):
        for place, item in enumerate(clause.items if clause is not None else ()):
            negated = clause is not None and clause.negated
            found = None if negated else count.parts.get((name, place), Count())
            yield _part(f"Not{name}" if negated else name, item.value, item.span, found)
    place = 0
    for block in statement.condition.operators if statement.condition is not None else ():
        for test in block.tests:
            values = ", ".join(value.text for value in test.values)
            text = f"{block.operator.value} {test.key.value}: {values}"
            yield _part("Condition", text, test.key.span, count.parts.get(("Condition", place), Count()))
            place += 1


def _part(element: str, text: str, span: Span, count: Count | None) -> PartHits:
    at = span.position
    if count is None:
        return PartHits(element, text, at.line, at.column, None, "", "")
    return PartHits(element, text, at.line, at.column, count.events, count.first, count.last)
