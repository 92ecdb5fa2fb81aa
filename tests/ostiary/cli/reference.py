"""The page `docs/command-line.md`, made from the commands themselves."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import ModuleType

import click

from ostiary.cli import COMMANDS
from ostiary.cli.options import policy_options
from ostiary.cli.request import request_options
from ostiary.render import decision_json, diagnostics_json

HEAD = """# Command line

What `ostiary COMMAND --help` says, on one page.
It is made from the commands: `OSTIARY_RENEW_GOLDEN=1 python -m pytest tests/ostiary/cli/test_help.py` writes it anew.

`POLICY` and `FILE` may be `-` for the standard input.
How commands end is in [exit-codes.md](exit-codes.md).
"""


Options = dict[str, click.Option]


def reference() -> str:
    """The page."""
    lines = [HEAD, *(line for command in COMMANDS for line in section(command))]
    lines += ["## Policies\n", "The positional arguments are identity policies of every caller.\n", *table(POLICIES)]
    lines += ["## The request\n", *table(REQUEST)]
    for title, module in JSON.items():
        lines += [f"## {title}\n", *(f"{paragraph}\n" for paragraph in docstring(module))]
    return "\n".join(lines)


def options(command: click.Command) -> Options:
    return {option.opts[0]: option for option in command.params if isinstance(option, click.Option)}


def group(decorator: Callable[[Callable[..., int]], Callable[..., int]]) -> Options:
    """The options that several commands get from one decorator."""
    return options(click.command()(decorator(lambda **_: 0)))


POLICIES, REQUEST = group(policy_options), group(request_options)
JSON = {"JSON of `check`": diagnostics_json, "JSON of `decide`": decision_json}
SHARED = {"[policies](#policies)": POLICIES, "[the request](#the-request)": REQUEST}


def texts(rows: Options) -> dict[str, str | None]:
    return {name: option.help for name, option in rows.items()}


def section(command: click.Command) -> Iterator[str]:
    arguments = [
        each.metavar or f"{str(each.name).upper()}..." for each in command.params if isinstance(each, click.Argument)
    ]
    yield f"## `ostiary {' '.join([str(command.name), *arguments])}`\n"
    for paragraph in prose(command.help) + prose(command.epilog):
        yield f"{paragraph}\n"
    own = options(command)
    shared = {link: rows for link, rows in SHARED.items() if texts(rows).items() <= texts(own).items()}
    if shared:
        own = {name: option for name, option in own.items() if not any(name in rows for rows in shared.values())}
        yield f"Options for {' and '.join(shared)}, and:\n"
    yield from table(own)


def table(rows: Options) -> Iterator[str]:
    if rows:
        yield "| option | |"
        yield "|---|---|"
        yield from (f"| {names(option)} | {note(option)} |" for option in rows.values())
        yield ""


def docstring(module: ModuleType) -> Iterator[str]:
    """The paragraphs of a module's docstring after the first sentence; what is indented stays as it is."""
    _, *paragraphs = inspect.cleandoc(module.__doc__ or "").split("\n\n")
    for paragraph in paragraphs:
        yield paragraph if paragraph.startswith("    ") else " ".join(paragraph.split())


def prose(text: str | None) -> list[str]:
    """The paragraphs of a help text; those that keep their lines as code."""
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return [code(each) if each.startswith("\b\n") else " ".join(each.split()) for each in paragraphs if each]


def code(paragraph: str) -> str:
    lines = [line for line in paragraph.split("\n")[1:] if line != "Examples:"]
    return "\n".join(["```console", textwrap.dedent("\n".join(lines)), "```"])


def names(option: click.Option) -> str:
    value = option.metavar or ("|".join(option.type.choices) if isinstance(option.type, click.Choice) else "")
    value = "" if option.is_flag else f" {value}"
    return ", ".join(f"`{name}{value}`" for name in option.opts).replace("|", "\\|")


def note(option: click.Option) -> str:
    text = (option.help or "").replace("|", "\\|").replace("*", "\\*")
    if option.required:
        return f"{text} Required."
    return f"{text} By default `{option.default}`." if option.show_default else text
