"""A context with one key in two spellings has one answer, or is refused; generated code must not pick the other one."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, allow, identity, outcome, plain_outcome

from ostiary_grammar.errors import RequestError

INSIDE, OUTSIDE = "10.0.0.1", "203.0.113.9"


def said(ask: object, made: object, context: dict[str, str]) -> str:
    try:
        return ask(made, ALICE, "s3:GetObject", "arn:aws:s3:::b", context)
    except RequestError:
        return "refused"


@pytest.mark.parametrize("first, last", [(INSIDE, OUTSIDE), (OUTSIDE, INSIDE)])
def test_both_ways_of_deciding_see_the_same_value(first: str, last: str):
    made = identity(allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    context = {"aws:SourceIp": first, "AWS:SOURCEIP": last}
    assert said(outcome, made, context) == said(plain_outcome, made, context)
