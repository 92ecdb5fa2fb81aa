"""Scopes: who is bound by what (iam-semantics.md 8.1, 8.2 step 3), and for whom the rows are shared."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from tests.runtime.building import (
    ACCOUNT,
    ALICE,
    BOB,
    FAY,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    TRAIL,
    allow,
    document,
    policy_set,
    program,
    program_of,
)

from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.plan import IDENTITY, Group
from ostiary_runtime.plan import SESSION as SESSION_GROUP
from ostiary_runtime.request import Principal, parse_caller
from ostiary_runtime.scopes import Attachments, Scope

GROUP = f"arn:aws:iam::{ACCOUNT}:group/dev"
PATH_ROLE = f"arn:aws:iam::{ACCOUNT}:role/eng/dev"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/dev"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
OTHER_ALICE = f"arn:aws:iam::{OTHER}:user/alice"
BY_ALICE = Principal(FAY, federated_by=ALICE)
BY_BOB = Principal(FAY, federated_by=BOB)


def scope_of(policies: PolicySet, caller: Any, owner: str | None = None, layers: Any = None) -> Scope:
    return Attachments(program_of(policies, layers)).scope(parse_caller(caller), owner)


def bound(type_: str, to: str | None, caller: Any) -> Match:
    """Whether a policy of this type, attached to `to`, binds the caller."""
    policies = policy_set((allow(), type_, to))
    policies.join(ALICE, GROUP)
    bindings = dict(scope_of(policies, caller).bindings)
    return max((match for _, match in bindings.get(0, ())), default=NO)


# Type, attached to, caller, whether it binds.
BINDINGS: list[tuple[str, str | None, Any, Match]] = [
    ("identity", ALICE, ALICE, YES),
    ("identity", ALICE, BOB, NO),
    ("identity", ALICE, OTHER_ALICE, NO),
    ("identity", ALICE, SESSION, NO),
    ("identity", GROUP, ALICE, YES),
    ("identity", GROUP, BOB, NO),
    ("identity", ROLE, SESSION, YES),
    ("identity", ROLE, ROLE, YES),
    ("identity", PATH_ROLE, SESSION, NO),
    ("identity", PATH_ROLE, Principal(SESSION, role=PATH_ROLE), YES),
    ("identity", ROLE, Principal(SESSION, role=PATH_ROLE), NO),
    ("identity", ALICE, BY_ALICE, YES),
    ("identity", GROUP, BY_ALICE, YES),
    ("identity", ALICE, BY_BOB, NO),
    ("identity", ALICE, FAY, UNKNOWN),
    ("identity", OTHER_ALICE, FAY, NO),
    ("identity", ROLE, FAY, NO),
    ("identity", None, ALICE, YES),
    ("identity", None, SESSION, YES),
    ("identity", None, FAY, YES),
    ("identity", None, ROOT, NO),
    ("identity", None, TRAIL, NO),
    ("identity", None, PROVIDER, NO),
    ("identity", None, "*", NO),
    ("boundary", ALICE, ALICE, YES),
    ("boundary", ALICE, BOB, NO),
    ("boundary", ROLE, SESSION, YES),
    ("boundary", ALICE, BY_ALICE, YES),
    ("boundary", ALICE, FAY, UNKNOWN),
    ("boundary", None, FAY, YES),
    ("boundary", None, ROOT, NO),
    ("boundary", None, TRAIL, NO),
    ("session", SESSION, SESSION, YES),
    ("session", ROLE, SESSION, YES),
    ("session", ROLE, ROLE, YES),
    ("session", SESSION, ROLE, UNKNOWN),  # the name of the session is not known
    ("session", SESSION.replace("s1", "s2"), SESSION, NO),
    ("session", SESSION.replace("dev", "devp"), ROLE, NO),
    ("session", None, SESSION, YES),
    ("session", FAY, FAY, YES),
    ("session", ALICE, BY_ALICE, YES),
    ("session", ALICE, FAY, UNKNOWN),  # who federated fay is not known
    ("session", ALICE, BY_BOB, NO),
    ("session", None, FAY, YES),
    ("session", ALICE, ALICE, NO),  # a plain user has no session
    ("session", None, ALICE, NO),
    ("session", None, ROOT, NO),
    ("session", None, TRAIL, NO),
    ("scp", ACCOUNT, ALICE, YES),
    ("scp", ACCOUNT, SESSION, YES),
    ("scp", ACCOUNT, FAY, YES),
    ("scp", ACCOUNT, ROOT, YES),
    ("scp", ACCOUNT, OTHER_ALICE, NO),
    ("scp", ACCOUNT, TRAIL, NO),
    ("scp", ACCOUNT, PROVIDER, NO),
    ("scp", ACCOUNT, "*", NO),
    ("scp", ACCOUNT, Principal(SESSION, role=LINKED), NO),
    ("scp", None, OTHER_ALICE, YES),
    ("scp", "ou-x", ALICE, NO),
    ("rcp", ACCOUNT, Principal(SESSION, role=LINKED), NO),
    ("rcp", ACCOUNT, OTHER_ALICE, YES),  # whether it binds follows from the resource
    ("rcp", ACCOUNT, TRAIL, YES),
    ("rcp", ACCOUNT, "*", YES),
    ("endpoint", "vpce-1", ALICE, YES),
    ("endpoint", None, "*", YES),
]


@pytest.mark.parametrize("type_, to, caller, match", BINDINGS, ids=str)
def test_who_is_bound(type_: str, to: str | None, caller: Any, match: Match):
    assert bound(type_, to, caller) is match


@pytest.mark.parametrize("type_", [each.value for each in PolicyType])
def test_types_that_are_not_asked_bind_nobody(type_: str):
    policies = policy_set((allow(), type_, None))
    scope = scope_of(policies, SESSION, layers={each.value for each in PolicyType} - {type_})
    assert (scope.bindings, scope.boundaries, scope.scp_levels) == ((), (), ())
    assert scope.session is NO


def test_groups_of_a_policy():
    """Identity policies are one group, each boundary is one of its own, session policies are one, each level is one."""
    policies = policy_set(
        (allow(), "identity", None),
        (allow(), "boundary", ROLE),
        (allow(Action="s3:*"), "boundary", None),
        (allow(), "session", None),
        (allow(Action="s3:*"), "session", SESSION),
        (allow(), "scp", "r-root"),
        (allow(Action="s3:*"), "scp", ACCOUNT),
    )
    policies.place(ACCOUNT, path=["r-root"])
    scope = scope_of(policies, SESSION)
    assert dict(scope.bindings) == {
        0: ((IDENTITY, YES),),
        1: ((Group(PolicyType.BOUNDARY, 1), YES),),
        2: ((Group(PolicyType.BOUNDARY, 2), YES),),
        3: ((SESSION_GROUP, YES),),
        4: ((SESSION_GROUP, YES),),
        5: ((Group(PolicyType.SCP, "r-root"), YES),),
        6: ((Group(PolicyType.SCP, ACCOUNT), YES),),
    }
    assert dict(scope.boundaries) == {1: YES, 2: YES}
    assert scope.session is YES


def test_a_policy_on_two_nodes_stands_in_two_levels():
    policies = PolicySet()
    for node in ("r-root", ACCOUNT, "ou-elsewhere"):
        policies.attach(document(allow()), type="scp", to=node, name="p")
    policies.place(ACCOUNT, path=["r-root"])
    assert dict(scope_of(policies, ALICE).bindings) == {
        0: ((Group(PolicyType.SCP, "r-root"), YES), (Group(PolicyType.SCP, ACCOUNT), YES))
    }


@pytest.mark.parametrize(
    "path, management, levels",
    [
        ((), False, (None, ACCOUNT)),
        (("r-root", "ou-a"), False, (None, "r-root", "ou-a", ACCOUNT)),
        (("r-root", "ou-empty", "ou-a"), False, (None, "r-root", "ou-a", ACCOUNT)),  # a level without policy is none
        (("ou-a", "r-root"), False, (None, "ou-a", "r-root", ACCOUNT)),
        (("r-root", "r-root"), False, (None, "r-root", ACCOUNT)),
        (("r-root", "ou-a"), True, ()),
    ],
)
def test_levels(path: tuple[str, ...], management: bool, levels: tuple[str | None, ...]):
    """From the top down; none for the management account."""
    policies = PolicySet()
    for type_ in ("scp", "rcp"):
        for node in (ACCOUNT, "ou-a", "r-root", None, "ou-elsewhere"):
            policies.attach(document(allow()), type=type_, to=node, name=f"{type_}{node}")
    policies.place(ACCOUNT, path=path, management=management)
    attachments = Attachments(program_of(policies))
    assert attachments.scope(parse_caller(ALICE), None).scp_levels == levels
    assert attachments.rcp_levels(ACCOUNT) == levels
    assert attachments.rcp_levels(OTHER) == attachments.rcp_levels("") == (None,)


def test_a_federated_user_always_has_session_policies():
    """Without one it has no permissions of its own (8.2 step 8); but only if session policies are asked."""
    policies = policy_set((allow(), "identity", None))
    assert scope_of(policies, FAY).session is YES
    assert scope_of(policies, FAY, layers=["identity"]).session is NO
    assert scope_of(policies, SESSION).session is NO


def test_session_policies_of_an_unknown_session():
    """A policy of the whole role binds for certain, one of some session perhaps; together: for certain."""
    policies = policy_set((allow(), "session", SESSION), (allow(Action="s3:*"), "session", ROLE))
    assert scope_of(policy_set((allow(), "session", SESSION)), ROLE).session is UNKNOWN
    assert scope_of(policies, ROLE).session is YES
    assert dict(scope_of(policies, ROLE).bindings)[0] == ((SESSION_GROUP, UNKNOWN),)


def test_callers_alike_share_a_scope():
    """So that everything below it is shared: the number of scopes follows from the policies, not from the callers."""
    attachments = Attachments(program((allow(), "identity", None), (allow(), "identity", ALICE)))
    users = [f"arn:aws:iam::{ACCOUNT}:user/u{number}" for number in range(50)]
    assert len({attachments.scope(parse_caller(user), None) for user in users}) == 1
    assert attachments.scope(parse_caller(ALICE), None) != attachments.scope(parse_caller(BOB), None)


def test_what_tells_scopes_apart():
    """Kind, account, partition, and the account that owns the resource, also where it is the caller's own."""
    attachments = Attachments(program((allow(), "identity", None)))
    callers = [
        ALICE,
        SESSION,
        ROOT,
        TRAIL,
        OTHER_ALICE,
        ALICE.replace("aws", "aws-cn", 1),
        Principal(SESSION, role=LINKED),
    ]
    scopes = {attachments.scope(parse_caller(caller), owner) for caller in callers for owner in (None, ACCOUNT, OTHER)}
    assert len(scopes) == 3 * len(callers)


def test_the_order_of_attachment_does_not_matter_for_what_binds():
    parts = [(allow(), "identity", ALICE), (allow(Action="s3:*"), "boundary", None), (allow(), "scp", ACCOUNT)]
    seen = set()
    for order in permutations(parts):
        scope = scope_of(policy_set(*order), ALICE)
        types = [order[number][1] for number, _ in scope.bindings]
        seen.add((frozenset(types), scope.session, scope.scp_levels, len(scope.boundaries)))
    assert len(seen) == 1
