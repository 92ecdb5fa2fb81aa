"""What the oracle is asked and what it answers.

In: a `PolicySet` whose documents are JSON values and valid for their type, and a `Request`. Out: an `Answer`.
Nothing here knows how an answer comes about. The forms are plain data, so that any engine's tests can read them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TYPES = ("identity", "boundary", "session", "resource", "scp", "rcp", "endpoint")


class NotKnown(enum.Enum):
    """The value of a context key whose state the caller does not know."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = NotKnown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Attachment:
    """One policy and what it is attached to; `to` None means everyone or everything of its type."""

    document: Mapping[str, Any]
    type: str
    to: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Where an account stands: the nodes from the organization's root down to its parent."""

    path: tuple[str, ...] = ()
    management: bool = False


@dataclass(frozen=True, slots=True)
class PolicySet:
    """`layers` are the policy types that are asked; None asks all of them."""

    attachments: tuple[Attachment, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    layers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """`context`: key -> text, bool, number, a list of them, None (absent) or UNKNOWN."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)
    role: str | None = None
    federated_by: str | None = None
    unique_id: str | None = None
    resource_account: str | None = None
    missing: str = "absent"


@dataclass(frozen=True, slots=True)
class Answer:
    """`effect` and the statements behind it, each as (policy name, index of the statement).

    `effect` holds under the lower bound; `certain` says that the upper bound gives the same. `denies`: Deny statements that
    apply under the lower bound. `allows`: Allow statements that match with Yes.
    """

    effect: str
    certain: bool
    denies: frozenset[tuple[str, int]] = frozenset()
    allows: frozenset[tuple[str, int]] = frozenset()
