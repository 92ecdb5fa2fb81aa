"""Row tables: stretches are put in when a header is first seen, leaves when a resource falls on them, and never too many."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import ACCOUNT, ALICE, allow, deny, engine, outcome, plain_outcome

from ostiary_runtime import tables
from ostiary_runtime.decision import Decision
from ostiary_runtime.engine import Engine
from ostiary_runtime.tables import RowTable, _Pending

PARTS = [
    (allow(Resource=["arn:aws:s3:::b/*", "arn:aws:s3:::c", "arn:aws:sqs:*:*:q*"]), "identity", None),
    (deny(Resource="arn:aws:s3:::b/secret*"), "identity", None),
    (deny(Resource="arn:aws:sqs:*:*:*-dead", Condition={"Bool": {"aws:SecureTransport": "false"}}), "identity", None),
]


def table_of(made: Engine, action: str = "s3:GetObject") -> RowTable:
    """The table that an engine has made for a user and an action."""
    return made._askers[ALICE].rows[action]


def test_a_header_is_put_in_when_it_is_first_seen():
    made = engine(*PARTS)
    assert outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b/k") == "Allow"
    table = table_of(made)
    bounds, cells = table.cells
    assert bounds[:2] == ["", "arn:aws:s3:::"]
    assert bounds[-1] == "arn:aws:s3::;"
    assert not any("sqs" in bound for bound in bounds)
    assert cells[0] == cells[1] == cells[-1] == table._first_sight
    outcome(made, ALICE, "s3:GetObject", "arn:aws:sqs:us-east-1:1:q1")
    assert any("sqs" in bound for bound in table.cells[0])


def test_bounds_ascend_and_cells_fit_them():
    made = engine(*PARTS)
    for text in (
        "arn:aws:s3:::b",
        "*",
        "arn:aws:sqs:us-east-1:1:q",
        "arn:aws:a:::x",
        "arn:z:z:z:z:z",
        "arn::::::",
        "arn:aws:s3:::",
    ):
        plain = plain_outcome(made, ALICE, "s3:GetObject", text)
        assert outcome(made, ALICE, "s3:GetObject", text) == outcome(made, ALICE, "s3:GetObject", text) == plain
        bounds, cells = table_of(made).cells
        assert len(cells) == len(bounds) + 1
        assert all(first <= second for first, second in pairwise(bounds))


def test_a_leaf_is_built_when_a_resource_first_falls_on_it():
    """And then stands in every gap of its stretch; the others stay pending."""
    made = engine(*PARTS)
    outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::other")
    cells = table_of(made).cells[1]
    decided = [cell for cell in cells if isinstance(cell, Decision)]
    assert len(decided) >= 3
    assert len({id(cell) for cell in decided}) == 1
    assert any(isinstance(cell, _Pending) for cell in cells)
    before = len(decided)
    outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::c")
    assert sum(isinstance(cell, Decision) for cell in table_of(made).cells[1]) == before + 1


def test_a_table_starts_again_at_its_cap(monkeypatch: pytest.MonkeyPatch):
    """Same answers before and after, and never more than that many headers."""
    monkeypatch.setattr(tables, "MOST_HEADERS", 3)
    made = engine(*PARTS)
    texts = [f"arn:aws:sqs:us-east-1:{number:012}:q{number}" for number in range(40)]
    texts += ["arn:aws:s3:::b/k", "arn:aws:s3:::b/secret", "arn:aws:s3:::c", "*", "arn:aws:sqs:r:1:q-dead"]
    for _ in range(3):
        for text in texts:
            expected = plain_outcome(made, ALICE, "s3:GetObject", text)
            assert outcome(made, ALICE, "s3:GetObject", text) == expected
            table = table_of(made)
            assert len(table._headers) <= 3
            starts = {bound.rsplit(":", 1)[0] for bound in table.cells[0] if bound}
            assert len(starts) <= 2 * 3


@given(
    st.lists(
        st.sampled_from(
            [
                "arn:aws:s3:::b",
                "arn:aws:s3:::b/k",
                "arn:aws:s3:::",
                "*",
                "arn:aws:s3:::;",
                "arn:aws:sqs:r:1:q",
                "arn:aws:s4:::b",
                "arn:aws:s3:::b/secret\U0010ffff",
                "arn:aws:s3:x::b",
            ]
        ),
        max_size=12,
    )
)
def test_the_order_in_which_headers_are_seen_does_not_matter(texts: list[str]):
    made = engine(*PARTS)
    for text in texts:
        assert outcome(made, ALICE, "s3:GetObject", text) == plain_outcome(made, ALICE, "s3:GetObject", text)


def test_a_resource_is_checked_on_first_sight():
    """Texts that are no resource fall between headers, whatever has been seen."""
    made = engine(*PARTS)
    for _ in range(2):
        for text in ("", "b", "arn", "arn:aws:s3::b", "arn:aws:s3::", "arn:aws:s3::;", "\U0010ffff", "**", "*\0"):
            with pytest.raises(Exception, match="not a resource"):
                made.authorize(ALICE, "s3:GetObject", text)
            outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b")
            outcome(made, ALICE, "s3:GetObject", "*")


def test_headers_that_hold_each_other_as_text_are_kept_apart():
    """`arn:aws:s3:::` and `arn:aws:s3:::x` cannot be mixed up, nor headers with odd characters."""
    made = engine((allow(Resource=["arn:aws:s3:::a", "arn:aws:s3\0:::a", "arn:aws:s3*:::b"]), "identity", None))
    for service in ("s3", "s3\0", "s3\U0010ffff", "s", "s33"):
        for tail in ("a", "b", "a:::b", ":a"):
            text = f"arn:aws:{service}:::{tail}"
            assert outcome(made, ALICE, "s3:GetObject", text) == plain_outcome(made, ALICE, "s3:GetObject", text)


def test_the_row_of_an_exempt_action_has_one_answer():
    made = engine((deny(), "identity", None))
    for text in ("*", f"arn:aws:iam::{ACCOUNT}:user/alice"):
        assert outcome(made, ALICE, "sts:GetCallerIdentity", text, missing="unknown") == "Allow"
        assert outcome(made, ALICE, "sts:GetCallerIdentity", text) == "Allow"
    assert table_of(made, "sts:GetCallerIdentity").cells[0] == [""]
