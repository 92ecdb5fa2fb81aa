"""Condition keys of a request: known, known to be absent, or not known; never one for the other."""

from dataclasses import dataclass, field

import pytest
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import ACCOUNT, OTHER, REGION, Json

from ostiary.cloudtrail.states import NOT_KNOWN, State

U = NOT_KNOWN
B: Json = {"bucketName": "b", "key": "k"}
ENDPOINT: Json = {"vpcEndpointId": "vpce-1", "vpcEndpointAccountId": OTHER, "sourceIPAddress": "10.0.0.7"}
TLS: Json = {
    "tlsDetails": {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "x",
        "clientProvidedHostHeader": f"s3.{REGION}.amazonaws.com",
    }
}
SESSION = records.session("ops/Worker")
MFA = records.session("ops/Worker", mfa="true")
CONSOLE_USER: Json = {
    **records.USER,
    "accessKeyId": "ASIAEXAMPLE",
    "sessionContext": {"attributes": {"creationDate": "2026-03-02T08:00:00Z", "mfaAuthenticated": "true"}},
}


def via(identity: Json, service: str) -> Json:
    return {**identity, "invokedBy": service}


@dataclass(frozen=True, slots=True)
class Case:
    key: str
    wanted: State
    fields: Json = field(default_factory=dict)
    call: tuple[str, str, Json | None] = ("s3", "GetObject", B)


def case(
    key: str, wanted: State, call: tuple[str, str, Json | None] = ("s3", "GetObject", B), **fields: object
) -> Case:
    return Case(key, wanted, fields, call)


