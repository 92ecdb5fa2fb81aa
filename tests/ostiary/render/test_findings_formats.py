"""Findings for machines and pull requests: every row is there, in types that hold, and no name can do anything."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.render.test_safety import is_safe
from tests.strategies.findings import findings, hostile, seeded

from ostiary.render.findings_csv import findings_csv, guarded
from ostiary.render.findings_markdown import code, findings_markdown
from ostiary.render.findings_parquet import METADATA, findings_parquet
from ostiary.render.findings_table import COLUMNS, Kind
from ostiary.render.findings_words import short_names
from ostiary.render.replay_text import headline
from ostiary.replay.findings import Change, Counted, Findings

FOUND = findings(3, rows=80, calibrated=False)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@given(seeded())
def test_csv_has_every_row(found: Findings):
    rows = rows_of(findings_csv(found))
    assert len(rows) == len(found.rows)
    for shown, row in zip(rows, found.rows, strict=True):
        assert list(shown) == [column.name for column in COLUMNS]
        for column in COLUMNS:
            value = column.of(row)
            wanted = ";".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
            assert shown[column.name] == wanted
    assert sum(int(row["events"]) for row in rows) == sum(row.events for row in found.rows)


@given(hostile())
def test_csv_holds_no_formula(found: Findings):
    """No cell begins as a formula does, a row is a line, and a terminal stays safe."""
    text = findings_csv(found)
    assert is_safe(text)
    assert len(text.splitlines()) == len(found.rows) + 1
    for row in rows_of(text):
        for cell in row.values():
            assert not re.match(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]", cell)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1"])
def test_formulas_get_an_apostrophe(text: str):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\t=1", "\r=1", "\n@x"])
def test_control_characters_are_escapes(text: str):
    assert guarded(text)[0] == "\\"


def test_plain_cells_stay():
    assert guarded("arn:aws:iam::111122223333:role/a=b+c") == "arn:aws:iam::111122223333:role/a=b+c"


def cells(line: str) -> list[str]:
    """The cells of a line of a table, as GitHub splits it: at every pipe, escaped ones too for all that is ours."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    return line[2:-2].split(" | ")


def test_markdown():
    text = findings_markdown(FOUND, top=3)
    assert text.startswith(f"### {headline(FOUND)}\n")
    changed = [row for row in FOUND.rows if row.change is not Change.UNCHANGED]
    table = [line for line in text.splitlines() if line.startswith(("| revoked", "| maybe", "| gained"))]
    assert len(table) == 3
    for line, row in zip(table, changed, strict=False):
        assert cells(line)[:4] == [
            row.change.value.lower().replace("_", " "),
            f"{row.events:,}",
            f"`{row.action}`",
            f"`{row.principal}`",
        ]
    rest = changed[3:]
    assert f"{len(rest)} rows more, {sum(row.events for row in rest):,} calls" in text
    assert "`aws:principalorgid`" in text


def test_markdown_says_a_kind_without_reasons_once():
    counts = (Counted("unmapped", "unmapped", "unmapped", 2), Counted("excluded", "duplicate", "duplicate", 3))
    lines = findings_markdown(replace(FOUND, counts=counts)).splitlines()
    assert [line for line in lines if line.startswith(("| unmapped", "| excluded"))] == [
        "| unmapped | 2 |  |",
        "| excluded | 3 | `duplicate` |",
    ]


def test_markdown_names_files_in_short():
    """A long path would be cut before the line of the statement."""
    path = f"/home/someone/{'a-long-folder/' * 12}region-guard.json"
    row = next(row for row in FOUND.rows if row.statement is not None and row.change is Change.REVOKED)
    row = replace(row, statement=replace(row.statement, source=path, policy=path))
    text = findings_markdown(replace(FOUND, rows=(row,)))
    assert f"(region-guard.json:{row.statement.line}:{row.statement.column})`" in text


@given(st.lists(st.text("ab./\\", max_size=8)))
def test_short_names_tell_paths_apart(paths: list[str]):
    short = short_names(paths)
    assert set(short) == set(paths)
    assert len(set(short.values())) == len(short)
    for path, name in short.items():
        assert path.replace("\\", "/").endswith(name.replace("\\", "/"))


def test_short_names_are_short():
    assert short_names(["/x/y/one.json", "/x/y/two.json", "/x/b/three.json", "/x/c/three.json", "four.json"]) == {
        "/x/y/one.json": "one.json",
        "/x/y/two.json": "two.json",
        "/x/b/three.json": "b/three.json",
        "/x/c/three.json": "c/three.json",
        "four.json": "four.json",
    }


@given(hostile())
def test_markdown_is_short_and_whole(found: Findings):
    """Every row of a table has as many cells as its head; whatever is not ours stands in a code span; it fits a comment."""
    text = findings_markdown(found)
    assert is_safe(text)
    assert len(text) < 65_536  # the most that GitHub takes
    width = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width
    outside = without_code(text)
    assert set(re.findall(r"<[^>]*>", outside)) <= {"<details>", "</details>", "<summary>", "</summary>"}
    assert "@" not in outside
    assert "[" not in outside.replace("\\[", "")


def without_code(text: str) -> str:
    """The text without its code spans, as CommonMark finds them: a run of backticks, up to the next run of that length."""
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", text)


@given(st.text(alphabet="`|\\ a<@\n", max_size=20))
def test_code_spans_end_where_they_should(text: str):
    span = code(text)
    assert "|" not in span
    assert "\n" not in span
    assert without_code(span) == ""


def test_parquet_is_typed():
    """Numbers are numbers, times are times, and the file says what its columns mean and what was compared."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(io.BytesIO(findings_parquet(FOUND)))
    assert table.num_rows == len(FOUND.rows)
    assert table.schema.names == [*(column.name for column in COLUMNS), "timeline"]
    assert table.schema.field("events").type == pa.int64()
    assert table.schema.field("first").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("accounts").type == pa.list_(pa.string())
    assert pa.types.is_dictionary(table.schema.field("change").type)
    for column in COLUMNS:
        assert table.schema.field(column.name).metadata[b"meaning"].decode() == column.meaning
    about = json.loads(table.schema.metadata[METADATA])
    assert about["headline"] == headline(FOUND)
    assert about["intervals"] == list(FOUND.intervals)


@given(hostile())
def test_parquet_has_every_row(found: Findings):
    """What was put in comes out again, whatever names hold; lone surrogates, which UTF-8 has not, come as escapes."""
    pq = pytest.importorskip("pyarrow.parquet")
    rows = pq.read_table(io.BytesIO(findings_parquet(found))).to_pylist()
    assert len(rows) == len(found.rows)
    for shown, row in zip(rows, found.rows, strict=True):
        for column in COLUMNS:
            assert shown[column.name] == expected(column.kind, column.of(row))
        assert shown["timeline"] == list(row.timeline)


def expected(kind: Kind, value):
    if kind is Kind.TIME:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if isinstance(value, tuple):
        return [encodable(each) for each in value]
    return encodable(value)


def encodable(value):
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def test_times_that_are_none():
    """A log may say anything where a time should be."""
    pq = pytest.importorskip("pyarrow.parquet")
    odd = replace(FOUND, rows=(replace(FOUND.rows[0], first="", last="yesterday"),))
    (row,) = pq.read_table(io.BytesIO(findings_parquet(odd))).to_pylist()
    assert (row["first"], row["last"]) == (None, None)
