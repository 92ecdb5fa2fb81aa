"""The options by which `replay` takes what it compares: a baseline and a candidate.

In: raw arguments of the command line. Out: `Sides`, compiled.
Invariant: what is given in files is what the report is about: it is added to the baseline, unless the candidate is given as a whole.

    --scp FILE                                     the log against the SCP
    --baseline SET --scp FILE                      SET against SET with the SCP
    --baseline SET --candidate SET2                SET against SET2
    --candidate SET                                the log against SET
    --baseline SET --candidate log                 SET against what AWS did
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ostiary.cli.options import GivenPolicies, PolicyFiles
from ostiary.policies import file_name
from ostiary.render.terminal import console, safe
from ostiary.replay.question import Question
from ostiary.replay.sides import LOG, Policies, Sides
from ostiary_compiler.compile import check_attached
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.diagnostics import Severity
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.request import check_account


@dataclass(frozen=True, slots=True)
class GivenSides:
    """The arguments as they were given. `baseline` and `candidate` are policy sets or account details, or `log`."""

    baseline: tuple[str, ...]
    candidate: tuple[str, ...]
    files: dict[PolicyType, tuple[Path, ...]]
    sets: tuple[Path, ...]
    full_aws_access: bool
    management_account: str | None

    def read(self, *, alone: bool = False) -> Sides:
        """Both sides; a usage error where they do not go together, PolicyError for all that is wrong in any of the files.

        `alone`: policies need not be compared with others, so a baseline alone is beside the log.
        """
        baseline, candidate = _side("--baseline", self.baseline), _side("--candidate", self.candidate)
        added = bool(self.sets) or any(self.files.values())
        if alone and baseline is not None and not added and not self.candidate:
            baseline, candidate = None, baseline
        elif self.candidate and candidate is None:
            return self._against_log(baseline, added=added)
        if not added and candidate is None:
            if baseline is not None:
                raise click.UsageError(
                    "nothing is compared with the baseline: give policies to be added to it (--scp and the like), or --candidate"
                )
            raise click.UsageError("no policy is given: --scp, --identity, --candidate and the like take one")
        before = self._policies(PolicyFiles({}, self.full_aws_access, baseline), quiet=True) if baseline else None
        if before is None or candidate is not None:
            sets = (*(candidate or ()), *self.sets)
            return Sides(before, self._policies(PolicyFiles(self.files, self.full_aws_access, sets), quiet=False))
        files = PolicyFiles(self.files, self.full_aws_access, self.sets, before.policies)
        return Sides(before, _added(self._policies(files, quiet=False), before))

    def _against_log(self, baseline: tuple[Path, ...] | None, *, added: bool) -> Sides:
        if baseline is None:
            raise click.UsageError("the log cannot be compared with itself: give a policy set as --baseline")
        if added:
            raise click.UsageError("nothing can be added to the log: give policies, or `--candidate log`, not both")
        return Sides(self._policies(PolicyFiles({}, self.full_aws_access, baseline), quiet=False), None)

    def _policies(self, files: PolicyFiles, *, quiet: bool) -> Policies:
        given = files.read(quiet=quiet)
        if not quiet:
            _say_doubts(files, given.policies)
        if self.management_account is not None:
            given.policies.place(check_account(self.management_account), management=True)
        name = _listed([file_name(path) for paths in (files.sets, *files.files.values()) for path in paths])
        return Policies(name, given.engine(), _question(given, literal=files.literal), given.policies)


def _say_doubts(files: PolicyFiles, policies: PolicySet) -> None:
    """Says on the standard error which files hold what may not be meant, such as a placeholder: the replay takes them as they are."""
    for type_, paths in files.files.items():
        for name in map(file_name, paths):
            own = [each for each in policies.attachments if each.type is type_ and each.document.source.name == name]
            found = (each for each in check_attached(own) if each.severity in (Severity.WARNING, Severity.SECURITY))
            codes = dict.fromkeys(each.code for each in found)
            if codes:
                about = f": {name} is taken as it stands, but has findings of `ostiary check --type {type_.value}`: "
                console(stderr=True).print(safe("warning", "bold yellow") + safe(about + ", ".join(codes)))


def _side(option: str, values: Sequence[str]) -> tuple[Path, ...] | None:
    """The files of a side; None if it is the log."""
    if not values or list(values) == [LOG]:
        return None
    if LOG in values:
        raise click.BadParameter(f"`{LOG}` stands alone: a side is policies or the log", param_hint=option)
    return tuple(map(Path, values))


def _question(given: GivenPolicies, *, literal: bool) -> Question:
    """What the policies that were given ask."""
    names = dict.fromkeys(each.name for each in given.policies.attachments if each.name not in given.beside)
    management = tuple(account.id for account in given.policies.accounts if account.management)
    return Question(given.layers, tuple(names), given.beside, management, literal)


def _added(after: Policies, before: Policies) -> Policies:
    """A candidate that is the baseline with more policies, by which it is named: the report is about those."""
    known = set(before.question.given)
    given = tuple(name for name in after.question.given if name not in known)
    question = Question(
        after.question.layers, given, after.question.beside, after.question.management, after.question.literal
    )
    return Policies(f"{before.name} with {after.name}", after.engine, question, after.policies)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more"