VPC = ("ec2", "CreateVpc", {"cidrBlock": "10.0.0.0/16"})
CASES = (
    # time and place
    case("aws:CurrentTime", "2026-03-02T08:15:00Z"),
    case("aws:CurrentTime", U, eventTime="yesterday"),
    case("aws:CurrentTime", U, eventTime=None),
    case("aws:EpochTime", 1772439300),
    case("aws:RequestedRegion", REGION),
    case("aws:RequestedRegion", "us-east-2", tlsDetails={"clientProvidedHostHeader": "b.s3.us-east-2.amazonaws.com"}),
    case("aws:RequestedRegion", REGION, tlsDetails={"clientProvidedHostHeader": "iam.amazonaws.com"}),
    case("aws:RequestedRegion", U, awsRegion=None),
    case("aws:SourceIp", "203.0.113.5"),
    case("aws:SourceIp", "2001:db8::1", sourceIPAddress="2001:db8::1"),
    case("aws:SourceIp", U, sourceIPAddress="cloudformation.amazonaws.com"),
    case("aws:SourceIp", U, sourceIPAddress="AWS Internal"),
    case("aws:SourceIp", U, by=via(records.USER, "athena.amazonaws.com")),
    case("aws:SourceIp", None, **ENDPOINT),
    case("aws:VpcSourceIp", None),
    case("aws:VpcSourceIp", "10.0.0.7", **ENDPOINT),
    case("aws:SourceVpce", None),
    case("aws:SourceVpce", None, vpcEndpointId="AWS Internal"),
    case("aws:SourceVpce", "vpce-1", **ENDPOINT),
    case("aws:SourceVpce", U, eventVersion="1.03", eventCategory="Data"),
    case("aws:SourceVpc", None),
    case("aws:SourceVpc", U, **ENDPOINT),
    case("aws:VpceAccount", OTHER, **ENDPOINT),
    case("aws:VpceOrgID", U, **ENDPOINT),
    case("aws:UserAgent", "aws-cli/2.27.41"),
    case("aws:UserAgent", "S3Console/0.4", userAgent="[S3Console/0.4]"),
    case("aws:UserAgent", U, by=via(records.USER, "athena.amazonaws.com")),
    case("aws:Referer", U),
    case("aws:Referer", None, VPC),
    case("aws:SecureTransport", "true", **TLS),
    case("aws:SecureTransport", "true", additionalEventData={"CipherSuite": "x"}),
    case("aws:SecureTransport", "false", additionalEventData={"SignatureVersion": "SigV4"}),
    case("aws:SecureTransport", U),
    case("aws:SecureTransport", U, VPC, additionalEventData={"SignatureVersion": "SigV4"}),
    # the caller
    case("aws:PrincipalArn", records.USER["arn"]),
    case("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/ops/Worker", by=SESSION),
    case("aws:PrincipalArn", None, by=records.SERVICE),
    case("aws:PrincipalArn", U, by={"type": "IAMUser", "userName": "alice", "accountId": ACCOUNT}),
    case("aws:PrincipalAccount", ACCOUNT),
    case("aws:PrincipalAccount", None, by=records.SERVICE),
    case("aws:PrincipalType", "AssumedRole", by=SESSION),
    case("aws:PrincipalType", "Account", by=records.ROOT),
    case("aws:userid", "AROAEXAMPLE:s1", by=SESSION),
    case("aws:userid", ACCOUNT, by=records.ROOT),
    case("aws:username", "alice"),
    case("aws:username", None, by=SESSION),
    case("aws:PrincipalIsAWSService", "true", by=records.SERVICE),
    case("aws:PrincipalIsAWSService", "false"),
    case("aws:PrincipalIsAWSService", None, by=records.ANONYMOUS),
    case("aws:PrincipalServiceName", "cloudtrail.amazonaws.com", by=records.SERVICE),
    case("aws:PrincipalServiceNamesList", U, by=records.SERVICE),
    case("aws:PrincipalOrgID", U),
    case("aws:PrincipalOrgID", None, by=records.ANONYMOUS),
    case("aws:PrincipalTag/Team", U),
    case("aws:SourceArn", None),
    case("aws:SourceArn", U, by=records.SERVICE),
    case("aws:SourceArn", "arn:x", by={**records.SERVICE, "inScopeOf": {"sourceArn": "arn:x", "sourceAccount": OTHER}}),
    case(
        "aws:SourceAccount", OTHER, by={**records.SERVICE, "inScopeOf": {"sourceArn": "arn:x", "sourceAccount": OTHER}}
    ),
    # the session
    case("aws:MultiFactorAuthPresent", None),
    case("aws:MultiFactorAuthPresent", "false", by=SESSION),
    case("aws:MultiFactorAuthPresent", "true", by=MFA),
    case("aws:MultiFactorAuthPresent", "true", by=CONSOLE_USER),
    case("aws:MultiFactorAuthPresent", None, by=records.SERVICE),
    case("aws:MultiFactorAuthPresent", U, by={**records.USER, "accessKeyId": "ASIAEXAMPLE"}),
    case("aws:MultiFactorAuthAge", None),
    case("aws:MultiFactorAuthAge", None, by=SESSION),
    case("aws:MultiFactorAuthAge", U, by=MFA),
    case("aws:TokenIssueTime", None),
    case("aws:TokenIssueTime", "2026-03-02T08:00:00Z", by=SESSION),
    case("aws:ViaAWSService", "false"),
    case("aws:ViaAWSService", "true", by=via(records.USER, "athena.amazonaws.com")),
    case("aws:ViaAWSService", U, by=via(SESSION, "athena.amazonaws.com")),
    case("aws:CalledVia", None),
    case("aws:CalledVia", U, by=via(records.USER, "athena.amazonaws.com")),
    case("aws:CalledViaLast", "athena.amazonaws.com", by=via(records.USER, "athena.amazonaws.com")),
    case("aws:FederatedProvider", None),
    case("aws:FederatedProvider", U, by=SESSION),
    case(
        "aws:FederatedProvider",
        "idp.example",
        by=records.session("r", webIdFederationData={"federatedProvider": "idp.example"}),
    ),
    case("aws:SourceIdentity", None, by=SESSION),
    case("aws:SourceIdentity", "alice", by=records.session("r", sourceIdentity="alice")),
    case("ec2:RoleDelivery", "2.0", by=records.session("r", "i-1", ec2RoleDelivery="2.0")),
    case("ec2:SourceInstanceARN", None),
    case("ec2:SourceInstanceARN", U, by=records.session("r", "i-1")),
    case("lambda:SourceFunctionArn", None),
    # the resource
    case("aws:ResourceAccount", ACCOUNT),
    case("aws:ResourceAccount", U, sharedEventID="s"),
    case("aws:ResourceAccount", OTHER, resources=[{"ARN": "arn:aws:s3:::b", "accountId": OTHER}]),
    case("aws:ResourceOrgID", U),
    case("aws:ResourceTag/Team", U),
    case("s3:ExistingObjectTag/Team", U),
    # tags of the request
    case("aws:RequestTag/Team", None),
    case("aws:RequestTag/Team", None, VPC),
    case("aws:RequestTag/Team", U, ("ec2", "CreateVpc", None)),
    case("aws:RequestTag/team", "red", ("sqs", "CreateQueue", {"queueName": "q", "tags": {"Team": "red"}})),
    case("aws:RequestTag/Other", None, ("sqs", "CreateQueue", {"queueName": "q", "tags": {"Team": "red"}})),
    case("aws:RequestTag/Team", U, ("sqs", "CreateQueue", {"tags": [{"key": "HIDDEN_DUE_TO_SECURITY_REASONS"}]})),
    case("aws:TagKeys", ["Team"], ("sqs", "CreateQueue", {"queueName": "q", "tags": {"Team": "red"}})),
    case("aws:TagKeys", None, VPC),
    case("aws:TagKeys", ["a"], ("sqs", "UntagQueue", {"queueUrl": "q", "tagKeys": ["a"]})),
    # keys of single services
    case("s3:prefix", "p/", ("s3", "ListObjects", {"bucketName": "b", "prefix": "p/"})),
    case("s3:prefix", None, ("s3", "ListObjects", {"bucketName": "b"})),
    case("s3:max-keys", "5", ("s3", "ListObjects", {"bucketName": "b", "max-keys": 5})),
    case(
        "s3:x-amz-server-side-encryption",
        "aws:kms",
        ("s3", "PutObject", {**B, "x-amz-server-side-encryption": "aws:kms"}),
    ),
    case("s3:x-amz-server-side-encryption", U, ("s3", "PutObject", None)),
    case("s3:authType", "REST-QUERY-STRING", additionalEventData={"AuthenticationMethod": "QueryString"}),
    case("s3:signatureversion", "AWS4-HMAC-SHA256", additionalEventData={"SignatureVersion": "SigV4"}),
    case("s3:TlsVersion", "1.3", **TLS),
    case("s3:ResourceAccount", ACCOUNT),
    case("s3:DataAccessPointArn", None),
    case("s3:prefix", None, VPC),
    case("kms:ViaService", None, ("kms", "Decrypt", {"keyId": "k"})),
    case(
        "kms:ViaService",
        f"s3.{REGION}.amazonaws.com",
        ("kms", "Decrypt", {"keyId": "k"}),
        by=via(records.USER, "s3.amazonaws.com"),
    ),
    case("kms:ViaService", U, ("kms", "Decrypt", {"keyId": "k"}), by=via(SESSION, "s3.amazonaws.com")),
    case("kms:EncryptionContext:App", "x", ("kms", "Decrypt", {"encryptionContext": {"app": "x"}})),
    case("kms:EncryptionContext:Other", None, ("kms", "Decrypt", {"encryptionContext": {"app": "x"}})),
    case("kms:EncryptionContextKeys", ["app"], ("kms", "Decrypt", {"encryptionContext": {"app": "x"}})),
    case("kms:RequestAlias", "alias/a", ("kms", "Encrypt", {"keyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"})),
    case("kms:CallerAccount", ACCOUNT, ("kms", "Decrypt", {"keyId": "k"})),
    case("iam:PolicyARN", "arn:p", ("iam", "AttachUserPolicy", {"userName": "u", "policyArn": "arn:p"})),
    case("iam:PermissionsBoundary", None, ("iam", "CreateUser", {"userName": "u"})),
    case("iam:PermissionsBoundary", U, ("iam", "AttachUserPolicy", {"userName": "u", "policyArn": "arn:p"})),
    case(
        "iam:AWSServiceName",
        "ecs.amazonaws.com",
        ("iam", "CreateServiceLinkedRole", {"aWSServiceName": "ecs.amazonaws.com"}),
    ),
    case("sts:ExternalId", None, ("sts", "AssumeRole", {"roleArn": f"arn:aws:iam::{OTHER}:role/r"})),
    case("sts:ExternalId", "e", ("sts", "AssumeRole", {"roleArn": f"arn:aws:iam::{OTHER}:role/r", "externalId": "e"})),
    case("sts:ExternalId", U, ("sts", "AssumeRole", None)),
    case("ec2:InstanceType", "t3.micro", ("ec2", "RunInstances", {"instanceType": "t3.micro"})),
    case("ec2:InstanceType", U, ("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}]}})),
    case(
        "ec2:MetadataHttpTokens", "required", ("ec2", "RunInstances", {"metadataOptions": {"httpTokens": "required"}})
    ),
    case("ec2:Region", REGION, VPC),
    case(
        "lambda:Principal",
        "s3.amazonaws.com",
        ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "s3.amazonaws.com"}),
    ),
    case("rds:DatabaseEngine", "mysql", ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "d", "engine": "mysql"})),
    case("rds:DatabaseEngine", U, ("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "d"})),
    # what belongs to another service is not in the request; what goes with the session may be
    case("dynamodb:LeadingKeys", None, VPC),
    case("saml:sub", U, VPC),
    case("idp.example:aud", U, VPC),
    case("aws:SomethingNew", U),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.key}-{case.wanted}")
def test_state(case):
    source, name, parameters = case.call
    context = records.first(source, name, parameters, **case.fields).context
    assert context.state(case.key) == case.wanted
    assert context.state(case.key.upper()) == case.wanted


def test_tags_go_with_their_resource_type():
    """Tags of instances are request tags for instances, not for volumes."""
    items = [{"resourceType": "instance", "tags": [{"key": "Team", "value": "red"}]}]
    found = records.requests("ec2", "RunInstances", {"imageId": "ami-1", "tagSpecificationSet": {"items": items}})
    tags = {
        each.resource.split(":")[5].split("/")[0]: each.context["aws:RequestTag/Team"]
        for each in found
        if each.resource and each.action == "ec2:RunInstances"
    }
    assert (tags["instance"], tags["image"]) == ("red", None)


def test_mapping():
    """As a mapping, the context has what is known or absent; what is not known is missing, unless it must not be derived."""
    context = records.first("s3", "GetObject", B, sharedEventID="s").context
    assert context["aws:username"] == "alice"
    assert context["aws:sourcevpce"] is None
    assert "aws:PrincipalOrgID" not in context
    assert context["aws:ResourceAccount"] is NOT_KNOWN
    assert set(context) == set(dict(context))
    assert len(context) == len(dict(context)) > 30
    with pytest.raises(KeyError):
        context["aws:PrincipalOrgID"]
    assert "alice" in repr(context)


def test_only_what_is_asked():
    """The states of the keys that policies name, spelled as they spell them."""
    context = records.first("s3", "GetObject", B).context
    assert context.of_keys(["AWS:UserName", "aws:RequestTag/x", "aws:PrincipalOrgID"]) == {
        "AWS:UserName": "alice",
        "aws:RequestTag/x": None,
    }


def test_stated_context_wins():
    """Where the record holds what AWS evaluated, nothing is inferred."""
    stated = {
        "requestContext": {
            "aws:PrincipalOrgID": "o-1",
            "aws:SourceIp": "198.51.100.1",
            "aws:MultiFactorAuthPresent": True,
        },
        "tagContext": {
            "principalTags": {"Team": "red"},
            "resourceTags": [
                {"arn": "arn:aws:s3:::b/k", "tags": {"Tier": "1"}},
                {"arn": "arn:aws:s3:::c", "tags": {"x": "y"}},
            ],
        },
    }
    context = records.first("s3", "GetObject", B, eventContext=stated).context
    states = {
        key: context.state(key)
        for key in (
            "aws:PrincipalOrgID",
            "aws:SourceIp",
            "aws:MultiFactorAuthPresent",
            "aws:PrincipalTag/team",
            "aws:ResourceTag/Tier",
            "aws:ResourceTag/x",
        )
    }
    assert list(states.values()) == ["o-1", "198.51.100.1", "true", "red", "1", NOT_KNOWN]
    assert "aws:principaltag/team" in context
