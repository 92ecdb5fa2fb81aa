"""From `eventSource` and `eventName` to the IAM action of a call (cloudtrail-mapping.md 4).

In: source and name as logged. Out: the actions that the call needs by its name alone, the one that it is about first, or nothing
if no rule leads to an action of the reference.
Invariant: every action that comes out is in the service authorization reference and spelled as there; nothing is guessed.
Not here: what the parameters add to it (`action_rules`, `dependents`), and the resources (`resource`).

Steps, the first that leads to an action wins: the tables of other names; the name itself under the label's prefix; the same without a
date suffix; API Gateway's verbs; a few spelling rules.
"""

import enum
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ostiary.cloudtrail.apigateway import verb_of
from ostiary.cloudtrail.record import Json
from ostiary.cloudtrail.reference import ActionInfo, Reference
from ostiary.cloudtrail.tables_actions import OTHERS, S3
from ostiary.cloudtrail.tables_prefixes import ALSO_TRIED, CLIENT_NAMES, SEEN_LABELS
from ostiary_grammar.terms import fold


class Purpose(enum.Enum):
    """Why a call needs an action; the values are stable."""

    PRIMARY = "primary"
    """The call is about it."""
    REQUIRED = "required"
    """It is checked as well: the operation or its parameters need it."""
    CONDITIONAL = "conditional"
    """It is checked only under circumstances that the record does not show."""


@dataclass(frozen=True, slots=True)
class MappedAction:
    """An action with its entry in the reference, why it is needed, and the parameters that name its resource.

    `about` is None for the parameters of the call itself; `follows` says that the resource is the one of the primary action.
    """

    info: ActionInfo
    purpose: Purpose = Purpose.PRIMARY
    about: Json | None = None
    follows: bool = False


_SUFFIX = re.compile(r"(?:\d{8}|\d{4}_\d{2}_\d{2})(?:v\d+)?$")
_DOMAIN = ".amazonaws.com"


# PERF: a log has few distinct operations; the bound keeps a flood of invented names from growing it
@functools.lru_cache(maxsize=20_000)
def actions_by_name(source: str, name: str) -> tuple[MappedAction, ...]:
    """The actions of an operation, or an empty tuple."""
    for prefix in _prefixes(source):
        for candidate in (name, _SUFFIX.sub("", name)):
            found = _from_tables(prefix, candidate) or _exact(prefix, candidate)
            if found:
                return found
        if prefix == "apigateway":
            verb = verb_of(name)
            if verb:
                return _exact(prefix, verb)
    for prefix in _prefixes(source):
        for candidate in _respelled(_SUFFIX.sub("", name)):
            found = _exact(prefix, candidate)
            if found:
                return found
    return ()


def _prefixes(source: str) -> Iterator[str]:
    """The service prefixes that a source may stand for, the likeliest first."""
    label = fold(source.removesuffix(".cn")).removesuffix(_DOMAIN)
    prefix = SEEN_LABELS.get(label) or CLIENT_NAMES.get(label)
    if prefix is None and "." in label:
        # `runtime.x` and `x.region`: the service is one of the parts
        parts = label.split(".")
        known = Reference.packaged().prefixes
        prefix = next((part for part in reversed(parts) if part in known), parts[0])
    prefix = prefix or label
    yield prefix
    yield from ALSO_TRIED.get(prefix, ())


def _from_tables(prefix: str, name: str) -> tuple[MappedAction, ...]:
    entry = _TABLES.get((prefix, fold(name)))
    if entry is None:
        return ()
    found: list[MappedAction] = []
    for word in entry.split(" "):
        service, _, action = word.lstrip("?").rpartition(":")
        info = Reference.packaged().action(service or prefix, action)
        if info is None:
            continue
        purpose = Purpose.PRIMARY if not found else Purpose.CONDITIONAL if word.startswith("?") else Purpose.REQUIRED
        found.append(MappedAction(info, purpose))
    return tuple(found)


def _exact(prefix: str, name: str) -> tuple[MappedAction, ...]:
    info = Reference.packaged().action(prefix, name)
    return (MappedAction(info),) if info else ()


def _respelled(name: str) -> Iterator[str]:
    """Spelling rules, each of which counts only if the result is an action."""
    if name.endswith(("V2", "v2")):
        yield name[:-2]
    if name.startswith("Batch"):
        yield name.removeprefix("Batch")
        yield name.removeprefix("Batch").removesuffix("s")
        yield name.removeprefix("Batch").removesuffix("ies") + "y"
    if name.endswith("Batch"):
        yield name.removesuffix("Batch")
    yield name.replace("Definition", "", 1)
    yield name.removesuffix("WithTags")
    yield name.removesuffix("Stream")


_TABLES = {
    (prefix, fold(name)): entry for prefix, table in (("s3", S3), *OTHERS.items()) for name, entry in table.items()
}
