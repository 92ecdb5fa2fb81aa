"""What a decision says: the effect, what decided, and what could not be evaluated.

A decision is built once for each way a request can be decided and handed out again and again; so it is immutable.
"""

import enum
from dataclasses import dataclass

from ostiary_grammar.terms import Effect, PolicyType


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement of the compiled policies, and where it stands in its text (line and column from 1)."""

    number: int
    policy: str
    type: str
    source: str
    index: int
    sid: str
    effect: str
    line: int
    column: int

    def __str__(self) -> str:
        name = self.sid or f"statement {self.index}"
        return f"{self.policy} {name} ({self.source}:{self.line}:{self.column})"


class Doubt(enum.Enum):
    """Why a test could not be evaluated; the values are stable codes."""

    KEY_NOT_KNOWN = "key-not-known"
    """The state of a condition key is not known."""
    VARIABLE_NOT_KNOWN = "variable-not-known"
    """The value of a policy variable in the resource is not known."""
    VARIABLE_UNRESOLVED = "variable-unresolved"
    """A policy variable under NotResource has no value (iam-semantics.md 10.4)."""
    OPERATOR_UNDECIDABLE = "operator-undecidable"
    """AWS does not say how this operator treats this value (iam-semantics.md 6 and 10)."""
    RESOURCE_NOT_KNOWN = "resource-not-known"
    """The resource of the request is known only in part."""
    ACTION_PATTERN = "action-pattern"
    """The effect of this action pattern is not documented (iam-semantics.md 2.1)."""
    RESOURCE_PATTERN = "resource-pattern"
    """The effect of this resource pattern is not documented (iam-semantics.md 3.2, 10.1, 10.2)."""
    PRINCIPAL_NOT_KNOWN = "principal-not-known"
    """Who the caller is, for this element, is not known: a session name, or who federated a user."""
    PRINCIPAL_PATTERN = "principal-pattern"
    """The effect of this Principal or NotPrincipal element is not documented (iam-semantics.md 4.3, 10.11)."""
    ATTACHMENT_NOT_KNOWN = "attachment-not-known"
    """Whether the policy is attached to the caller is not known."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A test that could not be evaluated and might change the answer.

    `fact` is what one would have to know: a condition key in lower case, a pattern of the policy, `resource`,
    `session name` or `federating user`. `statement` is None where no single statement is in doubt.
    """

    fact: str
    reason: Doubt
    statement: StatementRef | None

    def __str__(self) -> str:
        where = f", {self.statement}" if self.statement is not None else ""
        return f"{self.fact} ({self.reason.value}{where})"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request.

    `statements` are the deciding ones: the Deny that applied, or the Allow that granted (two across accounts).
    `layer` is the type of policy that decided: whose statement it was, or which one lacks an Allow; None where no
    policy was needed. `undecided` is what could not be evaluated and might change `effect`.
    """

    effect: Effect
    layer: str | None = None
    statements: tuple[StatementRef, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    allowed: bool = False

    @property
    def certain(self) -> bool:
        """Whether everything that could change the effect was known."""
        return not self.undecided

    def __bool__(self) -> bool:
        return self.allowed


def allow(
    layer: PolicyType | None, statements: tuple[StatementRef, ...], undecided: tuple[Undecided, ...] = ()
) -> Decision:
    return Decision(Effect.ALLOW, layer and layer.value, statements, undecided, allowed=True)


def deny(layer: PolicyType, statements: tuple[StatementRef, ...], undecided: tuple[Undecided, ...] = ()) -> Decision:
    return Decision(Effect.EXPLICIT_DENY, layer.value, statements, undecided)


def lacking(layer: PolicyType, undecided: tuple[Undecided, ...] = ()) -> Decision:
    """An implicit deny: no statement of this layer allows the request."""
    return Decision(Effect.IMPLICIT_DENY, layer.value, (), undecided)
