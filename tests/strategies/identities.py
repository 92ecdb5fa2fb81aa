"""A small organization with names of its own, and a log in which each of them stands in every place that CloudTrail has for it.

`identities()` is the hypothesis strategy; `events(who)` are the records; `who.identifiers` is all that an anonymous report must not
hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]


@dataclass(frozen=True)
class Identities:
    accounts: tuple[str, ...]
    user: str
    role: str
    path: str
    session: str
    permission_set: str
    bucket: str
    key: str
    table: str
    secret: str
    tag: str
    policy: str
    address: str
    address6: str
    access_key: str
    unique_id: str
    instance: str
    vpc: str
    organization: str
    event_ids: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that people gave."""
        return (
            *(self.user, self.role, self.path, self.session, self.permission_set, self.bucket, self.key, self.table),
            *(self.secret, self.tag, self.policy),
        )

    @property
    def identifiers(self) -> tuple[str, ...]:
        """All of it, and the parts of names that are put together."""
        others = (
            *self.accounts,
            *(self.address, self.address6, self.access_key, self.unique_id, self.instance, self.vpc, self.organization),
            *self.event_ids,
        )
        parts = {part for name in self.names for part in name.replace("@", "/").split("/") if len(part) >= 5}
        return (*self.names, *others, *parts)


# What is long enough that it does not stand in a report by chance; digits, so that it is no word.
_NAME = st.from_regex(r"\A[a-z]{3,7}[-_.]?[0-9][a-zA-Z0-9]{3,8}\Z", fullmatch=True).filter(
    lambda name: not set(name) <= set("0123456789abcdef")
)
_HEX = "0123456789abcdef"


@st.composite
def identities(draw: st.DrawFn) -> Identities:
    names = draw(st.lists(_NAME, min_size=12, max_size=12, unique_by=str.lower))
    digits = draw(st.lists(st.from_regex(r"\A[1-9][0-9]{11}\Z", fullmatch=True), min_size=2, max_size=2, unique=True))
    hexes = st.text(alphabet=_HEX, min_size=17, max_size=17)
    return Identities(
        accounts=tuple(digits),
        user=names[0],
        role=names[1],
        path=names[2],
        session=f"{names[3]}@{names[4]}.example",
        permission_set=names[5],
        bucket=names[6],
        key=f"{names[7]}/2026/{names[8]}.csv",
        table=names[9],
        secret=names[10],
        tag=names[11],
        policy=names[0] + "Policy",
        address=str(draw(st.ip_addresses(v=4))),
        address6=draw(st.ip_addresses(v=6, network="2600::/16")).exploded,
        access_key="AKIA" + draw(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16)),
        unique_id="AROA" + draw(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=17, max_size=17)),
        instance="i-" + draw(hexes),
        vpc="vpc-" + draw(hexes),
        organization="o-" + draw(st.text(alphabet=_HEX, min_size=10, max_size=10)),
        event_ids=tuple(map(str, draw(st.lists(st.uuids(version=4), min_size=6, max_size=6, unique=True)))),
    )


def role_arn(who: Identities) -> str:
    return f"arn:aws:iam::{who.accounts[0]}:role/{who.path}/{who.role}"


def user_arn(who: Identities) -> str:
    return f"arn:aws:iam::{who.accounts[0]}:user/{who.user}"


def sso_arn(who: Identities) -> str:
    name = f"AWSReservedSSO_{who.permission_set}_0123456789abcdef"
    return f"arn:aws:iam::{who.accounts[1]}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{name}"


def events(who: Identities) -> list[Json]:
    """Six calls, of a user and of two roles, allowed and denied."""
    user = {
        "type": "IAMUser",
        "principalId": who.unique_id,
        "arn": user_arn(who),
        "accountId": who.accounts[0],
        "accessKeyId": who.access_key,
        "userName": who.user,
    }
    return [
        _event(who, 0, user, "s3", "PutObject", _put_object(who)),
        _event(
            who,
            1,
            _session(who, role_arn(who)),
            "dynamodb",
            "PutItem",
            {"tableName": who.table, "key": {who.tag: {"S": who.key}}},
        ),
        _event(who, 2, _session(who, sso_arn(who)), "ec2", "RunInstances", _run_instances(who)),
        _event(
            who,
            3,
            user,
            "secretsmanager",
            "GetSecretValue",
            {"secretId": who.secret},
            errorCode="AccessDenied",
            errorMessage=f"User: {user_arn(who)} is not authorized to perform: secretsmanager:GetSecretValue on resource: "
            f"{who.secret} because no identity-based policy allows the secretsmanager:GetSecretValue action",
        ),
        _event(
            who,
            4,
            user,
            "iam",
            "PutUserPolicy",
            _put_policy(who),
            errorCode="NoSuchEntity",
            errorMessage=f"no user {who.user}",
        ),
        _event(
            who,
            5,
            _session(who, role_arn(who)),
            "sts",
            "AssumeRole",
            {"roleArn": role_arn(who), "roleSessionName": who.session},
        ),
    ]


def _event(
    who: Identities, number: int, identity: Json, service: str, name: str, parameters: Json, **more: Any
) -> Json:
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"2026-03-02T08:1{number}:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-2",
        "sourceIPAddress": who.address if number % 2 else who.address6,
        "userAgent": f"[aws-cli/2.15.0 md/{who.user}]",
        "requestParameters": parameters,
        "responseElements": {"note": f"by {who.user}, {who.accounts[0]}"},
        "additionalEventData": {"vpcEndpoint": who.vpc, "numbers": [int(who.accounts[0]), 7]},
        "requestID": who.event_ids[number],
        "eventID": who.event_ids[number],
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": who.accounts[0],
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": f"{who.bucket}.s3.us-east-2.amazonaws.com"},
        **more,
    }


def _session(who: Identities, role: str) -> Json:
    account, name = role.split(":")[4], role.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"{who.unique_id}:{who.session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{who.session}",
        "accountId": account,
        "accessKeyId": who.access_key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": who.unique_id,
                "arn": role,
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": "2026-03-02T08:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def _put_object(who: Identities) -> Json:
    return {
        "bucketName": who.bucket,
        "Host": f"{who.bucket}.s3.us-east-2.amazonaws.com",
        "key": who.key,
        "x-amz-tagging": f"{who.tag}={who.user}",
    }


def _run_instances(who: Identities) -> Json:
    tags = {"items": [{"key": who.tag, "value": who.table}]}
    return {
        "instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "instanceId": who.instance}]},
        "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": tags["items"]}]},
        "tags": {who.tag: who.table},
        "vpcId": who.vpc,
    }


def _put_policy(who: Identities) -> Json:
    return {"userName": who.user, "policyName": who.policy, "policyDocument": policy_text(who)}


def policy_text(who: Identities) -> str:
    """A policy that names them."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "OnlyOurs",
                    "Effect": "Deny",
                    "NotAction": ["iam:*", "sts:*"],
                    "Resource": [
                        f"arn:aws:s3:::{who.bucket}/*",
                        f"arn:aws:dynamodb:*:{who.accounts[0]}:table/{who.table}",
                    ],
                    "Condition": {
                        "StringNotEquals": {
                            "aws:PrincipalOrgID": who.organization,
                            f"aws:PrincipalTag/{who.tag}": who.user,
                        },
                        "NotIpAddress": {"aws:SourceIp": [f"{who.address}/32"]},
                        "ArnNotLike": {"aws:PrincipalArn": [role_arn(who), sso_arn(who)]},
                    },
                }
            ],
        },
        indent=2,
    )
