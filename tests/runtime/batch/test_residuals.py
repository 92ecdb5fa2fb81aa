"""Rows that their cell leaves open: requests that the single engine tells apart are told apart, deciding statement included."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.runtime.batch.asking import agree, allow, answers
from tests.runtime.building import ALICE, BOB, engine, identity

ABSENT_IS_UNKNOWN = {"ForAnyValue:StringEqualsIfExists": {"a:none": "1"}}


def table(rows: int, **columns: list[Any]) -> pa.Table:
    plain = {"principal": [ALICE] * rows, "action": ["s3:GetObject"] * rows, "resource": ["arn:aws:s3:::b/k"] * rows}
    return pa.table(plain | columns)


@pytest.mark.parametrize("values", [["None", None], [None, "None"]])
def test_a_null_is_no_text_of_that_name(values: list[str | None]):
    """Among rows that are decided one by one, each distinct request once."""
    condition = {"StringEquals": {"a:b": "None"}}
    decides = identity(allow(NotResource="arn:aws:s3:::x/${aws:username}/*", Condition=condition))
    got = agree(decides, table(2, **{"a:b": values}))
    assert got["effect"].to_pylist() == ["Allow" if value else "ImplicitDeny" for value in values]


@pytest.mark.parametrize("flip", [False, True])
def test_a_condition_that_is_unknown_in_every_request(flip: bool):
    """A key without a column: the clear evaluator decides, and names the first statement that allows."""
    decides = engine(
        (allow(Condition={"StringEquals": {"a:x": "1"}}), "identity", None),
        (allow(), "identity", None),
        (allow(Condition=ABSENT_IS_UNKNOWN), "scp", None),
        (allow(Condition={"StringEquals": {"a:y": "1"}}), "scp", None),
        layers=["identity", "scp"],
    )
    rows = table(4, **{"a:x": ["1", "0", "1", "0"], "a:y": ["1", "1", "0", "0"]})
    got = answers(agree(decides, rows.take([1, 0, 3, 2]) if flip else rows))
    assert {statement for _, _, statement in got} == {0, 1, None}


@pytest.mark.parametrize("flip", [False, True])
def test_variables_beside_one_that_is_not_known(flip: bool):
    """Who a user id belongs to is not known; the user name, in a pattern that counts only then, is."""
    decides = engine(
        (allow(Resource="arn:aws:s3:::b/home/${aws:username}/*"), "identity", None),
        (allow(), "identity", None),
        (allow(Resource="arn:aws:s3:::b/home/*${aws:userid}*"), "scp", None),
        (allow(Resource="arn:aws:s3:::b/home/*k"), "scp", None),
        layers=["identity", "scp"],
    )
    resources = [f"arn:aws:s3:::b/home/{name}/k" for name in ("alice", "alice", "bob", "bob")]
    rows = table(4, principal=[ALICE, BOB] * 2, resource=resources)
    got = answers(agree(decides, rows.take([1, 0, 3, 2]) if flip else rows))
    assert [statement for _, _, statement in got] == ([1, 0, 0, 1] if flip else [0, 1, 1, 0])


def test_a_pattern_before_the_surrogates():
    """U+D7FF is the last character before those that Arrow has none for."""
    decides = identity(allow(Resource="arn:aws:s3:::b/\ud7ff*"), allow(Resource="arn:aws:s3:::b/*\ud7ff"))
    resources = [f"arn:aws:s3:::b/{tail}" for tail in ("\ud7ff", "\ud7ffx", "\ue000", "\ud7fe", "\ue000\ud7ff")]
    got = agree(decides, table(5, resource=resources))
    assert got["statement"].to_pylist() == [0, 0, None, None, 1]
