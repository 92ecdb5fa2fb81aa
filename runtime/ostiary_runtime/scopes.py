"""Which policies bind a caller: the first dimension of the DAG.

In: the program's attachments, a caller, and the account that owns the resource where its ARN does not say.
Out: a `Scope`, equal for callers whom the same policies bind in the same way, so that everything below it is shared.
Rules: iam-semantics.md 8.1, 8.2 step 3; whom `to=None` means is written at each type below.
Not here: RCP levels, which follow the resource's account, and the effect of any statement.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.plan import IDENTITY, SESSION, Group
from ostiary_runtime.principals import PrincipalMatch, match_principal
from ostiary_runtime.program import PrincipalTest, Program, Statement
from ostiary_runtime.request import Caller, CallerKind, parse_caller

Binding = tuple[Group, Match]
"""A group that a policy's statements belong to, and whether the policy binds for certain."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What binds a caller.

    `bindings` says for each policy which groups its statements belong to; policies that do not bind are not there, nor
    are resource policies, which bind by their Principal alone. RCPs and endpoint policies are there for every caller
    whom they can bind. `session`: whether session policies bind. `boundaries` maps each boundary to whether it binds for certain. `principals` holds, by
    (principal test, deny), the tests that match the caller at least perhaps. `owner` is the account that resources
    belong to: where `owner_given`, whatever their ARN says, else where their ARN names none.
    """

    kind: CallerKind
    account: str
    partition: str
    owner: str
    owner_given: bool
    service_linked: bool
    bindings: tuple[tuple[int, tuple[Binding, ...]], ...]
    boundaries: tuple[tuple[int, Match], ...]
    session: Match
    scp_levels: tuple[str | None, ...]
    principals: tuple[tuple[tuple[int, bool], PrincipalMatch], ...]


class Attachments:
    """The program's attachments, filed by what they are attached to, so that a new caller costs a few look-ups."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._by_target: dict[tuple[PolicyType, str | None], list[int]] = {}
        for number, policy in enumerate(program.policies):
            if policy.type in program.layers:
                for target in policy.targets:
                    self._by_target.setdefault((policy.type, target), []).append(number)
        targets: dict[PolicyType, list[str | None]] = {}
        for type_, target in self._by_target:
            targets.setdefault(type_, []).append(target)
        self._targets = {type_: tuple(each) for type_, each in targets.items()}
        self._groups: dict[str, list[str]] = {}
        for member, group in program.memberships:
            self._groups.setdefault(member, []).append(group)
        self._accounts = {account.id: account for account in program.accounts}
        self._principals = _PrincipalIndex(program.principals, program.statements)

    def scope(self, caller: Caller, owner: str | None) -> Scope:
        """What binds the caller; `owner` is the account of all resources (None: their ARN's, else the caller's)."""
        bindings: dict[int, list[Binding]] = {}
        for number, match in self._identity(caller):
            bindings.setdefault(number, []).append((IDENTITY, match))
        boundaries = dict(self._boundaries(caller))
        for number, match in boundaries.items():
            bindings.setdefault(number, []).append((Group(PolicyType.BOUNDARY, number), match))
        sessions = dict(self._sessions(caller))
        for number, match in sessions.items():
            bindings.setdefault(number, []).append((SESSION, match))
        scp_levels = tuple(self._scp_levels(caller))
        for type_, nodes in (
            (PolicyType.SCP, scp_levels),
            (PolicyType.RCP, () if caller.service_linked else self.targets(PolicyType.RCP)),
            (PolicyType.ENDPOINT, self.targets(PolicyType.ENDPOINT)),
        ):
            for node in nodes:
                for number in self._by_target[type_, node]:
                    bindings.setdefault(number, []).append((Group(type_, node), YES))
        session = max(sessions.values(), default=NO)
        if caller.kind is CallerKind.FEDERATED and PolicyType.SESSION in self._program.layers:
            session = YES  # without a session policy a federated user has no permissions of its own (8.2 step 8)
        return Scope(
            caller.kind,
            caller.account,
            caller.partition,
            owner if owner is not None else caller.account,
            owner is not None,
            caller.service_linked,
            tuple((number, tuple(groups)) for number, groups in sorted(bindings.items())),
            tuple(boundaries.items()),
            session,
            scp_levels,
            self._principals.matches(caller, bounded=max(boundaries.values(), default=NO)),
        )

    def targets(self, type_: PolicyType) -> tuple[str | None, ...]:
        """Everything that policies of a type are attached to, in order of attachment."""
        return self._targets.get(type_, ())

    def rcp_levels(self, account: str) -> tuple[str | None, ...]:
        """The RCP levels of a resource's account, from the top; none for the management account."""
        return tuple(self._levels(PolicyType.RCP, account))

    def _identity(self, caller: Caller) -> Iterable[tuple[int, Match]]:
        """Identity policies: those of the user and its groups, of the role, or of the federating user.

        Attached to None they bind every user, role session and federated user. Root has none (8.2).
        """
        match caller.kind:
            case CallerKind.USER:
                return self._of(PolicyType.IDENTITY, None, caller.arn, *self._groups.get(str(caller.arn), ()))
            case CallerKind.SESSION:
                return self._of(PolicyType.IDENTITY, None, caller.role)
            case CallerKind.FEDERATED:
                return self._of_federating_user(PolicyType.IDENTITY, caller)
            case CallerKind.ROOT | CallerKind.SERVICE | CallerKind.PROVIDER | CallerKind.ANONYMOUS:
                return ()

    def _boundaries(self, caller: Caller) -> Iterable[tuple[int, Match]]:
        """Permissions boundaries of the user, the role, or the federating user; each of them must allow."""
        match caller.kind:
            case CallerKind.USER:
                return self._of(PolicyType.BOUNDARY, None, caller.arn)
            case CallerKind.SESSION:
                return self._of(PolicyType.BOUNDARY, None, caller.role)
            case CallerKind.FEDERATED:
                return self._of_federating_user(PolicyType.BOUNDARY, caller)
            case CallerKind.ROOT | CallerKind.SERVICE | CallerKind.PROVIDER | CallerKind.ANONYMOUS:
                return ()

    def _sessions(self, caller: Caller) -> Iterable[tuple[int, Match]]:
        """Session policies of a role session or a federated user; a plain user has none.

        For a session whose name is not known, those of any session of the role bind perhaps; for a federated user whose
        federating user is not known, those of any user of the account.
        """
        match caller.kind:
            case CallerKind.SESSION:
                names = (caller.role, caller.arn)
                perhaps = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.role_name}/"
                known = caller.arn is not None
            case CallerKind.FEDERATED:
                names = (caller.federated_by, caller.arn)
                perhaps = f"arn:{caller.partition}:iam::{caller.account}:user/"
                known = caller.federated_by is not None
            case _:
                return
        if not known:
            for (kind, target), numbers in self._by_target.items():
                if kind is PolicyType.SESSION and target is not None and target.startswith(perhaps):
                    yield from ((number, UNKNOWN) for number in numbers)
        yield from self._of(PolicyType.SESSION, None, *(name for name in names if name is not None))

    def _scp_levels(self, caller: Caller) -> Iterable[str | None]:
        """SCP levels of the caller's account; not for service-linked roles, services and anonymous callers (8.2, 8.5)."""
        match caller.kind:
            case CallerKind.USER | CallerKind.SESSION | CallerKind.FEDERATED | CallerKind.ROOT:
                return () if caller.service_linked else self._levels(PolicyType.SCP, caller.account)
            case CallerKind.SERVICE | CallerKind.PROVIDER | CallerKind.ANONYMOUS:
                return ()

    def _levels(self, type_: PolicyType, account: str) -> Iterable[str | None]:
        """The level of everything, the nodes on the account's path, the account; those that hold a policy of the type."""
        place = self._accounts.get(account)
        if place is not None and place.management:
            return
        for node in dict.fromkeys((None, *(place.path if place is not None else ()), account)):
            if (type_, node) in self._by_target:
                yield node

    def _of(self, type_: PolicyType, *targets: str | None) -> Iterable[tuple[int, Match]]:
        for target in targets:
            for number in self._by_target.get((type_, target), ()):
                yield number, YES

    def _of_federating_user(self, type_: PolicyType, caller: Caller) -> Iterable[tuple[int, Match]]:
        """A federated user has the policies of the user who federated it; if that is not known, any user's perhaps."""
        yield from self._of(type_, None)
        if caller.federated_by is not None:
            groups = self._groups.get(caller.federated_by, ()) if type_ is PolicyType.IDENTITY else ()
            yield from self._of(type_, caller.federated_by, *groups)
            return
        bound = set(self._by_target.get((type_, None), ()))
        user = f"arn:{caller.partition}:iam::{caller.account}:user/"
        group_arns = {group for member, theirs in self._groups.items() if member.startswith(user) for group in theirs}
        for (kind, target), numbers in self._by_target.items():
            if kind is type_ and target is not None and (target.startswith(user) or target in group_arns):
                for number in numbers:
                    if number not in bound:
                        bound.add(number)
                        yield number, UNKNOWN


