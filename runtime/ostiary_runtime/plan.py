"""The evaluation logic after explicit denies: which allows are needed, in which order (iam-semantics.md 8.2, 8.3).

In: the `Shape` of a request (who calls, whose resource it is, which layers bind). Out: a plan, that is a list of steps of
the form "if these groups do (not) allow, the answer is ...", of which the first that holds decides.
A plan is data: the clear evaluator runs it for both bounds, and the leaves fold it with what they know. So which effect
wins is said in this one place. Explicit denies of every layer come first and are not part of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from ostiary_grammar.terms import PolicyType
from ostiary_runtime.principals import MatchClass
from ostiary_runtime.request import CallerKind


@dataclass(frozen=True, slots=True)
class Group:
    """Allow statements of which one is enough: an SCP level, a boundary, the identity policies, the grants of one class.

    `key` tells the groups of a type apart: the organization node, the endpoint, the boundary policy, the match class.
    """

    type: PolicyType
    key: str | int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """If each of the groups allows or does not, as said, the answer is Allow or an implicit deny by `layer`.

    `by` are the groups whose allowing statements are named as the deciding ones.
    """

    when: tuple[tuple[Group, bool], ...]
    allow: bool
    layer: PolicyType | None
    by: tuple[Group, ...] = ()


Plan = tuple[Step, ...]

IDENTITY = Group(PolicyType.IDENTITY)
SESSION = Group(PolicyType.SESSION)
GRANTS = {match_class: Group(PolicyType.RESOURCE, int(match_class)) for match_class in MatchClass if match_class}
_UNBYPASSED = (
    Group(PolicyType.RESOURCE, int(MatchClass.ROLE)),
    Group(PolicyType.RESOURCE, int(MatchClass.FEDERATING_USER)),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the plan depends on.

    `rcp_levels`, `scp_levels`, `endpoints` and `boundaries` are the keys of groups that bind this request, all of which
    must allow. `session`: session policies bind. `must_grant`: the resource's policy is the root of trust (KMS keys,
    trust policies). `asked`: the layers that are part of the question.
    """

    kind: CallerKind
    same_account: bool
    same_partition: bool
    must_grant: bool
    asked: frozenset[PolicyType]
    rcp_levels: tuple[str | None, ...] = ()
    scp_levels: tuple[str | None, ...] = ()
    endpoints: tuple[str | None, ...] = ()
    boundaries: tuple[int, ...] = ()
    session: bool = False


def plan_for(shape: Shape) -> Plan:
    """The steps for a request of this shape; the last one holds always."""
    return (*_levels(shape), *_grants(shape))


def _levels(shape: Shape) -> Iterator[Step]:
    """Steps 5 to 7: every RCP level, every SCP level and the endpoint policy must allow; nothing bypasses them."""
    for type_, keys in (
        (PolicyType.RCP, shape.rcp_levels),
        (PolicyType.SCP, shape.scp_levels),
        (PolicyType.ENDPOINT, shape.endpoints),
    ):
        for key in keys:
            yield Step(((Group(type_, key), False),), allow=False, layer=type_)


def _grants(shape: Shape) -> Iterator[Step]:
    """Steps 9 to 13."""
    resource_asked = PolicyType.RESOURCE in shape.asked
    match shape.kind:
        case CallerKind.ANONYMOUS | CallerKind.SERVICE | CallerKind.PROVIDER:
            if not resource_asked:
                yield _granted_by_levels(shape)
                return
            classes = {
                CallerKind.ANONYMOUS: (MatchClass.STAR,),
                CallerKind.SERVICE: (MatchClass.DIRECT, MatchClass.STAR),
                CallerKind.PROVIDER: (MatchClass.DIRECT,),
            }[shape.kind]
            yield from _granted(*(GRANTS[match_class] for match_class in classes))
            yield _lacking(PolicyType.RESOURCE)
        case CallerKind.ROOT:
            if resource_asked and not shape.same_account:
                yield from _needs_a_grant(shape)
                yield from _granted(*GRANTS.values())
            elif resource_asked and shape.must_grant:
                yield from _needs_a_grant(shape)
            yield Step((), allow=True, layer=None)
        case CallerKind.USER | CallerKind.SESSION | CallerKind.FEDERATED:
            if resource_asked and shape.same_account:
                yield from _same_account_grants(shape)
            if resource_asked and (shape.must_grant or not shape.same_account):
                yield from _needs_a_grant(shape)
            yield from _own_side(shape, across=resource_asked and not shape.same_account)
        case _ as never:
            assert_never(never)


def _same_account_grants(shape: Shape) -> Iterator[Step]:
    """Grants of a resource policy that bypass layers of the caller's side (11a, 11b; 8.4)."""
    yield from _granted(GRANTS[MatchClass.DIRECT], GRANTS[MatchClass.STAR])
    limits = tuple((group, True) for group in _limits(shape))
    for group in _UNBYPASSED:
        yield Step(((group, True), *limits), allow=True, layer=PolicyType.RESOURCE, by=(group,))


def _needs_a_grant(shape: Shape) -> Iterator[Step]:
    """Without any grant of the resource policy there is no access (11d, 12); none reaches across partitions."""
    if shape.same_account or shape.same_partition:
        yield Step(tuple((group, False) for group in GRANTS.values()), allow=False, layer=PolicyType.RESOURCE)
    else:
        yield _lacking(PolicyType.RESOURCE)


def _own_side(shape: Shape, *, across: bool) -> Iterator[Step]:
    """Identity policy, boundary and session policy must all allow (11c, 12)."""
    identity = PolicyType.IDENTITY in shape.asked
    if identity:
        yield Step(((IDENTITY, False),), allow=False, layer=PolicyType.IDENTITY)
    for group in _limits(shape):
        yield Step(((group, False),), allow=False, layer=group.type)
    grants = tuple(reversed(GRANTS.values())) if across else ()
    if identity:
        yield Step((), allow=True, layer=PolicyType.IDENTITY, by=(IDENTITY, *grants))
    elif across:
        yield from _granted(*grants)
        yield _granted_by_levels(shape)
    else:
        yield _granted_by_levels(shape)


def _limits(shape: Shape) -> Iterator[Group]:
    for policy in shape.boundaries:
        yield Group(PolicyType.BOUNDARY, policy)
    if shape.session:
        yield SESSION


def _granted(*groups: Group) -> Iterator[Step]:
    for group in groups:
        yield Step(((group, True),), allow=True, layer=PolicyType.RESOURCE, by=(group,))


def _granted_by_levels(shape: Shape) -> Step:
    """Allow where only limits are asked: the innermost of them is named."""
    levels: list[Group] = [Group(PolicyType.RCP, key) for key in shape.rcp_levels]
    levels += [Group(PolicyType.ENDPOINT, key) for key in shape.endpoints]
    levels += [Group(PolicyType.SCP, key) for key in shape.scp_levels]
    levels += _limits(shape)
    return Step((), allow=True, layer=levels[-1].type if levels else None, by=tuple(levels[-1:]))


def _lacking(layer: PolicyType) -> Step:
    return Step((), allow=False, layer=layer)
