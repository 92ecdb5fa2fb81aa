"""Entries: the statements that an action can bring into play for a scope, with what is already known of each.

In: the program, a `Scope` and a folded action. Out: a `Row`: its entries in program order, and the shape of the plan as
far as it does not depend on the resource. Action, binding and principal are decided here once and for all; what remains
of an entry is its resource and its conditions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ostiary_grammar.making import maker
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.elements import match_action, match_actions
from ostiary_runtime.kept import LONGEST
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.plan import SESSION, Group, Plan, Shape, plan_for
from ostiary_runtime.principals import EVERYONE, NOBODY, MatchClass, PrincipalMatch
from ostiary_runtime.program import Program, Statement
from ostiary_runtime.request import CallerKind, Resource
from ostiary_runtime.scopes import Attachments, Binding, Scope

# Services whose resources RCPs can protect (AWS Organizations User Guide, "Resource control policies").
RCP_SERVICES = frozenset(
    {
        "aoss",
        "cognito-identity",
        "cognito-idp",
        "dynamodb",
        "ecr",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sqs",
        "sts",
    }
)
_RCP_EXEMPT = frozenset({"kms:retiregrant"})


def rcps_reach(action: str) -> bool:
    """Whether RCPs can say anything about a folded action (iam-semantics.md 8.2 step 3)."""
    return action.partition(":")[0] in RCP_SERVICES and action not in _RCP_EXEMPT


# Calls that need no permission and that no policy can stop (iam-semantics.md 8.2 step 1).
EXEMPT_ACTIONS = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
_TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
    }
)
# The root user of a bucket's owner can always read, replace and delete the bucket policy (8.2 step 4, 8.5).
_BUCKET_POLICY_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A statement in play.

    `known` is what action, binding and principal come to: Yes or Unknown. `groups` are the groups that it allows for,
    each with whether it does so only perhaps; a Deny has none. `rcp` and `endpoint` say for which organization node or
    endpoint the entry stands.
    """

    number: int
    statement: Statement
    type: PolicyType
    known: Match
    groups: tuple[tuple[Group, Match], ...]
    node: str | None = None


_make_entry = maker(Entry)


@dataclass(frozen=True, slots=True)
class Row:
    """The entries of one action in one scope, in program order, and what the plan is made of."""

    scope: Scope
    action: str
    entries: tuple[Entry, ...]
    exempt: bool
    rcps_apply: bool


class ActionClasses:
    """From a folded action to the action patterns that match, by the index, and on to the statements. Capped."""

    CAP = 16384

    def __init__(self, program: Program) -> None:
        self._program = program
        self._positive: dict[int, list[int]] = {}
        self._negated: list[int] = []
        self._memo: dict[str, Mapping[int, Match]] = {}
        for number, statement in enumerate(program.statements):
            if statement.not_action:
                self._negated.append(number)
            else:
                for pattern in statement.actions:
                    self._positive.setdefault(pattern, []).append(number)

    def statements(self, action: str) -> tuple[tuple[int, Match], ...]:
        """Statements whose action element matches at least perhaps, ascending."""
        patterns = self.patterns(action)
        found: dict[int, Match] = {}
        for pattern, match in patterns.items():
            for number in self._positive.get(pattern, ()):
                found[number] = max(match, found.get(number, NO))
        for number in self._negated:
            match = match_of(self._program.statements[number], patterns)
            if match is not NO:
                found[number] = match
        return tuple(sorted(found.items()))

    def patterns(self, action: str) -> Mapping[int, Match]:
        """The action patterns that match at least perhaps."""
        found = self._memo.get(action)
        if found is None:
            actions = self._program.actions
            matches = (
                (each, match_action(actions[each], action)) for each in self._program.action_index.candidates(action)
            )
            found = {each: match for each, match in matches if match is not NO}
            if len(action) <= LONGEST:
                if len(self._memo) >= self.CAP:
                    self._memo.clear()
                self._memo[action] = found
        return found

    def possible(self, patterns: Iterable[int]) -> set[int]:
        """The statements that one of the action patterns brings into play, and those with a NotAction."""
        return set(self._negated).union(*(self._positive.get(pattern, ()) for pattern in patterns))


