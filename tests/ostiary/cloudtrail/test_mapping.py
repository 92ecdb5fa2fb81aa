"""From a record to its requests: the whole way, and that nothing breaks it."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import ACCOUNT, event, record

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.mapping import Excluded, Mapped, Unmapped, map_record
from ostiary.cloudtrail.outcome import Outcome
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.states import NOT_KNOWN

PROBES = (
    ("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}, "s3:ListAllMyBuckets"),
    ("lambda", "CreateFunction20150331", {"functionName": "f"}, "lambda:CreateFunction"),
    ("monitoring", "PutMetricAlarm", {"alarmName": "a"}, "cloudwatch:PutMetricAlarm"),
    ("s3", "ListObjects", {"bucketName": "b"}, "s3:ListBucket"),
)


@pytest.mark.parametrize(("source", "name", "parameters", "action"), PROBES)
def test_probes(source, name, parameters, action):
    """Calls under the names of the log come out under the names of IAM."""
    assert records.first(source, name, parameters).action == action


def test_session_has_the_arn_of_its_role():
    """A break-glass session is known by its role, as exemptions in policies name it."""
    request = records.first("ec2", "DescribeInstances", {}, by=records.session("emergency/BreakGlass", "alice"))
    assert request.principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/BreakGlass/alice"
    assert request.role == f"arn:aws:iam::{ACCOUNT}:role/emergency/BreakGlass"
    assert request.context["aws:PrincipalArn"] == f"arn:aws:iam::{ACCOUNT}:role/emergency/BreakGlass"
    assert request.unique_id == "AROAEXAMPLE:alice"


def test_event_facts():
    mapped = map_record(
        record("s3", "GetObject", {"bucketName": "b", "key": "k"}, **records.denied("s3:GetObject", "arn:aws:s3:::b/k"))
    )
    assert isinstance(mapped, Mapped)
    event = mapped.event
    assert (event.source, event.name, event.account, event.region) == (
        "s3.amazonaws.com",
        "GetObject",
        ACCOUNT,
        records.REGION,
    )
    assert (event.error_code, event.outcome) == ("AccessDenied", Outcome.DENIED)
    assert event.denial is not None
    assert event.denial.resource == "arn:aws:s3:::b/k"


def test_main_request_comes_first():
    found = records.requests("s3", "CopyObject", {"bucketName": "b", "key": "k", "x-amz-copy-source": "c/k"})
    assert [(each.action, each.resource, each.purpose) for each in found] == [
        ("s3:PutObject", "arn:aws:s3:::b/k", Purpose.PRIMARY),
        ("s3:GetObject", "arn:aws:s3:::c/k", Purpose.REQUIRED),
        ("s3:GetObjectTagging", "arn:aws:s3:::c/k", Purpose.CONDITIONAL),
        ("s3:PutObjectTagging", "arn:aws:s3:::b/k", Purpose.CONDITIONAL),
    ]


def test_correction_says_what_it_corrects():
    mapped = map_record(
        record("ec2", "DescribeInstances", {}, addendum={"reason": "UPDATED_DATA", "originalEventID": "id-1"})
    )
    assert isinstance(mapped, Mapped)
    assert mapped.event.supersedes == "id-1"


def test_not_mapped():
    """What cannot be mapped says why: excluded by what it is, or a name that no rule knows."""
    assert map_record(record("sts", "GetCallerIdentity")) == Excluded(Exclusion.NO_PERMISSION, "sts:GetCallerIdentity")
    assert map_record(record("signin", "ConsoleLogin")) == Excluded(Exclusion.SIGN_IN)
    assert map_record(record("s3", "ListBuckets", by=None)) == Excluded(Exclusion.CALLER_UNKNOWN, "s3:ListAllMyBuckets")
    assert map_record(record("ec2", "DoNothing")) == Unmapped("ec2.amazonaws.com", "DoNothing")


def test_requests_can_be_sent_to_another_process():
    request = records.first("s3", "GetObject", {"bucketName": "b", "key": "k"})
    copied = pickle.loads(pickle.dumps(request))
    assert copied.resource == request.resource
    assert dict(copied.context) == dict(request.context)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["arn:aws:s3:::b", "arn:", "*", "", "a:b:c:d:e:f"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["items", "name", "key", "arn", "tags", "id"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
CALLS = st.sampled_from(
    [
        ("s3", "CopyObject"),
        ("s3", "DeleteObjects"),
        ("s3", "PutObject"),
        ("ec2", "RunInstances"),
        ("ec2", "CreateTags"),
        ("iam", "CreateRole"),
        ("iam", "GetUser"),
        ("lambda", "CreateFunction20150331"),
        ("lambda", "Invoke"),
        ("kms", "ReEncrypt"),
        ("kms", "CreateAlias"),
        ("dynamodb", "TransactWriteItems"),
        ("dynamodb", "BatchGetItem"),
        ("dynamodb", "ExecuteStatement"),
        ("secretsmanager", "BatchGetSecretValue"),
        ("ssm", "SendCommand"),
        ("sts", "AssumeRole"),
        ("sqs", "SendMessage"),
        ("sns", "Subscribe"),
        ("events", "PutEvents"),
        ("ecs", "RunTask"),
        ("elasticloadbalancing", "CreateLoadBalancer"),
        ("organizations", "MoveAccount"),
        ("apigateway", "CreateStage"),
        ("bedrock", "InvokeModel"),
        ("wafv2", "CreateWebACL"),
        ("cloudformation", "CreateStack"),
        ("rds", "CreateDBInstance"),
        ("logs", "PutLogEvents"),
    ]
)
NAMES = [
    "bucketName",
    "key",
    "versionId",
    "x-amz-copy-source",
    "x-amz-acl",
    "x-amz-tagging",
    "roleName",
    "roleArn",
    "role",
    "path",
    "userName",
    "policyArn",
    "functionName",
    "qualifier",
    "tableName",
    "indexName",
    "requestItems",
    "transactItems",
    "statement",
    "secretId",
    "secretIdList",
    "names",
    "documentName",
    "targets",
    "instanceIds",
    "resourcesSet",
    "tagSet",
    "tags",
    "tagSpecificationSet",
    "iamInstanceProfile",
    "queueUrl",
    "topicArn",
    "keyId",
    "aliasName",
    "sourceKeyId",
    "entries",
    "taskDefinition",
    "cluster",
    "name",
    "type",
    "scope",
    "modelId",
    "stackName",
    "logGroupName",
    "logStreamName",
    "encryptionContext",
    "accountId",
    "restApiId",
    "stageName",
    "resourceType",
    "resourceId",
]
FIELDS = [
    *sorted(event("s3", "GetObject")),
    "errorCode",
    "errorMessage",
    "resources",
    "additionalEventData",
    "tlsDetails",
    "eventContext",
    "addendum",
    "vpcEndpointId",
    "sharedEventID",
]


def check(data):
    """Mapping any object gives one of the three answers, and requests that can be decided."""
    mapped = map_record(Record.of(data))
    if not isinstance(mapped, Mapped):
        assert isinstance(mapped, Excluded | Unmapped)
        return
    assert mapped.requests[0].purpose in set(Purpose)
    for request in mapped.requests:
        assert isinstance(request.principal, str)
        assert request.action.count(":") == 1
        if request.resource_known:
            assert isinstance(request.resource, str)
        else:
            # a template that stands for the resource has all fields of an ARN
            assert request.resource_pattern is not None
            assert request.resource_pattern.startswith("arn:")
            assert request.resource_pattern.count(":") >= 5
            assert request.missing
        for state in dict(request.context).values():
            assert state is None or state is NOT_KNOWN or isinstance(state, str | int | list)


@settings(deadline=None, max_examples=300)
@given(
    CALLS,
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
    st.sampled_from([None, "AccessDenied", "NoSuchBucket", "ThrottlingException"]),
)
def test_any_parameters(call, parameters, error):
    check(event(*call, parameters, errorCode=error))


@settings(deadline=None, max_examples=300)
@given(CALLS, st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_any_fields(call, fields):
    """Wrong types everywhere: no exception, whatever a record holds."""
    check({**event(*call, {"bucketName": "b"}), **fields})


IDENTITY = sorted({*records.USER, *records.SERVICE, "sessionContext", "inScopeOf", "identityProvider"})
TYPES = ["IAMUser", "AssumedRole", "Role", "Root", "FederatedUser", "AWSService", "AWSAccount", "SAMLUser", "Unknown"]


@settings(deadline=None, max_examples=300)
@given(
    CALLS,
    st.dictionaries(st.sampled_from(IDENTITY), JSON | st.sampled_from([ACCOUNT, records.USER["arn"]]), max_size=5),
    st.sampled_from(TYPES),
)
def test_any_identity(call, identity, kind):
    check(event(*call, {"bucketName": "b"}, by={"type": kind, **identity}))


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_any_object(data):
    check(data)
