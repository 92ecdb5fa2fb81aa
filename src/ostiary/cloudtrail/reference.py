"""The service authorization reference: which actions exist, what they act on, how those ARNs look.

In: the packaged table (made by `reference_build`). Out: `Reference`, with lookups that ignore case and answer in AWS's spelling.
Invariant: immutable after loading; a service is decoded when it is first asked for (loading takes about 5 ms, a service 0.1 ms).
Not here: which action an API call needs (`action`), and how a template is filled (`templates`).
"""

import enum
import functools
import gzip
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_grammar.errors import ProgramError
from ostiary_grammar.terms import fold

_TABLE = "services.jsonl.gz"
_FORMAT = 1


class AccessLevel(enum.Enum):
    """What an action does, as the reference classes it."""

    LIST = "L"
    READ = "R"
    WRITE = "W"
    TAGGING = "T"
    PERMISSIONS = "P"

    @property
    def mutating(self) -> bool:
        """Whether a call of this kind changes something."""
        return self not in {AccessLevel.LIST, AccessLevel.READ}


@dataclass(frozen=True, slots=True, eq=False)  # PERF: a key of many memos; there is one per entry
class ResourceType:
    """A resource type of a service: its name and its ARN with `${Variables}`."""

    name: str
    template: str


@dataclass(frozen=True, slots=True, eq=False)  # PERF: a key of many memos; there is one per entry
class TypeUse:
    """That an action acts on a resource type; `required` as the reference marks it."""

    type: ResourceType
    required: bool


@dataclass(frozen=True, slots=True, eq=False)  # PERF: a key of many memos; there is one per entry
class ActionInfo:
    """An action in the reference's spelling."""

    prefix: str
    name: str
    access: AccessLevel
    uses: tuple[TypeUse, ...]

    @property
    def action(self) -> str:
        """The action as a policy writes it: `s3:GetObject`."""
        return f"{self.prefix}:{self.name}"


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """All that the reference says about one service prefix; `actions` is keyed by the folded name."""

    prefix: str
    types: tuple[ResourceType, ...]
    actions: Mapping[str, ActionInfo]
    condition_keys: tuple[str, ...]


class Reference:
    """The reference as a whole. `Reference.packaged()` is the one that comes with Ostiary."""

    __slots__ = ("_lines", "_services", "updated", "version")

    def __init__(self, table: bytes) -> None:
        """Read a table as `reference_build.build` makes it; a foreign or damaged one raises `ProgramError`."""
        try:
            lines = gzip.decompress(table).splitlines()
            header = json.loads(lines[0])
            known = header["format"] == _FORMAT
            self.version = str(header["version"])
            self.updated = str(header["updated"])
        except (OSError, EOFError, ValueError, LookupError, TypeError) as error:
            raise ProgramError("the table of the service authorization reference cannot be read") from error
        if not known:
            raise ProgramError(
                f"the table of the service authorization reference has format {header['format']}, not {_FORMAT}"
            )
        # PERF: the prefix is read off the line's head; decoding all 457 services at once takes 30 ms, one takes 0.1 ms
        self._lines = {line[2 : line.index(b'"', 2)].decode(): line for line in lines[1:]}
        self._services: dict[str, ServiceInfo] = {}

    @classmethod
    def packaged(cls) -> "Reference":
        """The reference that is part of the package (loaded once per process)."""
        return _packaged()

    @property
    def prefixes(self) -> tuple[str, ...]:
        """All service prefixes, sorted."""
        return tuple(self._lines)

    def service(self, prefix: str) -> ServiceInfo | None:
        """A service by its prefix, or None."""
        folded = fold(prefix)
        known = self._services.get(folded)
        if known is None:
            line = self._lines.get(folded)
            if line is None:
                return None
            known = self._services[folded] = _decode(json.loads(line))
        return known

    def action(self, prefix: str, name: str) -> ActionInfo | None:
        """An action by service prefix and name, in any case, or None if AWS has no such action."""
        service = self.service(prefix)
        return service.actions.get(fold(name)) if service else None


@functools.cache
def _packaged() -> Reference:
    return Reference((importlib.resources.files("ostiary.cloudtrail") / "reference" / _TABLE).read_bytes())


def _decode(row: Any) -> ServiceInfo:
    prefix, templates, actions, keys = row
    types = tuple(ResourceType(name, template) for name, template in templates)
    uses = tuple(TypeUse(kind, required) for kind in types for required in (False, True))
    return ServiceInfo(
        prefix=prefix,
        types=types,
        actions={
            fold(name): ActionInfo(prefix, name, AccessLevel(level), tuple(uses[code] for code in codes))
            for name, level, codes in actions
        },
        condition_keys=tuple(keys),
    )
