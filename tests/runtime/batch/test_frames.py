"""Data frames: what docs/batch.md shows for pandas, Polars and DuckDB."""

from __future__ import annotations

from typing import Any

import pytest
from tests.runtime.batch.asking import answers, policies, requests

ENGINE = policies()
TABLE = requests(500, keys=("aws:SourceIp", "aws:TagKeys", "aws:securetransport"))
WANTED = answers(ENGINE.authorize_batch(TABLE))


def test_pandas():
    pandas = pytest.importorskip("pandas", reason="pandas is an extra of the tests")
    frame = TABLE.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert answers(ENGINE.authorize_batch(frame)) == WANTED

    frame["effect"] = ENGINE.authorize_batch(frame)["effect"].to_pandas()
    assert list(frame["effect"]) == [effect for effect, _, _ in WANTED]
    frame["action"] = frame["action"].astype("category")
    assert answers(ENGINE.authorize_batch(frame)) == WANTED
    assert answers(ENGINE.authorize_batch(frame[frame["action"] == "s3:GetObject"])) == [
        answer for answer, action in zip(WANTED, TABLE["action"].to_pylist(), strict=True) if action == "s3:GetObject"
    ]


def test_polars():
    polars = pytest.importorskip("polars", reason="Polars is an extra of the tests")
    frame = polars.from_arrow(TABLE)
    assert answers(ENGINE.authorize_batch(frame)) == WANTED

    decided: Any = frame.hstack(polars.from_arrow(ENGINE.authorize_batch(frame)))
    assert decided["effect"].to_list() == [effect for effect, _, _ in WANTED]
    assert decided["statement"].to_list() == [statement for _, _, statement in WANTED]
    coded = frame.with_columns(polars.col("principal", "action").cast(polars.Categorical))
    assert answers(ENGINE.authorize_batch(coded)) == WANTED


def test_duckdb():
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is an extra of the tests")
    connection = duckdb.connect()
    connection.register("requests", TABLE)
    relation = connection.sql("SELECT * FROM requests")
    assert answers(ENGINE.authorize_batch(relation)) == WANTED

    decided = ENGINE.authorize_batch(connection.sql("SELECT * FROM requests"))
    counted = connection.sql("SELECT effect, count(*) FROM decided GROUP BY ALL ORDER BY ALL").fetchall()
    effects = [effect for effect, _, _ in WANTED]
    assert counted == [(effect, effects.count(effect)) for effect in sorted(set(effects))]
    assert decided.num_rows == len(WANTED)
    streamed = [
        answer for batch in ENGINE.authorize_batches(connection.sql("FROM requests")) for answer in batch.to_pylist()
    ]
    assert [each["effect"] for each in streamed] == effects