def named_callers(program: Program) -> tuple[str, ...]:
    """The users, roles, sessions and other callers that policies are attached to, or that they name as principals.

    Not those whom only an account or a wildcard names.
    """
    attached = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION)
    names = [target for policy in program.policies if policy.type in attached for target in policy.targets if target]
    names += [member for member, _ in program.memberships]
    for test in program.principals:
        names += (*test.arns, *test.services)
    found = []
    for name in dict.fromkeys(names):
        with suppress(RequestError):  # a group, or a name that only AWS understands
            parse_caller(name)
            found.append(name)
    return tuple(found)


class _PrincipalIndex:
    """From a caller's identities to the principal tests that may match it; all others do not."""

    def __init__(self, tests: tuple[PrincipalTest, ...], statements: Iterable[Statement]) -> None:
        self._tests = tests
        effects: list[set[bool]] = [set() for _ in tests]
        for statement in statements:
            if statement.principal is not None:
                effects[statement.principal].add(statement.deny)
        # what a match is known by; callers have these objects in common
        self._keys = [[(number, deny) for deny in sorted(each)] for number, each in enumerate(effects)]
        self._always: list[int] = []
        self._named: dict[str, list[int]] = {}
        self._owned: dict[str, list[int]] | None = None
        for number, test in enumerate(tests):
            if test.negated or test.star or test.aws_star or test.canonical_users:
                self._always.append(number)
                continue
            for name in (*test.accounts, *test.arns, *test.unique_ids, *test.services, *test.federated):
                self._named.setdefault(name, []).append(number)

    def matches(self, caller: Caller, *, bounded: Match) -> tuple[tuple[tuple[int, bool], PrincipalMatch], ...]:
        numbers = set(self._always)
        for name in (caller.arn, caller.account, caller.role, caller.unique_id, caller.federated_by):
            numbers.update(self._named.get(name, ()) if name else ())
        owner = _owner_of(caller)
        if owner is not None:
            numbers.update(self._owners().get(owner, ()))
        found = []
        for number in sorted(numbers):
            for key in self._keys[number]:
                answer = match_principal(self._tests[number], caller, deny=key[1], bounded=bounded)
                if answer.possible:
                    found.append((key, answer))
        return tuple(found)

    def _owners(self) -> dict[str, list[int]]:
        """Tests by whose sessions or users they name; made when a caller is first not known by name."""
        if self._owned is None:
            owned: dict[str, list[int]] = {}
            for number, test in enumerate(self._tests):
                for owner in dict.fromkeys(map(_owner, test.arns)):
                    owned.setdefault(owner, []).append(number)
            self._owned = owned
        return self._owned


def _owner(arn: str) -> str:
    """Under which name tests are found that match perhaps: a role's sessions, an account's users (see `_owner_of`)."""
    head, _, rest = arn.partition(":assumed-role/")
    if rest:
        return f"{head}:assumed-role/{rest.partition('/')[0]}"
    return arn.partition(":user/")[0] + ":user/"


def _owner_of(caller: Caller) -> str | None:
    if caller.kind is CallerKind.SESSION and caller.arn is None:
        return f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.role_name}"
    if caller.kind is CallerKind.FEDERATED and caller.federated_by is None:
        return f"arn:{caller.partition}:iam::{caller.account}:user/"
    return None
