"""The faults that IAM finds in Resource entries, one an entry (iam-semantics.md 1.7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_compiler.checks.resource_format import Fault, fault_of


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("*", None),
        ("**", None),
        ("", Fault.NOT_ARN),
        ("b", Fault.NOT_ARN),
        ("foo:aws:s3:::b", Fault.NOT_ARN),
        ("arn", Fault.NOT_ARN),
        ("arn:", Fault.PARTITION),
        ("arn:aws*:s3:::b", Fault.PARTITION),
        ("arn:error:s3::b", Fault.PARTITION),
        ("arn:aws", Fault.NO_SERVICE),
        ("arn:*", Fault.NO_SERVICE),
        ("arn:aws:", Fault.MALFORMED),
        ("arn:aws:s3:", Fault.MALFORMED),
        ("arn:aws:s3::b", Fault.MALFORMED),
        ("arn:aws:::::", Fault.MALFORMED),
        ("arn:aws:s3", None),
        ("arn:aws:s3*", None),
        ("arn:*:iam::*:role/x", None),
        ("arn:aws:x:y:z:", None),
        ("arn:aws:iam:us-east-1", Fault.IAM_REGION),
        ("arn:aws:iam:*:*:role/x", Fault.IAM_REGION),
        ("arn:aws:iam", None),
        ("arn:aws:iam::111122223333:${aws:PrincipalTag/x}", None),
        ("arn:aws:iam::111122223333:users/x", Fault.IAM_PATH),
        ("arn:aws:s3:us-east-1::b", Fault.S3_REGION),
        ("arn:aws:s3:::b", None),
        ("arn:aws:s3:*:*:accesspoint/*", None),
        ("arn:aws:s3:*:*:access-grants/default", None),
    ],
)
def test_fault(text: str, fault: Fault | None) -> None:
    """The first fault in IAM's order, or None for what it saves."""
    assert fault_of(text) is fault


@given(st.text(alphabet="arnws3im:*?${}/-", max_size=30) | st.text(max_size=20))
def test_every_text_has_an_answer(text: str) -> None:
    """No text raises."""
    assert fault_of(text) in (None, *Fault)
