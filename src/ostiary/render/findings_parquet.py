"""The rows of a replay as Parquet, with typed columns; needs pyarrow.

In: `Findings`. Out: the bytes of a Parquet file: the columns of `findings_table.COLUMNS` and `timeline`, one row each.
Invariant: the same findings give the same table; the meaning of every column, and what was compared, stand in the file itself.
"""

import io
import json
from datetime import UTC, datetime
from typing import Any

from ostiary.render.findings_table import COLUMNS, Column, Kind, Value
from ostiary.render.replay_text import headline
from ostiary.replay.findings import Findings
from ostiary_grammar.errors import OstiaryError

METADATA = b"ostiary"
"""The key of the file's metadata under which JSON says what was compared."""


class MissingPyarrowError(OstiaryError):
    """Parquet was asked for where pyarrow is not installed."""

    code = "pyarrow-missing"

    def __init__(self) -> None:
        super().__init__("Parquet needs pyarrow: install `ostiary[batch]`, or take --format csv")


def findings_parquet(findings: Findings) -> bytes:
    """The file; MissingPyarrowError without pyarrow."""
    try:
        import pyarrow as pa  # optional: the base install has none
        import pyarrow.parquet as pq
    except ImportError as problem:
        raise MissingPyarrowError from problem
    types = {
        Kind.CODE: pa.dictionary(pa.int32(), pa.string()),
        Kind.TEXT: pa.string(),
        Kind.NUMBER: pa.int64(),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.NUMBERS: pa.list_(pa.int64()),
    }
    fields = [pa.field(column.name, types[column.kind], metadata={"meaning": column.meaning}) for column in _COLUMNS]
    schema = pa.schema(fields, metadata={METADATA: json.dumps(_about(findings)).encode()})
    arrays = [
        pa.array([_plain(column, column.of(row)) for row in findings.rows], field.type)
        for column, field in zip(_COLUMNS, fields, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


_COLUMNS = (
    *COLUMNS,
    Column(
        "timeline", Kind.NUMBERS, "calls in each of the intervals that the metadata names", lambda row: row.timeline
    ),
)


def _plain(column: Column, value: Value) -> Any:  # whatever pyarrow takes for the type
    if isinstance(value, str):
        return _time(value) if column.kind is Kind.TIME else _encodable(value)
    if isinstance(value, tuple):
        return [_encodable(each) if isinstance(each, str) else each for each in value]
    return value


def _encodable(text: str) -> str:
    """The text with lone surrogates, which JSON can hold and UTF-8 cannot, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _about(findings: Findings) -> dict[str, object]:
    return {
        "headline": headline(findings),
        "baseline": findings.baseline,
        "candidate": findings.candidate,
        "read": findings.read,
        "judged": findings.judged,
        "revoked": [findings.revoked.certain, findings.revoked.most],
        "gained": [findings.gained.certain, findings.gained.most],
        "others": {change.value: events for change, events in findings.others},
        "first": findings.first,
        "last": findings.last,
        "intervals": list(findings.intervals),
        "interrupted": findings.interrupted,
    }
