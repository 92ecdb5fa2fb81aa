"""S3 server access logs, as the events that CloudTrail would have written.

In: a line. Out: an event, or None if the line is none.
Invariant: at least the fields up to the version id must be there; more may follow, as AWS appends them. What the log lacks (the path of a
role, headers, tags, accounts of canonical ids) is missing in the event.
Not here: which permissions an operation needs.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ostiary.cloudtrail.principal import account_in
from ostiary.cloudtrail.times import ACCESS_LOG_TIME, read, written

# a quoted field may hold quotes: its end is a quote before what must follow
_LINE = re.compile(
    r"(?P<owner>\S+) (?P<bucket>\S+) \[(?P<time>[^\]]+)\] (?P<ip>\S+) (?P<requester>\S+) (?P<request>\S+) (?P<operation>[\w.]+) "
    r'(?P<key>\S+) (?:"(?P<uri>.*?)"|-) (?P<status>\d{3}|-) (?P<error>\S+) (?P<sent>\d+|-) (?P<size>\d+|-) (?P<total>\d+|-) '
    r'(?P<around>\d+|-) (?:"(?P<referer>.*?)"|-) (?:"(?P<agent>.*)"|-) (?P<version>\S+)(?: (?P<more>.*))?'
)
START = re.compile(rb"\S+ \S+ \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] \S+ \S+ \S+ [A-Z0-9]+\.[\w.]+ ")
"""How the first line of such a log begins."""

_MORE = ("host", "signature", "cipher", "authentication", "header", "tls", "accesspoint", "acl", "region")
_REGION = re.compile(r"(?:^|[.-])([a-z]{2}(?:-gov)?-[a-z]+-\d)\.amazonaws\.com")
_NAMES = {
    "BATCH.DELETE.OBJECT": "DeleteObject",
    "REST.COPY.OBJECT": "CopyObject",
    "REST.COPY.OBJECT_GET": "GetObject",
    "REST.COPY.PART": "UploadPartCopy",
    "REST.COPY.PART_GET": "GetObject",
    "REST.DELETE.UPLOAD": "AbortMultipartUpload",
    "REST.GET.BUCKET": "ListObjects",
    "REST.GET.BUCKETPOLICY": "GetBucketPolicy",
    "REST.GET.BUCKETVERSIONS": "ListObjectVersions",
    "REST.GET.LOGGING_STATUS": "GetBucketLogging",
    "REST.GET.OBJECT": "GetObject",
    "REST.GET.OBJECT_TAGGING": "GetObjectTagging",
    "REST.GET.PUBLIC_ACCESS_BLOCK": "GetBucketPublicAccessBlock",
    "REST.GET.REQUEST_PAYMENT": "GetBucketRequestPayment",
    "REST.GET.SERVICE": "ListBuckets",
    "REST.GET.UPLOAD": "ListParts",
    "REST.GET.UPLOADS": "ListMultipartUploads",
    "REST.HEAD.BUCKET": "HeadBucket",
    "REST.HEAD.OBJECT": "HeadObject",
    "REST.OPTIONS.PREFLIGHT": "PreflightRequest",
    "REST.POST.MULTI_OBJECT_DELETE": "DeleteObjects",
    "REST.POST.OBJECT": "PutObject",
    "REST.POST.UPLOAD": "CompleteMultipartUpload",
    "REST.POST.UPLOADS": "CreateMultipartUpload",
    "REST.PUT.BUCKET": "CreateBucket",
    "REST.PUT.BUCKETPOLICY": "PutBucketPolicy",
    "REST.DELETE.BUCKETPOLICY": "DeleteBucketPolicy",
    "REST.PUT.LOGGING_STATUS": "PutBucketLogging",
    "REST.PUT.OBJECT": "PutObject",
    "REST.PUT.OBJECT_TAGGING": "PutObjectTagging",
    "REST.DELETE.OBJECT_TAGGING": "DeleteObjectTagging",
    "REST.PUT.PART": "UploadPart",
    "REST.DELETE.BUCKET": "DeleteBucket",
    "REST.DELETE.OBJECT": "DeleteObject",
    "WEBSITE.GET.OBJECT": "GetObject",
    "WEBSITE.HEAD.OBJECT": "HeadObject",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
_WITH_OBJECTS = frozenset({"ACL", "RETENTION", "LEGAL_HOLD", "TORRENT"})
# several lines may have the request id of one request
_SHARE_IDS = ("BATCH.", "REST.COPY.")


def s3_event(line: str) -> dict[str, Any] | None:
    """The event of a line; None if it is no line of such a log."""
    found = _LINE.fullmatch(line.rstrip("\r\n"))
    time = _time(found["time"]) if found else None
    if found is None or time is None:
        return None
    more = {name: value for name, value in zip(_MORE, (found["more"] or "").split(" "), strict=False) if value != "-"}
    operation, bucket = found["operation"], found["bucket"]
    key = None if found["key"] == "-" else unquote(found["key"])
    parameters = {"bucketName": bucket, **_query(found["uri"])}
    if key is not None:
        parameters["key"] = key
    if found["version"] != "-":
        parameters["versionId"] = found["version"]
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key is not None else "")
    resources: list[dict[str, Any]] = [
        {"ARN": resource, "type": "AWS::S3::Object" if key is not None else "AWS::S3::Bucket"}
    ]
    point = more.get("accesspoint")
    if point:
        resources.append({"ARN": point, "type": "AWS::S3::AccessPoint", "accountId": account_in(point)})
    header = more.get("header", "")
    region = more.get("region") or (_REGION.search(header) or {1: None})[1]
    cipher, tls = more.get("cipher"), more.get("tls")
    status = "" if found["status"] == "-" else found["status"]
    error = None if found["error"] == "-" else found["error"]
    shared_id = operation.startswith(_SHARE_IDS)
    event: dict[str, Any] = {
        "eventVersion": "1.11",
        "eventID": f"{found['request']} {operation} {found['key']}" if shared_id else found["request"],
        "eventTime": time,
        "eventSource": "s3.amazonaws.com",
        "eventName": _name(operation, key is not None),
        "eventType": "AwsServiceEvent" if operation.startswith("S3.") else "AwsApiCall",
        "eventCategory": "Data" if key is not None else "Management",
        "awsRegion": region,
        "sourceIPAddress": None if found["ip"] == "-" else found["ip"],
        "userAgent": found["agent"] if found["agent"] not in {None, "-"} else None,
        "errorCode": error or (status if status >= "400" else None),
        "requestParameters": parameters,
        "additionalEventData": {
            name: value
            for name, value in (
                ("SignatureVersion", more.get("signature")),
                ("CipherSuite", cipher),
                ("AuthenticationMethod", more.get("authentication")),
            )
            if value is not None
        },
        "tlsDetails": {
            "tlsVersion": tls.replace("TLSV", "TLSv"),
            "cipherSuite": cipher,
            "clientProvidedHostHeader": header,
        }
        if tls
        else None,
        "resources": resources,
        "userIdentity": _requester(found["requester"]),
    }
    return {name: value for name, value in event.items() if value is not None}


def _name(operation: str, of_object: bool) -> str:  # noqa: FBT001
    """The operation's name in CloudTrail, or the log's own where there is no rule."""
    known = _NAMES.get(operation)
    if known:
        return known
    family, _, rest = operation.partition(".")
    verb, _, what = rest.partition(".")
    if family != "REST" or verb not in _VERBS or not what:
        return operation
    kind = "Object" if of_object and what in _WITH_OBJECTS else "Bucket"
    return _VERBS[verb] + kind + what.replace("_", " ").title().replace(" ", "")


def _requester(text: str) -> dict[str, Any]:
    """Who asked: an ARN, a service, nobody, or a canonical id, whose account the log does not tell."""
    if text == "-":
        return {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    if text.startswith("svc:"):
        return {"type": "AWSService", "invokedBy": text.removeprefix("svc:")}
    if text.startswith("arn:"):
        return {"arn": text, "accountId": account_in(text)}
    return {"type": "AWSAccount", "principalId": text}


def _query(uri: str | None) -> dict[str, str]:
    """What the request line asks for, by the names of the query."""
    target = (uri or "").split(" ")[1:2]
    try:
        query = urlsplit(target[0]).query if target else ""
    except ValueError:
        return {}
    return {
        name: value
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name in {"prefix", "delimiter", "max-keys", "versionId", "list-type", "uploadId", "partNumber"}
    }


def _time(text: str) -> str | None:
    time = read(text, ACCESS_LOG_TIME)
    return written(time) if time else None
