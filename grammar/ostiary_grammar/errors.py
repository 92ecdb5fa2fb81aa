"""What Ostiary raises on purpose.

    OstiaryError
    +-- PolicyError     the text of a policy, or a set of policies, is wrong: carries diagnostics
    +-- RequestError    the question is wrong: not an action, not an ARN, not a principal
    +-- ProgramError    a saved program is damaged, foreign, or from another version
    +-- LimitError      an input is larger or deeper than the limits allow

Every class has a stable `code` that is never reused. A failure while deciding never becomes Allow.
"""

from collections.abc import Sequence
from typing import ClassVar

from ostiary_grammar.diagnostics import Diagnostic


class OstiaryError(Exception):
    """The base of everything that Ostiary raises on purpose."""

    code: ClassVar[str] = "error"


class PolicyError(OstiaryError):
    """The text of a policy, or a set of policies, is not valid; nothing of it was evaluated."""

    code = "policy"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(str(diagnostic) for diagnostic in self.diagnostics))

    def __reduce__(self) -> tuple[type["PolicyError"], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class RequestError(OstiaryError):
    """The question is wrong: no decision was made."""

    code = "request"


class ProgramError(OstiaryError):
    """A saved program cannot be used."""

    code = "program"


class LimitError(PolicyError):
    """An input is larger or deeper than the limits allow."""

    code = "limit"
