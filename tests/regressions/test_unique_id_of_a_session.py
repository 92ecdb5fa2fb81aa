"""Two sessions of one ARN with different unique ids are two callers, in whatever order they ask."""

from __future__ import annotations

import pytest
from tests.runtime.building import ACCOUNT, SESSION, allow, engine, outcome

from ostiary_runtime.request import Principal

CONTEXT = {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/eng/dev"}
BY_ID = allow(Principal={"AWS": "AROAGOOD"})
BY_USERID = allow(Condition={"StringLike": {"aws:userid": "AROAGOOD:*"}})


@pytest.mark.parametrize(
    "part", [(BY_ID, "resource", None), (BY_USERID, "identity", None)], ids=["Principal", "userid"]
)
def test_nobody_inherits_the_unique_id_of_another(part: tuple[dict[str, object], str, None]):
    alone = outcome(engine(part), SESSION, "s3:GetObject", "arn:aws:s3:::b", CONTEXT)
    made = engine(part)
    assert outcome(made, Principal(SESSION, unique_id="AROAGOOD"), "s3:GetObject", "arn:aws:s3:::b", CONTEXT) == "Allow"
    assert outcome(made, SESSION, "s3:GetObject", "arn:aws:s3:::b", CONTEXT) == alone
    other = Principal(SESSION, unique_id="AROAOTHER")
    assert outcome(made, other, "s3:GetObject", "arn:aws:s3:::b", CONTEXT) == "ImplicitDeny"
