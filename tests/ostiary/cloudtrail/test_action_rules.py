"""What the parameters of a call say about the actions that it needs."""

from dataclasses import dataclass

import pytest
from tests.ostiary.cloudtrail.records import Json, record

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.action_rules import actions_of

OBJECT: Json = {"bucketName": "b", "key": "k"}


@dataclass(frozen=True, slots=True)
class Case:
    """`actions`: the primary one, then the required ones, then the conditional ones with `?`."""

    id: str
    source: str
    name: str
    parameters: Json | None
    actions: str


CASES = (
    Case("get", "s3", "GetObject", OBJECT, "s3:GetObject"),
    Case("get-version", "s3", "GetObject", {**OBJECT, "versionId": "v"}, "s3:GetObjectVersion"),
    Case("head-version", "s3", "HeadObject", {**OBJECT, "versionId": "v"}, "s3:GetObjectVersion"),
    Case(
        "attributes-version",
        "s3",
        "GetObjectAttributes",
        {**OBJECT, "versionId": "v"},
        "s3:GetObjectVersion s3:GetObjectVersionAttributes",
    ),
    Case("delete-version", "s3", "DeleteObject", {**OBJECT, "versionId": "v"}, "s3:DeleteObjectVersion"),
    Case(
        "delete-locked",
        "s3",
        "DeleteObject",
        {**OBJECT, "x-amz-bypass-governance-retention": "true"},
        "s3:DeleteObject s3:BypassGovernanceRetention",
    ),
    Case(
        "delete-not-bypassing",
        "s3",
        "DeleteObject",
        {**OBJECT, "x-amz-bypass-governance-retention": "false"},
        "s3:DeleteObject",
    ),
    Case("put", "s3", "PutObject", OBJECT, "s3:PutObject"),
    Case("put-public", "s3", "PutObject", {**OBJECT, "x-amz-acl": "public-read"}, "s3:PutObject s3:PutObjectAcl"),
    Case("put-granting", "s3", "PutObject", {**OBJECT, "x-amz-grant-read": "id=x"}, "s3:PutObject s3:PutObjectAcl"),
    Case(
        "put-for-owner",
        "s3",
        "PutObject",
        {**OBJECT, "x-amz-acl": "bucket-owner-full-control"},
        "s3:PutObject ?s3:PutObjectAcl",
    ),
    Case("put-tagged", "s3", "PutObject", {**OBJECT, "x-amz-tagging": "a=b"}, "s3:PutObject s3:PutObjectTagging"),
    Case(
        "put-locked",
        "s3",
        "PutObject",
        {**OBJECT, "x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-legal-hold": "ON"},
        "s3:PutObject s3:PutObjectRetention s3:PutObjectLegalHold",
    ),
    Case(
        "copy",
        "s3",
        "CopyObject",
        {**OBJECT, "x-amz-copy-source": "other/x"},
        "s3:PutObject s3:GetObject ?s3:GetObjectTagging ?s3:PutObjectTagging",
    ),
    Case(
        "copy-part",
        "s3",
        "UploadPartCopy",
        {**OBJECT, "x-amz-copy-source": "/other/x?versionId=3"},
        "s3:PutObject s3:GetObjectVersion",
    ),
    Case("bucket", "s3", "CreateBucket", {"bucketName": "b", "x-amz-acl": "private"}, "s3:CreateBucket"),
    Case(
        "bucket-with-all",
        "s3",
        "CreateBucket",
        {
            "bucketName": "b",
            "x-amz-acl": "public-read",
            "x-amz-bucket-object-lock-enabled": "true",
            "x-amz-object-ownership": "ObjectWriter",
        },
        "s3:CreateBucket s3:PutBucketVersioning s3:PutBucketObjectLockConfiguration s3:PutBucketOwnershipControls s3:PutBucketAcl",
    ),
    Case(
        "express", "s3express", "PutObject", {"bucketName": "b--euw1-az1--x-s3", "key": "k"}, "s3express:CreateSession"
    ),
    Case("express-bucket", "s3", "DeleteBucket", {"bucketName": "b--euw1-az1--x-s3"}, "s3express:DeleteBucket"),
    Case(
        "object-lambda",
        "s3",
        "GetObject",
        {"bucketName": "arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/p", "key": "k"},
        "s3-object-lambda:GetObject",
    ),
    Case("assume", "sts", "AssumeRole", {"roleArn": "arn:aws:iam::1:role/r"}, "sts:AssumeRole"),
    Case(
        "assume-with-all",
        "sts",
        "AssumeRole",
        {
            "roleArn": "arn:aws:iam::1:role/r",
            "tags": [{"key": "a", "value": "b"}],
            "sourceIdentity": "x",
            "providedContexts": [{}],
        },
        "sts:AssumeRole sts:TagSession sts:SetSourceIdentity sts:SetContext",
    ),
    Case("assume-denied", "sts", "AssumeRole", None, "sts:AssumeRole"),
    Case(
        "transaction",
        "dynamodb",
        "TransactWriteItems",
        {
            "transactItems": [
                {"put": {"tableName": "a"}},
                {"delete": {"tableName": "b"}},
                {"conditionCheck": {"tableName": "a"}},
            ]
        },
        "dynamodb:PutItem dynamodb:DeleteItem dynamodb:ConditionCheckItem",
    ),
    Case("transaction-hidden", "dynamodb", "TransactWriteItems", None, ""),
    Case(
        "partiql",
        "dynamodb",
        "ExecuteStatement",
        {"statement": 'select * from "Music"."Index" where x = ?'},
        "dynamodb:PartiQLSelect",
    ),
    Case(
        "partiql-batch",
        "dynamodb",
        "BatchExecuteStatement",
        {
            "statements": [
                {"statement": "INSERT INTO A VALUE {}"},
                {"statement": "UPDATE B SET x=1"},
                {"statement": "DELETE FROM A"},
            ]
        },
        "dynamodb:PartiQLInsert dynamodb:PartiQLUpdate dynamodb:PartiQLDelete",
    ),
    Case("partiql-unreadable", "dynamodb", "ExecuteStatement", {"statement": "HIDDEN_DUE_TO_SECURITY_REASONS"}, ""),
    Case("timestream", "timestream", "Query", {"queryString": "SELECT 1"}, "timestream:SelectValues"),
    Case("timestream-from", "timestream", "Query", {"queryString": "select a\nfrom d.t"}, "timestream:Select"),
    Case("timestream-show", "timestream", "Query", {"queryString": "SHOW TABLES"}, "timestream:ListTables"),
    Case(
        "guardrail",
        "bedrock",
        "Converse",
        {"modelId": "m", "guardrailIdentifier": "g"},
        "bedrock:InvokeModel bedrock:ApplyGuardrail",
    ),
    Case(
        "secrets-listed",
        "secretsmanager",
        "BatchGetSecretValue",
        {"secretIdList": ["a", "b"]},
        "secretsmanager:BatchGetSecretValue secretsmanager:GetSecretValue secretsmanager:GetSecretValue",
    ),
    Case(
        "secrets-filtered",
        "secretsmanager",
        "BatchGetSecretValue",
        {"filters": []},
        "secretsmanager:BatchGetSecretValue secretsmanager:ListSecrets ?secretsmanager:GetSecretValue",
    ),
    Case(
        "application-autoscaling",
        "autoscaling",
        "PutScalingPolicy",
        {"serviceNamespace": "ecs", "policyName": "p"},
        "application-autoscaling:PutScalingPolicy",
    ),
    Case("autoscaling", "autoscaling", "PutScalingPolicy", {"policyName": "p"}, "autoscaling:PutScalingPolicy"),
)


def said(actions):
    return " ".join(("?" if each.purpose is Purpose.CONDITIONAL else "") + each.info.action for each in actions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_actions(case):
    actions = actions_of(record(case.source, case.name, case.parameters))
    assert said(actions) == case.actions
    assert [each.purpose for each in actions[:1]] == [Purpose.PRIMARY][: len(actions)]


def test_parts_of_the_parameters():
    """An action that is about a part of the parameters carries that part."""
    copy = actions_of(record("s3", "CopyObject", {**OBJECT, "x-amz-copy-source": "/other/a%20b"}))
    assert copy[1].about == {"bucketName": "other", "key": "a b"}
    reencrypt = actions_of(record("kms", "ReEncrypt", {"sourceKeyId": "one", "destinationKeyId": "two"}))
    assert [each.about for each in reencrypt] == [{"keyId": "one"}, {"keyId": "two"}]
    statement = actions_of(record("dynamodb", "ExecuteStatement", {"statement": 'SELECT * FROM "T"."I"'}))
    assert statement[0].about == {"tableName": "T", "indexName": "I"}
