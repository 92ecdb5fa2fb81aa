"""What the parameters of a call add to its actions, or decide about them (cloudtrail-mapping.md 4.3, 4.4).

In: a `Record`. Out: its `MappedAction`s, the one that the call is about first; empty if the record cannot be mapped.
Invariant: as in `action`; an action that only part of the parameters is about carries that part.
Not here: permissions for roles and tags that come along (`dependents`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ostiary.cloudtrail.action import MappedAction, Purpose, actions_by_name
from ostiary.cloudtrail.record import Json, Record, text_of
from ostiary.cloudtrail.reference import Reference
from ostiary.cloudtrail.tables_actions import S3_ACL_ACTIONS, S3_HEADERS, S3_VERSIONED
from ostiary_grammar.terms import fold

_NOTHING: Json = {}
_EXPRESS_ENDING = "--x-s3"
_EXPRESS_SOURCE = "s3express."
_QUIET_ACLS = frozenset({"private", "bucket-owner-full-control"})
_OBJECT_ACTIONS = frozenset(
    {
        "GetObject",
        "PutObject",
        "DeleteObject",
        "ListBucket",
        "AbortMultipartUpload",
        "ListMultipartUploadParts",
        "ListBucketMultipartUploads",
    }
)


def actions_of(record: Record) -> tuple[MappedAction, ...]:
    """The actions that a call needs."""
    source, name = record.source, record.name
    if not source or not name:
        return ()
    by_content = _BY_CONTENT.get((source.partition(".")[0], fold(name)))
    if by_content:
        return tuple(by_content(record.parameters or _NOTHING))
    found = actions_by_name(source, name)
    refine = _BY_PREFIX.get(found[0].info.prefix) if found else None
    return refine(found, record) if refine and record.parameters else found


def _s3(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    parameters = record.parameters or _NOTHING
    primary, others = found[0], found[1:]
    bucket = text_of(parameters, "bucketName") or ""
    if bucket.endswith(_EXPRESS_ENDING) or (record.source or "").startswith(_EXPRESS_SOURCE):
        return (_express(primary),)
    if ":s3-object-lambda:" in bucket or ":s3-outposts:" in bucket:
        info = Reference.packaged().action(bucket.split(":")[2], primary.info.name)
        return (MappedAction(info),) if info else found
    if text_of(parameters, "versionId"):
        primary = _renamed(primary, S3_VERSIONED)
        others = tuple(_renamed(other, S3_VERSIONED) for other in others)
    return (primary, *others, *_s3_headers(primary, parameters), *_s3_source(record.name or "", parameters))


def _s3_headers(primary: MappedAction, parameters: Json) -> Iterator[MappedAction]:
    """Actions for what the headers ask besides."""
    wanted = dict.fromkeys(
        name
        for action, header, names in S3_HEADERS
        if action == primary.info.name and _sent(parameters, header)
        for name in names.split(" ")
    )
    for name in wanted:
        yield from _also("s3", name, Purpose.REQUIRED)
    acl_action = S3_ACL_ACTIONS.get(primary.info.name)
    if acl_action:
        acl = text_of(parameters, "x-amz-acl")
        if any(name.startswith("x-amz-grant-") for name in parameters) or (acl and acl not in _QUIET_ACLS):
            yield from _also("s3", acl_action, Purpose.REQUIRED)
        elif acl and primary.info.name == "PutObject":
            # these two change nothing where ACLs are off, and are then not checked
            yield from _also("s3", acl_action, Purpose.CONDITIONAL)


def _s3_source(name: str, parameters: Json) -> Iterator[MappedAction]:
    """Reading what is copied."""
    if not name.startswith(("CopyObject", "UploadPartCopy")):
        return
    source = unquote(text_of(parameters, "x-amz-copy-source") or "").lstrip("/")
    place, _, query = source.partition("?")
    if place.startswith("arn:"):
        about: dict[str, str] = {"resourceArn": place}
    else:
        bucket, _, key = place.partition("/")
        about = {"bucketName": bucket, "key": key} if bucket and key else {}
    read = "GetObjectVersion" if "versionId=" in query else "GetObject"
    yield from _also("s3", read, Purpose.REQUIRED, about)
    if name == "CopyObject" and not _sent(parameters, "x-amz-tagging"):
        # tags are copied by default, and that is checked if there are any
        yield from _also("s3", "GetObjectTagging", Purpose.CONDITIONAL, about)
        yield from _also("s3", "PutObjectTagging", Purpose.CONDITIONAL)


def _express(primary: MappedAction) -> MappedAction:
    """Directory buckets: actions of a service of their own, and one session for all object operations."""
    name = "CreateSession" if primary.info.name in _OBJECT_ACTIONS else primary.info.name
    info = Reference.packaged().action("s3express", name)
    return replace(primary, info=info) if info else primary


def _sts(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    parameters = record.parameters or _NOTHING
    if found[0].info.name not in {"AssumeRole", "GetFederationToken"}:
        return found
    wanted = [
        action
        for name, action in (
            ("tags", "TagSession"),
            ("sourceIdentity", "SetSourceIdentity"),
            ("providedContexts", "SetContext"),
        )
        if parameters.get(name)
    ]
    return found + tuple(further for name in wanted for further in _also("sts", name, Purpose.REQUIRED))


def _kms(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    """ReEncrypt names two keys: the record lists the source first."""
    if found[0].info.name != "ReEncryptFrom" or len(found) < 2:
        return found
    parameters = record.parameters or _NOTHING
    keys = [resource.arn for resource in record.resources] if len(record.resources) == 2 else [None, None]
    names = ("sourceKeyId", "destinationKeyId")
    return tuple(
        replace(action, about={"keyId": key or text_of(parameters, name) or ""})
        for action, key, name in zip(found, keys, names, strict=True)
    )


def _bedrock(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    guardrail = text_of(record.parameters or _NOTHING, "guardrailIdentifier")
    if not guardrail or not found[0].info.name.startswith("Invoke"):
        return found
    return found + tuple(_also("bedrock", "ApplyGuardrail", Purpose.REQUIRED, {"guardrailIdentifier": guardrail}))


def _secretsmanager(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    """BatchGetSecretValue reads the listed secrets, or those that a filter finds."""
    if found[0].info.name != "BatchGetSecretValue":
        return found
    parameters = record.parameters or _NOTHING
    secrets = parameters.get("secretIdList")
    if isinstance(secrets, list) and secrets:
        read = [
            action
            for secret in secrets
            if isinstance(secret, str)
            for action in _also("secretsmanager", "GetSecretValue", Purpose.REQUIRED, {"secretId": secret})
        ]
        return (found[0], *read)
    return (
        found[0],
        *_also("secretsmanager", "ListSecrets", Purpose.REQUIRED, _NOTHING),
        *_also("secretsmanager", "GetSecretValue", Purpose.CONDITIONAL, _NOTHING),
    )


def _autoscaling(found: tuple[MappedAction, ...], record: Record) -> tuple[MappedAction, ...]:
    """Application Auto Scaling logs under the same source, and some of its names are the same."""
    if "serviceNamespace" not in (record.parameters or _NOTHING):
        return found
    info = Reference.packaged().action("application-autoscaling", found[0].info.name)
    return (MappedAction(info),) if info else found


def _dynamodb_transaction(parameters: Json) -> Iterator[MappedAction]:
    """Each element of a transaction is an action on its own table."""
    items = parameters.get("transactItems")
    purpose = Purpose.PRIMARY
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        for kind, element in item.items():
            action = _ELEMENTS.get(fold(kind))
            if action and isinstance(element, dict):
                yield from _also("dynamodb", action, purpose, element)
                purpose = Purpose.REQUIRED


_ELEMENTS = {
    "get": "GetItem",
    "put": "PutItem",
    "update": "UpdateItem",
    "delete": "DeleteItem",
    "conditioncheck": "ConditionCheckItem",
}
_PARTIQL = re.compile(
    r"""\s*(?P<verb>SELECT|INSERT|UPDATE|DELETE)\b(?:.*?\bFROM|\s+INTO)?\s+"?(?P<table>[\w.-]+)"?(?:\."?(?P<index>[\w.-]+)"?)?""",
    re.IGNORECASE | re.DOTALL,
)


def _dynamodb_partiql(parameters: Json) -> Iterator[MappedAction]:
    """PartiQL: the verb is the action, the first name behind it the table."""
    purpose = Purpose.PRIMARY
    for statement in _statements(parameters):
        parsed = _PARTIQL.match(statement[:20_000])
        if parsed:
            about = {"tableName": parsed["table"]} | ({"indexName": parsed["index"]} if parsed["index"] else {})
            yield from _also("dynamodb", f"PartiQL{parsed['verb'].capitalize()}", purpose, about)
            purpose = Purpose.REQUIRED


def _statements(parameters: Json) -> Iterator[str]:
    for name in ("statement", "statements", "transactStatements"):
        value: Any = parameters.get(name)
        for entry in value if isinstance(value, list) else [value]:
            text = entry.get("statement") if isinstance(entry, dict) else entry
            if isinstance(text, str):
                yield text


_TIMESTREAM = (
    (re.compile(r"\s*SHOW\s+DATABASES\b", re.IGNORECASE), "ListDatabases"),
    (re.compile(r"\s*SHOW\s+TABLES\b", re.IGNORECASE), "ListTables"),
    (re.compile(r"\s*SHOW\s+MEASURES\b", re.IGNORECASE), "ListMeasures"),
    (re.compile(r"\s*DESC(?:RIBE)?\b", re.IGNORECASE), "DescribeTable"),
    (re.compile(r"\s*UNLOAD\b", re.IGNORECASE), "Unload"),
    (re.compile(r"\s*(?:SELECT|WITH)\b.*\bFROM\b", re.IGNORECASE | re.DOTALL), "Select"),
    (re.compile(r"\s*SELECT\b", re.IGNORECASE), "SelectValues"),
)


def _timestream_query(parameters: Json) -> Iterator[MappedAction]:
    statement = (text_of(parameters, "queryString") or "")[:20_000]
    for pattern, action in _TIMESTREAM:
        if pattern.match(statement):
            yield from _also("timestream", action, Purpose.PRIMARY)
            return


def _also(prefix: str, name: str, purpose: Purpose, about: Json | None = None) -> Iterator[MappedAction]:
    info = Reference.packaged().action(prefix, name)
    if info:
        yield MappedAction(info, purpose, about)


def _renamed(action: MappedAction, names: dict[str, str]) -> MappedAction:
    name = names.get(action.info.name)
    info = Reference.packaged().action(action.info.prefix, name) if name else None
    return replace(action, info=info) if info else action


def _sent(parameters: Json, header: str) -> bool:
    """Whether a header was sent; one that says no counts as not sent."""
    return (text_of(parameters, header) or "").lower() not in {"", "false", "off"}


_BY_PREFIX: dict[str, Callable[[tuple[MappedAction, ...], Record], tuple[MappedAction, ...]]] = {
    "autoscaling": _autoscaling,
    "bedrock": _bedrock,
    "kms": _kms,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "sts": _sts,
}
_BY_CONTENT: dict[tuple[str, str], Callable[[Json], Iterator[MappedAction]]] = {
    ("dynamodb", "batchexecutestatement"): _dynamodb_partiql,
    ("dynamodb", "executestatement"): _dynamodb_partiql,
    ("dynamodb", "executetransaction"): _dynamodb_partiql,
    ("dynamodb", "transactgetitems"): _dynamodb_transaction,
    ("dynamodb", "transactwriteitems"): _dynamodb_transaction,
    ("timestream", "query"): _timestream_query,
}
