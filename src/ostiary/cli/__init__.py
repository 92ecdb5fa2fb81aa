"""The command line: `ostiary check`, `decide`, `graph` and others, one file per command.

Every command is a function from its options to an exit code; what goes wrong becomes a message in `failures`, here alone.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from ostiary._version import __version__
from ostiary.cli.absent import absent
from ostiary.cli.check import check
from ostiary.cli.compile import compile_
from ostiary.cli.conform import conform
from ostiary.cli.decide import decide
from ostiary.cli.explain import explain
from ostiary.cli.failures import OutputClosed, run
from ostiary.cli.graph import graph
from ostiary.cli.test import test

replay: click.Command
try:
    from ostiary.cli.replay import replay
except ImportError as _problem:  # numpy is optional
    replay = absent(
        "replay", "Replay CloudTrail logs against policies: which calls would they have stopped?", "replay", _problem
    )

__all__ = ["main"]

COMMANDS: tuple[click.Command, ...] = (
    check,
    decide,
    explain,
    replay,
    test,
    graph,
    compile_,
    conform,
)


class _Group(click.Group):
    """A group whose failures all end in `failures.run`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  # click's signature
        **extra: Any,  # click's own
    ) -> Any:
        call: Callable[[], Any] = partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        if not standalone_mode:
            return call()
        sys.exit(run(call))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as problem:
            raise OutputClosed from problem

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(self.commands)  # in the order of `COMMANDS`, not of the alphabet

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands with their whole first sentence, which click would cut."""
        rows = [(name, self.commands[name].get_short_help_str(limit=200)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="ostiary", message="%(prog)s %(version)s")
def main() -> None:
    """Compiles AWS IAM policies and decides requests with them.

    Exit codes: 0 yes (allowed, nothing found), 1 no (denied, something found), 2 no answer (a policy or request that is
    not valid, wrong usage).
    """


for _command in COMMANDS:
    main.add_command(_command)
