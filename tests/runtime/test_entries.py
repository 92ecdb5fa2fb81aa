"""Entries: which statements an action brings into play, and what is known of them before any resource is seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import (
    ACCOUNT,
    ALICE,
    FAY,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    TRAIL,
    allow,
    deny,
    engine,
    outcome,
    policy_set,
    program,
    program_of,
)

from ostiary_grammar.terms import PolicyType
from ostiary_runtime import entries
from ostiary_runtime.engine import Engine
from ostiary_runtime.entries import ActionClasses, Entry, Row, Rows, root_of_trust
from ostiary_runtime.match import UNKNOWN, YES, Match
from ostiary_runtime.plan import GRANTS, IDENTITY, Group
from ostiary_runtime.principals import MatchClass
from ostiary_runtime.program import Program
from ostiary_runtime.request import Principal, parse_action, parse_caller

LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/dev"


def row_of(made: Program, caller: Any, action: str = "s3:GetObject", *, indexed: bool = True) -> Row:
    rows = Rows(made, indexed=indexed)
    return rows.row(rows.attachments.scope(parse_caller(caller), None), parse_action(action))


def facts(entry: Entry) -> tuple[object, ...]:
    return entry.number, entry.known, entry.groups, entry.node


def test_only_what_action_and_attachment_bring_into_play():
    """In program order; statements of other callers and other actions are not there."""
    made = program(
        (allow(Action="s3:Put*"), "identity", None),
        (deny(Action="s3:*"), "identity", ALICE),
        (allow(), "identity", ALICE),
        (allow(Action="s3:GetObject"), "identity", ROLE),
        (allow(Action="s*:Get*"), "identity", None),
    )
    row = row_of(made, ALICE)
    assert [facts(entry) for entry in row.entries] == [
        (1, YES, (), None),
        (2, YES, ((IDENTITY, YES),), None),
        (4, UNKNOWN, ((IDENTITY, YES),), None),
    ]


def test_an_attachment_that_perhaps_binds_makes_its_entries_unknown():
    row = row_of(program((allow(), "identity", ALICE), (deny(), "identity", ALICE)), FAY)
    assert [entry.known for entry in row.entries] == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    "principal, caller, groups",
    [
        ("*", ALICE, [(MatchClass.STAR, YES)]),
        ({"AWS": [ALICE, ACCOUNT]}, ALICE, [(MatchClass.DIRECT, YES)]),
        ({"AWS": [ROLE, SESSION]}, ROLE, [(MatchClass.ROLE, YES), (MatchClass.DIRECT, UNKNOWN)]),
        ({"AWS": SESSION}, ROLE, [(MatchClass.DIRECT, UNKNOWN)]),
        ({"AWS": "*"}, TRAIL, [(MatchClass.STAR, UNKNOWN)]),
        ({"AWS": OTHER}, ALICE, None),
    ],
    ids=str,
)
def test_grants_of_a_resource_policy(principal: Any, caller: str, groups: list[tuple[MatchClass, Match]] | None):
    """An Allow grants for its strongest class for certain, and perhaps for a stronger one."""
    row = row_of(program((allow(Principal=principal), "resource", None)), caller)
    found = [entry.groups for entry in row.entries]
    assert found == ([] if groups is None else [tuple((GRANTS[each], match) for each, match in groups)])


def test_a_deny_has_no_groups():
    made = program((deny(Principal="*"), "resource", None), (deny(), "scp", None), (deny(), "boundary", None))
    assert [entry.groups for entry in row_of(made, ALICE).entries] == [(), (), ()]


@pytest.mark.parametrize(
    "caller, action, exempt",
    [
        (ALICE, "sts:GetCallerIdentity", True),
        (ALICE, "STS:GETSESSIONTOKEN", True),
        (ROOT, "sts:GetCallerIdentity", True),
        (TRAIL, "sts:GetCallerIdentity", True),
        ("*", "sts:GetCallerIdentity", False),
        (ALICE, "sts:AssumeRole", False),
        (ALICE, "s3:GetCallerIdentity", False),
    ],
)
def test_calls_that_no_policy_can_stop(caller: str, action: str, exempt: bool):
    """8.2 step 1."""
    made = program((deny(), "identity", None), (deny(Principal="*"), "resource", None))
    assert row_of(made, caller, action).exempt is exempt
    denied = engine((deny(), "identity", None), (deny(Principal="*"), "resource", None))
    decision = denied.authorize(caller, action, "*")
    assert decision.allowed is exempt
    if exempt:
        assert (decision.statements, decision.layer, decision.certain) == ((), None, True)


@pytest.mark.parametrize(
    "action, caller, apply",
    [
        ("s3:GetObject", ALICE, True),
        ("S3:GETOBJECT", "*", True),
        ("kms:Decrypt", TRAIL, True),
        ("kms:RetireGrant", ALICE, False),
        ("logs:PutLogEvents", ALICE, True),
        ("cognito-idp:GetUser", ALICE, True),
        ("ec2:RunInstances", ALICE, False),
        ("s3-object-lambda:GetObject", ALICE, False),
        ("s3:GetObject", Principal(SESSION, role=LINKED), False),
    ],
    ids=str,
)
def test_where_rcps_apply(action: str, caller: Any, apply: bool):
    made = program((deny(Principal="*"), "rcp", None))
    row = row_of(made, caller, action)
    assert row.rcps_apply is apply
    assert bool(row.entries) is apply


def test_rcps_follow_the_resource_not_the_caller():
    """Those of the levels of the resource's account, for callers of any account."""
    policies = policy_set(
        (deny(Principal="*"), "rcp", OTHER),
        (deny(Principal="*"), "rcp", "ou-a"),
        (allow(), "identity", None),
    )
    policies.place(ACCOUNT, path=["ou-a"])
    policies.place("777788889999", path=["ou-a"], management=True)
    from_alice = {
        account: outcome(
            Engine(program_of(policies)), ALICE, "s3:GetObject", "arn:aws:s3:::b", resource_account=account
        )
        for account in (ACCOUNT, OTHER, "777788889999", "000000000000")
    }
    assert from_alice == {
        ACCOUNT: "ExplicitDeny",
        OTHER: "ExplicitDeny",
        "777788889999": "ImplicitDeny",  # across accounts, and no resource policy grants
        "000000000000": "ImplicitDeny",
    }


