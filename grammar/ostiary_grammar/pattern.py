"""Patterns as small frozen trees: what an action, an ARN or a condition value says, parsed once.

Text is split into literals, wildcards and policy variables; escapes (`${*}`, `${?}`, `${$}`) are literals.
Invariant: two literals never stand side by side, and no literal is empty, so equal meaning of plain text is equal trees.
Not here: parsing (`action`, `arn`, `variables`) and matching (the runtime).
"""

import enum
from dataclasses import dataclass


class Wild(enum.Enum):
    """A wildcard: `*` stands for any run of characters, `?` for exactly one."""

    STAR = "*"
    ANY = "?"

    __hash__ = object.__hash__  # PERF: members are compared by identity; `enum` hashes their names, in Python


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable: `${key}` or `${key, 'default'}`; the key keeps the policy's spelling."""

    key: str
    default: str | None = None


Token = Literal | Wild | Variable
Glob = tuple[Token, ...]

STAR: Glob = (Wild.STAR,)


@dataclass(frozen=True, slots=True)
class ActionPattern:
    """An `Action` or `NotAction` entry (iam-semantics.md 2.1).

    `service` is the folded prefix, or `*` for every service; `name` is the folded name. `certain` is False for the
    forms whose effect AWS does not document (`s*:Get*`, `*:Get*`, `**`): where such a pattern would match, the answer
    is Unknown, and `service` is then a glob that may hold wildcards.
    """

    text: str
    service: Glob
    name: Glob
    certain: bool


class ResourceForm(enum.Enum):
    """The four shapes of a `Resource` entry (iam-semantics.md 3.2)."""

    ANY = "any"
    """`*` alone: every resource, also the resource of actions that have none."""
    STARS = "stars"
    """Only stars, more than one (`**`): undocumented, Unknown."""
    ARN = "arn"
    """`arn:` and at least two more fields, perhaps fewer than six."""
    NEVER = "never"
    """Not an ARN: never matches."""

    __hash__ = object.__hash__  # PERF: as above


@dataclass(frozen=True, slots=True)
class ResourcePattern:
    """A `Resource` or `NotResource` entry.

    `fields` holds the fields after `arn`, split at the first five colons, *as written*: two to five globs, of which the
    fifth is the resource part. Empty for forms other than ARN.
    """

    text: str
    form: ResourceForm
    fields: tuple[Glob, ...] = ()
