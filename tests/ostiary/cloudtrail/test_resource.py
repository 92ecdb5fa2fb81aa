"""Which resources a call was checked on, by every source and for every group of services.

A case is a call and its first request's resources: `=` before what is certain, `~` before a pattern with what is likely or not
known. Further resources of the same action follow.
"""

from dataclasses import dataclass, field

import pytest
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import ACCOUNT, OTHER, REGION, Json, denied, record

from ostiary.cloudtrail.guesses import Facts, Origin
from ostiary.cloudtrail.mapping import EventRequest, Mapped, map_record

A = f"{REGION}:{ACCOUNT}"


@dataclass(frozen=True, slots=True)
class Case:
    """`fields` go into the record."""

    source: str
    name: str
    parameters: Json | None
    wanted: tuple[str, ...]
    fields: Json = field(default_factory=dict)


def case(source: str, name: str, parameters: Json | None, *wanted: str, **fields: object) -> Case:
    return Case(source, name, parameters, wanted, fields)


B: Json = {"bucketName": "b"}
KEY = f"arn:aws:kms:{A}:key/k-1"
CASES = (
    # no resource type
    case("ec2", "DescribeInstances", {}, "=*"),
    case("sns", "ListTopics", None, f"=arn:aws:sns:{A}:*"),
    case("lightsail", "GetInstances", None, f"=arn:aws:lightsail:{A}:*"),
    case("appmesh", "ListMeshes", None, f"=arn:aws:appmesh:{A}:mesh/*"),
    case("waf", "ListRuleGroups", None, f"=arn:aws:waf::{ACCOUNT}:rulegroup/*"),
    case("iam", "ListUsers", None, f"=arn:aws:iam::{ACCOUNT}:user/"),
    case("logs", "DescribeLogGroups", None, f"=arn:aws:logs:{A}:log-group::log-stream:"),
    # S3
    case("s3", "ListObjects", B, "=arn:aws:s3:::b"),
    case("s3", "GetObject", {**B, "key": "a/*?b"}, "=arn:aws:s3:::b/a/*?b"),
    case("s3", "GetObject", None, "~arn:aws:s3:*:*:*"),
    case("s3", "DeleteObjects", B, "~arn:aws:s3:::b/*"),
    case(
        "s3",
        "GetObject",
        {**B, "key": "k"},
        "=arn:aws:s3:::b/other",
        resources=[{"ARN": "arn:aws:s3:::b", "accountId": ACCOUNT}, {"ARN": "arn:aws:s3:::b/other"}],
    ),
    case(
        "s3",
        "ListObjects",
        B,
        "=arn:aws:s3:::c",
        resources=[{"ARNPrefix": "arn:aws:s3:::b/"}, {"arn": "arn:aws:s3:::c"}],
    ),
    case(
        "s3",
        "GetObject",
        {"bucketName": f"arn:aws:s3:{A}:accesspoint/p", "key": "k"},
        f"=arn:aws:s3:{A}:accesspoint/p/object/k",
    ),
    case("s3", "PutBucketPolicy", {**B, "bucketPolicy": {"Resource": "arn:aws:s3:::other"}}, "=arn:aws:s3:::b"),
    case("s3", "ListObjects", B, "=arn:aws-cn:s3:::b", awsRegion="cn-north-1"),
    # IAM
    case("iam", "GetUser", None, f"=arn:aws:iam::{ACCOUNT}:user/team/alice"),
    case("iam", "ListAccessKeys", {"userName": "alice"}, f"=arn:aws:iam::{ACCOUNT}:user/team/alice"),
    case("iam", "GetUser", None, f"~arn:aws:iam::{ACCOUNT}:user/*", errorCode="AccessDenied"),
    case("iam", "GetUser", None, f"~arn:aws:iam::{ACCOUNT}:user/*", by=records.session("r")),
    case("iam", "GetUser", {"userName": "bob"}, f"~arn:aws:iam::{ACCOUNT}:user/*bob"),
    case("iam", "CreateAccessKey", {"userName": "bob"}, f"~arn:aws:iam::{ACCOUNT}:user/*bob"),
    case("iam", "CreateUser", {"userName": "bob"}, f"=arn:aws:iam::{ACCOUNT}:user/bob"),
    case("iam", "CreateRole", {"roleName": "r", "path": "/a/b/"}, f"=arn:aws:iam::{ACCOUNT}:role/a/b/r"),
    case(
        "iam",
        "CreateUser",
        {"userName": "bob"},
        f"=arn:aws:iam::{ACCOUNT}:user/x/bob",
        responseElements={"user": {"arn": f"arn:aws:iam::{ACCOUNT}:user/x/bob"}},
    ),
    case("iam", "GetRole", {"roleName": "r"}, f"=arn:aws:iam::{ACCOUNT}:role/p/r", by=records.session("p/r")),
    case(
        "iam",
        "AttachRolePolicy",
        {"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        f"~arn:aws:iam::{ACCOUNT}:role/*r",
    ),
    case("iam", "GetPolicy", {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/p"}, f"=arn:aws:iam::{ACCOUNT}:policy/p"),
    case(
        "iam",
        "CreateServiceLinkedRole",
        {"aWSServiceName": "ecs.amazonaws.com"},
        f"~arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/*",
    ),
    # STS
    case("sts", "AssumeRole", {"roleArn": f"arn:aws:iam::{OTHER}:role/r"}, f"=arn:aws:iam::{OTHER}:role/r"),
    case(
        "sts",
        "AssumeRole",
        None,
        f"=arn:aws:iam::{OTHER}:role/r",
        **denied("sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/r"),
    ),
    case("sts", "GetFederationToken", {"name": "n"}, f"=arn:aws:sts::{ACCOUNT}:federated-user/n"),
    # EC2
    case(
        "ec2",
        "TerminateInstances",
        {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
        f"=arn:aws:ec2:{A}:instance/i-1",
        f"=arn:aws:ec2:{A}:instance/i-2",
    ),
    case("ec2", "CreateSubnet", {"vpcId": "vpc-1"}, f"=arn:aws:ec2:{A}:subnet/*", f"=arn:aws:ec2:{A}:vpc/vpc-1"),
    case(
        "ec2",
        "CreateSubnet",
        None,
        f"=arn:aws:ec2:{A}:subnet/*",
        f"~arn:aws:ec2:{A}:vpc/*",
        errorCode="Client.UnauthorizedOperation",
    ),
    case("ec2", "ModifyImageAttribute", {"imageId": "ami-1"}, f"=arn:aws:ec2:{REGION}::image/ami-1"),
    case("ec2", "AllocateAddress", {}, f"=arn:aws:ec2:{A}:elastic-ip/*"),
    case(
        "ec2",
        "RunInstances",
        {
            "instancesSet": {"items": [{"imageId": "ami-1"}]},
            "subnetId": "subnet-1",
            "groupSet": {"items": [{"groupId": "sg-1"}, {"groupId": "sg-2"}]},
            "keyName": "k",
        },
        f"=arn:aws:ec2:{A}:instance/*",
        f"=arn:aws:ec2:{REGION}::image/ami-1",
        f"=arn:aws:ec2:{A}:security-group/sg-1",
        f"=arn:aws:ec2:{A}:security-group/sg-2",
        f"=arn:aws:ec2:{A}:subnet/subnet-1",
        f"=arn:aws:ec2:{A}:key-pair/k",
        f"=arn:aws:ec2:{A}:network-interface/*",
    ),
    case(
        "ec2",
        "CreateTags",
        {"resourcesSet": {"items": [{"resourceId": "i-1"}, {"resourceId": "tgw-attach-2"}]}, "tagSet": {}},
        f"=arn:aws:ec2:{A}:instance/i-1",
        f"=arn:aws:ec2:{A}:transit-gateway-attachment/tgw-attach-2",
    ),
    case(
        "ec2",
        "GetPasswordData",
        {"instanceId": "i-1"},
        f"=arn:aws:ec2:{A}:instance/*",
        **denied(
            "ec2:GetPasswordData",
            f"arn:aws:ec2:{A}:instance/*",
            " because no identity-based policy allows the ec2:GetPasswordData action",
        ),
    ),
    case("ec2-instance-connect", "SendSSHPublicKey", {"instanceId": "i-1"}, f"=arn:aws:ec2:{A}:instance/i-1"),
    # Lambda
    case("lambda", "GetFunction20150331v2", {"functionName": "f"}, f"=arn:aws:lambda:{A}:function:f"),
    case(
        "lambda",
        "Invoke",
        {"functionName": f"{ACCOUNT}:function:f", "qualifier": "live"},
        f"=arn:aws:lambda:{A}:function:f:live",
    ),
    case("lambda", "Invoke", {"functionName": f"arn:aws:lambda:{A}:function:f:7"}, f"=arn:aws:lambda:{A}:function:f:7"),
    # data stores
    case("dynamodb", "DescribeTable", {"tableName": "t"}, f"=arn:aws:dynamodb:{A}:table/t"),
    case("dynamodb", "Query", {"tableName": "t", "indexName": "i"}, f"=arn:aws:dynamodb:{A}:table/t/index/i"),
    case(
        "dynamodb",
        "BatchGetItem",
        {"requestItems": {"t": {}, "u": {}}},
        f"=arn:aws:dynamodb:{A}:table/t",
        f"=arn:aws:dynamodb:{A}:table/u",
    ),
    case(
        "sqs",
        "SendMessage",
        {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{OTHER}/q"},
        f"=arn:aws:sqs:{REGION}:{OTHER}:q",
    ),
    case("sqs", "CreateQueue", {"queueName": "q"}, f"=arn:aws:sqs:{A}:q"),
    case("sns", "Publish", {"topicArn": f"arn:aws:sns:{A}:t"}, f"=arn:aws:sns:{A}:t"),
    case("sns", "GetSubscriptionAttributes", {"subscriptionArn": f"arn:aws:sns:{A}:t:1-2"}, f"=arn:aws:sns:{A}:t"),
    case("sns", "CreateTopic", {"name": "t"}, f"=arn:aws:sns:{A}:t"),
    case("kms", "Decrypt", {"keyId": "k-1"}, f"={KEY}"),
    case("kms", "Encrypt", {"keyId": "alias/a"}, f"~arn:aws:kms:{A}:key/*"),
    case(
        "kms",
        "Encrypt",
        {"keyId": "alias/a"},
        f"={KEY}",
        resources=[{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}],
    ),
    case("kms", "CreateAlias", {"aliasName": "alias/a", "targetKeyId": "k-1"}, f"=arn:aws:kms:{A}:alias/a", f"={KEY}"),
    case("kms", "CreateKey", {}, "=*"),
    case("secretsmanager", "GetSecretValue", {"secretId": "s"}, f"~arn:aws:secretsmanager:{A}:secret:s-??????"),
    case(
        "secretsmanager",
        "GetSecretValue",
        {"secretId": f"arn:aws:secretsmanager:{A}:secret:s-a1B2c3"},
        f"=arn:aws:secretsmanager:{A}:secret:s-a1B2c3",
    ),
    case("secretsmanager", "GetSecretValue", None, f"~arn:aws:secretsmanager:{A}:secret:*"),
    # Systems Manager
    case(
        "ssm",
        "GetParameters",
        {"names": ["/a/b", "c"]},
        f"=arn:aws:ssm:{A}:parameter/a/b",
        f"=arn:aws:ssm:{A}:parameter/c",
    ),
    case(
        "ssm",
        "SendCommand",
        {"documentName": "AWS-RunShellScript", "instanceIds": ["i-1", "mi-2"]},
        f"=arn:aws:ssm:{REGION}::document/AWS-RunShellScript",
        f"=arn:aws:ec2:{A}:instance/i-1",
        f"=arn:aws:ssm:{A}:managed-instance/mi-2",
    ),
    case(
        "ssm",
        "SendCommand",
        {"documentName": "Own", "targets": [{"key": "tag:a", "values": ["b"]}]},
        f"=arn:aws:ssm:{A}:document/Own",
        f"~arn:aws:ec2:{A}:instance/*",
    ),
    case(
        "ssm", "ListTagsForResource", {"resourceType": "Parameter", "resourceId": "/p"}, f"=arn:aws:ssm:{A}:parameter/p"
    ),
    case("ssm", "TerminateSession", {"sessionId": "s-1"}, f"=arn:aws:ssm:{A}:session/s-1"),
    # logs, events, monitoring
    case("logs", "CreateLogGroup", {"logGroupName": "g"}, f"=arn:aws:logs:{A}:log-group:g:log-stream:"),
    case("logs", "ListTagsLogGroup", {"logGroupName": "g"}, f"=arn:aws:logs:{A}:log-group:g"),
    case(
        "logs",
        "CreateLogStream",
        {"logGroupName": "g", "logStreamName": "s"},
        f"=arn:aws:logs:{A}:log-group:g:log-stream:s",
    ),
    case("events", "PutRule", {"name": "r"}, f"=arn:aws:events:{A}:rule/r"),
    case("events", "PutTargets", {"rule": "r", "eventBusName": "bus"}, f"=arn:aws:events:{A}:rule/bus/r"),
    case("events", "PutEvents", {"entries": [{"eventBusName": "bus"}]}, f"=arn:aws:events:{A}:event-bus/bus"),
    case("events", "PutEvents", {"entries": [{}]}, f"=arn:aws:events:{A}:event-bus/default"),
    case("cloudtrail", "StopLogging", {"name": "t"}, f"=arn:aws:cloudtrail:{A}:trail/t"),
    case(
        "cloudtrail",
        "StopLogging",
        {"name": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t"},
        f"=arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t",
    ),
    case(
        "monitoring",
        "DeleteAlarms",
        {"alarmNames": ["a", "b"]},
        f"=arn:aws:cloudwatch:{A}:alarm:a",
        f"=arn:aws:cloudwatch:{A}:alarm:b",
    ),
    case("monitoring", "DescribeAlarms", {"maxRecords": 5}, f"=arn:aws:cloudwatch:{A}:alarm:*"),
    # deployment and containers
    case("cloudformation", "DeleteStack", {"stackName": "s"}, f"~arn:aws:cloudformation:{A}:stack/s/*"),
    case(
        "ecr", "PutImage", {"repositoryName": "r", "registryId": OTHER}, f"=arn:aws:ecr:{REGION}:{OTHER}:repository/r"
    ),
    case("ecs", "UpdateService", {"service": "s"}, f"=arn:aws:ecs:{A}:service/default/s"),
    case(
        "ecs",
        "UpdateService",
        {"cluster": f"arn:aws:ecs:{A}:cluster/c", "service": "s"},
        f"=arn:aws:ecs:{A}:service/c/s",
    ),
    case("ecs", "RunTask", {"taskDefinition": "d:3"}, f"=arn:aws:ecs:{A}:task-definition/d:3"),
    case("ecs", "RunTask", {"taskDefinition": "d"}, f"~arn:aws:ecs:{A}:task-definition/d:*"),
    case("eks", "DescribeCluster", {"name": "c"}, f"=arn:aws:eks:{A}:cluster/c"),
    case("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "d"}, f"=arn:aws:rds:{A}:db:d"),
    case("rds", "DescribeDBInstances", None, f"=arn:aws:rds:{A}:db:*"),
    case(
        "elasticloadbalancing",
        "DeleteLoadBalancer",
        {"loadBalancerName": "l"},
        f"=arn:aws:elasticloadbalancing:{A}:loadbalancer/l",
    ),
    case(
        "elasticloadbalancing",
        "DeleteLoadBalancer",
        {"loadBalancerArn": f"arn:aws:elasticloadbalancing:{A}:loadbalancer/app/l/1"},
        f"=arn:aws:elasticloadbalancing:{A}:loadbalancer/app/l/1",
    ),
    case(
        "elasticloadbalancing",
        "CreateLoadBalancer",
        {"name": "l"},
        f"~arn:aws:elasticloadbalancing:{A}:loadbalancer/app/l/*",
    ),
    case(
        "autoscaling",
        "DeleteAutoScalingGroup",
        {"autoScalingGroupName": "g"},
        f"~arn:aws:autoscaling:{A}:autoScalingGroup:*:autoScalingGroupName/g",
    ),
    case("route53", "GetHostedZone", {"id": "/hostedzone/Z1"}, "=arn:aws:route53:::hostedzone/Z1"),
    case(
        "cloudfront",
        "UpdateDistribution2020_05_31",
        {"id": "E1", "x": {"id": "no"}},
        f"=arn:aws:cloudfront::{ACCOUNT}:distribution/E1",
    ),
    case("apigateway", "GetRestApis", None, f"=arn:aws:apigateway:{REGION}::/restapis"),
    case(
        "apigateway",
        "DeleteStage",
        {"restApiId": "r", "stageName": "s"},
        f"=arn:aws:apigateway:{REGION}::/restapis/r/stages/s",
    ),
    case(
        "apigateway", "DeleteStage", {"apiId": "a", "stageName": "s"}, f"=arn:aws:apigateway:{REGION}::/apis/a/stages/s"
    ),
    case("apigateway", "DeleteStage", {"restApiId": "r"}, f"~arn:aws:apigateway:{REGION}::/restapis/r/stages/*"),
    case(
        "bedrock",
        "InvokeModel",
        {"modelId": "vendor.model-v1:0"},
        f"=arn:aws:bedrock:{REGION}::foundation-model/vendor.model-v1:0",
    ),
    case(
        "bedrock",
        "InvokeModel",
        {"modelId": "eu.vendor.model-v1:0"},
        f"=arn:aws:bedrock:{A}:inference-profile/eu.vendor.model-v1:0",
    ),
    case(
        "wafv2", "GetWebACL", {"scope": "REGIONAL", "name": "n", "id": "1"}, f"=arn:aws:wafv2:{A}:regional/webacl/n/1"
    ),
    case("organizations", "DescribeAccount", {"accountId": OTHER}, f"~arn:aws:organizations::*:account/o-*/{OTHER}"),
    # whatever is called as the template's variable
    case("guardduty", "GetDetector", {"detectorId": "d"}, f"=arn:aws:guardduty:{A}:detector/d"),
    case("kinesis", "PutRecord", {"streamName": "s"}, f"=arn:aws:kinesis:{A}:stream/s"),
    case("athena", "StartQueryExecution", {"workGroup": "w"}, f"=arn:aws:athena:{A}:workgroup/w"),
    case(
        "states",
        "StartExecution",
        {"stateMachineArn": f"arn:aws:states:{A}:stateMachine:m"},
        f"=arn:aws:states:{A}:stateMachine:m",
    ),
    case("securityhub", "DescribeHub", None, f"=arn:aws:securityhub:{A}:hub/default"),
    case("rolesanywhere", "DeleteProfile", {"profileId": "p"}, f"=arn:aws:rolesanywhere:{A}:profile/p"),
)


def shown(requests: tuple[EventRequest, ...]) -> tuple[str, ...]:
    action = requests[0].action
    return tuple(
        f"={each.resource}" if each.resource_known else f"~{each.resource_pattern}"
        for each in requests
        if each.action == action
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}-{case.name}")
def test_resources(case):
    found = shown(records.requests(case.source, case.name, case.parameters, **case.fields))
    assert found[0] == case.wanted[0]
    assert sorted(found) == sorted(case.wanted)


def test_denial_names_one_of_several():
    """The message replaces what the parameters say about its type, and nothing else."""
    message = denied(
        "ec2:RunInstances", f"arn:aws:ec2:{A}:subnet/subnet-9", " with an explicit deny in a service control policy"
    )
    found = shown(records.requests("ec2", "RunInstances", {"subnetId": "subnet-1", "imageId": "ami-1"}, **message))
    assert f"=arn:aws:ec2:{A}:subnet/subnet-9" in found
    assert f"=arn:aws:ec2:{A}:subnet/subnet-1" not in found
    assert f"=arn:aws:ec2:{REGION}::image/ami-1" in found


def test_denial_of_another_action_is_a_request_of_its_own():
    message = denied("kms:Decrypt", KEY)
    found = records.requests("s3", "GetObject", {**B, "key": "k"}, **message)
    assert [(each.action, each.resource) for each in found] == [
        ("s3:GetObject", "arn:aws:s3:::b/k"),
        ("kms:Decrypt", KEY),
    ]


def test_facts_complete_paths():
    """The path of a role, known from elsewhere, makes its ARN certain."""
    facts = Facts.of_arns([f"arn:aws:iam::{ACCOUNT}:role/a/b/r", "arn:aws:s3:::b", "x"])
    mapped = map_record(record("iam", "GetRole", {"roleName": "r"}), facts)
    assert isinstance(mapped, Mapped)
    assert shown(mapped.requests) == (f"=arn:aws:iam::{ACCOUNT}:role/a/b/r",)


def test_what_is_likely_is_told_apart_from_what_is_certain():
    request = records.first("iam", "GetRole", {"roleName": "r"})
    assert (request.resource, request.resource_known) == (f"arn:aws:iam::{ACCOUNT}:role/r", False)
    assert request.missing == ("resource of iam:GetRole",)


def test_other_resource_that_may_have_been_checked():
    request = records.first("glue", "GetClassifiers")
    assert (request.resource, request.resource_alternative) == ("*", f"arn:aws:glue:{A}:*")


def test_origin_is_told():
    assert records.first("s3", "ListObjects", B).resource_origin is Origin.TEMPLATE
    assert records.first("sns", "Publish", {"topicArn": f"arn:aws:sns:{A}:t"}).resource_origin is Origin.PARAMETER
    assert records.first("ec2", "CreateVpc", {}).resource_origin is Origin.CREATED


OWNERS = (
    # the ARN, the resources' account, the only account there is, nothing
    (("sns", "Publish", {"topicArn": f"arn:aws:sns:{REGION}:{OTHER}:t"}, {}), OTHER),
    (("s3", "GetObject", {**B, "key": "k"}, {"resources": [{"ARN": "arn:aws:s3:::b", "accountId": OTHER}]}), OTHER),
    (("s3", "GetObject", {**B, "key": "k"}, {}), ACCOUNT),
    (("s3", "GetObject", {**B, "key": "k"}, {"sharedEventID": "s"}), None),
    (("s3", "PutObject", {**B, "key": "k"}, {"by": records.SERVICE, "recipientAccountId": OTHER}), OTHER),
    (("ec2", "ModifyImageAttribute", {"imageId": "ami-1"}, {}), ACCOUNT),
)


@pytest.mark.parametrize(("call", "owner"), OWNERS)
def test_owner(call, owner):
    """The account of the resource, or None where the record does not tell."""
    source, name, parameters, fields = call
    assert records.first(source, name, parameters, **fields).resource_account == owner
