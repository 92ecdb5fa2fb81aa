"""What the log says happened, and what a denial message tells."""

import pytest
from tests.ostiary.cloudtrail.records import USER, record

from ostiary.cloudtrail.outcome import Denial, Layer, Outcome, denial_of, outcome_of

OUTCOMES = (
    (None, "ec2", Outcome.ALLOWED),
    ("AccessDenied", "s3", Outcome.DENIED),
    ("AccessDeniedException", "lambda", Outcome.DENIED),
    ("Client.UnauthorizedOperation", "ec2", Outcome.DENIED),
    ("UnauthorizedOperation", "ec2", Outcome.DENIED),
    ("AuthorizationErrorException", "sns", Outcome.DENIED),
    ("VpceAccessDenied", "s3", Outcome.DENIED),
    ("KMSAccessDeniedException", "kms", Outcome.DENIED),
    ("SomethingAccessDeniedFault", "rds", Outcome.DENIED),
    ("403", "s3", Outcome.DENIED),
    ("ForbiddenException", "medialive", Outcome.DENIED),
    ("Client.DryRunOperation", "ec2", Outcome.ALLOWED),
    ("NoSuchBucket", "s3", Outcome.LIKELY_ALLOWED),
    ("Client.InvalidVpcID.NotFound", "ec2", Outcome.LIKELY_ALLOWED),
    ("EntityAlreadyExists", "iam", Outcome.LIKELY_ALLOWED),
    ("LimitExceededException", "lambda", Outcome.LIKELY_ALLOWED),
    # neither: before authorization, or on either side of it
    ("Client.AuthFailure", "ec2", Outcome.UNCLEAR),
    ("InvalidClientTokenId", "sts", Outcome.UNCLEAR),
    ("ExpiredToken", "s3", Outcome.UNCLEAR),
    ("OptInRequired", "ec2", Outcome.UNCLEAR),
    ("ThrottlingException", "ssm", Outcome.UNCLEAR),
    ("TooManyRequestsException", "lambda", Outcome.UNCLEAR),
    ("ValidationException", "dynamodb", Outcome.UNCLEAR),
    ("UnauthorizedException", "sso", Outcome.UNCLEAR),
    ("NotAuthorizedException", "cognito-idp", Outcome.UNCLEAR),
)


@pytest.mark.parametrize(("code", "source", "outcome"), OUTCOMES)
def test_outcome(code, source, outcome):
    assert outcome_of(record(source, "DoIt", errorCode=code)) is outcome


def test_denials_that_no_policy_gave():
    assert (
        outcome_of(record("ce", "GetCost", errorCode="AccessDenied", errorMessage="IAM user access not activated"))
        is Outcome.UNCLEAR
    )


def test_errors_that_hide_in_the_response():
    assert outcome_of(record("x", "DoIt", responseElements={"errorCode": "AccessDenied"})) is Outcome.DENIED
    assert outcome_of(record("x", "DoIt", responseElements={"code": "blue"})) is Outcome.ALLOWED


def test_message_without_code_is_unclear():
    assert outcome_of(record("x", "DoIt", errorMessage="Failed authentication")) is Outcome.UNCLEAR


WHO = USER["arn"]
ROLE = "arn:aws:iam::123456789012:role/r"
POLICY = "arn:aws:organizations::123456789012:policy/o-1/service_control_policy/p-1"
MESSAGES = (
    (
        f"User: {WHO} is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
        Denial("sts:AssumeRole", ROLE, None, None, None, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: config:DescribeDeliveryChannels",
        Denial("config:DescribeDeliveryChannels", None, None, None, None, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/a b because no identity-based policy allows the s3:GetObject action",
        Denial("s3:GetObject", "arn:aws:s3:::b/a b", Layer.IDENTITY, False, None, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:1:instance/* with an explicit deny in a service control policy: {POLICY}",
        Denial("ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/*", Layer.SCP, True, POLICY, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k with an explicit deny in an identity-based policy",
        Denial("s3:PutObject", "arn:aws:s3:::b/k", Layer.IDENTITY, True, None, WHO),
    ),
    (
        f"You are not authorized to perform this operation. User: {WHO} is not authorized to perform: ec2:GetPasswordData on resource: arn:aws:ec2:eu-west-1:1:instance/* because no permissions boundary allows the ec2:GetPasswordData action. Encoded authorization failure message: abc-DEF_123",
        Denial("ec2:GetPasswordData", "arn:aws:ec2:eu-west-1:1:instance/*", Layer.BOUNDARY, False, None, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: apigateway:GET onresource: arn:aws:apigateway:us-east-1::/vpclinks",
        Denial("apigateway:GET", "arn:aws:apigateway:us-east-1::/vpclinks", None, None, None, WHO),
    ),
    (
        f"User: {WHO} is not authorized to perform: SNS:ListTopics on resource: arn:aws:sns:us-east-1:1:* because no resource-based policy allows the SNS:ListTopics action",
        Denial("SNS:ListTopics", "arn:aws:sns:us-east-1:1:*", Layer.RESOURCE, False, None, WHO),
    ),
    ("You are not authorized to perform this operation. Encoded authorization failure message: abc", None),
    ("Access Denied", None),
)


@pytest.mark.parametrize(("message", "denial"), MESSAGES)
def test_denial(message, denial):
    assert denial_of(record("s3", "GetObject", errorCode="AccessDenied", errorMessage=message)) == denial


def test_layers_of_all_kinds():
    """Each kind of policy that a message can name."""
    kinds = {
        "session policy": Layer.SESSION,
        "resource control policy": Layer.RCP,
        "VPC endpoint policy": Layer.ENDPOINT,
        "role trust policy": Layer.TRUST,
    }
    for words, layer in kinds.items():
        message = f"User: x is not authorized to perform: a:B because no {words} allows the a:B action"
        found = denial_of(record("a", "B", errorCode="AccessDenied", errorMessage=message))
        assert found is not None
        assert found.layer is layer


def test_endpoint_denial_needs_no_words():
    found = denial_of(
        record(
            "s3",
            "GetObject",
            errorCode="VpceAccessDenied",
            errorMessage="The request was denied due to a VPC endpoint policy",
        )
    )
    assert found is not None
    assert found.layer is Layer.ENDPOINT


def test_message_of_a_success_is_no_denial():
    assert denial_of(record("s3", "GetObject", errorMessage="x is not authorized to perform: a:B")) is None
