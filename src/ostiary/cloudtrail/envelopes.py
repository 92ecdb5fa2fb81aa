"""What wraps an event: EventBridge, CloudWatch Logs, `lookup-events`, search indexes; and how to tell an event from other JSON.

In: a decoded JSON value. Out: the events in it (JSON objects).
Invariant: an object that is an event itself is never searched for another one.
Not here: the containers that are read as a stream (`{"Records": [...]}`; `reading`).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MARKS = frozenset({"eventName", "eventSource", "eventVersion", "eventname", "eventsource", "insightDetails"})
_DEPTH = 4

RECORD_FIELDS = frozenset(
    {
        "additionalEventData",
        "addendum",
        "apiVersion",
        "awsRegion",
        "edgeDeviceDetails",
        "errorCode",
        "errorMessage",
        "eventCategory",
        "eventContext",
        "eventID",
        "eventName",
        "eventSource",
        "eventTime",
        "eventType",
        "eventVersion",
        "insightDetails",
        "managementEvent",
        "readOnly",
        "recipientAccountId",
        "requestID",
        "requestParameters",
        "resources",
        "responseElements",
        "serviceEventDetails",
        "sessionCredentialFromConsole",
        "sharedEventID",
        "sourceIPAddress",
        "tlsDetails",
        "userAgent",
        "userIdentity",
        "vpcEndpointAccountId",
        "vpcEndpointId",
    }
)
"""The top-level fields of an event: one of them opens an event, never a container."""


def is_record(value: Mapping[str, Any]) -> bool:
    """Whether the object has the fields of an event, whatever they hold."""
    return not _MARKS.isdisjoint(value)


def unwrap(value: Any, depth: int = _DEPTH) -> Iterator[dict[str, Any]]:
    """The events in a value: itself, or what its members hold, also as JSON text."""
    if isinstance(value, dict):
        if is_record(value):
            yield value
        elif depth:
            for member in value.values():
                yield from unwrap(member, depth - 1)
    elif isinstance(value, list):
        if depth:
            for member in value:
                yield from unwrap(member, depth - 1)
    elif isinstance(value, str) and depth and "event" in value and value.lstrip().startswith("{"):
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return
        yield from unwrap(inner, depth - 1)
