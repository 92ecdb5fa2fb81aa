"""IAM's answers: one text, of the first fault in IAM's order of complaint."""

from typing import Any

import pytest
from tests.compiler.checks.checking import check, completed

from ostiary_compiler.checks import UNRECORDED, iam_message

LEGACY = "The policy failed legacy parsing"
PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, '
    "mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."
)
ALPHANUMERIC = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)

# one statement with each fault, in IAM's order of complaint; 2008 as Version comes after the first
ORDERED = [
    ({"Effect": "Permit"}, "Syntax errors in policy."),
    ({"Effect": "allow"}, LEGACY),
    ({"Sid": "a"}, "Statement IDs (SID) in a single policy must be unique."),
    ({"Action": []}, "Policy statement must contain actions."),
    ({"Resource": "b"}, 'Resource b must be in ARN format or "*".'),
    ({"Action": "s3:a:b"}, "Actions/Condition can contain only one colon."),
    ({"Resource": []}, "Policy statement must contain resources."),
]


def answer(fragment: dict[str, Any], kind: str = "managed") -> str | None:
    return iam_message(check(completed(fragment, kind), kind))


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ({"Action": ""}, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        ({"Action": "s3:List:Bucket"}, "Actions/Condition can contain only one colon."),
        ({"Action": "s*:Get*"}, "Vendor s* is not valid"),
        ({"Action": ":Get"}, "Vendor  is not valid"),
        ({"Action": "*:Get*"}, None),
        ({"Action": "iam: asdf af "}, None),
        ({"NotAction": []}, "Policy statement must contain actions."),
        ({"NotResource": []}, "Policy statement must contain resources."),
        ({"Resource": 'a"b'}, 'Resource a"b must be in ARN format or "*".'),
        ({"Resource": "arn:x"}, 'Partition "x" is not valid for resource "arn:x:*:*:*:*".'),
        ({"Resource": "arn:x:"}, 'Partition "x" is not valid for resource "arn:x:*:*:*:*".'),
        ({"Resource": "arn:x:s3:::b:c:d"}, 'Partition "x" is not valid for resource "arn:x:s3:::b:c:d".'),
        (
            {"Resource": "arn:aws:iam::111122223333:x"},
            PATHS,
        ),
        ({"Resource": "arn:aws:s3:us-west-2:111122223333:job/x"}, None),
        ({"Resource": "arn:aws::::b"}, LEGACY),
        (
            {"Sid": "a b"},
            ALPHANUMERIC,
        ),
        ({"Principal": "*"}, "Policy document should not specify a principal."),
    ],
)
def test_text(fragment: dict[str, Any], text: str | None) -> None:
    """The text quotes the policy's own words where IAM does."""
    assert answer(fragment) == text


@pytest.mark.parametrize("fixed", range(len(ORDERED)))
def test_order_of_complaint(fixed: int) -> None:
    """Of several faults IAM names the one that comes first in its order, wherever it stands in the text."""
    faulty = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | fault for fault, _ in reversed(ORDERED[fixed:])]
    also = [{"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    document = {"Version": "2012-10-17", "Statement": faulty + also}
    assert iam_message(check(document, "managed")) == ORDERED[fixed][1]
    old = "Syntax errors in policy." if fixed == 0 else "Policy document must be version 2012-10-17 or greater."
    assert iam_message(check(document | {"Version": "2008-10-17"}, "managed")) == old


def test_trust_policy_with_resource() -> None:
    """A trust policy has an answer of its own."""
    assert answer({"Resource": "*"}, "trust") == "Has prohibited field Resource."


def test_answer_that_nobody_recorded() -> None:
    """Where no source has the text, the answer is the error's name, never None."""
    assert answer({"Action": "ec2:*"}, "rcp") == UNRECORDED


def test_warnings_are_no_refusal() -> None:
    """A document that is only doubtful is saved."""
    fragment = {"Action": "*", "Resource": "**", "Condition": {"StringEquals": {"aws:TagKeys": []}}}
    assert answer(fragment) is None
