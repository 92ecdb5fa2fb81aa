"""What the README shows is what the commands print."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ostiary.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block_after(text: str, start: str) -> str:
    """The first `text` block after a place in the README."""
    found = re.search(r"```text\n(.*?)```", text[text.index(start) :], re.DOTALL)
    assert found is not None
    return found[1]


def test_example_is_the_file_and_prints_what_is_shown():
    """The thirty-second example is `examples/developer_group.py`, and its output is real."""
    source = (ROOT / "examples" / "developer_group.py").read_text(encoding="utf-8")
    shown = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown[1].strip() in source
    paths = [str(ROOT / each) for each in ("src", "grammar", "compiler", "runtime")]
    run = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "developer_group.py")],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(paths)},
    )
    assert run.stdout == block_after(README, "## Thirty seconds")


def test_replay_prints_what_is_shown(monkeypatch: pytest.MonkeyPatch):
    """The main job on the example logs prints the report in the README."""
    monkeypatch.chdir(ROOT)
    command = re.search(r"ostiary (replay examples/logs [^\n]*)", README)
    assert command is not None
    run = CliRunner().invoke(main, command[1].split(), standalone_mode=False)
    assert run.output == block_after(README, "## Two commands")


@pytest.mark.parametrize("name", list(main.commands))
def test_every_command_is_named(name: str):
    """No command is missing from the README."""
    assert f"`ostiary {name}" in README
