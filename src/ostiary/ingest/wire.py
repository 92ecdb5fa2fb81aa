"""An event as it stands in a file, decoded no further than it must be: texts, and raw JSON for whatever has parts.

In: JSON text. Out: `Wire`s; `record_of` makes the object that `Record.of` would have been given.
Invariant: the strict decoder takes only events of which nothing is passed over unseen: no unknown fields, no wrong types.
Not here: what is done with what it does not take (`fast`).
"""

# ruff: noqa: N815  # fields are spelled as in JSON: renaming them costs the decoder a table

import json
import re
from typing import Any, Final

import msgspec
import numpy as np
from msgspec import Raw

from ostiary.cloudtrail.damage import DEFAULT_LIMITS

Scalar = str | int | float | bool | None


NULL: Final = Raw(b"null")
"""A member that is absent, or null: nothing tells these apart."""


class Wire(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """One event. The order is that in which CloudTrail writes; fields that no rule reads are here so that they are checked.

    `eventName` is raw because events are found by a check sum over it.
    """

    eventVersion: str | None = None
    userIdentity: Raw = NULL
    eventTime: str | None = None
    eventSource: str | None = None
    eventName: Raw = NULL
    awsRegion: str | None = None
    sourceIPAddress: str | None = None
    userAgent: str | None = None
    errorCode: str | None = None
    errorMessage: str | None = None
    requestParameters: Raw = NULL
    responseElements: Raw = NULL
    additionalEventData: Raw = NULL
    requestID: Scalar = None
    eventID: str | None = None
    readOnly: Scalar = None
    resources: Raw = NULL
    eventType: str | None = None
    apiVersion: Scalar = None
    managementEvent: Scalar = None
    recipientAccountId: str | None = None
    sharedEventID: str | None = None
    vpcEndpointId: str | None = None
    vpcEndpointAccountId: str | None = None
    eventCategory: str | None = None
    tlsDetails: Raw = NULL
    sessionCredentialFromConsole: Scalar = None
    serviceEventDetails: Raw = NULL
    addendum: Raw = NULL
    eventContext: Raw = NULL
    edgeDeviceDetails: Raw = NULL
    timestamp: str | None = msgspec.field(default=None, name="@timestamp")


class LaxWire(Wire, gc=False, forbid_unknown_fields=False):
    """An event that may have fields of its own; the last ones tell what `Wire` cannot stand for."""

    insightDetails: Raw = NULL
    eventname: Raw = NULL
    eventsource: Raw = NULL


class S3Data(msgspec.Struct, gc=False):
    """Of `additionalEventData`, what rules of condition keys read."""

    CipherSuite: Raw = NULL
    SignatureVersion: Raw = NULL
    AuthenticationMethod: Raw = NULL


STRICT_ARRAY: Final = msgspec.json.Decoder(list[Wire])
STRICT_ONE: Final = msgspec.json.Decoder(Wire)
LAX_ONE: Final = msgspec.json.Decoder(LaxWire)
RAW_ARRAY: Final = msgspec.json.Decoder(list[Raw])
MEMBERS: Final = msgspec.json.Decoder(dict[str, Raw])
S3_DATA: Final = msgspec.json.Decoder(S3Data)

NAMES: Final = {field.name: field.encode_name for field in msgspec.structs.fields(Wire)}
HAVE_PARTS: Final = tuple(field.name for field in msgspec.structs.fields(Wire) if field.type is Raw)
S3_FIELDS: Final = S3Data.__struct_fields__
# shorter text cannot be nested too deep, nor hold a number that `json` would refuse
SURELY_SHALLOW = 2 * DEFAULT_LIMITS.depth
_LONGEST_NUMBER = 4_300
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_STEPS = np.zeros(256, np.int32)
_STEPS[list(b"[{")] = 1
_STEPS[list(b"]}")] = -1
_QUOTE = ord('"')
_DIGITS = b"0123456789"


def long_number(text: bytes | bytearray) -> bool:
    """Whether there is a number of so many digits that `json` refuses it."""
    # it would cover one of these places
    return any(_digits_around(text, place) > _LONGEST_NUMBER for place in range(0, len(text), _LONGEST_NUMBER))


def deep(text: bytes) -> bool:
    """Whether valid JSON text is nested deeper than the slow reader allows."""
    if len(text) <= SURELY_SHALLOW:
        return False
    return text.count(b"{") + text.count(b"[") > DEFAULT_LIMITS.depth and not _shallow(text)


def _digits_around(text: bytes | bytearray, place: int) -> int:
    """How many digits stand in a row at a place and before and behind it."""
    # PERF: one side of a place that such a number covers has many digits
    if not text[place : place + 64].isdigit() and not text[max(0, place - 64) : place].isdigit():
        return 0
    before = text[max(0, place - _LONGEST_NUMBER) : place]
    behind = text[place : place + _LONGEST_NUMBER + 1]
    return len(before) - len(before.rstrip(_DIGITS)) + len(behind) - len(behind.lstrip(_DIGITS))


def _shallow(text: bytes) -> bool:
    """Whether nothing is nested deeper than the limit."""
    if b"\\" in text:
        text = _STRING.sub(b"", text)
    # PERF: all characters at once
    every = np.frombuffer(text, np.uint8)
    marks = every[(every == _QUOTE) | ((every & 0xD9) == 0x59)]
    outside = np.cumsum(marks == _QUOTE) % 2 == 0
    depth = np.cumsum(_STEPS[marks[outside]])
    return int(depth.max(initial=0)) <= DEFAULT_LIMITS.depth


def object_of(wire: Wire) -> dict[str, Any]:
    """The event as a JSON object; fields that are null are left out."""
    found: dict[str, Any] = {}
    for attribute, name in NAMES.items():
        value = getattr(wire, attribute)
        if isinstance(value, Raw):
            if value != NULL:
                found[name] = json.loads(bytes(value))
        elif value is not None:
            found[name] = value
    return found
