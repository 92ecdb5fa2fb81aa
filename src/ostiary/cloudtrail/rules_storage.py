"""Resources of the services that hold data: S3, DynamoDB, queues and topics, keys and secrets (cloudtrail-mapping.md 5).

In: a `Call` and a resource type. Out: the guesses that the parameters allow, an empty list if they name none, or None if
the general rules should try.
Invariant: each rule is about one service, and says nothing that the parameters do not.
Not here: the order in which sources are trusted (`resource`).
"""

from ostiary.cloudtrail.guesses import Call, Origin, ResourceGuess, Rule, arn_of, certain, unknown, with_account
from ostiary.cloudtrail.record import text_of
from ostiary.cloudtrail.reference import ResourceType
from ostiary.cloudtrail.templates import escape

_NAMED = Origin.TEMPLATE


# --- S3 -----------------------------------------------------------------------------------------------------------------


def _bucket(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    bucket = call.parameters.plain("bucketName") or call.parameters.plain("bucket")
    if not bucket:
        return None
    if bucket.startswith("arn:"):
        return []  # an access point, which is a type of its own
    return [certain(f"arn:{call.place.partition}:s3:::{bucket}", _NAMED, kind.name)]


def _object(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    bucket, key = call.parameters.plain("bucketName"), call.parameters.plain("key")
    if not bucket or bucket.startswith("arn:"):
        return None if not bucket else []
    arn = f"arn:{call.place.partition}:s3:::{bucket}/"
    return [certain(arn + key, _NAMED, kind.name) if key else unknown(escape(arn) + "*", kind.name, _NAMED)]


def _access_point(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    bucket = call.parameters.plain("bucketName")
    if bucket and bucket.startswith("arn:") and ":accesspoint/" in bucket:
        if kind.name != "accesspointobject":
            return [certain(bucket, Origin.PARAMETER, kind.name)]
        key = call.parameters.plain("key")
        arn = f"{bucket}/object/"
        return [certain(arn + key, _NAMED, kind.name) if key else unknown(escape(arn) + "*", kind.name, _NAMED)]
    return [] if bucket else None


def _express_bucket(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    bucket = call.parameters.plain("bucketName")
    return [certain(arn_of(call, "s3express", f"bucket/{bucket}"), _NAMED, kind.name)] if bucket else None


# --- DynamoDB -----------------------------------------------------------------------------------------------------------


def _table(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """A table, or its index where one is named: then only the index is checked."""
    index = call.parameters.plain("indexName")
    tables = [name for name in (call.parameters.plain("tableName"),) if name] or _batch_tables(call)
    return [
        certain(_table_arn(call, table) + (f"/index/{index}" if index else ""), _NAMED, "index" if index else kind.name)
        for table in tables
    ] or None


def _batch_tables(call: Call) -> list[str]:
    """The tables of a batch: keys of an object, or of the objects in a list."""
    items = call.parameters.tree.get("requestItems")
    if isinstance(items, dict):
        return list(items)
    if isinstance(items, list):
        return list(
            dict.fromkeys(
                item if isinstance(item, str) else next(iter(item), "")
                for item in items
                if item and isinstance(item, (str, dict))
            )
        )
    return []


def _table_arn(call: Call, table: str) -> str:
    return table if table.startswith("arn:") else arn_of(call, "dynamodb", f"table/{table}")


def _index(call: Call, kind: ResourceType) -> list[ResourceGuess]:
    del call, kind
    return []  # `_table` gives it


# --- SQS, SNS -----------------------------------------------------------------------------------------------------------


def _queue(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    url = call.parameters.plain("queueUrl")
    if url:
        account, _, name = url.rstrip("/").rpartition("/")
        owner = account.rpartition("/")[2]
        if name:
            arn = arn_of(call, "sqs", name)
            return [certain(with_account(arn, owner) if owner.isdigit() else arn, _NAMED, kind.name)]
    queue = call.parameters.plain("queueName")
    return [certain(arn_of(call, "sqs", queue), _NAMED, kind.name)] if queue else None


def _topic(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    for parameter in ("topicArn", "targetArn", "resourceArn"):
        arn = call.parameters.plain(parameter)
        if arn:
            return [certain(arn, Origin.PARAMETER, kind.name)]
    subscription = call.parameters.plain("subscriptionArn")
    if subscription and subscription.count(":") == 6:
        return [certain(subscription.rpartition(":")[0], Origin.PARAMETER, kind.name)]
    name = call.parameters.plain("name") if call.info.name == "CreateTopic" else None
    return [certain(arn_of(call, "sns", name), _NAMED, kind.name)] if name else None


# --- KMS, Secrets Manager -----------------------------------------------------------------------------------------------


def _key(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Policies match the key's ARN; an alias does not tell it."""
    key = call.parameters.plain("keyId") or call.parameters.plain("targetKeyId")
    if not key:
        return None
    if key.startswith("arn:"):
        fields = key.split(":", 5)
        if fields[-1].startswith("key/"):
            return [certain(key, Origin.PARAMETER, kind.name)]
        return [unknown(":".join((*fields[:5], "key/*")), kind.name, _NAMED)] if len(fields) == 6 else None
    if key.startswith("alias/"):
        return [unknown(arn_of(call, "kms", "key/*"), kind.name, _NAMED)]
    return [certain(arn_of(call, "kms", f"key/{key}"), _NAMED, kind.name)]


def _alias(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    alias = call.parameters.plain("aliasName")
    return [certain(arn_of(call, "kms", alias), _NAMED, kind.name)] if alias else None


_SUFFIX_LENGTH = 7
"""A secret's ARN ends in a hyphen and six characters that its name does not have."""


def _secret(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    secret = call.parameters.plain("secretId") or call.parameters.plain("name")
    if not secret:
        return None
    arn = secret if secret.startswith("arn:") else arn_of(call, "secretsmanager", f"secret:{secret}")
    tail = arn[-_SUFFIX_LENGTH:]
    if secret.startswith("arn:") and tail[0] == "-" and tail[1:].isalnum():
        return [certain(arn, Origin.PARAMETER, kind.name)]
    created = text_of(call.record.response or {}, "arn") or text_of(call.record.response or {}, "aRN")
    if created and call.info.name != "CreateSecret":
        return [certain(created, Origin.CREATED, kind.name)]
    return [unknown(f"{escape(arn)}-??????", kind.name, _NAMED)]


STORAGE: dict[tuple[str, str], Rule] = {
    ("dynamodb", "index"): _index,
    ("dynamodb", "table"): _table,
    ("kms", "alias"): _alias,
    ("kms", "key"): _key,
    ("s3", "accesspoint"): _access_point,
    ("s3", "accesspointobject"): _access_point,
    ("s3", "bucket"): _bucket,
    ("s3", "object"): _object,
    ("s3express", "bucket"): _express_bucket,
    ("secretsmanager", "Secret"): _secret,
    ("sns", "topic"): _topic,
    ("sqs", "queue"): _queue,
}
"""By prefix and resource type."""
