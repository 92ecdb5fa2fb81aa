"""The gateway as an ASGI application: for every request, who asks, what for, and whether the policies allow all of it.

In: an engine holder, a store, and a way to authenticate. Out: an ASGI callable.
Invariant: **whatever goes wrong, nothing is done.** The store is touched in one place, after every check of the request
was allowed by one and the same engine; every exception on the way there ends in an error for the caller. What a caller is
told never names a policy or statement; the log does, with the digest of the program that decided.
"""

import asyncio
import datetime as dt
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import ostiary

from . import answers
from .addressing import Address, BadRequest, address
from .conditions import Connection, check_context, request_context, tagging_header
from .operations import Check, Operation, bucket_arn, copies_tags, delete_check, operation
from .store import Missing, Store, Stored
from .users import Authenticate, Identity

LOG = logging.getLogger("gateway")
_LARGEST_BODY = 64 * 2**20
_LARGEST_XML = 2**21
_XML_BODIES = ("DeleteObjects", "PutObjectTagging", "CompleteMultipartUpload")
_MOST_KEYS = 1000

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Denied(Exception):  # noqa: N818  # it is an answer
    """The policies do not allow the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """One request while it is decided: the same engine, caller and context for all of its checks."""

    asked: Address
    identity: Identity
    engine: ostiary.Engine
    digest: str
    context: Mapping[str, object]
    request_id: str


class Gateway:
    """The application. `account` owns all buckets; `domain`: what stands behind a bucket in the Host header."""

    def __init__(
        self, held: ostiary.EngineHolder, store: Store, authenticate: Authenticate, *, account: str, domain: str
    ) -> None:
        self._held = held
        self._store = store
        self._authenticate = authenticate
        self._account = account
        self._domain = domain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            answer = await self._answer(scope, receive)
            headers = {"content-length": str(len(answer.body)), **answer.headers}
            raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": answer.status, "headers": raw})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """The thread that follows the policies lives as long as the application."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._held.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self._held.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        request_id = secrets.token_hex(8).upper()
        path = scope["raw_path"].decode("latin-1")
        try:
            return await self._serve(scope, receive, request_id)
        except Denied:
            return _error(403, "AccessDenied", "Access Denied", path, request_id)
        except BadRequest as problem:
            LOG.info("%s: refused, %s %s", request_id, problem.code, problem.message)
            return _error(problem.status, problem.code, problem.message, path, request_id)
        except Missing as problem:
            return _error(404, str(problem), "The specified resource does not exist.", path, request_id)
        except Exception:
            LOG.exception("%s: failed", request_id)
            return _error(500, "InternalError", "We encountered an internal error.", path, request_id)

    async def _serve(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        asked = address(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], self._domain)
        identity = self._authenticate(asked.headers)
        if identity is None:
            raise BadRequest("InvalidAccessKeyId", "The credentials you provided are not valid.", 403)
        client = scope.get("client")
        if client is None:
            raise BadRequest("InvalidRequest", "The address of the caller is not known.")
        connection = Connection(client[0], scope["scheme"] == "https")
        now = dt.datetime.now(dt.UTC)
        engine, digest = self._held.current
        context = request_context(asked, identity, connection, now)
        session = Session(asked, identity, engine, digest, context, request_id)
        wanted = operation(asked, lambda *source: bool(self._tags(*source)))
        self._require(session, wanted.checks)  # before a byte of the body is read
        body = await _body(receive, _LARGEST_XML if wanted.name in _XML_BODIES else _LARGEST_BODY)
        # From here on nothing else runs. While the body came in, others may have tagged the object, so it is asked again.
        wanted = operation(asked, lambda *source: bool(self._tags(*source)))
        self._require(session, wanted.checks)
        if wanted.name == "DeleteObjects":
            return self._delete_objects(session, body)
        try:
            return self._do(session, wanted, body)
        except Missing:
            # Whether something exists is for those to know who may list it.
            sources = (wanted.source[0],) if wanted.source is not None else ()
            if asked.key:
                self._require(
                    session, (Check("s3:ListBucket", bucket_arn(each), each) for each in (asked.bucket, *sources))
                )
            raise

    def _require(self, session: Session, checks: Iterable[Check]) -> None:
        for check in checks:
            if not self._allowed(session, check):
                raise Denied

    def _allowed(self, session: Session, check: Check) -> bool:
        """Asks the engine, and writes down what it says of a denial."""
        identity = session.identity
        tags = self._tags(check.bucket, check.key, check.version) if check.key else {}
        decision = session.engine.authorize(
            identity.principal,
            check.action,
            check.resource,
            check_context(session.asked, check, session.context, tags),
            # S3 ARNs do not say whose a bucket is. For the owner's own callers it follows from the caller, and is faster.
            resource_account=None if identity.account == self._account else self._account,
        )
        if not decision.allowed:
            LOG.warning(
                "%s: %s by %r: %s on %r; statements %s; undecided %s; program %s",
                session.request_id,
                decision.effect.value,
                identity.principal,
                check.action,
                check.resource,
                [str(statement) for statement in decision.statements],
                [str(doubt) for doubt in decision.undecided],
                session.digest[:12],
            )
        return decision.allowed

    def _tags(self, bucket: str, key: str, version: str | None) -> Mapping[str, str]:
        return self._store.tags(bucket, key, version) if self._store.has_bucket(bucket) else {}

    def _delete_objects(self, session: Session, body: bytes) -> Answer:
        """One check for each key; those that are allowed are deleted, the others are named as denied."""
        bucket = session.asked.bucket
        gone: list[tuple[str, str | None]] = []
        denied: list[tuple[str, str | None]] = []
        for key, version in answers.keys_to_delete(body):
            allowed = self._allowed(session, delete_check(bucket, key, version))
            (gone if allowed else denied).append((key, version))
        for key, version in gone:
            self._store.delete(bucket, key, version)
        return _xml(answers.deleted(gone, denied))

    def _do(self, session: Session, wanted: Operation, body: bytes) -> Answer:
        """Does what was allowed."""
        asked, store, version = session.asked, self._store, wanted.version
        bucket, key, query = asked.bucket, asked.key, asked.query
        kind = asked.headers.get("content-type", "binary/octet-stream")
        match wanted.name:
            case "ListBuckets":
                return _xml(answers.buckets(store.buckets()))
            case "CreateBucket":
                store.create_bucket(bucket)
                return Answer(200, headers={"location": f"/{bucket}"})
            case "HeadBucket":
                store.list_keys(bucket, "", "", "", 0)
                return Answer(200)
            case "DeleteBucket":
                if not store.delete_bucket(bucket):
                    raise BadRequest("BucketNotEmpty", "The bucket you tried to delete is not empty.", 409)
                return Answer(204)
            case "ListObjects":
                most = min(_number(query.get("max-keys", "1000")), _MOST_KEYS)
                after = max(query.get(name, "") for name in ("marker", "continuation-token", "start-after"))
                page = store.list_keys(bucket, query.get("prefix", ""), query.get("delimiter", ""), after, most)
                return _xml(answers.listing(bucket, query, most, page))
            case "ListObjectVersions":
                return _xml(answers.versions(bucket, store.versions(bucket, query.get("prefix", ""))))
            case "GetObject" | "HeadObject":
                stored = store.get(bucket, key, version)
                length = {"content-length": str(len(stored.body))}
                return Answer(200, stored.body, {**_about(stored), **length, "content-type": stored.content_type})
            case "PutObject":
                given = tagging_header(asked.headers.get("x-amz-tagging", ""))
                return Answer(200, headers=_about(store.put(bucket, key, body, kind, given)))
            case "CopyObject" if wanted.source is not None:
                source = store.get(*wanted.source)
                given = tagging_header(asked.headers.get("x-amz-tagging", ""))
                tags = source.tags if copies_tags(asked) else given
                made = store.put(bucket, key, source.body, source.content_type, tags)
                return _xml(answers.copied(made, part=False), _about(made))
            case "DeleteObject":
                store.delete(bucket, key, version)
                return Answer(204)
            case "GetObjectTagging":
                return _xml(answers.tagging(store.get(bucket, key, version).tags))
            case "PutObjectTagging":
                store.tag(bucket, key, version, answers.tags_to_put(body))
                return Answer(200)
            case "DeleteObjectTagging":
                store.tag(bucket, key, version, {})
                return Answer(204)
            case "CreateMultipartUpload":
                upload = store.start_upload(bucket, key)
                return _xml(answers.upload("InitiateMultipartUploadResult", bucket, key, upload))
            case "UploadPart" | "UploadPartCopy":
                part = store.get(*wanted.source) if wanted.source is not None else Stored("", body)
                store.put_part(bucket, key, query["uploadId"], _number(query.get("partNumber", "")), part.body)
                etag = {"etag": part.etag}
                return _xml(answers.copied(part, part=True)) if wanted.source is not None else Answer(200, headers=etag)
            case "CompleteMultipartUpload":
                store.finish_upload(bucket, key, query["uploadId"])
                return _xml(answers.upload("CompleteMultipartUploadResult", bucket, key, None))
            case "AbortMultipartUpload":
                store.abort_upload(bucket, key, query["uploadId"])
                return Answer(204)
            case _:
                raise BadRequest("NotImplemented", "This store does not do that.", 501)


def _about(stored: Stored) -> dict[str, str]:
    return {"etag": stored.etag, "x-amz-version-id": stored.version}


def _xml(body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(200, body, {"content-type": "application/xml", **(headers or {})})


def _error(status: int, code: str, message: str, path: str, request_id: str) -> Answer:
    body = answers.error(code, message, path, request_id)
    headers = {"content-type": "application/xml", "x-amz-request-id": request_id}
    return Answer(HTTPStatus(status), body, headers)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("InvalidArgument", "A number was expected.")
    return int(text)


async def _body(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise BadRequest("IncompleteBody", "The body ended early.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > most:
            raise BadRequest("EntityTooLarge", "Your proposed upload is too large.", 413)
    return b"".join(parts)
