"""`docs/report.md` names every column and every format."""

from __future__ import annotations

from pathlib import Path

import click

from ostiary.cli.replay import replay
from ostiary.render.findings_table import COLUMNS
from ostiary.render.html.coverage import MOST_TEXT
from ostiary.render.html.embedded import MOST_RECORDS
from ostiary.render.html.sections import STATIC_ROWS
from ostiary.replay.samples import MOST_READ

PAGE = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")


def test_columns():
    for column in COLUMNS:
        assert f"| `{column.name}` | {column.kind.value} | {column.meaning} |" in PAGE


def test_formats():
    (choice,) = (each.type for each in replay.params if each.name == "format_")
    assert isinstance(choice, click.Choice)
    for format_ in choice.choices:
        assert f"`{format_}`" in PAGE


def test_limits():
    assert f"up to {MOST_RECORDS // 1_000_000} million characters" in PAGE
    assert f"{MOST_TEXT:,} of policies" in PAGE
    assert f"at most {MOST_READ:,} events" in PAGE
    assert STATIC_ROWS == 100
    assert "the first hundred rows" in PAGE
