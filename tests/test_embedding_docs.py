"""docs/embedding.md: every block of Python runs, from top to bottom; and what it says of caps is so."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import ostiary
from ostiary_runtime import engine, kept, tables, workshop

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "embedding.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="runs against an installed wheel, without the docs")


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", page(), re.DOTALL | re.MULTILINE))
    assert len(blocks) >= 8
    assert page().count("```") == 2 * len(blocks)  # there is no other block
    monkeypatch.chdir(tmp_path)

    def run() -> None:
        names: dict[str, Any] = {}
        for block in blocks:
            line = page()[: block.start()].count("\n") + 1
            exec(compile("\n" * line + block[1], str(PAGE), "exec"), names)

    with ThreadPoolExecutor(1) as threads:  # the blocks run an event loop, of which a thread can have one
        threads.submit(run).result()


@pytest.mark.parametrize(
    "row, cap",
    [
        ("callers", engine.MOST_ASKERS),
        ("kinds of caller (scopes)", engine.MOST_SCOPES),
        ("actions of one kind of caller", engine.MOST_ACTIONS),
        ("ARN headers of one row", tables.MOST_HEADERS),
        ("bounds of all rows together", workshop.MOST_CELLS),
    ],
)
def test_caps_are_what_the_page_says(row: str, cap: int):
    assert f"| {row} | {cap:,} |" in page()


def test_long_texts_are_what_the_page_says():
    assert f"a text of more than {kept.LONGEST} characters" in page()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", page()):
        assert (PAGE.parent / target).exists(), target


def test_every_error_is_in_the_table():
    for name in ("RequestError", "PolicyError", "LimitError", "ProgramError"):
        assert f"`{name}`" in page()
        assert issubclass(getattr(ostiary, name), ostiary.OstiaryError)


def test_the_readme_leads_to_the_page():
    assert "docs/embedding.md" in (ROOT / "README.md").read_text(encoding="utf-8")
