"""What a test says and how it ended: plain data between reading, running and showing.

A `PolicyTest` is one request with what is wanted of its answer; lists in a file have become tests of their own.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.span import Span
from ostiary_grammar.terms import Effect
from ostiary_runtime.decision import Decision
from ostiary_runtime.engine import Engine
from ostiary_runtime.request import Principal


class Want(enum.Enum):
    """The answer that a test wants; `Deny` is either kind of denial."""

    ALLOW = "Allow"
    DENY = "Deny"
    EXPLICIT_DENY = "ExplicitDeny"
    IMPLICIT_DENY = "ImplicitDeny"

    def holds(self, effect: Effect) -> bool:
        """Whether an effect is what is wanted."""
        return effect is not Effect.ALLOW if self is Want.DENY else effect.value == self.value


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One request with the wanted answer.

    `by`: the Sid of the deciding statement, or the name of its policy. `certain`: whether the answer must be certain, or must
    not be. `at`: where the test stands in its file.
    """

    name: str
    principal: str | Principal
    action: str
    resource: str
    context: Mapping[str, object]
    resource_account: str | None
    missing: Literal["absent", "unknown"]
    want: Want
    by: str | None
    certain: bool | None
    at: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Suite:
    """A test file: its tests and the engine that they are put to. `notes` are warnings about its policies."""

    file: str
    engine: Engine
    tests: tuple[PolicyTest, ...]
    notes: tuple[Diagnostic, ...] = ()


class Miss(enum.Enum):
    """In what an answer is not the one that was wanted."""

    EFFECT = "effect"
    BY = "by"
    CERTAIN = "certain"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test with its answer. `explanation`: lines that say more about a failure."""

    test: PolicyTest
    decision: Decision
    misses: tuple[Miss, ...]
    explanation: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.misses


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a test file: outcomes, or the diagnostics for which nothing of it ran."""

    file: str
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    errors: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(each for each in self.outcomes if not each.passed)
