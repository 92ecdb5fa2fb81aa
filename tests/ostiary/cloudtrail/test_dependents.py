"""Permissions for what a call brings along: roles for services, and tags."""

import pytest
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import ACCOUNT, REGION, Json

from ostiary.cloudtrail.action import Purpose

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/Worker"
A = f"{REGION}:{ACCOUNT}"
TAGS = [{"key": "Team", "value": "red"}]

# source, operation, parameters, passed role (`~`: pattern), service that gets it (None: not known), whether it is surely checked
ROLES = (
    ("lambda", "CreateFunction20150331", {"functionName": "f", "role": ROLE}, ROLE, "lambda.amazonaws.com", True),
    ("states", "CreateStateMachine", {"name": "m", "roleArn": ROLE}, ROLE, "states.amazonaws.com", True),
    ("ecs", "RegisterTaskDefinition", {"family": "d", "taskRoleArn": ROLE}, ROLE, "ecs-tasks.amazonaws.com", True),
    (
        "events",
        "PutTargets",
        {"rule": "r", "targets": [{"arn": "x", "roleArn": ROLE}]},
        ROLE,
        "events.amazonaws.com",
        True,
    ),
    (
        "config",
        "PutConfigurationRecorder",
        {"configurationRecorder": {"name": "n", "roleARN": ROLE}},
        ROLE,
        "config.amazonaws.com",
        True,
    ),
    (
        "apigateway",
        "PutIntegration",
        {"restApiId": "r", "putIntegrationInput": {"credentials": ROLE}},
        ROLE,
        "apigateway.amazonaws.com",
        True,
    ),
    (
        "glue",
        "CreateJob",
        {"name": "j", "role": "Worker"},
        f"~arn:aws:iam::{ACCOUNT}:role/*Worker",
        "glue.amazonaws.com",
        True,
    ),
    (
        "ec2",
        "RunInstances",
        {"iamInstanceProfile": {"name": "p"}},
        f"~arn:aws:iam::{ACCOUNT}:role/*",
        "ec2.amazonaws.com",
        True,
    ),
    ("eks", "CreateNodegroup", {"name": "c", "nodegroupName": "n", "nodeRole": ROLE}, ROLE, None, True),
    # an operation that no table knows
    ("omics", "StartRun", {"workflowId": "w", "roleArn": ROLE}, ROLE, None, False),
)


@pytest.mark.parametrize(("source", "name", "parameters", "role", "service", "sure"), ROLES)
def test_passed_role(source, name, parameters, role, service, sure):
    """A role for a service is a request of its own, with the service that gets it."""
    (request,) = (each for each in records.requests(source, name, parameters) if each.action == "iam:PassRole")
    assert (request.resource if request.resource_known else f"~{request.resource_pattern}") == role
    assert request.purpose is (Purpose.REQUIRED if sure else Purpose.CONDITIONAL)
    assert request.context.get("iam:PassedToService", "not known") == (service or "not known")


@pytest.mark.parametrize(
    ("source", "name", "parameters"),
    [
        ("sts", "AssumeRole", {"roleArn": ROLE}),
        ("iam", "AttachRolePolicy", {"roleName": "r", "policyArn": "arn:aws:iam::aws:policy/x"}),
        ("lambda", "GetFunction20150331v2", {"functionName": "f", "role": ROLE}),
        ("ec2", "RunInstances", {"imageId": "ami-1"}),
        ("ec2", "CreateVpc", None),
    ],
)
def test_nothing_is_passed(source, name, parameters):
    """Naming a role is not passing it, and reading passes nothing."""
    assert "iam:PassRole" not in {each.action for each in records.requests(source, name, parameters)}


def test_keys_of_other_actions_stay_away():
    """Only the request that passes the role has `iam:PassedToService`."""
    first = records.first("lambda", "CreateFunction20150331", {"functionName": "f", "role": ROLE})
    assert first.context["iam:PassedToService"] is None


def specification(*kinds: str) -> Json:
    return {"tagSpecificationSet": {"items": [{"resourceType": kind, "tags": TAGS} for kind in kinds]}}


# source, operation, parameters, tagging action, its resource, whether it is surely checked
TAGGING = (
    ("ec2", "CreateVpc", specification("vpc"), "ec2:CreateTags", f"arn:aws:ec2:{A}:vpc/*", True),
    ("iam", "CreateRole", {"roleName": "r", "tags": TAGS}, "iam:TagRole", f"arn:aws:iam::{ACCOUNT}:role/r", True),
    (
        "lambda",
        "CreateFunction20150331",
        {"functionName": "f", "tags": {"Team": "red"}},
        "lambda:TagResource",
        f"arn:aws:lambda:{A}:function:f",
        True,
    ),
    (
        "rds",
        "CreateDBInstance",
        {"dBInstanceIdentifier": "d", "tags": TAGS},
        "rds:AddTagsToResource",
        f"arn:aws:rds:{A}:db:d",
        True,
    ),
    (
        "guardduty",
        "CreateFilter",
        {"detectorId": "d", "name": "n", "tags": {"a": "b"}},
        "guardduty:TagResource",
        None,
        False,
    ),
)


@pytest.mark.parametrize(("source", "name", "parameters", "action", "resource", "sure"), TAGGING)
def test_tags_of_what_is_created(source, name, parameters, action, resource, sure):
    (request,) = (each for each in records.requests(source, name, parameters) if each.action == action)
    assert request.purpose is (Purpose.REQUIRED if sure else Purpose.CONDITIONAL)
    if resource:
        assert request.resource == resource


def test_tagging_itself_needs_nothing_more():
    call = {"resourcesSet": {"items": [{"resourceId": "i-1"}]}, "tagSet": {"items": TAGS}}
    assert [each.action for each in records.requests("ec2", "CreateTags", call)] == ["ec2:CreateTags"]


def test_only_what_gets_tags_is_tagged():
    """Tags of volumes do not make a request for instances."""
    found = records.requests("ec2", "RunInstances", {"imageId": "ami-1", **specification("instance")})
    assert [each.resource for each in found if each.action == "ec2:CreateTags"] == [f"arn:aws:ec2:{A}:instance/*"]
    (tagging,) = (each for each in found if each.action == "ec2:CreateTags")
    assert tagging.context["ec2:CreateAction"] == "RunInstances"
