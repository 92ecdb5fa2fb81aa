"""A leaf that a thread has in hand can still be built when another thread has made the table start again."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from tests.runtime.building import ALICE, allow, identity, outcome

from ostiary_runtime import tables

BUCKETS = ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:aws:s3:::d"]


def test_a_pending_leaf_outlives_its_table(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MOST_HEADERS", 1)
    made = identity(allow(Resource=BUCKETS))
    assert outcome(made, ALICE, "s3:GetObject", "arn:aws:s3:::b/k") == "Allow"
    asker = made._askers[ALICE]
    bounds, cells = asker.rows["s3:GetObject"].cells
    in_hand = cells[bisect_right(bounds, "arn:aws:s3:::d")]
    outcome(
        made, ALICE, "s3:GetObject", "arn:aws:sqs:us-east-1:111122223333:q"
    )  # another thread: the table starts again
    assert in_hand("arn:aws:s3:::d", {}, asker).allowed
