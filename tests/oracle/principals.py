"""Principal and NotPrincipal (iam-semantics.md 4).

A Principal element is read into its matching entries, each with its class (4.2), since step 11 of 8.2 treats them differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracle import callers
from tests.oracle.callers import Caller
from tests.oracle.logic import NO, UNKNOWN, YES, Match, all_of, any_of, negation, yes_if

DIRECT, STAR, ROLE, FEDERATING_USER, ACCOUNT = "direct", "star", "role", "federating-user", "account"


def matches(principal: Any, caller: Caller, *, allow: bool) -> list[tuple[str, Match]]:
    """Every entry's class with its match value. `allow`: the statement's effect, which 10.11 looks at."""
    if principal == "*":
        return [(STAR, YES)]
    return [match for kind, text in entries(principal) for match in entry(kind, text, caller, allow=allow)]


def entries(principal: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, texts in principal.items():
        for text in texts if isinstance(texts, list) else [texts]:
            yield kind, text


def entry(kind: str, text: str, caller: Caller, *, allow: bool) -> list[tuple[str, Match]]:
    if kind == "AWS" and text == "*":
        unclear = allow and caller.kind == callers.SERVICE  # 10.11
        return [(STAR, UNKNOWN if unclear else YES)]
    return [
        (DIRECT, own(kind, text, caller)),
        (ROLE, role(kind, text, caller)),
        (FEDERATING_USER, federating_user(kind, text, caller)),
        (ACCOUNT, account(kind, text, caller)),
    ]


def own(kind: str, text: str, caller: Caller) -> Match:
    """Whether the entry is the caller's own: its ARN, its unique id, its name."""
    if caller.kind == callers.SERVICE:
        return yes_if(kind == "Service" and text == caller.arn)
    if caller.kind == callers.PROVIDER:
        return yes_if(kind == "Federated" and text == caller.arn)
    if kind != "AWS" or caller.kind in (callers.ROOT, callers.ANONYMOUS):
        return NO
    if caller.arn is None:  # a session of the role, whose name is not known
        name = (caller.role or "").rsplit("/", 1)[-1]
        start = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{name}/"
        return UNKNOWN if text.startswith(start) else NO
    if text.startswith("AIDA"):
        return yes_if(caller.kind == callers.USER and text == caller.unique_id)
    return yes_if(text == caller.arn)


def role(kind: str, text: str, caller: Caller) -> Match:
    if kind != "AWS" or caller.kind != callers.SESSION:
        return NO
    return yes_if(text == (caller.unique_id if text.startswith("AROA") else caller.role))


def federating_user(kind: str, text: str, caller: Caller) -> Match:
    if kind != "AWS" or caller.kind != callers.FEDERATED:
        return NO
    return is_federating_user(text, caller)


def is_federating_user(user: str, caller: Caller) -> Match:
    """Whether the user called GetFederationToken for this caller; any user of the account may have, if none is given."""
    if caller.federated_by is not None:
        return yes_if(user == caller.federated_by)
    return UNKNOWN if user.startswith(f"arn:{caller.partition}:iam::{caller.account}:user/") else NO


def account(kind: str, text: str, caller: Caller) -> Match:
    if caller.account is None:
        return NO
    if kind == "CanonicalUser":
        return UNKNOWN  # no input says which account it is
    return yes_if(kind == "AWS" and text in (caller.account, f"arn:{caller.partition}:iam::{caller.account}:root"))


def exempted(not_principal: Any, caller: Caller) -> Match:
    """Whether a NotPrincipal spares the caller: its own ARN, its role and its account must be listed (4.3)."""
    if not_principal == "*":
        return YES
    listed = list(entries(not_principal))
    if ("AWS", "*") in listed:
        return UNKNOWN if caller.kind in (callers.SERVICE, callers.PROVIDER) else YES
    has_own = any_of(own(kind, text, caller) for kind, text in listed)
    has_role = any_of(role(kind, text, caller) for kind, text in listed)
    has_account = any_of(account(kind, text, caller) for kind, text in listed)
    if caller.kind == callers.ROOT:
        return has_account
    if caller.kind in (callers.SERVICE, callers.PROVIDER, callers.ANONYMOUS):
        return has_own
    rest = all_of([has_account, has_role if caller.kind == callers.SESSION else YES])
    return all_of([has_own, any_of([rest, UNKNOWN])])  # own ARN alone: Unknown


def spares(not_principal: Any, caller: Caller, *, has_boundary: Match) -> Match:
    """The match value of a Deny's NotPrincipal: callers with a boundary are never spared (4.3; 10.50, 4)."""
    return any_of([negation(exempted(not_principal, caller)), has_boundary])
