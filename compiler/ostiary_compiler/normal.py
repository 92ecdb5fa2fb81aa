"""The normal form: statements with every text parsed and every element explicit, still with their places.

In the pipeline: syntax tree -> **normal form** -> passes -> program. One statement is effect, layer and attachment, action
set, resource set, principal set and condition terms; every piece remembers its span.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import is_

from ostiary_grammar.pattern import ActionPattern
from ostiary_grammar.span import Span
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.program import Account, ConditionTest, PrincipalTest, ResourceTest


@dataclass(frozen=True, slots=True)
class NormalStatement:
    """One statement. `not_action`, `not_resource`: the lists say what is *not* meant.

    `resources` is None where there is no Resource element. `dead`: why the statement can never match, else None.
    `shadowed_by`: the index of a statement of the same policy that makes this one needless, else None.
    """

    index: int
    sid: str
    deny: bool
    actions: tuple[ActionPattern, ...]
    not_action: bool
    resources: tuple[ResourceTest, ...] | None
    not_resource: bool
    principal: PrincipalTest | None
    conditions: tuple[ConditionTest, ...]
    span: Span = field(compare=False, repr=False)
    dead: str | None = None
    shadowed_by: int | None = None


@dataclass(frozen=True, slots=True)
class NormalPolicy:
    """A document of one type with all its targets. `covers` are the resources that a resource policy is attached to."""

    name: str
    type: PolicyType
    source: str
    targets: tuple[str | None, ...]
    covers: tuple[ResourceTest, ...] | None
    statements: tuple[NormalStatement, ...]


@dataclass(frozen=True, slots=True)
class NormalSet:
    """All policies of a set, with what else decides which of them bind."""

    layers: frozenset[PolicyType]
    policies: tuple[NormalPolicy, ...]
    memberships: tuple[tuple[str, str], ...]
    accounts: tuple[Account, ...]


def each_statement(normal: NormalSet, step: Callable[[NormalStatement], NormalStatement]) -> NormalSet:
    """The set with every statement as a step makes it. What the step gives back as it was costs nothing more."""
    return replace(normal, policies=tuple([_stepped(policy, step) for policy in normal.policies]))


def _stepped(policy: NormalPolicy, step: Callable[[NormalStatement], NormalStatement]) -> NormalPolicy:
    statements = tuple(map(step, policy.statements))
    if all(map(is_, statements, policy.statements)):
        return policy
    return replace(policy, statements=statements)
