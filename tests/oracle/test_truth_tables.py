"""The tables of iam-semantics.md 8.3 and 8.4, cell by cell: what identity policies, boundaries and session policies still limit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.oracle.decide import decide
from tests.oracle.model import Answer, Attachment, PolicySet, Request

A1, A2 = "111111111111", "222222222222"
OBJECT = ("s3:GetObject", "arn:aws:s3:::b/k")
KEY = ("kms:Decrypt", f"arn:aws:kms:us-east-1:{A1}:key/k1")
ROLE = ("sts:AssumeRole", f"arn:aws:iam::{A1}:role/target")

USER = f"arn:aws:iam::{A1}:user/alice"
DEV = f"arn:aws:iam::{A1}:role/dev"
SESSION = f"arn:aws:sts::{A1}:assumed-role/dev/s1"
FEDERATED = f"arn:aws:sts::{A1}:federated-user/fay"

# caller -> (its own ARN, what its identity policies hang on, the principal of the column "role ARN")
CALLERS = {"role session": (SESSION, DEV, DEV), "user": (USER, USER, None), "federated user": (FEDERATED, USER, USER)}

# (I, B, S) -> the columns R empty, account, role ARN, own ARN or *, KMS/trust R empty, KMS/trust account, cross R empty, cross any R
TABLE = {
    (True, True, True): "A A A A - A - A",
    (True, True, False): "- - - A - - - -",
    (True, False, True): "- - - A - - - -",
    (True, False, False): "- - - A - - - -",
    (False, True, True): "- - A A - - - -",
    (False, True, False): "- - - A - - - -",
    (False, False, True): "- - - A - - - -",
    (False, False, False): "- - - A - - - -",
}
COLUMNS = ("empty", "account", "role", "own", "granted empty", "granted account", "cross empty", "cross any")


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def resource_policy(principal: Any, *, trust: bool = False) -> Attachment:
    statement = allow("sts:AssumeRole" if trust else "*", Principal=principal)
    if trust:
        del statement["Resource"]
    return Attachment(document(statement), "resource", None, "resource")


def side(kind: str, to: str, allows: bool, *, plain: bool = False) -> tuple[Attachment, ...]:
    """A policy of the kind that allows everything or nothing of what is asked; `plain`: none at all in place of a broad one."""
    if plain:
        return ()
    return (Attachment(document(allow("*" if allows else "ec2:*")), kind, to, kind),)


def identity_side(caller: str, i: bool, b: bool, s: bool, *, plain: bool = False) -> tuple[Attachment, ...]:
    """The caller's policies for one row; `plain`: what does not limit (or grant) is left out altogether."""
    own, identity, _ = CALLERS[caller]
    no_session = plain and (not s if caller == "federated user" else s)
    return (
        *side("identity", identity, i, plain=plain and not i),
        *side("boundary", identity, b, plain=plain and b),
        *side("session", own, s, plain=no_session),
    )


def answer(caller: str, what: tuple[str, str], policies: tuple[Attachment, ...], account: str = A1) -> Answer:
    own, identity, _ = CALLERS[caller]
    request = Request(
        own,
        what[0],
        what[1],
        role=DEV if caller == "role session" else None,
        federated_by=identity if caller == "federated user" else None,
        resource_account=account,
    )
    return decide(PolicySet(policies), request)


def cells() -> list[Any]:
    found = []
    for caller, (row, marks), plain in itertools.product(CALLERS, TABLE.items(), (False, True)):
        i, b, s = row
        # a user with its own credentials has no session policy, whatever is attached: rows with S = no are as those with S = yes
        cells_of_row = TABLE[i, b, True] if caller == "user" else marks
        for column, mark in zip(COLUMNS, cells_of_row.split(), strict=True):
            want = "Allow" if mark == "A" else "ImplicitDeny"
            name = f"{caller}-I{i:d}B{b:d}S{s:d}-{column}-{'plain' if plain else 'full'}"
            found.append(pytest.param(caller, row, plain, column, want, id=name))
    return found