@dataclass(frozen=True, slots=True)
class ActionClass:
    """All of an action that a row depends on: within a scope, actions of one class share their row."""

    patterns: tuple[tuple[int, Match], ...]
    exempt: bool
    rcps_apply: bool
    trust: bool
    bucket_policy: bool


def match_of(statement: Statement, patterns: Mapping[int, Match]) -> Match:
    """Whether a statement's Action or NotAction matches, given the patterns that do."""
    match = max((patterns[pattern] for pattern in statement.actions if pattern in patterns), default=NO)
    if not statement.not_action:
        return match
    return match.negate() if statement.actions else UNKNOWN


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds the callers of a scope, as look-ups: the groups of policies, and the principal tests that match.

    `shared`: entries that rows of the scope have in common, by statement, what its action element comes to, and whether RCPs
    apply. No more than the statements give.
    """

    bindings: Mapping[int, tuple[Binding, ...]]
    principals: Mapping[tuple[int, bool], PrincipalMatch]
    shared: dict[tuple[int, Match, bool], tuple[Entry, ...]] = field(default_factory=dict)


def bound_of(scope: Scope) -> Bound:
    return Bound(dict(scope.bindings), dict(scope.principals))


class Rows:
    """Makes rows. `indexed=False` asks every statement instead of the action index: the clear twin."""

    def __init__(self, program: Program, *, indexed: bool = True) -> None:
        self.program = program
        self.attachments = Attachments(program)
        self._classes = ActionClasses(program) if indexed else None

    def action_class(self, action: str) -> ActionClass:
        """The class of a folded action."""
        return ActionClass(
            tuple(sorted(self.classes.patterns(action).items())),
            action in EXEMPT_ACTIONS,
            rcps_reach(action),
            action in _TRUST_ACTIONS,
            action in _BUCKET_POLICY_ACTIONS,
        )

    @property
    def classes(self) -> ActionClasses:
        """The index of actions; the clear twin has none."""
        assert self._classes is not None
        return self._classes

    def row(self, scope: Scope, action: str) -> Row:
        row = self.bare_row(scope, action)
        entries = () if row.exempt else tuple(self._entries(scope, action, rcps_apply=row.rcps_apply))
        return Row(scope, action, entries, row.exempt, row.rcps_apply)

    def bare_row(self, scope: Scope, action: str) -> Row:
        """A row without its entries."""
        exempt = action in EXEMPT_ACTIONS and scope.kind is not CallerKind.ANONYMOUS
        return Row(scope, action, (), exempt, rcps_reach(action) and not scope.service_linked)

    def plan(
        self, row: Row, resource: Resource, owner: str, *, must_grant: bool, foreign: bool | None = None
    ) -> tuple[Plan, frozenset[Group]]:
        """The plan for a resource owned by `owner`, and the groups that perhaps do not bind.

        `must_grant`: the resource's own policy has to grant (see `root_of_trust`). `foreign`: the resource lies in another
        partition than the caller; None: its ARN says.
        """
        scope = row.scope
        layers = self.program.layers
        shape = Shape(
            kind=scope.kind,
            same_account=scope.account == owner,
            same_partition=not foreign if foreign is not None else _same_partition(resource, scope),
            must_grant=must_grant,
            asked=layers,
            rcp_levels=self.attachments.rcp_levels(owner) if row.rcps_apply else (),
            scp_levels=scope.scp_levels,
            endpoints=self.attachments.targets(PolicyType.ENDPOINT),
            boundaries=tuple(number for number, _ in scope.boundaries),
            session=scope.session is not NO,
        )
        perhaps = {Group(PolicyType.BOUNDARY, number) for number, match in scope.boundaries if match is UNKNOWN}
        if scope.session is UNKNOWN:
            perhaps.add(SESSION)
        return plan_for(shape), frozenset(perhaps)

    def heeds_owner(self, row: Row) -> bool:
        """Whether it matters to a row's plan whose the resource is, or where."""
        return PolicyType.RESOURCE in self.program.layers or self._has_rcps(row)

    def binds_all(self, row: Row) -> bool:
        """Whether every entry of a row stands for the resources of every owner."""
        return row.scope.kind is not CallerKind.ROOT and not self._has_rcps(row)

    def _has_rcps(self, row: Row) -> bool:
        return row.rcps_apply and bool(self.attachments.targets(PolicyType.RCP))

    def binds(self, entry: Entry, row: Row, owner: str) -> bool:
        """Whether an entry stands for resources of this owner: RCPs of its levels only, and no bucket policy against root."""
        if entry.type is PolicyType.RCP:
            return entry.node in self.attachments.rcp_levels(owner)
        return not (
            entry.type is PolicyType.RESOURCE
            and entry.statement.deny
            and row.scope.kind is CallerKind.ROOT
            and row.scope.account == owner
            and row.action in _BUCKET_POLICY_ACTIONS
        )

    def _entries(self, scope: Scope, action: str, *, rcps_apply: bool) -> Iterator[Entry]:
        bound = bound_of(scope)
        for number, match in self._statements(action):
            yield from self.entries_of(number, match, bound, rcps_apply=rcps_apply)

    def entries_of(self, number: int, match: Match, bound: Bound, *, rcps_apply: bool) -> Iterator[Entry]:
        """The entries of a statement whose action element comes to `match`: one for each group that it belongs to."""
        statement = self.program.statements[number]
        who = _who(statement, bound.principals)
        if who is NOBODY:
            return
        type_ = self.program.policies[statement.policy].type
        if type_ is PolicyType.RESOURCE:
            if PolicyType.RESOURCE in self.program.layers:
                yield _resource_entry(number, statement, match, who)
            return
        for group, binds in bound.bindings.get(statement.policy, ()):
            if type_ is PolicyType.RCP and not rcps_apply:
                continue
            if group.type is PolicyType.BOUNDARY and not statement.deny:
                binds = YES  # noqa: PLW2901  # what allows need not bind: a boundary that does not bind allows too
            known = min(match, binds, who.match)
            node = group.key if isinstance(group.key, str) else None
            groups = () if statement.deny else ((group, YES),)
            yield _make_entry(number, statement, type_, known, groups, node)

    def _statements(self, action: str) -> Iterable[tuple[int, Match]]:
        if self._classes is not None:
            yield from self._classes.statements(action)
            return
        actions = self.program.actions
        for number, statement in enumerate(self.program.statements):
            patterns = [actions[pattern] for pattern in statement.actions]
            match = match_actions(patterns, action, negated=statement.not_action)
            if match is not NO:
                yield number, match


