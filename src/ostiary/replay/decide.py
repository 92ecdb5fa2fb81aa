"""One event to one answer: what the compiled policies say to all requests that the event needs.

In: the requests of an event, as `ostiary.cloudtrail` makes them. Out: a `Verdict`, or the reason why it is outside.
Invariant: what the log does not say stays not known: an answer is ALLOW or DENY only if no completion of the missing facts
could change it; else it is INDETERMINATE and names them. Several requests: deny, then indeterminate, then allow.
Not here: counting (`tally`).

Decisions are remembered by the caller, the action, the resource and those condition keys that the policies ask for.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.mapping import EventRequest
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.replay.question import Outside, Question
from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Variable
from ostiary_grammar.terms import Effect, PolicyType, fold
from ostiary_runtime.conditions import variables_of
from ostiary_runtime.context import UNKNOWN, state_of
from ostiary_runtime.decision import Decision, Doubt, StatementRef
from ostiary_runtime.engine import Engine
from ostiary_runtime.program import Program
from ostiary_runtime.request import Caller, Principal, parse_caller, parse_resource
from ostiary_runtime.templates import ResourceTemplate

# Decisions and callers that are remembered before a memo starts again.
MOST_DECISIONS = 65_536
MOST_CALLERS = 16_384
# A resource of which nothing is known, but that there is one.
ANY_ARN = ResourceTemplate("arn:*:*:*:*:*")


class Answer(enum.Enum):
    """What the policies would have done to a call; the values are stable."""

    ALLOW = "allowed"
    DENY = "denied"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that the log does not hold and that might change the answer; `reason` is a stable code."""

    fact: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to an event.

    `who` is the user, the role of a session, or whoever called; `action` the action that decided. For DENY `statement` is
    the one that denies, or None where `layer` lacks an Allow. For INDETERMINATE `statement` is one that might decide.
    """

    answer: Answer
    who: str
    action: str
    statement: StatementRef | None = None
    layer: str | None = None
    missing: tuple[Missing, ...] = ()


_Key = tuple[object, ...]


class Judge:
    """Asks an engine about events."""

    def __init__(self, engine: Engine, question: Question) -> None:
        self._engine = engine
        self._allows = allows_alone(engine)
        self._question = question
        self._asked_keys = tuple(sorted(condition_keys(engine.program)))
        self._callers: dict[Principal, Caller] = {}
        self._decisions: dict[_Key, Decision] = {}

    @property
    def question(self) -> Question:
        """What is asked."""
        return self._question

    def judge(self, record: Record, requests: Sequence[EventRequest]) -> Verdict | Outside:
        """The verdict on an event: that of the request that weighs most.

        If one of them cannot be asked and none is denied, the event is outside: it must not pass as allowed.
        """
        outside: Outside | None = None
        worst: Verdict | None = None
        missing: dict[Missing, None] = {}
        for request in requests:
            try:
                verdict = self._ask(record, request)
            except RequestError:
                verdict = Outside.NOT_A_REQUEST
            if isinstance(verdict, Outside):
                outside = verdict if verdict is Outside.NOT_A_REQUEST else outside or verdict
                continue
            missing.update(dict.fromkeys(verdict.missing))
            if worst is None or _WEIGHT[verdict.answer] > _WEIGHT[worst.answer]:
                worst = verdict
        if worst is None or (outside is Outside.NOT_A_REQUEST and worst.answer is not Answer.DENY):
            return outside or Outside.NOT_A_REQUEST
        if worst.answer is not Answer.INDETERMINATE or len(missing) == len(worst.missing):
            return worst
        return Verdict(worst.answer, worst.who, worst.action, worst.statement, worst.layer, tuple(missing))

    def _ask(self, record: Record, request: EventRequest) -> Verdict | Outside:
        # The unique id is left to `aws:userid` in the context: no policy that is asked here names callers by it.
        principal = Principal(request.principal, request.role, request.federated_by)
        caller = self._caller(principal)
        outside = self._question.outside(
            caller,
            request.action,
            request.resource_account,
            recipient=record.recipient_account,
            shared=record.shared_event_id is not None,
        )
        if outside is not None:
            return outside
        asked = {
            key: UNKNOWN if state is NOT_KNOWN else state
            for key, state in request.context.of_keys(self._asked_keys).items()
        }
        who = caller.role or caller.arn or request.principal
        verdicts = [
            _verdict(self._decide(principal, request, resource, asked), who, request)
            for resource in _resources(request)
        ]
        first = verdicts[0]
        if all(verdict.answer is first.answer for verdict in verdicts):
            return first
        missing = dict.fromkeys(missing for verdict in verdicts for missing in verdict.missing)
        missing[Missing("resource", Doubt.RESOURCE_NOT_KNOWN.value)] = None
        deciding = max(verdicts, key=lambda verdict: _WEIGHT[verdict.answer])
        return replace(deciding, answer=Answer.INDETERMINATE, missing=tuple(missing))

    def _caller(self, principal: Principal) -> Caller:
        caller = self._callers.get(principal)
        if caller is None:
            if len(self._callers) >= MOST_CALLERS:
                self._callers.clear()
            caller = self._callers[principal] = parse_caller(principal)
        return caller

    def _decide(
        self,
        principal: Principal,
        request: EventRequest,
        resource: str | ResourceTemplate,
        asked: Mapping[str, object],
    ) -> Decision:
        states = tuple(state_of(value) for value in asked.values())
        key: _Key = (principal, request.action, resource, request.resource_account, tuple(asked), states)
        decision = self._decisions.get(key)
        if decision is None:
            if len(self._decisions) >= MOST_DECISIONS:
                self._decisions.clear()
            try:
                parse_resource(resource)
            except RequestError:  # a name that AWS would not give says nothing about what was checked
                resource = ANY_ARN
            arguments = principal, request.action, resource, asked
            owner = request.resource_account
            decision = self._engine.authorize(*arguments, resource_account=owner, missing="unknown")
            if not decision.certain and decision.effect is Effect.EXPLICIT_DENY:
                # A doubtful Deny need not decide where nothing allows the request for certain.
                without = self._allows.authorize(*arguments, resource_account=owner, missing="unknown")
                decision = without if without.certain and not without.allowed else decision
            self._decisions[key] = decision
        return decision


def _resources(request: EventRequest) -> Iterator[str | ResourceTemplate]:
    """The resources that AWS may have checked: they must all get the same answer, or it is open."""
    if request.resource_known and request.resource is not None:
        yield request.resource
    else:
        yield _template(request.resource_pattern or request.resource or "*")
    if request.resource_alternative is not None:
        yield _template(request.resource_alternative)


def _template(pattern: str) -> str | ResourceTemplate:
    """A pattern as a resource; a lone `*` is no hole, but what actions without a resource are asked for."""
    return pattern if pattern == "*" else ResourceTemplate(pattern)


_WEIGHT = {Answer.ALLOW: 0, Answer.INDETERMINATE: 1, Answer.DENY: 2}


def _verdict(decision: Decision, who: str, request: EventRequest) -> Verdict:
    """A decision as a verdict; what AWS perhaps does not ask at all can be no deny, but a doubt."""
    action, certain_to_be_asked = request.action, request.purpose is not Purpose.CONDITIONAL
    statement = next(iter(decision.statements), None)
    if decision.certain and decision.allowed:
        return Verdict(Answer.ALLOW, who, action)
    if decision.certain and certain_to_be_asked:
        return Verdict(Answer.DENY, who, action, statement, decision.layer)
    missing = dict.fromkeys(Missing(each.fact, each.reason.value) for each in decision.undecided)
    if not certain_to_be_asked:
        missing[Missing(action, NOT_SURE_ASKED)] = None
    statement = decision.undecided[0].statement if decision.undecided else statement
    return Verdict(Answer.INDETERMINATE, who, action, statement, decision.layer, tuple(missing))


NOT_SURE_ASKED = "perhaps-not-needed"
"""The reason of a missing fact: whether the call needed this action at all is not in the log."""


def allows_alone(engine: Engine) -> Engine:
    """The same policies without their Deny statements: what it denies for certain, no doubtful Deny has to decide."""
    program = engine.program
    allows = tuple(statement for statement in program.statements if not statement.deny)
    return Engine(replace(program, statements=allows))


def condition_keys(program: Program) -> frozenset[str]:
    """The folded condition keys that the policies can ask a request for."""
    return frozenset(_condition_keys(program))


def _condition_keys(program: Program) -> Iterator[str]:
    yield "aws:principalarn"  # it may name the role of a session (iam-semantics.md 10.50)
    if PolicyType.ENDPOINT in program.layers:
        yield "aws:sourcevpce"
    for test in program.conditions:
        yield test.key
        yield from variables_of(test)
    for resource in program.resources:
        yield from _variables(token for glob in resource.fields for token in glob)


def _variables(tokens: Iterable[object]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, Variable):
            yield fold(token.key)
