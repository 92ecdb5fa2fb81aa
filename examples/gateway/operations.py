"""From a request to the S3 operation, and to the actions that it needs on which ARNs.

In: an `Address`. Out: an `Operation` with its checks; **every one of them must be allowed**. NotImplemented for a request
that is not in the tables: what is not understood is not done, and never passes as the plain operation beside it.
Source: the S3 API reference and the Service Authorization Reference for Amazon S3 (required permissions of each call).
"""

from collections.abc import Callable
from dataclasses import dataclass

from .addressing import Address, BadRequest, copy_source

ANY = "*"


@dataclass(frozen=True, slots=True)
class Check:
    """One question: an action on an ARN. `key`, `version`: the object that it is about, if any."""

    action: str
    resource: str
    bucket: str = ""
    key: str = ""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be done if all checks are allowed. `source`: bucket, key and version that are copied."""

    name: str
    checks: tuple[Check, ...]
    version: str | None = None
    source: tuple[str, str, str | None] | None = None


# (method, sub-resource) -> the name of the call, and the action. The sub-resource is the one parameter that says what is
# meant; "" is a request without any.
_BUCKET = {
    ("GET", ""): ("ListObjects", "ListBucket"),
    ("HEAD", ""): ("HeadBucket", "ListBucket"),
    ("PUT", ""): ("CreateBucket", "CreateBucket"),
    ("DELETE", ""): ("DeleteBucket", "DeleteBucket"),
    ("GET", "versions"): ("ListObjectVersions", "ListBucketVersions"),
    ("GET", "uploads"): ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("GET", "location"): ("GetBucketLocation", "GetBucketLocation"),
    ("GET", "acl"): ("GetBucketAcl", "GetBucketAcl"),
    ("PUT", "acl"): ("PutBucketAcl", "PutBucketAcl"),
    ("GET", "policy"): ("GetBucketPolicy", "GetBucketPolicy"),
    ("PUT", "policy"): ("PutBucketPolicy", "PutBucketPolicy"),
    ("DELETE", "policy"): ("DeleteBucketPolicy", "DeleteBucketPolicy"),
    ("GET", "policyStatus"): ("GetBucketPolicyStatus", "GetBucketPolicyStatus"),
    ("GET", "versioning"): ("GetBucketVersioning", "GetBucketVersioning"),
    ("PUT", "versioning"): ("PutBucketVersioning", "PutBucketVersioning"),
    ("GET", "tagging"): ("GetBucketTagging", "GetBucketTagging"),
    ("PUT", "tagging"): ("PutBucketTagging", "PutBucketTagging"),
    ("DELETE", "tagging"): ("DeleteBucketTagging", "PutBucketTagging"),
    ("GET", "lifecycle"): ("GetBucketLifecycle", "GetLifecycleConfiguration"),
    ("PUT", "lifecycle"): ("PutBucketLifecycle", "PutLifecycleConfiguration"),
    ("DELETE", "lifecycle"): ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("GET", "cors"): ("GetBucketCors", "GetBucketCORS"),
    ("PUT", "cors"): ("PutBucketCors", "PutBucketCORS"),
    ("DELETE", "cors"): ("DeleteBucketCors", "PutBucketCORS"),
    ("GET", "encryption"): ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("PUT", "encryption"): ("PutBucketEncryption", "PutEncryptionConfiguration"),
    ("GET", "object-lock"): ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("PUT", "object-lock"): ("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("GET", "publicAccessBlock"): ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PUT", "publicAccessBlock"): ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
}
# The same for objects; the third says the action that `versionId` asks for, None where it may not be given.
_OBJECT: dict[tuple[str, str], tuple[str, str, str | None]] = {
    ("GET", ""): ("GetObject", "GetObject", "GetObjectVersion"),
    ("HEAD", ""): ("HeadObject", "GetObject", "GetObjectVersion"),
    ("PUT", ""): ("PutObject", "PutObject", None),
    ("DELETE", ""): ("DeleteObject", "DeleteObject", "DeleteObjectVersion"),
    ("GET", "acl"): ("GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"),
    ("PUT", "acl"): ("PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"),
    ("GET", "tagging"): ("GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging"),
    ("PUT", "tagging"): ("PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging"),
    ("DELETE", "tagging"): ("DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"),
    ("GET", "retention"): ("GetObjectRetention", "GetObjectRetention", "GetObjectRetention"),
    ("PUT", "retention"): ("PutObjectRetention", "PutObjectRetention", "PutObjectRetention"),
    ("GET", "legal-hold"): ("GetObjectLegalHold", "GetObjectLegalHold", "GetObjectLegalHold"),
    ("PUT", "legal-hold"): ("PutObjectLegalHold", "PutObjectLegalHold", "PutObjectLegalHold"),
    ("POST", "restore"): ("RestoreObject", "RestoreObject", "RestoreObject"),
    ("POST", "uploads"): ("CreateMultipartUpload", "PutObject", None),
    ("PUT", "uploadId"): ("UploadPart", "PutObject", None),
    ("POST", "uploadId"): ("CompleteMultipartUpload", "PutObject", None),
    ("GET", "uploadId"): ("ListParts", "ListMultipartUploadParts", None),
    ("DELETE", "uploadId"): ("AbortMultipartUpload", "AbortMultipartUpload", None),
}
# Parameters that do not change what is meant. Everything else in a query must be a sub-resource that the tables know.
_LISTING = {"prefix", "delimiter", "max-keys", "encoding-type"}
_PLAIN = {
    "ListObjects": {*_LISTING, "marker", "list-type", "continuation-token", "start-after", "fetch-owner"},
    "ListObjectVersions": {*_LISTING, "key-marker", "version-id-marker"},
    "ListMultipartUploads": {"prefix", "delimiter", "encoding-type", "max-uploads", "key-marker", "upload-id-marker"},
    "GetObject": {f"response-{name}" for name in ("content-type", "content-disposition", "cache-control", "expires")},
    "UploadPart": {"partNumber"},
    "UploadPartCopy": {"partNumber"},
    "ListParts": {"max-parts", "part-number-marker"},
}
_SUB_RESOURCES = {sub for _, sub in (*_BUCKET, *_OBJECT)} | {"delete"}
# Headers by which one call does what another action allows.
_MORE = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-tagging": "PutObjectTagging",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
}


def operation(asked: Address, tagged: Callable[[str, str, str | None], bool]) -> Operation:
    """The operation that a request asks for; BadRequest if it is none, or more than one.

    `tagged`: whether the object of a bucket, key and version has tags, which a copy takes along.
    """
    named = [name for name in asked.query if name in _SUB_RESOURCES]
    if len(named) > 1:
        raise BadRequest("InvalidRequest", "More than one sub-resource is given.")
    sub = named[0] if named else ""
    if not asked.bucket:
        found = Operation("ListBuckets", (Check("s3:ListAllMyBuckets", ANY),)) if asked.method == "GET" else None
    elif not asked.key:
        found = _bucket_operation(asked, sub)
    else:
        found = _object_operation(asked, sub, tagged)
    if found is None or (not asked.bucket and sub):
        raise _unknown()
    known = {*named, "x-id", *_PLAIN.get(found.name, ()), *(("versionId",) if found.version is not None else ())}
    if set(asked.query) - known:
        raise _unknown()
    return found


def copies_tags(asked: Address) -> bool:
    """Whether a copy takes the tags of its source along."""
    return asked.headers.get("x-amz-tagging-directive", "COPY").upper() == "COPY"


def bucket_arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def on_object(action: str, bucket: str, key: str, version: str | None = None) -> Check:
    return Check(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}", bucket, key, version)


def delete_check(bucket: str, key: str, version: str | None) -> Check:
    """What one entry of a DeleteObjects body needs."""
    return on_object("DeleteObject" if version is None else "DeleteObjectVersion", bucket, key, version)


def _bucket_operation(asked: Address, sub: str) -> Operation | None:
    if (asked.method, sub) == ("POST", "delete"):
        return Operation("DeleteObjects", ())  # its checks stand in the body, one for each key
    found = _BUCKET.get((asked.method, sub))
    if found is None:
        return None
    name, action = found
    checks = [Check(f"s3:{action}", bucket_arn(asked.bucket), asked.bucket)]
    if name == "CreateBucket" and "x-amz-acl" in asked.headers:
        checks.append(Check("s3:PutBucketAcl", bucket_arn(asked.bucket), asked.bucket))
    return Operation(name, tuple(checks))


def _object_operation(asked: Address, sub: str, tagged: Callable[[str, str, str | None], bool]) -> Operation | None:
    found = _OBJECT.get((asked.method, sub))
    if found is None:
        return None
    name, action, with_version = found
    version = asked.query.get("versionId")
    if version is not None:
        if with_version is None or not version:
            raise BadRequest("InvalidArgument", "This operation takes no version.")
        action = with_version
    checks = [on_object(action, asked.bucket, asked.key, version)]
    writes = action == "PutObject" and name != "CompleteMultipartUpload"
    if writes:
        checks += [
            on_object(more, asked.bucket, asked.key) for header, more in _MORE.items() if header in asked.headers
        ]
    source = None
    if "x-amz-copy-source" in asked.headers:
        if name not in ("PutObject", "UploadPart"):
            raise BadRequest("InvalidRequest", "Only objects and parts can be copied.")
        source = copy_source(asked.headers["x-amz-copy-source"])
        checks.append(on_object("GetObject" if source[2] is None else "GetObjectVersion", *source))
        name = "CopyObject" if name == "PutObject" else "UploadPartCopy"
        if name == "CopyObject" and copies_tags(asked) and tagged(*source):
            # The caller reads the source's tags and writes the copy's.
            reading = "GetObjectTagging" if source[2] is None else "GetObjectVersionTagging"
            checks += [on_object(reading, *source), on_object("PutObjectTagging", asked.bucket, asked.key)]
    return Operation(name, tuple(dict.fromkeys(checks)), version, source)


def _unknown() -> BadRequest:
    return BadRequest("NotImplemented", "A parameter or method that you provided is not implemented.", 501)
