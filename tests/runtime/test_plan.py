"""The plan: which allows are needed, straight from the tables of iam-semantics.md 8.2 to 8.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import pytest

from ostiary_grammar.terms import PolicyType
from ostiary_runtime.plan import GRANTS, IDENTITY, SESSION, Group, Plan, Shape, plan_for
from ostiary_runtime.principals import MatchClass
from ostiary_runtime.request import CallerKind

ALL = frozenset(PolicyType)
BOUNDARY = Group(PolicyType.BOUNDARY, 0)
SECOND_BOUNDARY = Group(PolicyType.BOUNDARY, 1)
OWN = (CallerKind.USER, CallerKind.SESSION, CallerKind.FEDERATED)


def allowed(plan: Plan, allowing: Iterable[Group]) -> bool:
    """The answer of the first step that holds."""
    groups = set(allowing)
    for step in plan:
        if all((group in groups) is wanted for group, wanted in step.when):
            return step.allow
    raise AssertionError("no step holds")


def shape(
    kind: CallerKind = CallerKind.SESSION,
    *,
    same_account: bool = True,
    same_partition: bool = True,
    must_grant: bool = False,
    asked: frozenset[PolicyType] = ALL,
    rcp_levels: tuple[str | None, ...] = (),
    scp_levels: tuple[str | None, ...] = (),
    endpoints: tuple[str | None, ...] = (),
    boundaries: tuple[int, ...] = (0,),
    session: bool = True,
) -> Shape:
    return Shape(
        kind,
        same_account,
        same_partition,
        must_grant,
        asked,
        rcp_levels,
        scp_levels,
        endpoints,
        boundaries,
        session,
    )


# 8.3: I, B, S, then: R empty, account, role ARN, session ARN, `*`; with must-grant: R empty, account; across accounts:
# R empty, any R.
TABLE = """
yes yes yes  A A A A A  - A  - A
yes yes no   - - - A A  - -  - -
yes no  yes  - - - A A  - -  - -
yes no  no   - - - A A  - -  - -
no  yes yes  - - A A A  - -  - -
no  yes no   - - - A A  - -  - -
no  no  yes  - - - A A  - -  - -
no  no  no   - - - A A  - -  - -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
SAME = (None, MatchClass.ACCOUNT, MatchClass.ROLE, MatchClass.DIRECT, MatchClass.STAR)


def own_side(row: list[str]) -> list[Group]:
    return [group for group, word in zip((IDENTITY, BOUNDARY, SESSION), row, strict=False) if word == "yes"]


def grant(match_class: MatchClass | None) -> list[Group]:
    return [] if match_class is None else [GRANTS[match_class]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:3]))
def test_truth_table(row: list[str]):
    """Table 8.3, whole: for a role session, and with the federating user in the place of the role (8.3, below)."""
    given, cells = own_side(row), [cell == "A" for cell in row[3:]]
    same, trusted, across = cells[:5], cells[5:7], cells[7:]
    for match_class, wanted in zip(SAME, same, strict=True):
        assert allowed(plan_for(shape()), [*given, *grant(match_class)]) is wanted
    for match_class, wanted in zip(SAME[:2], trusted, strict=True):
        assert allowed(plan_for(shape(must_grant=True)), [*given, *grant(match_class)]) is wanted
    assert allowed(plan_for(shape(same_account=False)), given) is across[0]
    for match_class in GRANTS:
        assert allowed(plan_for(shape(same_account=False)), [*given, *grant(match_class)]) is across[1]
    federated = plan_for(shape(CallerKind.FEDERATED))
    for match_class, stand_in in (
        (MatchClass.FEDERATING_USER, MatchClass.ROLE),
        (MatchClass.DIRECT, MatchClass.DIRECT),
    ):
        assert allowed(federated, [*given, *grant(match_class)]) is same[SAME.index(stand_in)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:3]))