def _who(statement: Statement, principals: Mapping[tuple[int, bool], PrincipalMatch]) -> PrincipalMatch:
    if statement.principal is None:
        return EVERYONE
    return principals.get((statement.principal, statement.deny), NOBODY)


def _resource_entry(number: int, statement: Statement, match: Match, who: PrincipalMatch) -> Entry:
    if statement.deny:
        return _make_entry(number, statement, PolicyType.RESOURCE, min(match, who.match), ())
    groups: list[tuple[Group, Match]] = []
    if who.sure:
        groups.append((_grant(who.sure), YES))
    if who.possible > who.sure:
        groups.append((_grant(who.possible), UNKNOWN))
    return _make_entry(number, statement, PolicyType.RESOURCE, match, tuple(groups))


def _grant(match_class: MatchClass) -> Group:
    return Group(PolicyType.RESOURCE, int(match_class))


def _same_partition(resource: Resource, scope: Scope) -> bool:
    return not resource.fields or resource.fields[1] == scope.partition


def root_of_trust(action: str, service: str) -> str | None:
    """How resource parts begin whose own policy has to grant: KMS keys, and roles that are to be assumed (8.2 step 11d)."""
    if service == "kms":
        return "key/"
    return "role/" if service == "iam" and action in _TRUST_ACTIONS else None
