"""Who called, as policies name them."""

from dataclasses import dataclass

import pytest
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import ACCOUNT, OTHER, Json, record

from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.principal import Caller, CallerKind, Forwarded, caller_of, forwarded, partition_of

USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ops/BreakGlass"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/BreakGlass/s1"


def without(identity: Json, *names: str) -> Json:
    return {name: value for name, value in identity.items() if name not in names}


@dataclass(frozen=True, slots=True)
class Case:
    """`wanted`: kind, principal, role, federated by, `aws:PrincipalArn`, and whether nothing is missing; or the exclusion."""

    id: str
    identity: Json | None
    wanted: tuple[CallerKind, str, str | None, str | None, str | None, bool] | Exclusion


CASES = (
    Case("user", records.USER, (CallerKind.USER, USER_ARN, None, None, USER_ARN, True)),
    Case(
        "user-without-arn",
        without(records.USER, "arn"),
        (
            CallerKind.USER,
            f"arn:aws:iam::{ACCOUNT}:user/alice",
            None,
            None,
            f"arn:aws:iam::{ACCOUNT}:user/alice",
            False,
        ),
    ),
    Case("session", records.session("ops/BreakGlass"), (CallerKind.ROLE, SESSION, ROLE, None, ROLE, True)),
    Case(
        "session-without-arn",
        without(records.session("ops/BreakGlass"), "arn"),
        (CallerKind.ROLE, SESSION, ROLE, None, ROLE, True),
    ),
    Case(
        "session-without-issuer",
        without(records.session("ops/BreakGlass"), "sessionContext"),
        (CallerKind.ROLE, SESSION, None, None, f"arn:aws:iam::{ACCOUNT}:role/BreakGlass", False),
    ),
    Case(
        "role",
        {"type": "Role", "arn": ROLE, "accountId": ACCOUNT, "principalId": "AROAEXAMPLE:s1"},
        (CallerKind.ROLE, SESSION, ROLE, None, ROLE, True),
    ),
    Case(
        "role-alone",
        {"type": "Role", "arn": ROLE, "accountId": ACCOUNT},
        (CallerKind.ROLE, ROLE, ROLE, None, ROLE, True),
    ),
    Case(
        "root",
        records.ROOT,
        (CallerKind.ROOT, f"arn:aws:iam::{ACCOUNT}:root", None, None, f"arn:aws:iam::{ACCOUNT}:root", True),
    ),
    Case(
        "federated",
        records.FEDERATED,
        (
            CallerKind.FEDERATED,
            f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
            None,
            USER_ARN,
            f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
            True,
        ),
    ),
    Case("service", records.SERVICE, (CallerKind.SERVICE, "cloudtrail.amazonaws.com", None, None, None, True)),
    Case(
        "service-without-type",
        {"invokedBy": "ec2.amazonaws.com"},
        (CallerKind.SERVICE, "ec2.amazonaws.com", None, None, None, True),
    ),
    Case("anonymous", records.ANONYMOUS, (CallerKind.ANONYMOUS, "*", None, None, None, True)),
    Case(
        "other-account",
        {"type": "AWSAccount", "accountId": OTHER, "principalId": "AIDAEXAMPLE"},
        Exclusion.CALLER_ELSEWHERE,
    ),
    Case(
        "other-account-named",
        {"type": "AWSAccount", "accountId": OTHER, "arn": f"arn:aws:iam::{OTHER}:user/bob"},
        (CallerKind.USER, f"arn:aws:iam::{OTHER}:user/bob", None, None, f"arn:aws:iam::{OTHER}:user/bob", True),
    ),
    Case(
        "type-missing",
        without(records.session("ops/BreakGlass"), "type"),
        (CallerKind.ROLE, SESSION, ROLE, None, ROLE, True),
    ),
    Case("identity-center", {"type": "IdentityCenterUser", "accountId": ACCOUNT}, Exclusion.IDENTITY_CENTER),
    Case("saml", {"type": "SAMLUser", "principalId": "x", "userName": "y"}, Exclusion.UNSIGNED),
    Case("unknown", {"type": "Unknown", "principalId": "x"}, Exclusion.CALLER_UNKNOWN),
    Case("directory", {"type": "Directory"}, Exclusion.CALLER_UNKNOWN),
    Case("none", None, Exclusion.CALLER_UNKNOWN),
    Case("internal", {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, Exclusion.CALLER_UNKNOWN),
    Case("hidden", {"type": "AssumedRole", "arn": "-", "accountId": "-"}, Exclusion.CALLER_UNKNOWN),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_caller(case):
    caller = caller_of(record("s3", "ListBuckets", by=case.identity))
    found: object = caller
    if isinstance(caller, Caller):
        found = (
            caller.kind,
            caller.principal,
            caller.role,
            caller.federated_by,
            caller.principal_arn,
            not caller.missing,
        )
    assert found == case.wanted


def test_partition_follows_the_region():
    assert [partition_of(region) for region in ("eu-west-1", "cn-north-1", "us-gov-east-1", None)] == [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws",
    ]
    caller = caller_of(record("s3", "ListBuckets", by=without(records.ROOT, "arn"), awsRegion="cn-north-1"))
    assert isinstance(caller, Caller)
    assert caller.principal == f"arn:aws-cn:iam::{ACCOUNT}:root"


LINKED = records.session("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
FORWARDED = (
    (records.USER, None, Forwarded.NO),
    (records.USER, "cloudformation.amazonaws.com", Forwarded.YES),
    (records.ROOT, "athena.amazonaws.com", Forwarded.YES),
    (records.FEDERATED, "athena.amazonaws.com", Forwarded.YES),
    # on ordinary calls from the console as well
    (records.USER, "signin.amazonaws.com", Forwarded.UNKNOWN),
    (records.USER, "AWS Internal", Forwarded.UNKNOWN),
    # a role may be the service's own
    (records.session("r"), "cloudformation.amazonaws.com", Forwarded.UNKNOWN),
    (records.session("r"), None, Forwarded.NO),
    (LINKED, "autoscaling.amazonaws.com", Forwarded.NO),
    (records.SERVICE, "cloudtrail.amazonaws.com", Forwarded.NO),
)


@pytest.mark.parametrize(("identity", "invoked_by", "wanted"), FORWARDED)
def test_forwarded(identity, invoked_by, wanted):
    """`invokedBy` means forwarded access only where nothing else is possible."""
    logged = record("kms", "Decrypt", by={**identity, **({"invokedBy": invoked_by} if invoked_by else {})})
    caller = caller_of(logged)
    assert isinstance(caller, Caller)
    assert forwarded(logged, caller) is wanted


def test_service_linked_role():
    linked, other = (caller_of(record("ec2", "RunInstances", by=by)) for by in (LINKED, records.session("r")))
    assert isinstance(linked, Caller)
    assert isinstance(other, Caller)
    assert (linked.service_linked, other.service_linked) == (True, False)
