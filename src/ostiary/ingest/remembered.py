"""What is remembered of JSON values: a number for each, and only what the mapping can tell apart.

In: raw JSON. Out: numbers, and reduced values.
Invariant: two values with the same number, or the same reduced value, are the same to every rule of the mapping and of the asked keys.
A value that is nested too deep raises `NotPlainError`. Memory is bounded by the limits below.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw

from ostiary.cloudtrail.record import IDENTITY_FIELDS
from ostiary.ingest.chunks import NotPlainError
from ostiary.ingest.wire import MEMBERS, NULL, S3_DATA, deep

# Values that are remembered (of each kind), their bytes, and the longest.
MOST_VALUES = 65_536
MOST_BYTES = 33_554_432
LONGEST_VALUE = 65_536

_IDENTITY = frozenset({*IDENTITY_FIELDS, "sessionContext", "inScopeOf"})
# the errors that some services hide in a response, and ARNs of what was created
_RESPONSE = ("errorCode", "__type", "error", "code", "arn", "aRN")
_RARE = re.compile(rb'__type"|\\u')


class Values:
    """JSON values that were seen, each with a number; values that `reduced` makes equal have the same."""

    __slots__ = ("_bytes", "_known", "_next", "_numbers", "_reduced")

    def __init__(self, reduced: Callable[[bytes], Any] | None = None) -> None:
        self._reduced = reduced
        self._known: dict[bytes, int] = {}
        self._numbers: dict[str, int] = {}
        self._bytes = 0
        self._next = 1

    def number(self, raw: Raw) -> int | None:
        """The number of a value; 0 for null, None if it is too long to be remembered. Numbers are not used again."""
        if raw is NULL or raw == NULL:
            return 0
        text = bytes(raw)
        number = self._known.get(text)
        if number is not None:
            return number
        if len(text) > LONGEST_VALUE:
            return None
        if deep(text):
            raise NotPlainError
        if len(self._known) >= MOST_VALUES or self._bytes > MOST_BYTES:
            self._known.clear()
            self._numbers.clear()
            self._bytes = 0
        number = self._next
        self._next += 1
        if self._reduced:
            number = self._numbers.setdefault(json.dumps(self._reduced(text), sort_keys=True), number)
        self._bytes += len(text)
        self._known[text] = number
        return number


def checked(raw: Raw) -> None:
    """Refuses a value that is nested too deep."""
    if deep(bytes(raw)):
        raise NotPlainError


def reduced_identity(text: bytes, *, session_time: bool) -> Any:
    """`userIdentity` without what no rule reads; `session_time`: when the session began is read."""
    # PERF: each session has another key and another beginning; in most logs that is most of what is new
    tree = json.loads(text)
    if not isinstance(tree, dict):
        return tree
    reduced = {name: value for name, value in tree.items() if name in _IDENTITY}
    access_key = reduced.get("accessKeyId")
    if isinstance(access_key, str):
        reduced["accessKeyId"] = access_key[:4]
    session = reduced.get("sessionContext")
    attributes = session.get("attributes") if isinstance(session, dict) else None
    if not session_time and isinstance(session, dict) and isinstance(attributes, dict) and "creationDate" in attributes:
        reduced["sessionContext"] = {**session, "attributes": {**attributes, "creationDate": ""}}
    return reduced


def told(raw: Raw) -> bytes | None:
    """What the mapping reads of a response, as JSON; None for nothing."""
    text = bytes(raw)
    if deep(text):
        raise NotPlainError
    if not text.startswith(b"{"):
        return text
    # PERF: most responses are dismissed by the look of them
    if not (b'"arn"' in text or b'"error' in text or b'"code"' in text or b'"aRN"' in text or _RARE.search(text)):
        return None
    members = MEMBERS.decode(text)
    found = {name: members[name] for name in _RESPONSE if name in members}
    for name, member in members.items():
        inner = bytes(member)
        if inner.startswith(b"{") and (b"arn" in inner or b"\\u" in inner):
            arn = MEMBERS.decode(inner).get("arn")
            if arn is not None:
                found[name] = Raw(b'{"arn":' + bytes(arn) + b"}")
    return msgspec.json.encode(found) if found else None


def s3_data(raw: Raw) -> tuple[bytes | None, ...] | bytes:
    """What rules read of `additionalEventData`; all of it, if it is no object."""
    # PERF: the rest of it is another for every event of S3
    try:
        data = S3_DATA.decode(raw)
    except msgspec.DecodeError:
        return bytes(raw)
    return tuple(None if value is NULL else bytes(value) for value in msgspec.structs.astuple(data))