@pytest.mark.parametrize(
    "action, service, prefix",
    [
        ("kms:decrypt", "kms", "key/"),
        ("s3:getobject", "kms", "key/"),
        ("sts:assumerole", "iam", "role/"),
        ("sts:assumerolewithsaml", "iam", "role/"),
        ("sts:assumerolewithwebidentity", "iam", "role/"),
        ("sts:tagsession", "iam", "role/"),
        ("sts:setsourceidentity", "iam", "role/"),
        ("iam:passrole", "iam", None),
        ("sts:getfederationtoken", "iam", None),
        ("kms:decrypt", "s3", None),
    ],
)
def test_roots_of_trust(action: str, service: str, prefix: str | None):
    """8.2 step 11d: KMS keys whatever is done with them, roles that are assumed or tagged."""
    assert root_of_trust(action, service) == prefix


@pytest.mark.parametrize(
    "caller, action, owner, effect",
    [
        (ROOT, "s3:GetBucketPolicy", None, "Allow"),
        (ROOT, "S3:putbucketpolicy", None, "Allow"),
        (ROOT, "s3:DeleteBucketPolicy", ACCOUNT, "Allow"),
        (ROOT, "s3:GetObject", None, "ExplicitDeny"),
        (ROOT, "s3:PutBucketAcl", None, "ExplicitDeny"),
        (ROOT, "s3:GetBucketPolicy", OTHER, "ExplicitDeny"),
        (ALICE, "s3:GetBucketPolicy", None, "ExplicitDeny"),
    ],
)
def test_the_owner_can_always_reach_the_bucket_policy(caller: str, action: str, owner: str | None, effect: str):
    """8.2 step 4: root of the owning account, three actions, denies of resource policies only."""
    bucket = "arn:aws:s3:::b"
    made = engine((allow(), "identity", None), (deny(Principal="*"), "resource", bucket))
    assert outcome(made, caller, action, bucket, resource_account=owner) == effect
    for type_, statement in (("scp", deny()), ("rcp", deny(Principal="*")), ("endpoint", deny(Principal="*"))):
        other = engine((allow(), "identity", None), (statement, type_, None))
        assert outcome(other, ROOT, "s3:GetBucketPolicy", bucket) == "ExplicitDeny"


WORDS = st.sampled_from(
    ["s3:Get*", "s3:*", "*", "s3:GetObject", "S3:GETOBJECT", "iam:*", "s*:Get*", "**", "s3:", "ec2:?un*"]
)


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from(["Action", "NotAction"]), st.lists(WORDS, min_size=1, max_size=3)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:GetUser", "ec2:RunInstances", "zz:Top"]),
)
def test_index_on_is_index_off(statements: list[tuple[bool, str, list[str]]], action: str):
    """The same entries in the same order, whether they were found or asked one by one."""
    parts = [
        ({"Effect": "Deny" if denies else "Allow", element: words, "Resource": "*"}, "identity", None)
        for denies, element, words in statements
    ]
    made = program(*parts)
    found, asked = (row_of(made, ALICE, action, indexed=indexed).entries for indexed in (True, False))
    assert [facts(entry) for entry in found] == [facts(entry) for entry in asked]


def test_statements_that_can_never_match_are_never_in_play():
    """The compiler leaves them without actions; under NotAction that would mean everything."""
    made = program(
        (allow(Action="s3:"), "identity", None),
        (allow(Resource="b"), "identity", None),
        ({"Effect": "Deny", "NotAction": "*", "Resource": "*"}, "identity", None),
    )
    assert row_of(made, ALICE).entries == ()
    assert row_of(made, ALICE, indexed=False).entries == ()


def test_the_memo_of_action_classes_stays_under_its_cap(monkeypatch: pytest.MonkeyPatch):
    """Distinct actions are chosen by callers."""
    monkeypatch.setattr(ActionClasses, "CAP", 16)
    classes = ActionClasses(program((allow(Action="s3:Get*"), "identity", None)))
    for number in range(2_000):
        assert classes.statements(f"s3:get{number}") == ((0, YES),)
        assert classes.statements(f"s3:put{number}") == ()
        assert len(classes._memo) <= 16


def test_the_services_with_rcps_are_those_of_the_organizations_guide():
    assert len(entries.RCP_SERVICES) == 11
    assert {Group(PolicyType.RCP, None)} == {
        group
        for entry in row_of(program((allow(Principal="*"), "rcp", None)), ALICE).entries
        for group, _ in entry.groups
    }
