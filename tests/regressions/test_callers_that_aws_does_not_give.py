"""Who cannot be a caller is refused, and never gets the policies of somebody else."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALLOW, engine

from ostiary_grammar.errors import RequestError
from ostiary_runtime.request import Principal, parse_caller

FAY = "arn:aws:sts::111122223333:federated-user/fay"
SESSION = "arn:aws:sts::111122223333:assumed-role/dev/s1"

NOBODY = [
    "arn:aws:iam::111122223333:user/",
    "arn:aws:iam::111122223333:user//",
    "arn:aws:iam::111122223333:user/path/",
    "arn:aws:iam::111122223333:user//ann",
    "arn:aws:iam::111122223333:role/",
    "arn:aws:iam::111122223333:role//",
    "arn:aws:iam::111122223333:root/",
    "arn:aws:iam::111122223333:saml-provider/",
    "arn:aws:iam:us-east-1:111122223333:user/ann",
    "arn::iam::111122223333:user/ann",
    "arn:aws:sts::111122223333:assumed-role/dev/",
    "arn:aws:sts::111122223333:assumed-role//s1",
    "arn:aws:sts::111122223333:assumed-role/dev",
    "arn:aws:sts::111122223333:federated-user/",
]


@pytest.mark.parametrize("arn", NOBODY)
def test_nobody(arn: str):
    with pytest.raises(RequestError, match="is not the ARN of a user"):
        parse_caller(arn)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:user/path/to/ann",
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R",
        "arn:aws:iam::111122223333:oidc-provider/example.com/id/1",
        "arn:aws-cn:iam::111122223333:root",
        SESSION,
    ],
)
def test_somebody(arn: str):
    parse_caller(arn)


@pytest.mark.parametrize(
    "by",
    [
        "arn:aws:iam::444455556666:user/ann",
        "arn:aws-cn:iam::111122223333:user/ann",
        "arn:aws:iam::111122223333:role/x:user/ann",
        "arn:aws:iam::111122223333:user/",
        "arn:aws:s3:::b:user/ann",
        "ann",
        7,
    ],
)
def test_a_federating_user_is_a_user_of_the_same_account(by: object):
    """A stranger's policies are not the caller's."""
    made = engine((ALLOW, "identity", "arn:aws:iam::444455556666:user/ann"))
    with pytest.raises(RequestError, match="could have federated"):
        made.authorize(Principal(FAY, federated_by=by), "s3:GetObject", "arn:aws:s3:::b/k")  # type: ignore[arg-type]


def test_only_a_federated_user_was_federated():
    with pytest.raises(RequestError, match="could have federated"):
        parse_caller(Principal(SESSION, federated_by="arn:aws:iam::111122223333:user/ann"))


@pytest.mark.parametrize(
    "role",
    [
        "arn:aws:iam::444455556666:role/dev",
        "arn:aws-cn:iam::111122223333:role/dev",
        "x:aws:iam::111122223333:role/dev",
        "arn:aws:iam:us-east-1:111122223333:role/dev",
        "arn:aws:iam::111122223333:role//dev",
    ],
)
def test_the_role_of_a_session_is_of_its_account_and_partition(role: str):
    with pytest.raises(RequestError, match="is not the ARN of a role"):
        parse_caller(Principal(SESSION, role=role))


def test_those_who_fit():
    assert parse_caller(Principal(SESSION, role="arn:aws:iam::111122223333:role/team/dev")).role_is_given
    by = "arn:aws:iam::111122223333:user/team/ann"
    assert parse_caller(Principal(FAY, federated_by=by)).federated_by == by
