"""Records that are no authorization requests, each with its reason."""

from dataclasses import dataclass, field

import pytest
from tests.ostiary.cloudtrail.records import Json, record

from ostiary.cloudtrail.exclusions import Exclusion, exclusion_of


@dataclass(frozen=True, slots=True)
class Case:
    source: str
    name: str
    reason: Exclusion | None
    fields: Json = field(default_factory=dict)


CASES = (
    Case("ec2", "DescribeInstances", None),
    Case("signin", "ConsoleLogin", Exclusion.SIGN_IN, {"eventType": "AwsConsoleSignIn"}),
    Case("signin", "ConsoleLogin", Exclusion.SIGN_IN),
    Case("signin", "SwitchRole", Exclusion.SIGN_IN),
    Case("signin", "PasswordRecoveryRequested", Exclusion.SIGN_IN),
    Case("kms", "RotateKey", Exclusion.SERVICE_EVENT, {"eventType": "AwsServiceEvent"}),
    Case("iam", "PasswordUpdated", Exclusion.CONSOLE_ACTION, {"eventType": "AwsConsoleAction"}),
    Case("ssm", "UpdateInstanceInformation", Exclusion.INSIGHT, {"eventType": "AwsCloudTrailInsight"}),
    Case("ssm", "UpdateInstanceInformation", Exclusion.INSIGHT, {"eventCategory": "Insight", "eventType": None}),
    Case(
        "s3", "GetObject", Exclusion.NETWORK_ACTIVITY, {"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"}
    ),
    Case("s3", "GetObject", Exclusion.NETWORK_ACTIVITY, {"eventType": "AwsVpceEvents"}),
    Case("sts", "AssumeRoleWithSAML", Exclusion.UNSIGNED),
    Case("sts", "AssumeRoleWithWebIdentity", Exclusion.UNSIGNED),
    Case("cognito-identity", "GetCredentialsForIdentity", Exclusion.UNSIGNED),
    Case("cognito-idp", "InitiateAuth", Exclusion.UNSIGNED),
    Case("cognito-idp", "AdminInitiateAuth", None),
    Case("sso", "GetRoleCredentials", Exclusion.UNSIGNED),
    Case("sso", "CreatePermissionSet", None),
    Case("sts", "GetCallerIdentity", Exclusion.NO_PERMISSION),
    Case("sts", "GetSessionToken", Exclusion.NO_PERMISSION),
    Case("sts", "GetFederationToken", None),
    Case("s3", "PreflightRequest", Exclusion.NO_PERMISSION),
    Case("s3", "GetStorageLensDashboardDataInternal", Exclusion.INTERNAL),
    Case("ec2", "DescribeInstances", Exclusion.NOT_AN_EVENT, {"eventName": None}),
    Case("ec2", "DescribeInstances", Exclusion.NOT_AN_EVENT, {"eventSource": 7}),
    # old records have neither type nor category
    Case("ec2", "DescribeInstances", None, {"eventType": None, "eventCategory": None}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}-{case.name}-{case.reason}")
def test_reason(case):
    assert exclusion_of(record(case.source, case.name, **case.fields)) is case.reason


def test_reasons_are_stable_words_with_a_sentence():
    assert len({reason.value for reason in Exclusion}) == len(Exclusion)
    assert all(reason.message for reason in Exclusion)
