"""The tags that a call brings along, in all the shapes in which services log them.

In: the parameters of a call. Out: `SentTags`: values by key, and whether the values may be trusted.
Invariant: a value that CloudTrail hides is not taken for the value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ostiary.cloudtrail.record import Json
from ostiary_grammar.terms import fold

_NAMES = frozenset(
    {
        "tags",
        "tag",
        "taglist",
        "tagslist",
        "tagset",
        "tagging",
        "tagspecificationset",
        "tagspecification",
        "tagspecifications",
    }
)
_HEADER = "x-amz-tagging"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_KEY_LISTS = ("tagKeys", "tagKeyList", "tagsToRemove")
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class SentTags:
    """Tags of a request. `hidden`: the log has put something else in the place of keys or values."""

    values: tuple[tuple[str, str], ...] = ()
    hidden: bool = False

    def __bool__(self) -> bool:
        return bool(self.values) or self.hidden

    @property
    def keys(self) -> tuple[str, ...]:
        """The distinct keys in their order."""
        return tuple(dict.fromkeys(key for key, _ in self.values))


NO_TAGS = SentTags()


def sent_tags(parameters: Json, resource_type: str | None = None) -> SentTags:
    """The tags in the parameters; of tag specifications, only those for `resource_type` if it is given."""
    pairs = list(_search(parameters, resource_type, _DEPTH))
    if not pairs:
        return NO_TAGS
    hidden = any(_HIDDEN in pair for pair in pairs)
    return SentTags(() if hidden else tuple(dict.fromkeys(pairs)), hidden)


def removed_keys(parameters: Json) -> tuple[str, ...]:
    """The tag keys that an untagging call names."""
    for name in _KEY_LISTS:
        value = parameters.get(name)
        if isinstance(value, list):
            return tuple(key for key in value if isinstance(key, str))
    return ()


def _search(value: Any, resource_type: str | None, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict) or not depth:
        return
    header = value.get(_HEADER)
    if isinstance(header, str):
        yield from parse_qsl(header, keep_blank_values=True)
    for name, member in value.items():
        if fold(name) in _NAMES:
            yield from _read(member, resource_type, _DEPTH)
        elif isinstance(member, dict):
            yield from _search(member, resource_type, depth - 1)


def _read(value: Any, resource_type: str | None, depth: int) -> Iterator[tuple[str, str]]:
    """Tags in a value that is known to hold tags."""
    if not depth:
        return
    if isinstance(value, list):
        for member in value:
            yield from _read(member, resource_type, depth)
        return
    if not isinstance(value, dict):
        return
    folded = {fold(name): member for name, member in value.items()}
    kind = folded.get("resourcetype")
    if isinstance(kind, str) and resource_type is not None and kind != resource_type:
        return
    key = folded.get("key", folded.get("tagkey"))
    if isinstance(key, str):
        yield key, _text(folded.get("value", folded.get("tagvalue")))
        return
    inner = [member for name, member in folded.items() if name in _NAMES or name == "items"]
    if inner:
        for member in inner:
            yield from _read(member, resource_type, depth - 1)
    else:
        # a map from key to value
        yield from ((name, member) for name, member in value.items() if isinstance(member, str))


def _text(value: Any) -> str:
    # the log turns the text `true` of some tag values into a boolean
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "" if value is None else str(value)
