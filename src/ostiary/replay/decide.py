"""One case to one answer: what the compiled policies say to all requests that its events need.

In: the requests of a case, as `ostiary.ingest` makes them. Out: a `Verdict`, or the reason why it is outside.
Invariant: what the log does not say stays not known: an answer is ALLOW or DENY only if no completion of the missing facts
could change it; else it is INDETERMINATE and names them. Several requests: deny, then indeterminate, then allow.
Not here: comparing two answers (`compare`), and counting (`analysis`).
"""

import enum
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.replay.cases import Called, Case, CaseRequest
from ostiary.replay.question import Outside, Question
from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Variable
from ostiary_grammar.terms import Effect, PolicyType, fold
from ostiary_runtime.conditions import variables_of
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.decision import Decision, Doubt, StatementRef
from ostiary_runtime.engine import Engine
from ostiary_runtime.hits import Hit
from ostiary_runtime.program import Program
from ostiary_runtime.request import Caller, Principal, parse_caller, parse_resource
from ostiary_runtime.templates import ResourceTemplate

# Callers that are remembered before the memo starts again.
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
class InDoubt:
    """A statement that is in doubt, as it was written, and on what fact; `denies`: if it applies, it takes access away."""

    fact: str
    reason: str
    statement: Hashable
    denies: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a case.

    `who` is the user, the role of a session, or whoever called; `request` the one that decided. `statement`: for DENY the one
    that denies, or None where `layer` lacks an Allow; for INDETERMINATE one that might decide; for ALLOW one that grants.
    `doubts`: which statements are in doubt, and on what; two policies with the same doubts about a case do the same to it.
    """

    answer: Answer
    who: str
    request: CaseRequest
    statement: StatementRef | None = None
    layer: str | None = None
    missing: tuple[Missing, ...] = ()
    doubts: frozenset[InDoubt] = frozenset()

    @property
    def action(self) -> str:
        """The action that decided."""
        return self.request.action


class Judge:
    """Asks an engine about cases.

    `keys`: the condition keys that the states of requests are of, in their order. `statements`: by what the statements of the program
    are known when two policies are compared, by number; by default by their places.
    """

    def __init__(
        self, engine: Engine, question: Question, keys: tuple[str, ...], statements: Sequence[Hashable] = ()
    ) -> None:
        self._engine = engine
        self._known_by = statements or engine.statements
        self._question = question
        asked = condition_keys(engine.program)
        self._places = tuple((place, key) for place, key in enumerate(keys) if key in asked)
        if len(self._places) < len(asked):
            raise ValueError(f"the cases lack condition keys that the policies ask for: {sorted(asked - set(keys))}")
        self._callers: dict[Principal, Caller] = {}

    @cached_property
    def _allows(self) -> Engine:
        """Made when a Deny is doubtful for the first time, which it may never be."""
        return allows_alone(self._engine)

    @property
    def question(self) -> Question:
        """What is asked."""
        return self._question

    @property
    def engine(self) -> Engine:
        """What is asked."""
        return self._engine

    def outside(self, case: Case, called: Called, question: Question | None = None) -> Outside | None:
        """Why a case is not part of a question, by default the judge's own; None if one of its requests is.

        If one of them cannot be asked it is outside, unless the verdict is a deny: that is for `judge` to say.
        """
        question = question or self._question
        first: Outside | None = None
        for request in called.requests:
            try:
                reason = self._outside(case, request, question)
            except RequestError:
                reason = Outside.NOT_A_REQUEST
            if reason is None:
                return None
            first = first or reason
        return first or Outside.NOT_A_REQUEST

    def judge(self, case: Case, called: Called) -> Verdict | Outside:
        """The verdict on a case: that of the request that weighs most.

        If one of them cannot be asked and none is denied, the case is outside: it must not pass as allowed.
        """
        outside: Outside | None = None
        worst: Verdict | None = None
        missing: dict[Missing, None] = {}
        doubts: set[InDoubt] = set()
        for request in called.requests:
            try:
                verdict = self._ask(case, request)
            except RequestError:
                verdict = Outside.NOT_A_REQUEST
            if isinstance(verdict, Outside):
                outside = verdict if verdict is Outside.NOT_A_REQUEST else outside or verdict
                continue
            missing.update(dict.fromkeys(verdict.missing))
            doubts |= verdict.doubts
            if worst is None or _WEIGHT[verdict.answer] > _WEIGHT[worst.answer]:
                worst = verdict
        if worst is None or (outside is Outside.NOT_A_REQUEST and worst.answer is not Answer.DENY):
            return outside or Outside.NOT_A_REQUEST
        if worst.answer is not Answer.INDETERMINATE:
            return worst
        return replace(worst, missing=tuple(missing), doubts=frozenset(doubts))

    def _outside(self, case: Case, request: CaseRequest, question: Question) -> Outside | None:
        caller = self._caller(_principal(request))
        return question.outside(
            caller, request.action, request.resource_account, recipient=case.recipient, shared=case.shared
        )

    def _ask(self, case: Case, request: CaseRequest) -> Verdict | Outside:
        outside = self._outside(case, request, self._question)
        if outside is not None:
            return outside
        principal = _principal(request)
        caller = self._caller(principal)
        asked = self._asked(request)
        who = caller.role or caller.arn or request.principal
        verdicts = [
            self._verdict(self._decide(principal, request, resource, asked), who, request)
            for resource in resources_of(request)
        ]
        first = verdicts[0]
        if all(verdict.answer is first.answer for verdict in verdicts):
            return first
        missing = dict.fromkeys(missing for verdict in verdicts for missing in verdict.missing)
        missing[Missing("resource", Doubt.RESOURCE_NOT_KNOWN.value)] = None
        doubts = frozenset(doubt for verdict in verdicts for doubt in self._doubts_or_decision(verdict))
        deciding = max(verdicts, key=lambda verdict: _WEIGHT[verdict.answer])
        return replace(deciding, answer=Answer.INDETERMINATE, missing=tuple(missing), doubts=doubts)

    def hits(self, request: CaseRequest) -> Iterator[tuple[str | ResourceTemplate, tuple[Hit, ...]]]:
        """For each resource that a request may be about: the statements that it matches. RequestError for names that are none."""
        principal = _principal(request)
        for resource in resources_of(request):
            arguments = principal, request.action, _askable(resource), self._asked(request)
            yield (
                resource,
                self._engine.hits(*arguments, resource_account=request.resource_account, missing="unknown"),
            )

    def _asked(self, request: CaseRequest) -> dict[str, object]:
        """The context of a request: the condition keys that these policies ask for."""
        asked: dict[str, object] = {}
        for place, key in self._places:
            state = request.states[place]
            asked[key] = UNKNOWN if state is NOT_KNOWN else list(state) if isinstance(state, tuple) else state
        return asked

    def _verdict(self, decision: Decision, who: str, request: CaseRequest) -> Verdict:
        """A decision as a verdict; what AWS perhaps does not ask at all can be no deny, but a doubt."""
        certain_to_be_asked = request.purpose is not Purpose.CONDITIONAL
        statement = next(iter(decision.statements), None)
        if decision.certain and decision.allowed:
            return Verdict(Answer.ALLOW, who, request, statement, decision.layer)
        if decision.certain and certain_to_be_asked:
            return Verdict(Answer.DENY, who, request, statement, decision.layer)
        missing = dict.fromkeys(Missing(each.fact, each.reason.value) for each in decision.undecided)
        doubts = {
            InDoubt(
                each.fact,
                each.reason.value,
                self._known(each.statement),
                each.statement is None or each.statement.effect == "Deny",
            )
            for each in decision.undecided
        }
        if not certain_to_be_asked:
            missing[Missing(request.action, NOT_SURE_ASKED)] = None
            known = (decision.layer, self._known(statement))
            doubts.add(InDoubt(request.action, NOT_SURE_ASKED, known, denies=not decision.allowed))
        statement = decision.undecided[0].statement if decision.undecided else statement
        return Verdict(Answer.INDETERMINATE, who, request, statement, decision.layer, tuple(missing), frozenset(doubts))

    def _doubts_or_decision(self, verdict: Verdict) -> Iterable[InDoubt]:
        """What a verdict on one of two resources hangs on; where it hangs on nothing, the verdict itself."""
        if verdict.doubts:
            return verdict.doubts
        known = (verdict.layer, self._known(verdict.statement))
        return (InDoubt("resource", verdict.answer.value, known, verdict.answer is Answer.DENY),)

    def _known(self, statement: StatementRef | None) -> Hashable:
        return None if statement is None else self._known_by[statement.number]

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
        request: CaseRequest,
        resource: str | ResourceTemplate,
        asked: Mapping[str, object],
    ) -> Decision:
        arguments = principal, request.action, _askable(resource), asked
        owner = request.resource_account
        decision = self._engine.authorize(*arguments, resource_account=owner, missing="unknown")
        if not decision.certain and decision.effect is Effect.EXPLICIT_DENY:
            # A doubtful Deny need not decide where nothing allows the request for certain.
            without = self._allows.authorize(*arguments, resource_account=owner, missing="unknown")
            decision = without if without.certain and not without.allowed else decision
        return decision


def _principal(request: CaseRequest) -> Principal:
    """Who asks. The unique id is left to `aws:userid` in the context: no policy that is asked here names callers by it."""
    return Principal(request.principal, request.role, request.federated_by)


def resources_of(request: CaseRequest) -> Iterator[str | ResourceTemplate]:
    """The resources that AWS may have checked: they must all get the same answer, or it is open."""
    if request.resource_known and request.resource is not None:
        yield request.resource
    else:
        yield _template(request.resource_pattern or request.resource or "*")
    if request.resource_alternative is not None:
        yield _template(request.resource_alternative)


def _askable(resource: str | ResourceTemplate) -> str | ResourceTemplate:
    """The resource; a name that AWS would not give says nothing about what was checked."""
    try:
        parse_resource(resource)
    except RequestError:
        return ANY_ARN
    return resource


def _template(pattern: str) -> str | ResourceTemplate:
    """A pattern as a resource; a lone `*` is no hole, but what actions without a resource are asked for."""
    return pattern if pattern == "*" else ResourceTemplate(pattern)


_WEIGHT = {Answer.ALLOW: 0, Answer.INDETERMINATE: 1, Answer.DENY: 2}


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
