"""`is_allowed` takes a resource that is known in part, whatever was asked before."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, ALLOW, deny, identity

from ostiary_grammar.errors import RequestError
from ostiary_runtime.templates import ResourceTemplate

HOLES = ResourceTemplate("arn:aws:s3:::b/*")


@pytest.mark.parametrize("action", ["s3:GetObject", "sts:GetCallerIdentity"])
@pytest.mark.parametrize("before", [[], ["*"], ["arn:aws:s3:::b/k", "arn:aws:s3:::c"]])
def test_the_answer_does_not_depend_on_what_was_asked_before(action: str, before: list[str]):
    made = identity(ALLOW, deny(Action="s3:*", Resource="arn:aws:s3:::b/secret"))
    for resource in before:
        made.is_allowed(ALICE, action, resource)
    for _ in range(2):
        assert made.is_allowed(ALICE, action, HOLES) == made.authorize(ALICE, action, HOLES).allowed
        with pytest.raises(RequestError, match="a resource must be text"):
            made.is_allowed(ALICE, action, 7)  # type: ignore[arg-type]
