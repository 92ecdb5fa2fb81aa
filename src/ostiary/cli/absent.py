"""What stands for a command whose libraries are not installed.

In: the command's name, its first sentence, and what is missing. Out: a command that takes any arguments and says what to install.
"""

import click


def absent(name: str, about: str, extra: str, problem: ImportError) -> click.Command:
    """A command that ends as wrong usage; `extra` is the extra of the package that brings what is missing."""

    @click.command(
        name,
        short_help=about,
        context_settings={"ignore_unknown_options": True, "help_option_names": []},
        add_help_option=False,
    )
    @click.argument("anything", nargs=-1, type=click.UNPROCESSED)
    def command(anything: tuple[str, ...]) -> int:
        del anything
        missing = problem.name or "a library"
        raise click.UsageError(
            f"`ostiary {name}` needs {missing}, which is not installed: pip install 'ostiary[{extra}]'"
        )

    return command
