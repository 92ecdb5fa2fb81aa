"""Pseudonyms have the shape of what they stand for, say nothing without the key, and are the same wherever a name stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.replay.pseudonyms import Pseudonyms

KEY = b"0123456789abcdef"


def names() -> Pseudonyms:
    return Pseudonyms(KEY)


KEPT = [
    "*",
    "ec2.amazonaws.com",
    "us-east-2",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:s3:::*",
    "arn:aws:s3:::${aws:PrincipalTag/team}/*",
    "true",
    "AWS Internal",
    "2026-03-02T08:15:00Z",
    "sso.amazonaws.com",
    "",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_of_aws_stays(text: str):
    assert names().value(text) == text


SHAPES = {
    "arn:aws:iam::111122223333:role/deploy/release": r"arn:aws:iam::\d{12}:role/id-\w{12}/id-\w{12}",
    "arn:aws:sts::111122223333:assumed-role/release/ann@example.com": r"arn:aws:sts::\d{12}:assumed-role/id-\w{12}/id-\w{12}@id-\w{12}",
    "arn:aws:dynamodb:us-east-2:111122223333:table/orders/index/by-day": r"arn:aws:dynamodb:us-east-2:\d{12}:table/id-\w{12}/index/id-\w{12}",
    "arn:aws:s3:::orders/2026/*": r"arn:aws:s3:::id-\w{12}/2026/\*",
    "arn:aws:s3:::table": r"arn:aws:s3:::id-\w{12}",
    "arn:aws:iam::*:role/Break*": r"arn:aws:iam::\*:role/id-\w{12}\*",
    "arn:aws:iam::1111*:root": r"arn:aws:iam::\d{4}\*:root",
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling": (
        r"arn:aws:iam::\d{12}:role/aws-service-role/autoscaling\.amazonaws\.com/AWSServiceRoleForAutoScaling"
    ),
    "AWSReservedSSO_Developer_0123456789abcdef": r"AWSReservedSSO_id-\w{12}_[0-9a-f]{16}",
    "111122223333": r"\d{12}",
    "198.51.100.7": r"2[45]\d\.\d+\.\d+\.\d+",
    "2600::1": r"2001:db8:[0-9a-f:]+",
    "10.0.0.0/8": r"2[45]\d\.\d+\.\d+\.\d+/8",
    "AKIAIOSFODNN7EXAMPLE": r"AKIA[A-Z2-7]{16}",
    "AROAEXAMPLEEXAMPLE123:ann": r"AROA[A-Z2-7]{16,17}:id-\w{12}",
    "0af2fe72-fe1a-4000-98a1-8158cc140000": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "i-0123456789abcdef0": r"i-[0-9a-f]{17}",
    "o-a1b2c3d4e5": r"o-[0-9a-f]{10}",
    "orders.s3.us-east-2.amazonaws.com": r"id-\w{12}\.s3\.us-east-2\.amazonaws\.com",
    "orders": r"id-\w{12}",
}


@pytest.mark.parametrize("text", SHAPES)
def test_shapes_stay(text: str):
    made = names().value(text)
    assert re.fullmatch(SHAPES[text], made)
    assert made != text
    assert names().value(text) == made


def test_a_name_is_the_same_everywhere():
    """So a bucket in an ARN is the bucket in a parameter, and a host."""
    given_ = names()
    made = given_.value("orders")
    assert given_.value("arn:aws:s3:::orders/x").split(":")[-1].startswith(f"{made}/")
    assert given_.value("orders.s3.amazonaws.com").startswith(f"{made}.")
    given_.learned()
    assert given_.text("the bucket orders, not reorders") == f"the bucket {made}, not reorders"


@pytest.mark.parametrize("order", [1, -1])
def test_of_names_that_begin_alike_the_longest_counts(order: int):
    """In whatever order they were met; and a name is no part of a longer word."""
    given_ = names()
    made = {name: given_.name(name) for name in ("team-blue", "team-blue-prod")[::order]}
    given_.learned()
    assert given_.text("team-blue-prod, team-blue") == f"{made['team-blue-prod']}, {made['team-blue']}"
    assert given_.text("team-blueish") == "team-blueish"


def test_other_keys_give_other_pseudonyms():
    assert Pseudonyms(b"f" * 16).value("orders") != names().value("orders")
    assert Pseudonyms(b"f" * 16).value("111122223333") != names().value("111122223333")


def test_short_keys_are_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"short")


def test_running_text():
    given_ = names()
    given_.name("nightly-copy")
    given_.learned()
    text = given_.text(
        "User: arn:aws:iam::111122223333:role/x. From 10.1.2.3 by AKIAIOSFODNN7EXAMPLE of 444455556666 (nightly-copy), 12 times"
    )
    assert re.fullmatch(
        r"User: arn:aws:iam::\d{12}:role/id-\w{12}\. From 2[45]\d\.[\d.]+ by AKIA\w{16} of \d{12} \(id-\w{12}\), 12 times",
        text,
    )
    assert "444455556666" not in text


@given(st.text(max_size=40))
def test_any_text_is_taken(text: str):
    """No text breaks anything, and the answer is always the same."""
    one, other = names(), names()
    assert one.value(text) == other.value(text)
    one.learned()
    assert isinstance(one.text(text), str)
    assert isinstance(one.value(f"arn:{text}"), str)
    assert isinstance(one.account(text), str)
