"""The table of iam-semantics.md 6.3, every operator in every column, and the table of 6.4 for values that cannot be read."""

from __future__ import annotations

import pytest
from tests.oracle.callers import caller_of
from tests.oracle.conditions import OPERATORS, block
from tests.oracle.context import context_of
from tests.oracle.logic import NO, UNKNOWN, YES
from tests.oracle.model import Request

VALUES = {
    "number": "1",
    "date": "2024-01-01",
    "boolean": "true",
    "binary": "QUJD",
    "address": "203.0.113.0/24",
    "arn": "arn:aws:iam::1:role/a",
}
POSITIVE = [name for name, (_, negated) in OPERATORS.items() if not negated and name != "Null"]
NEGATED = [name for name, (_, negated) in OPERATORS.items() if negated]


def held(condition, context):
    request = Request("arn:aws:iam::111111111111:user/alice", "s3:GetObject", "*", context)
    return block(condition, context_of(request, caller_of(request), None), variables=True)


def absent(operator, base):
    value = VALUES.get(OPERATORS[base][0], "a")
    return held({operator: {"x:k": value}}, {})


def test_every_operator_of_the_table_in_6_2_is_there():
    assert len(OPERATORS) == 27
    assert sorted(NEGATED) == sorted(name for name in OPERATORS if "Not" in name)


@pytest.mark.parametrize("base", POSITIVE)
def test_absent_key_under_a_positive_operator(base):
    columns = [
        f"{base}",
        f"{base}IfExists",
        f"ForAllValues:{base}",
        f"ForAnyValue:{base}",
        f"ForAllValues:{base}IfExists",
        f"ForAnyValue:{base}IfExists",
    ]
    assert [absent(name, base) for name in columns] == [NO, YES, YES, NO, YES, UNKNOWN]


@pytest.mark.parametrize("base", NEGATED)
def test_absent_key_under_a_negated_operator(base):
    columns = [
        f"{base}",
        f"{base}IfExists",
        f"ForAllValues:{base}",
        f"ForAnyValue:{base}",
        f"ForAllValues:{base}IfExists",
        f"ForAnyValue:{base}IfExists",
    ]
    assert [absent(name, base) for name in columns] == [YES, YES, YES, NO, YES, UNKNOWN]


@pytest.mark.parametrize("wanted, value", [("true", YES), ("false", NO)])
def test_absent_key_under_null(wanted, value):
    assert held({"Null": {"x:k": wanted}}, {}) == value
    assert held({"ForAllValues:Null": {"x:k": wanted}}, {}) == UNKNOWN
    assert held({"ForAnyValue:Null": {"x:k": wanted}}, {}) == UNKNOWN
    for name in ("NullIfExists", "ForAllValues:NullIfExists", "ForAnyValue:NullIfExists"):
        with pytest.raises(ValueError):
            held({name: {"x:k": wanted}}, {})


UNREADABLE = {
    "number": (NO, UNKNOWN),
    "date": (NO, UNKNOWN),
    "address": (NO, UNKNOWN),
    "arn": (NO, NO),
    "boolean": (UNKNOWN, None),
}


@pytest.mark.parametrize("base", [name for name, (compares, _) in OPERATORS.items() if compares in UNREADABLE])
def test_a_request_value_that_cannot_be_read(base):
    compares, negated = OPERATORS[base]
    assert held({base: {"x:k": VALUES[compares]}}, {"x:k": "junk"}) == UNREADABLE[compares][negated]


@pytest.mark.parametrize("base", ["NumericEquals", "NumericNotEquals", "IpAddress", "NotIpAddress"])
def test_a_policy_value_that_cannot_be_read(base):
    """It drops out of the list, and leaves a negated test undecided unless another value matches."""
    compares, negated = OPERATORS[base]
    good = {"number": "1", "address": "203.0.113.9"}[compares]
    other = {"number": "2", "address": "198.51.100.9"}[compares]
    listed = ["junk", VALUES[compares]]
    assert held({base: {"x:k": listed}}, {"x:k": good}) == (NO if negated else YES)
    assert held({base: {"x:k": listed}}, {"x:k": other}) == (UNKNOWN if negated else NO)
