"""Every command and every option says what it is for, on the screen and in the docs."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from tests.ostiary.cli.reference import reference
from tests.ostiary.cli.running import ostiary
from tests.ostiary.render.golden import same_as_golden

from ostiary import __version__
from ostiary.cli import COMMANDS, main
from ostiary.cli.failures import ExitCode

DOCS = Path(__file__).parents[3] / "docs"
COMMAND_OPTIONS = [
    (command, param) for command in COMMANDS for param in command.params if isinstance(param, click.Option)
]


def test_version():
    assert ostiary("--version").out == f"ostiary {__version__}\n"


def test_commands_are_listed():
    assert list(main.commands.values()) == list(COMMANDS)
    run = ostiary("--help")
    assert run.code == 0
    assert all(f"  {command.name} " in run.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_commands_say_what_they_do(command: click.Command):
    run = ostiary(str(command.name), "--help")
    assert run.code == 0
    assert command.help
    assert len(command.get_short_help_str(limit=200)) <= 100, "the first sentence is for the list of commands"


@pytest.mark.parametrize(
    ("command", "option"),
    COMMAND_OPTIONS,
    ids=[f"{command.name} {option.opts[0]}" for command, option in COMMAND_OPTIONS],
)
def test_options_say_what_they_do(command: click.Command, option: click.Option):
    assert option.help
    assert option.help.endswith("."), "a sentence"
    assert option.is_flag or option.metavar or isinstance(option.type, click.Choice), "what its value is"


@pytest.mark.skipif(not DOCS.is_dir(), reason="runs against an installed wheel, without the docs")
class TestDocs:
    """The docs say the same as the commands."""

    def test_command_line(self):
        same_as_golden(reference(), DOCS / "command-line.md")

    def test_exit_codes(self):
        page = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
        assert all(f"| {code.value} |" in page for code in ExitCode)
