"""The clear evaluator: decides a request from entries, one by one, for both bounds.

Authorizing resolves Unknown against the caller (the lower bound: an Allow needs Yes, a Deny applies on Unknown); the upper
bound resolves it in the caller's favour. Where the two agree the decision is certain (iam-semantics.md 0.3, 10.50).
The leaves are tested against this, and come back to it whenever something is Unknown, which needs no speed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ostiary_grammar.pattern import Variable
from ostiary_grammar.terms import Effect, PolicyType, fold
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.context import UNKNOWN as NOT_KNOWN
from ostiary_runtime.context import Reader
from ostiary_runtime.decision import Decision, Doubt, StatementRef, Undecided, allow, deny, lacking
from ostiary_runtime.elements import match_resource, match_resources
from ostiary_runtime.entries import Entry
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.plan import Group, Plan, Step
from ostiary_runtime.program import Program
from ostiary_runtime.request import Resource
from ostiary_runtime.substitute import substitute


@dataclass(slots=True)
class _Groups:
    """Which groups allow, for certain and perhaps, and by which statement."""

    sure: dict[Group, Entry] = field(default_factory=dict)
    possible: dict[Group, Entry] = field(default_factory=dict)

    def add(self, entry: Entry, match: Match) -> None:
        for group, how in entry.groups:
            if min(match, how) is YES:
                self.sure.setdefault(group, entry)
            self.possible.setdefault(group, entry)


class Evaluator:
    """Evaluates entries of one program; immutable and shared by all threads."""

    def __init__(self, program: Program, refs: Sequence[StatementRef], conditions: Sequence[Condition]) -> None:
        self._program = program
        self._refs = refs
        self._conditions = conditions

    def decide(
        self,
        entries: Sequence[Entry],
        plan: Plan,
        perhaps: frozenset[Group],
        resource: Resource,
        reader: Reader,
    ) -> Decision:
        """The decision from the entries that are in play. `perhaps`: groups that perhaps do not bind.

        A Deny that applies for certain ends it. The statement named is the first in program order.
        """
        groups = _Groups()
        denies: list[Entry] = []
        doubtful: list[Entry] = []
        for entry in entries:
            match = self.match(entry, resource, reader)
            if match is NO:
                continue
            if entry.statement.deny:
                if match is YES:
                    return deny(entry.type, (self._refs[entry.number],))
                denies.append(entry)
            else:
                groups.add(entry, match)
            if match is UNKNOWN or any(how is UNKNOWN for _, how in entry.groups):
                doubtful.append(entry)
        lower = self._run(plan, groups.sure, frozenset())
        upper = self._run(plan, groups.possible, perhaps)
        effect = Effect.EXPLICIT_DENY if denies else lower.effect
        undecided: tuple[Undecided, ...] = ()
        if effect is not upper.effect:
            found = [*self._undecided(doubtful, groups, resource, reader), *map(_perhaps_bound, perhaps)]
            undecided = tuple(dict.fromkeys(found))
        if denies:
            return deny(denies[0].type, (self._refs[denies[0].number],), undecided)
        return Decision(lower.effect, lower.layer, lower.statements, undecided, allowed=lower.allowed)

    def match(self, entry: Entry, resource: Resource, reader: Reader) -> Match:
        """Whether the entry's statement applies: AND of what is known of it, its resource and its conditions."""
        statement = entry.statement
        program = self._program
        match = entry.known
        if statement.resources is not None:
            tests = [program.resources[number] for number in statement.resources]
            match = min(match, match_resources(tests, resource, reader, negated=statement.not_resource))
        if match is not NO and statement.covers is not None:
            tests = [program.resources[number] for number in statement.covers]
            match = min(match, match_resources(tests, resource, reader, negated=False))
        for number in statement.conditions:
            if match is NO:
                return NO
            match = min(match, self.condition(number, reader))
        return match

    def condition(self, number: int, reader: Reader) -> Match:
        condition = self._conditions[number]
        return condition.of_state(reader.state(condition.test.key, condition.test.shown), reader)

    def _run(self, plan: Plan, allowing: dict[Group, Entry], presumed: frozenset[Group]) -> Decision:
        """The first step of the plan that holds; `presumed` groups count as allowing though no statement does."""
        for step in plan:
            if all((group in allowing or group in presumed) is wanted for group, wanted in step.when):
                return self.outcome(step, allowing)
        raise AssertionError("a plan ends with a step that always holds")

    def outcome(self, step: Step, allowing: dict[Group, Entry]) -> Decision:
        """The decision of a step: one statement is named for each type of policy that grants."""
        if not step.allow:
            return lacking(step.layer or PolicyType.IDENTITY)
        named: dict[PolicyType, StatementRef] = {}
        for group in step.by:
            if group in allowing and group.type not in named:
                named[group.type] = self._refs[allowing[group].number]
        return allow(step.layer, tuple(named.values()))

    def _undecided(
        self, doubtful: Sequence[Entry], groups: _Groups, resource: Resource, reader: Reader
    ) -> Iterator[Undecided]:
        """Why the doubtful entries are so; an Allow for groups that allow anyway does not matter."""
        for entry in doubtful:
            if entry.groups and all(group in groups.sure for group, _ in entry.groups):
                continue
            for fact, doubt in self.doubts(entry, resource, reader):
                yield Undecided(fact, doubt, self._refs[entry.number])

    def doubts(self, entry: Entry, resource: Resource, reader: Reader) -> Iterator[tuple[str, Doubt]]:
        """What makes an entry Unknown, each as the fact that one would have to know."""
        statement, program = entry.statement, self._program
        yield from self._entry_doubts(entry)
        resources = [program.resources[number] for number in statement.resources or ()]
        unresolved = UNKNOWN if statement.not_resource else NO
        for number in statement.covers or ():
            if match_resource(program.resources[number], resource, reader) is UNKNOWN:
                known = resource.holes is None
                yield (
                    (program.resources[number].text, Doubt.RESOURCE_PATTERN)
                    if known
                    else ("resource", Doubt.RESOURCE_NOT_KNOWN)
                )
        for test in resources:
            if match_resource(test, resource, reader, unresolved=unresolved) is not UNKNOWN:
                continue
            if resource.holes is not None:
                yield "resource", Doubt.RESOURCE_NOT_KNOWN
                continue
            missing = [token.key for token in test.fields[4] if isinstance(token, Variable)] if test.fields else []
            unknown = [key for key in missing if reader.state(fold(key)) is NOT_KNOWN]
            for key in unknown:
                yield fold(key), Doubt.VARIABLE_NOT_KNOWN
            if not unknown:
                filled = substitute(test.fields[4], reader) if test.fields else None
                doubt = Doubt.VARIABLE_UNRESOLVED if missing and filled is None else Doubt.RESOURCE_PATTERN
                yield test.text, doubt
        for number in statement.conditions:
            if self.condition(number, reader) is UNKNOWN:
                yield from self._condition_doubts(number, reader)

    def _entry_doubts(self, entry: Entry) -> Iterator[tuple[str, Doubt]]:
        if entry.known is UNKNOWN or any(how is UNKNOWN for _, how in entry.groups):
            statement = entry.statement
            patterns = [self._program.actions[number] for number in statement.actions]
            doubtful = [pattern.text for pattern in patterns if not pattern.certain]
            if doubtful:
                for text in doubtful:
                    yield text, Doubt.ACTION_PATTERN
            elif statement.principal is not None:
                test = self._program.principals[statement.principal]
                undocumented = test.negated or test.aws_star
                yield "principal", Doubt.PRINCIPAL_PATTERN if undocumented else Doubt.PRINCIPAL_NOT_KNOWN
            else:
                yield _missing_name(entry.type), Doubt.ATTACHMENT_NOT_KNOWN

    def _condition_doubts(self, number: int, reader: Reader) -> Iterator[tuple[str, Doubt]]:
        condition = self._conditions[number]
        asked = dict.fromkeys((condition.test.key, *variables_of(condition.test)))
        unknown = [name for name in asked if reader.state(name) is NOT_KNOWN]
        for name in unknown:
            yield name, Doubt.KEY_NOT_KNOWN
        if not unknown:
            yield condition.test.key, Doubt.OPERATOR_UNDECIDABLE


def _perhaps_bound(group: Group) -> Undecided:
    return Undecided(_missing_name(group.type), Doubt.ATTACHMENT_NOT_KNOWN, None)


def _missing_name(type_: PolicyType) -> str:
    """What has to be known to say whether policies of a type are attached to the caller."""
    return "session name" if type_ is PolicyType.SESSION else "federating user"
