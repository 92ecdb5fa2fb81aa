"""Memory is bounded as a whole also where requests do not go through the rows' tables."""

from __future__ import annotations

import pytest
from tests.runtime.building import ALICE, allow, identity

from ostiary_runtime import workshop


def test_views_of_headers_count_as_cells_do(monkeypatch: pytest.MonkeyPatch):
    """Replay asks this way, with actions and resources that whoever is logged has chosen."""
    monkeypatch.setattr(workshop, "MOST_CELLS", 100)
    made = identity(allow(Resource="arn:aws:sqs:*:*:q"))
    for action in range(50):
        for header in range(50):
            made.authorize(ALICE, f"sqs:Do{action}", f"arn:aws:sqs:r{header}:1:q", missing="unknown")
    rows = {id(row): row for scope in made._scopes.values() for row in scope.rows.values()}.values()
    assert sum(len(row._headers) for row in rows) <= 200
