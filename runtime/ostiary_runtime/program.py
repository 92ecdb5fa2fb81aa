"""The compiled form: frozen tables that say everything the engine needs, and nothing about how they were written.

The compiler makes a `Program`, the engine runs it, `codec` saves it; this module is the contract between them.
Invariant: plain data only (texts, numbers, truth values, tuples and enums), in an order that follows from the policies,
so that the same policies give the same bytes. Tables refer to one another by index.
Growth is linear in the policies: a statement is one row, a pattern or condition that occurs often is one row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ostiary_grammar.pattern import ActionPattern, Glob, ResourceForm, Wild
from ostiary_grammar.terms import OperatorForm, PolicyType
from ostiary_runtime.intervals import IntervalIndex, build

FORMAT_VERSION = 2


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document under the name it goes by, and whom or what it is attached to (None: everyone, everything)."""

    name: str
    type: PolicyType
    source: str
    targets: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Element tests are indices into the program's tables.

    `resources` is None where the statement has no Resource element (trust policies). `covers` is what the policy is
    attached to, for resource policies: the statement also has to match one of these; None: attached to everything.
    `line` and `column` (from 1) say where the statement starts in its policy's text; `start` and `end` are offsets.
    """

    policy: int
    index: int
    sid: str
    deny: bool
    actions: tuple[int, ...]
    not_action: bool
    resources: tuple[int, ...] | None
    not_resource: bool
    covers: tuple[int, ...] | None
    principal: int | None
    conditions: tuple[int, ...]
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ResourceTest:
    """A resource pattern, padded to the five fields after `arn` (iam-semantics.md 3.4).

    `written` is how many of them the policy wrote. `unsure`: the padding is not documented for this type of policy, so a
    match is Unknown.
    """

    text: str
    form: ResourceForm
    fields: tuple[Glob, ...]
    written: int
    unsure: bool

    @property
    def crossing(self) -> tuple[int, ...]:
        """The written fields before the fifth colon that end in a star, which one AWS page lets run past the colon (10.1)."""
        fields = self.fields[: min(self.written, 4)]
        return tuple(index for index, glob in enumerate(fields) if glob and glob[-1] is Wild.STAR)


@dataclass(frozen=True, slots=True)
class PrincipalTest:
    """A `Principal` or `NotPrincipal` element, its entries sorted by kind (iam-semantics.md 4.1).

    `star` is the plain string `"*"`, `aws_star` the map form `{"AWS": "*"}`.
    """

    negated: bool
    star: bool = False
    aws_star: bool = False
    accounts: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    unique_ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """One condition key under one operator, with its values by their text (iam-semantics.md 6).

    `key` is folded, `shown` is the spelling for messages and first look-ups. `variables`: `${...}` is active (2012-10-17).
    """

    form: OperatorForm
    key: str
    shown: str
    values: tuple[str, ...]
    variables: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Where an account stands in its organization: the nodes from the root down, the account itself not among them."""

    id: str
    path: tuple[str, ...]
    management: bool


@dataclass(frozen=True)
class HeaderPattern:
    """The first four fields after `arn` of some resource patterns, and those patterns with their resource parts."""

    fields: tuple[Glob, Glob, Glob, Glob]
    filed: tuple[tuple[int, Glob], ...]

    @cached_property
    def tails(self) -> IntervalIndex:
        """The index of the resource parts. Made when it is first asked for: whoever decides one request needs none."""
        return build(self.filed)


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled policies.

    `layers` are the types of policy that are asked; the others count as allowing. `action_index` leads from a folded
    `service:name` to the action patterns that may match; `headers` from an ARN to the resource patterns that may.
    """

    layers: frozenset[PolicyType]
    policies: tuple[Policy, ...]
    statements: tuple[Statement, ...]
    actions: tuple[ActionPattern, ...]
    resources: tuple[ResourceTest, ...]
    principals: tuple[PrincipalTest, ...]
    conditions: tuple[ConditionTest, ...]
    memberships: tuple[tuple[str, str], ...]
    accounts: tuple[Account, ...]
    action_index: IntervalIndex
    headers: tuple[HeaderPattern, ...]


def statements_by_policy(statements: Iterable[Statement]) -> dict[int, list[int]]:
    """From each policy to the indices of its statements."""
    grouped: dict[int, list[int]] = {}
    for index, statement in enumerate(statements):
        grouped.setdefault(statement.policy, []).append(index)
    return grouped