@pytest.mark.parametrize("caller, row, plain, column, want", cells())
def test_table_8_3(caller, row, plain, column, want):
    own, _, role = CALLERS[caller]
    sides = identity_side(caller, *row, plain=plain)
    grants: dict[str, list[tuple[tuple[str, str], str, tuple[Attachment, ...]]]] = {
        "empty": [(OBJECT, A1, ())],
        "account": [
            (OBJECT, A1, (resource_policy({"AWS": principal}),)) for principal in (A1, f"arn:aws:iam::{A1}:root")
        ],
        "role": [(OBJECT, A1, (resource_policy({"AWS": role}),))] if role else [],
        "own": [(OBJECT, A1, (resource_policy(principal),)) for principal in ({"AWS": own}, "*", {"AWS": "*"})],
        "granted empty": [(KEY, A1, ()), (ROLE, A1, ())],
        "granted account": [
            (KEY, A1, (resource_policy({"AWS": A1}),)),
            (ROLE, A1, (resource_policy({"AWS": A1}, trust=True),)),
        ],
        "cross empty": [(OBJECT, A2, ())],
        "cross any": [
            (OBJECT, A2, (resource_policy(principal),))
            for principal in ({"AWS": own}, {"AWS": A1}, "*", *([{"AWS": role}] if role else []))
        ],
    }
    for what, account, policies in grants[column]:
        given = answer(caller, what, (*sides, *policies), account)
        assert (given.effect, given.certain) == (want, True)


# principal of the resource policy -> (caller, what it bypasses of identity, boundary and session implicit denies)
BYPASS = [
    ({"AWS": A1}, "role session", (False, False, False)),
    ({"AWS": f"arn:aws:iam::{A1}:root"}, "user", (False, False, None)),
    ({"AWS": DEV}, "role session", (True, False, False)),
    ({"AWS": SESSION}, "role session", (True, True, True)),
    ({"AWS": USER}, "user", (True, True, None)),
    ({"AWS": USER}, "federated user", (True, False, False)),
    ({"AWS": FEDERATED}, "federated user", (True, True, True)),
    ("*", "role session", (True, True, True)),
    ("*", "user", (True, True, None)),
    ("*", "federated user", (True, True, True)),
]


@pytest.mark.parametrize("principal, caller, bypassed", BYPASS)
def test_table_8_4(principal, caller, bypassed):
    """One side at a time denies implicitly; the grant passes it or does not."""
    for side_number, passes in enumerate(bypassed):
        if passes is None:
            continue
        row = [True, True, True]
        row[side_number] = False
        policies = (*identity_side(caller, *row), resource_policy(principal))
        assert answer(caller, OBJECT, policies).effect == ("Allow" if passes else "ImplicitDeny")


@pytest.mark.parametrize("caller", CALLERS)
def test_star_with_a_condition_on_the_principal_bypasses_as_star_does(caller):
    own, identity, _ = CALLERS[caller]
    arn = own if caller != "role session" else identity
    statement = allow(Principal="*", Condition={"ArnEquals": {"aws:PrincipalArn": arn}})
    policies = (
        *identity_side(caller, False, False, False),
        Attachment(document(statement), "resource", None, "resource"),
    )
    assert answer(caller, OBJECT, policies).effect == "Allow"


@pytest.mark.parametrize("principal, caller", [(row[0], row[1]) for row in BYPASS])
@pytest.mark.parametrize("layer", ["identity", "boundary", "session", "resource", "scp", "rcp", "endpoint"])
def test_an_explicit_deny_is_never_bypassed(principal, caller, layer):
    if layer == "session" and caller == "user":
        return
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    if layer in ("resource", "rcp", "endpoint"):
        deny["Principal"] = "*"
    policies = (*identity_side(caller, True, True, True), resource_policy(principal))
    given = answer(caller, OBJECT, (*policies, Attachment(document(deny), layer, None, "deny")))
    assert (given.effect, given.certain, given.denies) == ("ExplicitDeny", True, {("deny", 0)})


@pytest.mark.parametrize("principal, caller", [(row[0], row[1]) for row in BYPASS])
@pytest.mark.parametrize("layer", ["scp", "rcp", "endpoint"])
def test_organization_and_endpoint_policies_are_never_bypassed(principal, caller, layer):
    """A level or an endpoint with nothing but a Deny of something else allows nothing."""
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    if layer in ("rcp", "endpoint"):
        deny["Principal"] = "*"
    policies = (*identity_side(caller, True, True, True), resource_policy(principal))
    given = answer(caller, OBJECT, (*policies, Attachment(document(deny), layer, None, "only a deny")))
    assert given.effect == "ImplicitDeny"
