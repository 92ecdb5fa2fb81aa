"""Data events: actions of which a trail holds nothing unless it was told to (CloudTrail User Guide, "Logging data events").

In: nothing. Out: `data_actions`, the data-plane actions of a service by their folded names; `SERVICES`.
Invariant: only actions that CloudTrail does not record as management events are listed; a service that is not here has none that are known.
Not here: which of them a log holds (`ostiary.replay.blind`).
"""

from collections.abc import Mapping
from typing import Final

from ostiary.cloudtrail.reference import Reference
from ostiary_grammar.terms import fold

_OBJECTS = (
    "AbortMultipartUpload DeleteObject DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionTagging GetObject GetObjectAcl "
    "GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl "
    "GetObjectVersionAttributes GetObjectVersionTagging ListBucket ListBucketMultipartUploads ListBucketVersions "
    "ListMultipartUploadParts PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl "
    "PutObjectVersionTagging RestoreObject"
)
_NAMES: Final[Mapping[str, str]] = {
    "appconfig": "GetConfiguration GetLatestConfiguration StartConfigurationSession",
    "appsync": "GraphQL",
    "bedrock": "InvokeAgent InvokeInlineAgent InvokeFlow Retrieve RetrieveAndGenerate",
    "cassandra": "Modify ModifyMultiRegionResource Select SelectMultiRegionResource",
    "cloudwatch": "GetMetricData GetMetricStatistics GetMetricWidgetImage ListMetrics PutMetricData",
    "cognito-identity": "GetCredentialsForIdentity GetId GetOpenIdToken GetOpenIdTokenForDeveloperIdentity UnlinkIdentity",
    "dynamodb": (
        "BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem GetRecords GetShardIterator PartiQLDelete PartiQLInsert "
        "PartiQLSelect PartiQLUpdate PutItem Query Scan UpdateItem"
    ),
    "ebs": "CompleteSnapshot GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks PutSnapshotBlock StartSnapshot",
    "execute-api": "Invoke InvalidateCache ManageConnections",
    "firehose": "PutRecord PutRecordBatch",
    "iot": "Connect DeleteThingShadow GetThingShadow Publish Receive Subscribe UpdateThingShadow",
    "kinesis": "GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard",
    "kinesisvideo": "GetClip GetDASHStreamingSessionURL GetHLSStreamingSessionURL GetImages GetMedia GetMediaForFragmentList PutMedia",
    "lambda": "InvokeAsync InvokeFunction InvokeFunctionUrl",
    "neptune-db": "CancelQuery DeleteDataViaQuery GetQueryStatus ReadDataViaQuery WriteDataViaQuery",
    "qldb": "SendCommand",
    "rds-data": "BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement RollbackTransaction",
    "rds-db": "connect",
    "s3": _OBJECTS,
    "s3-object-lambda": _OBJECTS,
    "s3-outposts": _OBJECTS,
    "s3express": "CreateSession",
    "sagemaker": "InvokeEndpoint InvokeEndpointAsync InvokeEndpointWithResponseStream GetRecord PutRecord",
    "sdb": "BatchDeleteAttributes BatchPutAttributes DeleteAttributes GetAttributes PutAttributes Select",
    "sns": "Publish",
    "sqs": "ChangeMessageVisibility DeleteMessage ReceiveMessage SendMessage",
    "ssmmessages": "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
    "timestream": "Select WriteRecords",
    "verifiedpermissions": "IsAuthorized IsAuthorizedWithToken",
    "xray": "PutTelemetryRecords PutTraceSegments",
}

SERVICES: Final = frozenset(_NAMES)
"""The prefixes of services that have data events."""


def data_actions(prefix: str) -> Mapping[str, str]:
    """The data-plane actions of a service: from `service:name` folded to `service:Name`; none if it has no data events."""
    reference = Reference.packaged()
    infos = (reference.action(prefix, name) for name in _NAMES.get(fold(prefix), "").split())
    return {fold(info.action): info.action for info in infos if info is not None}
