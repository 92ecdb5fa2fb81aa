"""Condition keys of a request: what the gateway knows at first hand, and nothing that a caller could just claim.

In: an `Address`, who asks, the connection, and the tags of the object at hand. Out: the context of a check.
Invariant: a key is in the context only if the request carries it; a policy that rests on a key which the gateway cannot
know finds it absent, and its Deny with `Null` or a negated operator still binds.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from .addressing import Address, BadRequest
from .operations import Check
from .users import Identity

_LISTS = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
_HEADERS = (
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-content-sha256",
)


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of the connection itself. Addresses in `X-Forwarded-For` are claims of the caller: do not use them."""

    client: str
    secure: bool


def request_context(asked: Address, identity: Identity, connection: Connection, now: dt.datetime) -> dict[str, object]:
    """The keys that are the same for every check of a request."""
    context: dict[str, object] = {
        "aws:SourceIp": connection.client,
        "aws:SecureTransport": connection.secure,
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": int(now.timestamp()),
        **{f"aws:PrincipalTag/{key}": value for key, value in identity.tags.items()},
    }
    for header, key in (("user-agent", "aws:UserAgent"), ("referer", "aws:Referer")):
        if header in asked.headers:
            context[key] = asked.headers[header]
    if "authorization" in asked.headers:
        context["s3:authType"] = "REST-HEADER"
    context.update({f"s3:{header}": asked.headers[header] for header in _HEADERS if header in asked.headers})
    tags = tagging_header(asked.headers.get("x-amz-tagging", ""))
    if tags:
        context.update({f"s3:RequestObjectTag/{key}": value for key, value in tags.items()})
        context["s3:RequestObjectTagKeys"] = list(tags)
    return context


def check_context(
    asked: Address, check: Check, context: Mapping[str, object], tags: Mapping[str, str]
) -> dict[str, object]:
    """The keys of one check: those of the request, and those of its bucket listing or object.

    AWS gives `s3:ExistingObjectTag` for reading and tagging alone; here policies may use it for every action on an object.
    """
    own = dict(context)
    if check.action in _LISTS:
        own.update(
            {f"s3:{name}": asked.query[name] for name in ("prefix", "delimiter", "max-keys") if name in asked.query}
        )
    if check.version is not None:
        own["s3:VersionId"] = check.version
    own.update({f"s3:ExistingObjectTag/{key}": value for key, value in tags.items()})
    return own


def tagging_header(header: str) -> dict[str, str]:
    """The tags of an `x-amz-tagging` header, which is written as a query; BadRequest for a tag that is given twice."""
    if not header:
        return {}
    try:
        pairs = parse_qsl(header, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=10)
    except ValueError:
        pairs = []
    if not pairs or len(dict(pairs)) != len(pairs):
        raise BadRequest("InvalidTag", "The tags are not valid.")
    return dict(pairs)
