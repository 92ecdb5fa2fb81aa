"""A mapping that is no JSON is no policy: PolicyError, as for a text that is none."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import Any

import pytest
from tests.runtime.building import allow, document

from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.errors import PolicyError

DEEP: dict[str, Any] = {}
for _ in range(5_000):
    DEEP = {"Statement": DEEP}
ROUND: dict[str, Any] = document(allow())
ROUND["Statement"][0]["Condition"] = ROUND


@pytest.mark.parametrize(
    "made", [MappingProxyType(document(allow())), document(MappingProxyType(allow()))], ids=["whole", "part"]
)
def test_any_mapping_is_a_document(made: Any):
    policies = PolicySet()
    policies.attach(made)
    assert len(policies.attachments) == 1


@pytest.mark.parametrize(
    "made",
    [
        document(allow(Action={"s3:GetObject"})),
        document(allow(Condition={"DateLessThan": {"aws:CurrentTime": dt.date(2024, 1, 1)}})),
        document(allow(Sid=b"bytes")),
        {("Version",): "2012-10-17"},
        ROUND,
        DEEP,
    ],
    ids=["set", "date", "bytes", "key", "circle", "deep"],
)
def test_what_json_cannot_say_is_a_policy_error(made: Any):
    """A YAML file gives dates where nobody wrote one."""
    with pytest.raises(PolicyError):
        PolicySet().attach(made)
