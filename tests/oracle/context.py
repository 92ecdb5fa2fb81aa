"""The state of every condition key: present with values, absent, or not known (iam-semantics.md 0.4, 7.1, 7.7).

Keys fold to lower case. Keys that follow from the request are derived where the context does not mention them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracle import callers
from tests.oracle.callers import Caller
from tests.oracle.model import UNKNOWN, Request


@dataclass(frozen=True, slots=True)
class State:
    """`kind`: "present", "absent" or "not known"; `listed`: the values came as a list, so the key is multivalued."""

    kind: str
    values: tuple[str, ...] = ()
    listed: bool = False


ABSENT = State("absent")
NOT_KNOWN = State("not known")


@dataclass(frozen=True, slots=True)
class Context:
    states: dict[str, State]
    default: State

    def state(self, key: str) -> State:
        return self.states.get(key.lower(), self.default)


def context_of(request: Request, caller: Caller, resource_account: str | None) -> Context:
    states = {key: one(value) for key, value in derived(caller, resource_account).items()}
    states |= {key.lower(): one(value) for key, value in request.context.items()}
    return Context(states, NOT_KNOWN if request.missing == "unknown" else ABSENT)


def one(value: Any) -> State:
    """The state that a context value stands for; an empty list is as absent (project rule 13)."""
    if value is None or value in ([], ()):
        return ABSENT
    if value is UNKNOWN:
        return NOT_KNOWN
    if isinstance(value, list | tuple):
        return State("present", tuple(as_text(member) for member in value), listed=True)
    return State("present", (as_text(value),))


def as_text(value: Any) -> str:
    """A scalar as the text that is compared (6.4): booleans in lower case, numbers as Python writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def derived(caller: Caller, resource_account: str | None) -> dict[str, Any]:
    """The keys that follow from the request (project rule 12): text, None for absent, or UNKNOWN."""
    kind = caller.kind
    principal_type = {
        callers.ROOT: "Account",
        callers.USER: "User",
        callers.FEDERATED: "FederatedUser",
        callers.SESSION: "AssumedRole",
        callers.ANONYMOUS: "Anonymous",
    }
    arns = {
        callers.ROOT: caller.arn,
        callers.USER: caller.arn,
        callers.FEDERATED: caller.arn,
        callers.SESSION: caller.role,
    }
    return {
        "aws:principalarn": arns.get(kind),
        "aws:principalaccount": "anonymous" if kind == callers.ANONYMOUS else caller.account,
        "aws:principaltype": principal_type.get(kind),
        "aws:username": caller.name if kind == callers.USER else None,
        "aws:userid": user_id(caller),
        "aws:principalisawsservice": as_text(kind == callers.SERVICE) if caller.signed else None,
        "aws:principalservicename": caller.name if kind == callers.SERVICE else None,
        "aws:resourceaccount": resource_account,
    }


def user_id(caller: Caller) -> Any:
    if caller.kind == callers.ROOT:
        return caller.account
    if caller.kind == callers.FEDERATED:
        return f"{caller.account}:{caller.name}"
    if caller.kind == callers.ANONYMOUS:
        return "anonymous"
    if caller.kind == callers.USER:
        return caller.unique_id or UNKNOWN
    if caller.kind == callers.SESSION:
        known = caller.unique_id is not None and caller.arn is not None
        return f"{caller.unique_id}:{caller.name}" if known else UNKNOWN
    return None