def test_a_must_grant_resource_grants_as_others_do(row: list[str]):
    """8.2 step 11d differs only where nothing is granted."""
    for match_class in GRANTS:
        given = [*own_side(row), GRANTS[match_class]]
        assert allowed(plan_for(shape(must_grant=True)), given) is allowed(plan_for(shape()), given)


@pytest.mark.parametrize(
    "match_class, identity, boundary, session",
    [
        (MatchClass.ACCOUNT, False, False, False),
        (MatchClass.FEDERATING_USER, True, False, False),
        (MatchClass.ROLE, True, False, False),
        (MatchClass.STAR, True, True, True),
        (MatchClass.DIRECT, True, True, True),
    ],
)
def test_what_a_grant_bypasses(match_class: MatchClass, identity: bool, boundary: bool, session: bool):
    """Table 8.4: within an account, what may be missing beside the grant."""
    everything = {IDENTITY, BOUNDARY, SESSION, GRANTS[match_class]}
    plan = plan_for(shape())
    assert allowed(plan, everything)
    for group, bypassed in ((IDENTITY, identity), (BOUNDARY, boundary), (SESSION, session)):
        assert allowed(plan, everything - {group}) is bypassed


def test_several_boundaries_must_all_allow():
    plan = plan_for(shape(boundaries=(0, 1), session=False))
    assert allowed(plan, {IDENTITY, BOUNDARY, SECOND_BOUNDARY})
    assert not allowed(plan, {IDENTITY, BOUNDARY})
    assert not allowed(plan, {IDENTITY, SECOND_BOUNDARY})


@pytest.mark.parametrize(
    "kind, granting",
    [
        (CallerKind.ANONYMOUS, {MatchClass.STAR}),
        (CallerKind.SERVICE, {MatchClass.DIRECT, MatchClass.STAR}),
        (CallerKind.PROVIDER, {MatchClass.DIRECT}),
    ],
)
@pytest.mark.parametrize("same_account", [True, False])
@pytest.mark.parametrize("must_grant", [True, False])
def test_callers_without_identity(kind: CallerKind, granting: set[MatchClass], same_account: bool, must_grant: bool):
    """Steps 9 and 10: the resource's policy alone decides, whatever the accounts are."""
    plan = plan_for(shape(kind, same_account=same_account, must_grant=must_grant, boundaries=(), session=False))
    assert not allowed(plan, {IDENTITY, SESSION, BOUNDARY})
    for match_class in GRANTS:
        assert allowed(plan, grant(match_class)) is (match_class in granting)


@pytest.mark.parametrize(
    "same_account, must_grant, without, with_any",
    [(True, False, True, True), (True, True, False, True), (False, False, False, True), (False, True, False, True)],
)
def test_root(same_account: bool, must_grant: bool, without: bool, with_any: bool):
    """11e and 12: no identity policy, no boundary; across accounts, and on a root of trust, a grant is needed."""
    plan = plan_for(
        shape(CallerKind.ROOT, same_account=same_account, must_grant=must_grant, boundaries=(), session=False)
    )
    assert allowed(plan, ()) is without
    for match_class in GRANTS:
        assert allowed(plan, grant(match_class)) is with_any


@pytest.mark.parametrize("kind", [*OWN, CallerKind.ROOT])
def test_no_grant_reaches_across_partitions(kind: CallerKind):
    plan = plan_for(shape(kind, same_account=False, same_partition=False))
    assert not allowed(plan, {IDENTITY, BOUNDARY, SESSION, *GRANTS.values()})


@pytest.mark.parametrize("kind", CallerKind)
def test_nothing_bypasses_the_levels(kind: CallerKind):
    """Steps 5 to 7: RCP, SCP and endpoint levels must all allow, also for direct grants and for root (8.4)."""
    levels = {
        Group(PolicyType.RCP, "r"),
        Group(PolicyType.RCP, None),
        Group(PolicyType.SCP, "r"),
        Group(PolicyType.SCP, "111122223333"),
        Group(PolicyType.ENDPOINT, "vpce-1"),
        Group(PolicyType.ENDPOINT, None),
    }
    plan = plan_for(
        shape(
            kind,
            rcp_levels=(None, "r"),
            scp_levels=("r", "111122223333"),
            endpoints=("vpce-1", None),
        )
    )
    everything = {*levels, IDENTITY, BOUNDARY, SESSION, *GRANTS.values()}
    assert allowed(plan, everything)
    for level in levels:
        assert not allowed(plan, everything - {level})


