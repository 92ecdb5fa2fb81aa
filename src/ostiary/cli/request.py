"""The options by which commands take one request.

In: raw arguments of the command line. Out: an `AskedRequest`. Commands that ask about one request take it in the same way.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from ostiary.cli.context import read_context
from ostiary.cli.options import FILE
from ostiary_runtime.context import Context


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """A request as it was given."""

    principal: str
    action: str
    resource: str
    context: Context
    resource_account: str | None
    missing: Literal["absent", "unknown"]


_OPTIONS = (
    click.option(
        "--principal",
        required=True,
        metavar="ARN",
        help="Who asks: the ARN of a user, role, role session, federated user or account root, a service such as "
        "ec2.amazonaws.com, the ARN of an identity provider, or * for anonymous.",
    ),
    click.option("--action", required=True, metavar="ACTION", help="What is asked for, as service:Name."),
    click.option(
        "--resource", required=True, metavar="ARN", help="On what: an ARN, or * for actions without a resource."
    ),
    click.option(
        "--context",
        "words",
        multiple=True,
        metavar="KEY=VALUE",
        help="A condition key with its value. Repeat a key to give it several values; KEY= is the empty value, and KEY? says "
        "that the value is not known.",
    ),
    click.option(
        "--context-file",
        type=FILE,
        metavar="JSON",
        help="A JSON object from condition key to value, list of values, or null for absent. --context goes before it.",
    ),
    click.option(
        "--resource-account",
        metavar="ID",
        help="The account that owns the resource. By default that of its ARN, else the caller's.",
    ),
    click.option(
        "--missing",
        type=click.Choice(["absent", "unknown"]),
        default="absent",
        show_default=True,
        help="What is true of the condition keys that are not given.",
    ),
)


def request_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the options of a request, and the request itself as `request`."""

    @functools.wraps(command)
    def with_request(
        *,
        principal: str,
        action: str,
        resource: str,
        words: tuple[str, ...],
        context_file: Path | None,
        resource_account: str | None,
        missing: Literal["absent", "unknown"],
        **options: Any,  # whatever else the command takes
    ) -> int:
        context = read_context(words, context_file)
        request = AskedRequest(principal, action, resource, context, resource_account, missing)
        return command(request=request, **options)

    for option in reversed(_OPTIONS):
        with_request = option(with_request)
    return with_request
