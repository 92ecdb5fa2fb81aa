"""Which parts of an event the asked condition keys read besides what the mapping reads anyway.

In: folded condition keys. Out: `Volatile`.
Invariant: whatever a rule of `ostiary.cloudtrail.context` reads of a record for one of the keys is either among the fields that the
mapping reads of every event, or named here. `tests/ostiary/ingest/test_volatile.py` watches the rules reading.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ostiary.cloudtrail.context_global import GLOBAL

_ENDPOINT = ("vpcEndpointId", "eventVersion")
_TLS = "tlsDetails"
_ADDITIONAL = "additionalEventData"
_TIME = ("eventTime", "timestamp")

_READ: dict[str, tuple[str, ...]] = {
    "aws:currenttime": _TIME,
    "aws:epochtime": _TIME,
    "aws:requestedregion": (_TLS,),
    "aws:securetransport": (_TLS, _ADDITIONAL, "sourceIPAddress"),
    "aws:sourceip": (*_ENDPOINT, "sourceIPAddress"),
    "aws:sourcevpc": _ENDPOINT,
    "aws:sourcevpce": _ENDPOINT,
    "aws:useragent": ("userAgent",),
    "aws:vpceaccount": (*_ENDPOINT, "vpcEndpointAccountId"),
    "aws:vpceorgid": _ENDPOINT,
    "aws:vpceorgpaths": _ENDPOINT,
    "aws:vpcsourceip": (*_ENDPOINT, "sourceIPAddress"),
    "s3:authtype": (_ADDITIONAL,),
    "s3:signatureversion": (_ADDITIONAL,),
    "s3:tlsversion": (_TLS,),
}
"""The fields (attributes of `Wire`) of each key; keys that are not here read none."""

# when the session began enters `Identity`, but is another for every session
_SESSION_TIME = frozenset({"aws:tokenissuetime"})


@dataclass(frozen=True, slots=True)
class Volatile:
    """`texts`: fields that are text. `tls`, `additional`: whether these objects are read. `session_time`: whether `creationDate` is."""

    texts: tuple[str, ...]
    tls: bool
    additional: bool
    session_time: bool

    def __bool__(self) -> bool:
        return bool(self.texts) or self.tls or self.additional


def volatile_of(keys: Iterable[str]) -> Volatile:
    """What these folded keys read."""
    asked = frozenset(keys)
    names = {name for key in asked for name in _READ.get(key, ())}
    return Volatile(
        texts=tuple(sorted(names - {_TLS, _ADDITIONAL})),
        tls=_TLS in names,
        additional=_ADDITIONAL in names,
        session_time=not _SESSION_TIME.isdisjoint(asked),
    )


SETTLED = (
    *(key for key in sorted(GLOBAL) if not volatile_of([key]) and key not in _SESSION_TIME),
    "aws:requestedregion",
)
"""Keys that hardly tell more cases apart: they are worth keeping for policies that are asked later."""

assert {key for key in _READ if key.startswith("aws:")} <= GLOBAL.keys()
