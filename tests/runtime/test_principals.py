"""Principal and NotPrincipal: who is named, and in which class (iam-semantics.md 4.2, 4.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import ACCOUNT, ALICE, BOB, FAY, OTHER, ROLE, ROOT, SESSION, TRAIL, allow, deny, program

from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.principals import MatchClass, PrincipalMatch, match_principal
from ostiary_runtime.program import PrincipalTest
from ostiary_runtime.request import Principal, parse_caller
from ostiary_runtime.scopes import Attachments

NONE, ACCOUNT_CLASS, FEDERATING, ROLE_CLASS, STAR, DIRECT = MatchClass
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
FAY_BY_ALICE = Principal(FAY, federated_by=ALICE)
WHO = [ALICE, BOB, SESSION, ROLE, FAY, FAY_BY_ALICE, ROOT, TRAIL, PROVIDER, "*", f"arn:aws:iam::{OTHER}:user/alice"]


def element(principal: Any, name: str = "Principal") -> PrincipalTest:
    """The test that the compiler makes of an element."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    statement[name] = principal
    return program((statement, "resource", None)).principals[0]


def classes(principal: Any, caller: str | Principal, *, deny: bool = False) -> tuple[MatchClass, MatchClass]:
    found = match_principal(element(principal), parse_caller(caller), deny=deny, bounded=NO)
    return found.sure, found.possible


