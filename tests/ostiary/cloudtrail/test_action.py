"""Operation names to IAM actions: every rule, and nothing that is guessed."""

import pytest

from ostiary.cloudtrail.action import Purpose, actions_by_name
from ostiary.cloudtrail.apigateway import verb_of
from ostiary.cloudtrail.reference import Reference
from ostiary.cloudtrail.tables_actions import OTHERS, S3, S3_ACL_ACTIONS, S3_HEADERS, S3_VERSIONED
from ostiary.cloudtrail.tables_prefixes import ALSO_TRIED, CLIENT_NAMES, SEEN_LABELS
from ostiary.cloudtrail.tables_roles import IAM_TAG_ACTIONS, ROLES, TAG_REQUIRED

# source, operation, action (empty: none)
CASES = (
    # the name itself
    ("ec2", "DescribeInstances", "ec2:DescribeInstances"),
    ("elasticmapreduce", "RunJobFlow", "elasticmapreduce:RunJobFlow"),
    ("states", "StartExecution", "states:StartExecution"),
    # prefixes that are not the label
    ("monitoring", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
    ("email", "SendEmail", "ses:SendEmail"),
    ("ses", "SendEmail", "ses:SendEmail"),
    ("tagging", "GetResources", "tag:GetResources"),
    ("amazonmq", "ListBrokers", "mq:ListBrokers"),
    ("application-insights", "ListApplications", "applicationinsights:ListApplications"),
    ("servicecatalog-appregistry", "CreateApplication", "servicecatalog:CreateApplication"),
    ("cloudcontrolapi", "CreateResource", "cloudformation:CreateResource"),
    ("rdsdata", "ExecuteStatement", "rds-data:ExecuteStatement"),
    ("streams.dynamodb", "GetRecords", "dynamodb:GetRecords"),
    ("runtime.sagemaker", "InvokeEndpoint", "sagemaker:InvokeEndpoint"),
    ("autoscaling", "RegisterScalableTarget", "application-autoscaling:RegisterScalableTarget"),
    ("mediapackage", "CreatePackagingGroup", "mediapackage-vod:CreatePackagingGroup"),
    # dates
    ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
    ("lambda", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
    ("lambda", "ListVersionsByFunction20150331", "lambda:ListVersionsByFunction"),
    ("cloudfront", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"),
    ("cloudfront", "ListDistributions2016_11_25", "cloudfront:ListDistributions"),
    # S3
    ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
    ("s3", "ListObjects", "s3:ListBucket"),
    ("s3", "ListObjectsV2", "s3:ListBucket"),
    ("s3", "HeadBucket", "s3:ListBucket"),
    ("s3", "HeadObject", "s3:GetObject"),
    ("s3", "ListObjectVersions", "s3:ListBucketVersions"),
    ("s3", "UploadPart", "s3:PutObject"),
    ("s3", "CompleteMultipartUpload", "s3:PutObject"),
    ("s3", "DeleteObjects", "s3:DeleteObject"),
    ("s3", "GetBucketCors", "s3:GetBucketCORS"),
    ("s3", "DeleteBucketCors", "s3:PutBucketCORS"),
    ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3", "PutBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3", "GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3", "GetAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
    ("s3", "DeleteBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("s3", "GetBucketLocation", "s3:GetBucketLocation"),
    ("s3", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"),
    # other families
    ("lambda", "Invoke", "lambda:InvokeFunction"),
    ("bedrock", "Converse", "bedrock:InvokeModel"),
    ("sqs", "SendMessageBatch", "sqs:SendMessage"),
    ("sns", "PublishBatch", "sns:Publish"),
    ("budgets", "DescribeBudgets", "budgets:ViewBudget"),
    ("budgets", "CreateBudgetAction", "budgets:CreateBudgetAction"),
    ("cassandra", "CreateTable", "cassandra:Create"),
    ("dms", "ModifyDataProvider", "dms:UpdateDataProvider"),
    ("quicksight", "DescribeDashboardDefinition", "quicksight:DescribeDashboard"),
    ("dynamodb", "BatchGetItem", "dynamodb:BatchGetItem"),
    # API Gateway
    ("apigateway", "GetRestApis", "apigateway:GET"),
    ("apigateway", "CreateStage", "apigateway:POST"),
    ("apigateway", "ImportRestApi", "apigateway:POST"),
    ("apigateway", "PutRestApi", "apigateway:PUT"),
    ("apigateway", "TagResource", "apigateway:PUT"),
    ("apigateway", "UpdateStage", "apigateway:PATCH"),
    ("apigateway", "FlushStageCache", "apigateway:DELETE"),
    ("apigateway", "CreatePortal", "apigateway:CreatePortal"),
    # spelling rules
    ("redshift-data", "ListTablesV2", "redshift-data:ListTables"),
    ("cloudfront", "CreateStreamingDistributionWithTags", "cloudfront:CreateStreamingDistributionWithTags"),
    # case
    ("EC2", "describeinstances", "ec2:DescribeInstances"),
    # never guessed
    ("ec2", "DescribeEverything", ""),
    ("no-such-service", "DescribeInstances", ""),
    ("ec2", "PutBucketLogging", ""),
    ("s3", "SetQueueAttributes", ""),
    ("iam", "Batch", ""),
    ("iam", "Stream", ""),
    ("iam", "20150331", ""),
    ("", "", ""),
)


@pytest.mark.parametrize(("source", "name", "action"), CASES)
def test_action(source, name, action):
    found = actions_by_name(f"{source}.amazonaws.com", name)
    assert (found[0].info.action if found else "") == action
    assert all(each.purpose is not Purpose.PRIMARY for each in found[1:])


def test_source_of_china():
    assert actions_by_name("ec2.amazonaws.com.cn", "DescribeInstances")[0].info.action == "ec2:DescribeInstances"


def test_operations_that_need_several_actions():
    found = actions_by_name("kms.amazonaws.com", "ReEncrypt")
    assert [(each.info.name, each.purpose) for each in found] == [
        ("ReEncryptFrom", Purpose.PRIMARY),
        ("ReEncryptTo", Purpose.REQUIRED),
    ]
    found = actions_by_name("neptune-db.amazonaws.com", "ExecuteOpenCypherQuery")
    assert [each.purpose for each in found] == [Purpose.PRIMARY, Purpose.CONDITIONAL, Purpose.CONDITIONAL]


def named_in_tables():
    for prefix, table in (("s3", S3), *OTHERS.items()):
        for entry in table.values():
            for word in entry.split(" "):
                service, _, action = word.lstrip("?").rpartition(":")
                yield service or prefix, action
    yield from (("s3", action) for action in (*S3_VERSIONED, *S3_VERSIONED.values(), *S3_ACL_ACTIONS.values()))
    yield from (("s3", action) for _, _, actions in S3_HEADERS for action in actions.split(" "))
    yield from (("iam", action) for action in IAM_TAG_ACTIONS.values())
    yield from TAG_REQUIRED.items()
    # API Gateway's operations are verbs to IAM
    yield from (
        (prefix, (prefix == "apigateway" and verb_of(name)) or name)
        for prefix, table in ROLES.items()
        for name in table
    )


def test_tables_name_only_actions_that_exist():
    """An action that AWS has dropped or renamed is found when the reference is renewed."""
    reference = Reference.packaged()
    assert [
        f"{prefix}:{action}" for prefix, action in named_in_tables() if reference.action(prefix, action) is None
    ] == []


def test_tables_name_only_prefixes_that_exist():
    prefixes = {
        *SEEN_LABELS.values(),
        *CLIENT_NAMES.values(),
        *ALSO_TRIED,
        *(each for tried in ALSO_TRIED.values() for each in tried),
    }
    assert sorted(prefixes - set(Reference.packaged().prefixes)) == []
