"""Resource patterns (iam-semantics.md 3.1 to 3.5)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar import arn
from ostiary_grammar.arn import parse_resource, split_arn
from ostiary_grammar.pattern import Literal, ResourceForm, Variable, Wild

AWS, S3 = (Literal("aws"),), (Literal("s3"),)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("*", ResourceForm.ANY),
        ("**", ResourceForm.STARS),
        ("***", ResourceForm.STARS),
        ("", ResourceForm.NEVER),
        ("bucket", ResourceForm.NEVER),
        ("*:*", ResourceForm.NEVER),
        ("arn", ResourceForm.NEVER),
        ("arn:aws", ResourceForm.NEVER),
        ("ARN:aws:s3:::b", ResourceForm.NEVER),
        ("aws:s3:::b", ResourceForm.NEVER),
        ("arn:aws:s3", ResourceForm.ARN),
        ("arn:*:*:*:*:*", ResourceForm.ARN),
    ],
)
def test_a_resource_has_one_of_four_forms(text, form):
    """Only an ARN has fields."""
    pattern = parse_resource(text, variables=True)
    assert (pattern.text, pattern.form) == (text, form)
    assert bool(pattern.fields) == (form is ResourceForm.ARN)


FIELDS = [
    ("arn:aws:sqs", True, (AWS, (Literal("sqs"),))),
    ("arn:aws:s3:::b/*", True, (AWS, S3, (), (), (Literal("b/"), Wild.STAR))),
    ("arn:aws:s3:::b:c:d", True, (AWS, S3, (), (), (Literal("b:c:d"),))),
    ("arn:aws:s3:us-*:1?:b", True, (AWS, S3, (Literal("us-"), Wild.STAR), (Literal("1"), Wild.ANY), (Literal("b"),))),
    ("arn:aws:s3:::${k, 'a:b'}", True, (AWS, S3, (), (), (Variable("k", "a:b"),))),
    ("arn:aws:s3:::${k}*", False, (AWS, S3, (), (), (Literal("${k}"), Wild.STAR))),
    # a field before the fifth colon that holds `${` is its own characters, and so are its wildcards
    ("arn:aws:${k}*::1:b", True, (AWS, (Literal("${k}*"),), (), (Literal("1"),), (Literal("b"),))),
    ("arn:aws:s3:${a:b}:1:c", True, (AWS, S3, (Literal("${a"),), (Literal("b}"),), (Literal("1:c"),))),
    ("arn:aws:${k}*", False, (AWS, (Literal("${k}"), Wild.STAR))),
]


@pytest.mark.parametrize(("text", "variables", "fields"), FIELDS)
def test_an_arn_is_split_at_the_first_five_colons(text, variables, fields):
    """Variables count only behind the fifth."""
    assert parse_resource(text, variables=variables).fields == fields


@given(st.text(alphabet="arnws:*?${}3", max_size=24), st.sampled_from(["", "x" * 200 + ":"]))
def test_the_fields_say_the_whole_text(text, long):
    """Also where the header is too long to be kept. Of several stars one stays."""
    words = {Wild.STAR: "*", Wild.ANY: "?"}
    fields = parse_resource(f"arn:aws:{long}{text}", variables=False).fields
    spelled = ["".join(words.get(token) or token.text for token in field) for field in fields]
    assert ":".join(["arn", *spelled]) == re.sub(r"\*+", "*", f"arn:aws:{long}{text}")


def test_only_short_headers_are_kept():
    """Those that are kept are counted, so that a flood of long ones would fill the memory."""

    def kept() -> int:
        return arn._short_header.cache_info().currsize

    arn._short_header.cache_clear()
    for number in range(3):
        parse_resource(f"arn:aws:s3:{'x' * 200}{number}::b", variables=False)
    assert kept() == 0
    for _ in range(3):
        parse_resource("arn:aws:s3:x::b", variables=False)
    assert kept() == 1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("arn:aws:iam::123456789012:user/a", ("arn", "aws", "iam", "", "123456789012", "user/a")),
        ("arn:aws:sns:r:1:t:e:f", ("arn", "aws", "sns", "r", "1", "t:e:f")),
        ("arn:aws:sqs", ("arn", "aws", "sqs")),
        ("", ("",)),
    ],
)
def test_an_arn_has_at_most_six_fields(text, fields):
    assert split_arn(text) == fields
