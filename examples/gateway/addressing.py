"""What a request addresses: from the bytes of the request line and the Host header to bucket, key and parameters.

In: the ASGI scope. Out: an `Address`; BadRequest for what can be read in more than one way.
Invariant: the text that is decided on is the text that the store is asked for. So everything is decoded exactly once,
malformed percent-encoding is refused rather than guessed, and keys are never normalised: `a/../b`, `//a` and `a` are three
keys. Two readings of one request (a parameter or header given twice) are an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_LONGEST_KEY = 1024  # bytes of UTF-8, as in S3


class BadRequest(Exception):  # noqa: N818  # it is an answer: status, S3's code, and a text for the caller
    """The request cannot be understood; nothing is decided and nothing is done."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class Address:
    """`bucket` is empty for the service itself, `key` for a bucket. `query`: parameters; a bare `?acl` has the value ""."""

    method: str
    bucket: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


def address(method: str, raw_path: bytes, query: bytes, headers: Iterable[tuple[bytes, bytes]], domain: str) -> Address:
    """Reads a request. `domain`: buckets may be named before it in the Host header, else they stand first in the path."""
    named = _headers(headers)
    bucket = _bucket_of_host(named.get("host", ""), domain)
    if not raw_path.startswith(b"/"):
        raise BadRequest("InvalidURI", "The path must begin with a slash.")
    path = raw_path[1:]
    service = False
    if bucket is None:
        first, _, path = path.partition(b"/")
        bucket = decoded(first)
        if not bucket and path:
            raise BadRequest("InvalidBucketName", "The path names no bucket.")
        service = not bucket
    if not service and not _BUCKET.fullmatch(bucket):
        raise BadRequest("InvalidBucketName", "The specified bucket is not valid.")
    return Address(method, bucket, object_key(decoded(path)), _parameters(query), named)


def object_key(key: str) -> str:
    """A key, if it is not too long."""
    if len(key.encode()) > _LONGEST_KEY:
        raise BadRequest("KeyTooLongError", "Your key is too long.")
    return key


def copy_source(header: str) -> tuple[str, str, str | None]:
    """Bucket, key and version of an `x-amz-copy-source` header: `/bucket/key?versionId=...`, percent-encoded."""
    path, mark, query = header.partition("?")
    bucket, _, key = decoded(path.encode("latin-1").removeprefix(b"/")).partition("/")
    parameters = _parameters(query.encode("latin-1"))
    if not _BUCKET.fullmatch(bucket) or not key or set(parameters) - {"versionId"} or (mark and not parameters):
        raise BadRequest("InvalidArgument", "The copy source is not valid.")
    return bucket, object_key(key), parameters.get("versionId")


def decoded(raw: bytes) -> str:
    """Percent-decodes once; BadRequest for a stray `%` and for what is not UTF-8."""
    if _BAD_PERCENT.search(raw):
        raise BadRequest("InvalidURI", "Couldn't parse the specified URI.")
    try:
        return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("InvalidURI", "Couldn't parse the specified URI.") from None


def _parameters(query: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split(b"&") if query else ():
        name, _, value = part.partition(b"=")
        name, value = name.replace(b"+", b" "), value.replace(b"+", b" ")
        if decoded(name) in found:
            raise BadRequest("InvalidArgument", "A parameter is given twice.")
        found[decoded(name)] = decoded(value)
    return found


def _headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name. Those that a decision may rest on count only if they are given once."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in found and (name in _ONCE or name.startswith("x-amz-")):
            raise BadRequest("InvalidRequest", "A header is given twice.")
        found[name] = value
    return found


_ONCE = frozenset({"authorization", "host", "referer", "user-agent"})


def _bucket_of_host(host: str, domain: str) -> str | None:
    """The bucket that the Host header names; None if the path does."""
    name = re.sub(r":[0-9]+\Z", "", host).lower()
    return name.removesuffix(f".{domain}") if name.endswith(f".{domain}") else None
