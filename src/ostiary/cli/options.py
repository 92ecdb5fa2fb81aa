"""The options by which commands take policies.

In: raw arguments of the command line. Out: `PolicyFiles`, which reads them into a `PolicySet` and compiles it.
Invariant: every command that takes policies takes them in the same way, and asks exactly the types of policy for which a
file was given, or that a policy set asks: the others count as allowing and never deny.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ostiary._facade import compile as compile_policies
from ostiary.policies import FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS, attach_files, attach_rcps, attach_scps
from ostiary.render.diagnostics_text import print_diagnostics
from ostiary.render.terminal import console
from ostiary_compiler.policyset import PolicySet, merged
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.engine import Engine

FILE = click.Path(path_type=Path, allow_dash=True)


@dataclass(frozen=True, slots=True)
class GivenPolicies:
    """The policies that were given: the set, the types that are asked, and what was put beside the given ones."""

    policies: PolicySet
    layers: tuple[PolicyType, ...]
    beside: tuple[str, ...]

    def engine(self) -> Engine:
        """The compiled policies; PolicyError with every error of every document."""
        return compile_policies(self.policies, layers=self.layers)


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """The files of each type, as they were given, and the files that hold policy sets; `known` is a set that was read already."""

    files: dict[PolicyType, tuple[Path, ...]]
    full_aws_access: bool
    sets: tuple[Path, ...] = ()
    known: PolicySet | None = None

    @property
    def literal(self) -> bool:
        """Whether there are sets, which say whom their policies bind."""
        return self.known is not None or bool(self.sets)

    def __bool__(self) -> bool:
        return self.literal or any(self.files.values())

    def read(self, *, quiet: bool = False) -> GivenPolicies:
        """The policies in the files; a usage error if there are none, PolicyError for all that is wrong in any of them.

        What is doubtful in a policy set is said on the standard error, unless `quiet`.
        """
        if not self:
            raise click.UsageError("no policy is given")
        policies = PolicySet()
        beside: list[str] = []
        diagnostics: list[Diagnostic] = []
        try:
            policies = merged(self._sets())
        except PolicyError as problem:
            diagnostics.extend(problem.diagnostics)
        for type_, paths in self.files.items():
            try:
                beside += _attach(policies, type_, paths, full_aws_access=self.full_aws_access)
            except PolicyError as problem:
                diagnostics.extend(problem.diagnostics)
        if diagnostics:
            raise PolicyError(diagnostics)
        if not quiet:
            print_diagnostics(policies.notes, console(stderr=True))
        return GivenPolicies(policies, self._layers(policies), tuple(beside))

    def _sets(self) -> Iterator[PolicySet]:
        if self.known is not None:
            yield self.known
        if self.sets:
            yield PolicySet.load(*self.sets)

    def _layers(self, policies: PolicySet) -> tuple[PolicyType, ...]:
        """The types that are asked: those of which there is a file, and those that the sets ask, which may be all."""
        asked = {type_ for type_, paths in self.files.items() if paths}
        if self.literal:
            asked |= policies.layers if policies.layers is not None else set(PolicyType)
        return tuple(type_ for type_ in PolicyType if type_ in asked)


def _attach(policies: PolicySet, type_: PolicyType, paths: tuple[Path, ...], *, full_aws_access: bool) -> Iterable[str]:
    match type_:
        case PolicyType.SCP:
            return (FULL_AWS_ACCESS,) if attach_scps(policies, paths, full_aws_access=full_aws_access) else ()
        case PolicyType.RCP:
            return (RCP_FULL_AWS_ACCESS,) if attach_rcps(policies, paths) else ()
        case _:
            attach_files(policies, paths, type=type_.value)
            return ()


_OPTIONS = (
    click.argument("identity", metavar="[POLICY]...", nargs=-1, type=FILE),
    click.option(
        "--policies",
        "sets",
        type=FILE,
        multiple=True,
        metavar="SET",
        help="A policy set in JSON or YAML. It is taken literally and asks every type of policy, unless it says which. "
        "Repeatable.",
    ),
    click.option(
        "--account-details",
        "details",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="The output of GetAccountAuthorizationDetails, as a policy set that asks identity policies and boundaries. "
        "Repeatable.",
    ),
    click.option("--scp", type=FILE, multiple=True, metavar="FILE", help="A service control policy. Repeatable."),
    click.option(
        "--no-full-aws-access",
        is_flag=True,
        help="Take SCPs literally. Without this, FullAWSAccess stands beside SCPs of which none allows anything.",
    ),
    click.option(
        "--rcp",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="A resource control policy, which stands beside RCPFullAWSAccess as everywhere. Repeatable.",
    ),
    click.option("--boundary", type=FILE, metavar="FILE", help="The permissions boundary of the caller."),
    click.option(
        "--session",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="A session policy; it binds role sessions and federated users. Repeatable.",
    ),
    click.option(
        "--resource-policy",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="A policy of the resource: a bucket, key or trust policy, for example. Repeatable.",
    ),
    click.option(
        "--endpoint-policy",
        type=FILE,
        metavar="FILE",
        help="The policy of the VPC endpoint that the call goes through.",
    ),
)


def policy_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the policy arguments; it receives them as `files: PolicyFiles`."""

    @functools.wraps(command)
    def with_files(
        *,
        identity: tuple[Path, ...],
        sets: tuple[Path, ...],
        details: tuple[Path, ...],
        scp: tuple[Path, ...],
        no_full_aws_access: bool,
        rcp: tuple[Path, ...],
        boundary: Path | None,
        session: tuple[Path, ...],
        resource_policy: tuple[Path, ...],
        endpoint_policy: Path | None,
        **options: Any,  # whatever else the command takes
    ) -> int:
        files = {
            PolicyType.IDENTITY: identity,
            PolicyType.BOUNDARY: (boundary,) if boundary is not None else (),
            PolicyType.SESSION: session,
            PolicyType.RESOURCE: resource_policy,
            PolicyType.SCP: scp,
            PolicyType.RCP: rcp,
            PolicyType.ENDPOINT: (endpoint_policy,) if endpoint_policy is not None else (),
        }
        return command(files=PolicyFiles(files, not no_full_aws_access, (*sets, *details)), **options)

    for option in reversed(_OPTIONS):
        with_files = option(with_files)
    return with_files


FORMAT_OPTION = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or JSON for programs.",
)
