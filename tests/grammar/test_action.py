"""Action patterns (iam-semantics.md 2.1)."""

import pytest

from ostiary_grammar.action import parse_action
from ostiary_grammar.pattern import STAR, Literal, Wild

NEVER = ((), (), True)

PATTERNS = [
    ("s3:GetObject", (Literal("s3"),), (Literal("getobject"),), True),
    ("S3:getobject", (Literal("s3"),), (Literal("getobject"),), True),
    ("iam:*AccessKey*", (Literal("iam"),), (Wild.STAR, Literal("accesskey"), Wild.STAR), True),
    ("s3:Get?Object", (Literal("s3"),), (Literal("get"), Wild.ANY, Literal("object")), True),
    ("s3:**", (Literal("s3"),), STAR, True),
    ("*", STAR, STAR, True),
    ("*:*", STAR, STAR, True),
    # forms of which AWS does not say what they do
    ("**", STAR, STAR, False),
    ("***", STAR, STAR, False),
    ("*:**", STAR, STAR, False),
    ("**:*", STAR, STAR, False),
    ("*:Get*", STAR, (Literal("get"), Wild.STAR), False),
    ("s*:Get*", (Literal("s"), Wild.STAR), (Literal("get"), Wild.STAR), False),
    ("s?:Get", (Literal("s"), Wild.ANY), (Literal("get"),), False),
    # no actions at all
    ("", *NEVER),
    ("s3", *NEVER),
    ("s3:", *NEVER),
    (":Get", *NEVER),
    (":", *NEVER),
    ("s3:Get:Object", *NEVER),
    ("*:*:*", *NEVER),
    # ordinary text
    ("s3:${aws:username}", *NEVER),
    ("s3:${a}*", (Literal("s3"),), (Literal("${a}"), Wild.STAR), True),
    ("s3:GetObject ", (Literal("s3"),), (Literal("getobject "),), True),
    ("s3:GetObject,PutObject", (Literal("s3"),), (Literal("getobject,putobject"),), True),
    ("s3:\u0130\u00c4", (Literal("s3"),), (Literal("\u0130\u00c4"),), True),
]


@pytest.mark.parametrize(("text", "service", "name", "certain"), PATTERNS)
def test_an_action_is_a_service_and_a_name(text, service, name, certain):
    """Folded by ASCII rules; without variables; what is no action can never match."""
    pattern = parse_action(text)
    assert (pattern.text, pattern.service, pattern.name, pattern.certain) == (text, service, name, certain)
