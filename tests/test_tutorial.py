"""Every command of the tutorial runs, and prints what is shown; `OSTIARY_RENEW_GOLDEN=1` writes the page anew."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial-scp.md"
STEP = re.compile(r"```console\n(?P<commands>.*?)```\n\n```text\n(?P<shown>.*?)```", re.DOTALL)
OSTIARY = f'ostiary() {{ {sys.executable} -c "from ostiary.cli import main; main()" "$@"; }}\n'


def run(commands: str, folder: Path) -> str:
    """What the commands print, on either stream."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", OSTIARY + commands],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="the commands are for bash")
def test_commands_print_what_is_shown(tmp_path: Path):
    """One step after another, in a folder with the examples, as a reader would."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    text = PAGE.read_text(encoding="utf-8")
    printed = [run(step["commands"], tmp_path) for step in STEP.finditer(text)]
    if os.environ.get("OSTIARY_RENEW_GOLDEN"):
        outputs = iter(printed)
        text = STEP.sub(lambda step: f"```console\n{step['commands']}```\n\n```text\n{next(outputs)}```", text)
        PAGE.write_text(text, encoding="utf-8")
    assert printed == [step["shown"] for step in STEP.finditer(text)]
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_every_block_is_a_step():
    """No output without its command, and no command without its output."""
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```") == 4 * len(STEP.findall(text))


def test_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).exists(), link