# Principal element, caller, class; None stands for no match.
SURE: list[tuple[Any, str | Principal, MatchClass]] = [
    ("*", ALICE, STAR),
    ("*", "*", STAR),
    ("*", TRAIL, STAR),
    ("*", PROVIDER, STAR),
    ({"AWS": "*"}, ALICE, STAR),
    ({"AWS": "*"}, "*", STAR),
    ({"AWS": ACCOUNT}, ALICE, ACCOUNT_CLASS),
    ({"AWS": ROOT}, ALICE, ACCOUNT_CLASS),
    ({"AWS": ROOT}, SESSION, ACCOUNT_CLASS),
    ({"AWS": ROOT}, ROLE, ACCOUNT_CLASS),
    ({"AWS": ROOT}, FAY, ACCOUNT_CLASS),
    ({"AWS": ROOT}, ROOT, ACCOUNT_CLASS),
    ({"AWS": OTHER}, ALICE, NONE),
    ({"AWS": ROOT}, PROVIDER, ACCOUNT_CLASS),  # grants it nothing (8.2 step 10), but a Deny reaches it
    ({"AWS": OTHER}, PROVIDER, NONE),
    ({"AWS": ROOT}, "*", NONE),
    ({"AWS": ALICE}, ALICE, DIRECT),
    ({"AWS": ALICE}, BOB, NONE),
    ({"AWS": ALICE.replace("alice", "Alice")}, ALICE, NONE),
    ({"AWS": ALICE.replace("user/", "user/eng/")}, ALICE, NONE),
    ({"AWS": [BOB, ALICE, ROOT]}, ALICE, DIRECT),  # the strongest of all
    ({"AWS": ["*", ALICE]}, ALICE, DIRECT),
    ({"AWS": ["*", ROLE]}, SESSION, STAR),
    ({"AWS": [ROOT, ROLE]}, SESSION, ROLE_CLASS),
    ({"AWS": ROLE}, SESSION, ROLE_CLASS),
    ({"AWS": ROLE}, ROLE, ROLE_CLASS),
    ({"AWS": SESSION}, SESSION, DIRECT),
    ({"AWS": SESSION.replace("s1", "s2")}, SESSION, NONE),
    ({"AWS": ROLE.replace("dev", "eng/dev")}, SESSION, NONE),
    ({"AWS": ROLE.replace("dev", "eng/dev")}, Principal(SESSION, role=ROLE.replace("dev", "eng/dev")), ROLE_CLASS),
    ({"AWS": ROLE}, Principal(SESSION, role=ROLE.replace("dev", "eng/dev")), NONE),
    ({"AWS": FAY}, FAY, DIRECT),
    ({"AWS": ALICE}, FAY_BY_ALICE, FEDERATING),
    ({"AWS": BOB}, FAY_BY_ALICE, NONE),
    ({"AWS": [ALICE, ROOT]}, FAY_BY_ALICE, FEDERATING),
    ({"AWS": [ALICE, FAY]}, FAY_BY_ALICE, DIRECT),
    ({"Service": TRAIL}, TRAIL, DIRECT),
    ({"Service": "ec2.amazonaws.com"}, TRAIL, NONE),
    ({"Service": TRAIL, "AWS": "*"}, TRAIL, DIRECT),
    ({"Federated": PROVIDER}, PROVIDER, DIRECT),
    ({"AWS": PROVIDER}, PROVIDER, NONE),
    ({"Federated": "accounts.google.com"}, "accounts.google.com", DIRECT),
    ({"Service": "cognito-identity.amazonaws.com"}, "cognito-identity.amazonaws.com", NONE),
    ({"AWS": "AIDA1"}, Principal(ALICE, unique_id="AIDA1"), DIRECT),
    ({"AWS": "AIDA1"}, Principal(ALICE, unique_id="AIDA2"), NONE),
    ({"AWS": "AIDA1"}, ALICE, NONE),
    ({"AWS": "AROA1"}, Principal(SESSION, unique_id="AROA1"), ROLE_CLASS),
    ({"AWS": "AROA1"}, Principal(ROLE, unique_id="AROA1"), ROLE_CLASS),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}, ALICE, NONE),  # no partial wildcards
    ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/*"}, SESSION, NONE),
    ({"AWS": f"arn:aws:iam::{ACCOUNT}:group/dev"}, ALICE, NONE),
]


@pytest.mark.parametrize("principal, caller, match_class", SURE, ids=str)
def test_match_class(principal: Any, caller: str | Principal, match_class: MatchClass):
    """Tables of 4.1, 4.2 and 4.4; certain in both readings."""
    assert classes(principal, caller) == (match_class, match_class)


# Where something is not known, or not documented: (sure, possible), for Allow and for Deny.
UNSURE: list[tuple[Any, str | Principal, tuple[MatchClass, MatchClass], tuple[MatchClass, MatchClass]]] = [
    ({"AWS": "*"}, TRAIL, (NONE, STAR), (STAR, STAR)),  # 10.11
    ({"AWS": SESSION}, ROLE, (NONE, DIRECT), (NONE, DIRECT)),  # a session whose name is not known
    ({"AWS": [SESSION, ROLE]}, ROLE, (ROLE_CLASS, DIRECT), (ROLE_CLASS, DIRECT)),
    ({"AWS": SESSION.replace("dev", "devp")}, ROLE, (NONE, NONE), (NONE, NONE)),
    ({"AWS": ALICE}, FAY, (NONE, FEDERATING), (NONE, FEDERATING)),  # who federated fay is not known
    ({"AWS": [ALICE, ROOT]}, FAY, (ACCOUNT_CLASS, FEDERATING), (ACCOUNT_CLASS, FEDERATING)),
    ({"AWS": ALICE.replace(ACCOUNT, OTHER)}, FAY, (NONE, NONE), (NONE, NONE)),
    ({"CanonicalUser": "ab" * 32}, ALICE, (NONE, ACCOUNT_CLASS), (NONE, ACCOUNT_CLASS)),
    ({"CanonicalUser": "ab" * 32}, TRAIL, (NONE, NONE), (NONE, NONE)),
    ({"CanonicalUser": "ab" * 32}, "*", (NONE, NONE), (NONE, NONE)),
]


@pytest.mark.parametrize("principal, caller, allow, denied", UNSURE, ids=str)
def test_unsure_matches(principal: Any, caller: str | Principal, allow: Any, denied: Any):
    assert classes(principal, caller) == allow
    assert classes(principal, caller, deny=True) == denied


# NotPrincipal element, caller, whether a Deny applies (4.3).
NOT_PRINCIPAL: list[tuple[Any, str | Principal, Match]] = [
    ({"AWS": [ALICE, ROOT]}, ALICE, NO),
    ({"AWS": [ALICE, ACCOUNT]}, ALICE, NO),
    ({"AWS": ALICE}, ALICE, UNKNOWN),
    ({"AWS": [BOB, ROOT]}, ALICE, YES),
    ({"AWS": ROOT}, ALICE, YES),
    ({"AWS": ROOT}, ROOT, NO),
    ({"AWS": ALICE}, ROOT, YES),
    ({"AWS": [SESSION, ROLE, ROOT]}, SESSION, NO),
    ({"AWS": [SESSION, ROLE]}, SESSION, UNKNOWN),
    ({"AWS": [SESSION, ROOT]}, SESSION, UNKNOWN),
    ({"AWS": [ROLE, ROOT]}, SESSION, YES),
    ({"AWS": [ROLE, ROOT]}, ROLE, YES),
    ({"AWS": [SESSION, ROLE, ROOT]}, ROLE, UNKNOWN),
    ({"AWS": [FAY, ROOT]}, FAY, NO),
    ({"AWS": [ALICE, ROOT]}, FAY_BY_ALICE, YES),
    ({"AWS": [ALICE, ROOT]}, "*", YES),
    ({"AWS": [ALICE, ROOT]}, TRAIL, YES),
    ({"Service": TRAIL}, TRAIL, NO),
    ({"Service": TRAIL}, ALICE, YES),
    ({"Federated": PROVIDER}, PROVIDER, NO),
    ({"AWS": [ALICE, OTHER]}, ALICE, UNKNOWN),
    ({"AWS": ["AIDA1", ROOT]}, Principal(ALICE, unique_id="AIDA1"), NO),
    ({"AWS": ["AIDA1", ROOT]}, ALICE, YES),
    ("*", ALICE, NO),
    ("*", "*", NO),
    ("*", TRAIL, NO),
    ({"AWS": "*"}, ALICE, NO),
    ({"AWS": "*"}, TRAIL, UNKNOWN),
]


@pytest.mark.parametrize("named, caller, match", NOT_PRINCIPAL, ids=str)
def test_not_principal(named: Any, caller: str | Principal, match: Match):
    test = element(named, "NotPrincipal")
    assert match_principal(test, parse_caller(caller), deny=True, bounded=NO).match is match


@pytest.mark.parametrize("named", ["*", {"AWS": "*"}, {"AWS": [ALICE, ROOT]}])
def test_a_boundary_makes_not_principal_deny(named: Any):
    """Listed or not (4.3, 10.50)."""
    assert match_principal(element(named, "NotPrincipal"), parse_caller(ALICE), deny=True, bounded=YES).match is YES


@pytest.mark.parametrize("caller", WHO, ids=str)
def test_not_principal_never_grants(caller: str | Principal):
    """With Allow it is undocumented: perhaps everyone, for certain nobody (10.20)."""
    for named in ("*", {"AWS": [ALICE, ROOT]}):
        found = match_principal(element(named, "NotPrincipal"), parse_caller(caller), deny=False, bounded=NO)
        assert found == PrincipalMatch(NONE, STAR)


def test_what_matches_for_certain_matches_perhaps():
    for principal, caller, *_ in (*SURE, *UNSURE):
        sure, possible = classes(principal, caller)
        assert sure <= possible


ENTRIES = [ALICE, BOB, ROLE, SESSION, FAY, ROOT, OTHER, "*", "AIDA1", ALICE.replace(ACCOUNT, OTHER)]


@given(
    st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=4),
    st.sampled_from(WHO),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_the_index_of_principals_misses_nobody(
    names: list[str], caller: Any, negated: bool, service: bool, denies: bool
):
    """A caller's scope knows every test that matches at least perhaps, as asking each test does, for the effects that use it."""
    named = {"AWS": names, **({"Service": TRAIL, "Federated": PROVIDER} if service else {})}
    effect = deny if denies else allow
    made = program(
        (effect(**{"NotPrincipal" if negated and denies else "Principal": named}), "resource", None),
        (effect(Principal={"AWS": OTHER}), "resource", None),
    )
    parsed = parse_caller(caller)
    found = dict(Attachments(made).scope(parsed, None).principals)
    for number, test in enumerate(made.principals):
        match = match_principal(test, parsed, deny=denies, bounded=NO)
        assert found.get((number, denies), PrincipalMatch(NONE, NONE)) == match
    assert all(effect_of is denies for _, effect_of in found)


def test_equal_callers_match_alike_whatever_their_names():
    """A hostile name is only a name."""
    for name in ("*", "a*", "${aws:username}", "\n", "\u2028", "a" * 50_000):
        user = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        assert classes({"AWS": user}, user) == (DIRECT, DIRECT)
        assert classes({"AWS": ALICE}, user) == (NONE, NONE)
        assert isinstance(element({"AWS": user}), PrincipalTest)
