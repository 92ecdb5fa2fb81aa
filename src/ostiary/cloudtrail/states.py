"""What is known about a condition key, and what a rule for one may look at.

In: nothing. Out: `NOT_KNOWN`, `State`, and `Asked`, which is one request of one record.
Invariant: the three states stay apart: a value, `None` for known to be absent, `NOT_KNOWN`.
"""

import enum
from dataclasses import dataclass
from typing import Final

from ostiary.cloudtrail.guesses import NO_FACTS, Facts, ResourceGuess
from ostiary.cloudtrail.principal import Caller, Forwarded
from ostiary.cloudtrail.record import Json, Record
from ostiary.cloudtrail.reference import ActionInfo


class NotKnown(enum.Enum):
    """The type of `NOT_KNOWN`."""

    NOT_KNOWN = "not-known"

    def __repr__(self) -> str:
        return "NOT_KNOWN"


NOT_KNOWN: Final = NotKnown.NOT_KNOWN
"""The record does not tell the value, nor whether there is one."""

Value = str | int | list[str]
State = Value | None | NotKnown


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose condition keys are asked for.

    `parameters`: the parameters that the action is about, or None if the record has none; `lost`: they may have been left out.
    `passed_to`: the service that gets a passed role. `owner`: the account of the resource. `facts`: what is known besides.
    """

    record: Record
    caller: Caller
    forwarded: Forwarded
    info: ActionInfo
    guess: ResourceGuess
    owner: str | None
    parameters: Json | None
    lost: bool
    passed_to: str | None = None
    tags_of: str | None = None
    facts: Facts = NO_FACTS

    @property
    def endpoint(self) -> str | None:
        """The VPC endpoint that the call came through."""
        endpoint = self.record.vpc_endpoint
        return endpoint if endpoint and endpoint.startswith("vpce-") else None

    @property
    def foreign(self) -> bool:
        """Whether a service stands between the caller and the call."""
        return self.record.identity.invoked_by is not None


def sent(asked: Asked, name: str) -> State:
    """The parameter of that name: its value, absent if it was not sent, not known if there are no parameters."""
    parameters = asked.parameters
    if parameters is None:
        return NOT_KNOWN if asked.lost or asked.info.access.mutating else None
    value = parameters.get(name)
    if value is None and name:
        value = parameters.get(name[0].swapcase() + name[1:])
    return as_state(value)


def as_state(value: object) -> State:
    """A parameter's value as a condition value; what is hidden or has parts is not known."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return NOT_KNOWN if value in {"HIDDEN_DUE_TO_SECURITY_REASONS", "***"} else value
        case int() | float():
            return str(value)
        case list() if all(isinstance(item, str) for item in value):
            return list(value) or None
        case _:
            return NOT_KNOWN