def test_layers_that_are_not_asked_count_as_allowing():
    """Identity not asked: granted. Resource not asked: as if it named the account."""
    no_identity, no_resource = ALL - {PolicyType.IDENTITY}, ALL - {PolicyType.RESOURCE}
    assert allowed(plan_for(shape(asked=no_identity)), {BOUNDARY, SESSION})
    assert not allowed(plan_for(shape(asked=no_identity)), {BOUNDARY})
    assert not allowed(plan_for(shape(asked=no_identity, same_account=False)), {BOUNDARY, SESSION})
    assert not allowed(plan_for(shape(asked=no_identity, must_grant=True)), {BOUNDARY, SESSION})
    for same_account, must_grant in product((True, False), repeat=2):
        plan = plan_for(shape(asked=no_resource, same_account=same_account, must_grant=must_grant))
        assert allowed(plan, {IDENTITY, BOUNDARY, SESSION})
        assert not allowed(plan, {BOUNDARY, SESSION, *GRANTS.values()})
    for kind in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.PROVIDER, CallerKind.ROOT):
        assert allowed(plan_for(shape(kind, asked=no_resource, same_account=False)), ())
    assert allowed(plan_for(shape(asked=frozenset(), boundaries=(), session=False)), ())


def shapes() -> Iterator[Shape]:
    """All shapes, with at most one level of each kind."""
    asked = [ALL, ALL - {PolicyType.IDENTITY}, ALL - {PolicyType.RESOURCE}, frozenset({PolicyType.SCP})]
    for kind, same_account, same_partition, must_grant, layers, level, boundaries, session in product(
        CallerKind, (True, False), (True, False), (True, False), asked, (True, False), ((), (0,)), (True, False)
    ):
        yield shape(
            kind,
            same_account=same_account,
            same_partition=same_partition,
            must_grant=must_grant,
            asked=layers,
            rcp_levels=(None,) if level else (),
            scp_levels=("r",) if level else (),
            endpoints=("vpce-1",) if level else (),
            boundaries=boundaries,
            session=session,
        )


SHAPES = list(shapes())


def groups_of(plan: Plan) -> list[Group]:
    return list(dict.fromkeys(group for step in plan for group, _ in step.when))


def test_every_plan_ends_with_a_step_that_always_holds():
    """So that there is an answer, whatever allows."""
    for each in SHAPES:
        assert any(not step.when for step in plan_for(each)), each


def test_allowing_more_never_denies():
    """Turning one group from not allowing to allowing keeps every Allow: for every shape and every set of groups."""
    for each in dict.fromkeys(map(plan_for, SHAPES)):
        groups = groups_of(each)
        answers = {
            bits: allowed(each, {group for at, group in enumerate(groups) if bits >> at & 1})
            for bits in range(1 << len(groups))
        }
        for bits, answer in answers.items():
            if answer:
                assert all(answers[bits | 1 << at] for at in range(len(groups)))


def test_an_allow_names_what_granted_and_a_denial_names_no_statement():
    for each in SHAPES:
        for step in plan_for(each):
            if step.allow:
                wanted = {group for group, want in step.when if want}
                assert step.when == () or wanted & set(step.by)
            else:
                assert step.layer is not None
                assert step.by == ()


def test_denials_of_one_layer_are_asked_before_what_it_cannot_bypass():
    """The layer that is named for an implicit deny: RCP, then SCP, then endpoint, then the resource's or the own side."""
    order = [PolicyType.RCP, PolicyType.SCP, PolicyType.ENDPOINT]
    for each in SHAPES:
        named = [step.layer for step in plan_for(each) if not step.allow and step.layer in order]
        assert named == sorted(named, key=order.index)
