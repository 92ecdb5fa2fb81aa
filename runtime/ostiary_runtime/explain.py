"""Explanations: for one request, layer by layer and statement by statement, what matched or failed, and on what value.

In: a program's rows and the clear evaluator, and one request. Out: an `Explanation`, plain data for renderers.
Nothing here decides: the decision is the engine's, and a test holds that the report agrees with it.
Not here: what would have to be different (`hints`), and how it is shown.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ostiary_grammar.pattern import Variable
from ostiary_grammar.terms import Effect, PolicyType, fold
from ostiary_runtime.context import ABSENT, Reader, State
from ostiary_runtime.context import UNKNOWN as NOT_KNOWN
from ostiary_runtime.decision import Decision, StatementRef
from ostiary_runtime.elements import match_action, match_actions, match_resource, match_resources
from ostiary_runtime.entries import Row, Rows
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.match import NO, YES, Match
from ostiary_runtime.plan import IDENTITY, SESSION, Group
from ostiary_runtime.principals import NOBODY
from ostiary_runtime.program import Program, ResourceTest, Statement
from ostiary_runtime.request import Caller, CallerKind, Resource
from ostiary_runtime.scopes import Scope


class Element(enum.Enum):
    """The parts of a statement that a request is tested against, in the order of the test."""

    ATTACHED = "attached to"
    PRINCIPAL = "Principal"
    ACTION = "Action"
    RESOURCE = "Resource"
    CONDITION = "Condition"


@dataclass(frozen=True, slots=True)
class ElementReport:
    """One element: what the policy says (`wanted`), what the request has (`found`), and whether they match.

    For a condition `key` is the condition key, and `wanted` its operator and values.
    """

    element: Element
    match: Match
    wanted: tuple[str, ...]
    found: str
    negated: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class StatementReport:
    """One statement: whether it applies, and the elements up to and with the ones that fail."""

    statement: StatementRef
    match: Match
    elements: tuple[ElementReport, ...]

    @property
    def failed(self) -> tuple[ElementReport, ...]:
        """The elements that keep the statement from applying, or that are Unknown."""
        return tuple(element for element in self.elements if element.match is not YES)


class Verdict(enum.Enum):
    """What a layer says of the request."""

    ALLOWS = "allows"
    DENIES = "denies"
    PERHAPS = "not known"
    SILENT = "does not allow"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class LayerReport:
    """A layer, or one level of it: `place` is the organization node, boundary policy or endpoint."""

    type: PolicyType
    place: str
    verdict: Verdict
    statements: tuple[StatementReport, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What would have to be different (`what`, each the end of "if ..."), and what the decision would be then."""

    what: tuple[str, ...]
    effect: Effect
    layer: str | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """A fact that is not known, and what each answer to it would give."""

    fact: str
    answers: tuple[tuple[str, Effect], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request is decided as it is.

    `outside` names what AWS would look at beside policies and what is not evaluated here (iam-semantics.md 8.5).
    `changes` are the smallest changes of the request that would change the decision, `prospects` what each answer to an
    unknown would give; both come from `hints`.
    """

    decision: Decision
    caller: Caller
    action: str
    resource: Resource
    owner: str
    layers: tuple[LayerReport, ...]
    outside: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    prospects: tuple[Prospect, ...] = ()


class Explainer:
    """Explains requests to one program."""

    def __init__(self, program: Program, rows: Rows, evaluator: Evaluator, refs: Sequence[StatementRef]) -> None:
        self._program = program
        self._rows = rows
        self._evaluator = evaluator
        self._refs = refs
        self._by_policy: dict[int, list[int]] = {}
        for number, statement in enumerate(program.statements):
            self._by_policy.setdefault(statement.policy, []).append(number)

    def explain(
        self,
        decision: Decision,
        caller: Caller,
        action: str,
        row: Row,
        resource: Resource,
        owner: str,
        reader: Reader,
    ) -> Explanation:
        """The explanation of a decision. `action` is the action as the caller spelled it, for people."""
        layers = () if row.exempt else tuple(self._layers(row, resource, owner, reader, caller))
        outside = tuple(_outside(row.action, resource))
        return Explanation(decision, caller, action, resource, owner, layers, outside)

    def _layers(
        self, row: Row, resource: Resource, owner: str, reader: Reader, caller: Caller
    ) -> Iterator[LayerReport]:
        scope = row.scope
        groups: dict[Group, list[tuple[int, Match]]] = {}
        for policy, bindings in scope.bindings:
            for group, bound in bindings:
                groups.setdefault(group, []).append((policy, bound))
        for group in self._binding_groups(row, owner, groups):
            policies = groups.get(group, [])
            reports = [
                self._statement(number, bound, row, resource, reader, caller)
                for policy, bound in policies
                for number in self._by_policy.get(policy, ())
            ]
            place = self._program.policies[group.key].name if isinstance(group.key, int) else str(group.key or "")
            yield LayerReport(group.type, place, _verdict(reports), tuple(reports))
        if PolicyType.RESOURCE in self._program.layers:
            reports = list(self._resource_reports(row, resource, reader, caller))
            yield LayerReport(PolicyType.RESOURCE, "", _verdict(reports), tuple(reports))

    def _binding_groups(self, row: Row, owner: str, groups: dict[Group, list[tuple[int, Match]]]) -> Iterator[Group]:
        """The groups that bind this request, from the organization down to the session."""
        scope, layers = row.scope, self._program.layers
        if row.rcps_apply:
            yield from (Group(PolicyType.RCP, node) for node in self._rows.attachments.rcp_levels(owner))
        yield from (Group(PolicyType.SCP, node) for node in scope.scp_levels)
        yield from (group for group in groups if group.type is PolicyType.ENDPOINT)
        has_own = scope.kind in (CallerKind.USER, CallerKind.SESSION, CallerKind.FEDERATED)
        if has_own and PolicyType.IDENTITY in layers:
            yield IDENTITY
        yield from (group for group in groups if group.type is PolicyType.BOUNDARY)
        if scope.session is not NO:
            yield SESSION

    def _resource_reports(
        self, row: Row, resource: Resource, reader: Reader, caller: Caller
    ) -> Iterator[StatementReport]:
        for number, statement in enumerate(self._program.statements):
            if self._program.policies[statement.policy].type is not PolicyType.RESOURCE:
                continue
            if statement.covers is not None:
                covers = [self._program.resources[each] for each in statement.covers]
                if match_resources(covers, resource, reader, negated=False) is NO:
                    continue
            yield self._statement(number, YES, row, resource, reader, caller)

    def _statement(
        self, number: int, bound: Match, row: Row, resource: Resource, reader: Reader, caller: Caller
    ) -> StatementReport:
        statement = self._program.statements[number]
        elements = tuple(self._elements(statement, bound, row.scope, row.action, resource, reader, caller))
        match = min((element.match for element in elements), default=YES)
        return StatementReport(self._refs[number], match, elements)

    def _elements(
        self,
        statement: Statement,
        bound: Match,
        scope: Scope,
        action: str,
        resource: Resource,
        reader: Reader,
        caller: Caller,
    ) -> Iterator[ElementReport]:
        program = self._program
        if bound is not YES:
            targets = tuple(str(target) for target in program.policies[statement.policy].targets)
            yield ElementReport(Element.ATTACHED, bound, targets, _caller_text(caller))
        if statement.principal is not None:
            who = dict(scope.principals).get((statement.principal, statement.deny), NOBODY)
            test = program.principals[statement.principal]
            names = [
                *test.arns,
                *test.accounts,
                *test.unique_ids,
                *test.services,
                *test.federated,
                *test.canonical_users,
            ]
            wanted = (*(("*",) if test.star or test.aws_star else ()), *names)
            yield ElementReport(Element.PRINCIPAL, who.match, wanted, _caller_text(caller), test.negated)
        patterns = [program.actions[number] for number in statement.actions]
        match = match_actions(patterns, action, negated=statement.not_action)
        matching = [pattern.text for pattern in patterns if match_action(pattern, action) is not NO]
        texts = tuple(matching or [pattern.text for pattern in patterns])
        yield ElementReport(Element.ACTION, match, texts, action, statement.not_action)
        if match is NO:
            return
        yield from self._resource_element(statement, resource, reader)
        for number in statement.conditions:
            test_ = program.conditions[number]
            match = self._evaluator.condition(number, reader)
            shown = tuple(value for value in test_.values)
            found = _state_text(reader.state(test_.key))
            yield ElementReport(Element.CONDITION, match, (str(test_.form), *shown), found, key=test_.shown)

    def _resource_element(self, statement: Statement, resource: Resource, reader: Reader) -> Iterator[ElementReport]:
        if statement.resources is None:
            return
        tests = [self._program.resources[number] for number in statement.resources]
        match = match_resources(tests, resource, reader, negated=statement.not_resource)
        matching = [test for test in tests if match_resource(test, resource, reader) is not NO]
        texts = tuple(_filled(test, reader) for test in matching or tests)
        yield ElementReport(Element.RESOURCE, match, texts, resource.text, statement.not_resource)


def _filled(test: ResourceTest, reader: Reader) -> str:
    """A pattern, with what its variables stand for."""
    keys = [token.key for token in (test.fields[4] if test.fields else ()) if isinstance(token, Variable)]
    if not keys:
        return test.text
    values = ", ".join(f"{key} is {_state_text(reader.state(fold(key)))}" for key in dict.fromkeys(keys))
    return f"{test.text} ({values})"


def _state_text(state: State) -> str:
    if state is ABSENT:
        return "absent"
    if state is NOT_KNOWN:
        return "not known"
    if isinstance(state, tuple):
        return ", ".join(f"`{value}`" for value in state)
    return f"`{state}`"


def _caller_text(caller: Caller) -> str:
    if caller.kind is CallerKind.ANONYMOUS:
        return "an anonymous caller"
    return caller.arn or f"a session of {caller.role}"


def _verdict(reports: Iterable[StatementReport]) -> Verdict:
    reports = list(reports)
    applying = [report for report in reports if report.match is not NO]
    if any(report.statement.effect == "Deny" for report in applying):
        return Verdict.DENIES
    if any(report.match is YES for report in applying):
        return Verdict.ALLOWS
    return Verdict.PERHAPS if applying else Verdict.SILENT


# What AWS looks at beside policies, by service; this engine does not (iam-semantics.md 8.5).
_OUTSIDE = {
    "s3": ("S3 access control lists", "S3 Block Public Access", "S3 access points"),
    "kms": ("KMS grants",),
    "glue": ("Lake Formation permissions",),
    "athena": ("Lake Formation permissions",),
    "ec2": ("VPC security controls", "AWS RAM shares"),
}


def _outside(action: str, resource: Resource) -> Iterator[str]:
    service = resource.fields[2] if resource.fields else action.partition(":")[0]
    yield from _OUTSIDE.get(service, ())
