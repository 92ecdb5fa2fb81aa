"""What files say of a policy set, before it becomes one: plain data that `PolicySet` takes in.

In: what `policyfiles` and `account_details` read. Out: one `SetData`, and what is doubtful in it as a whole.
Invariant: where two files place an account, the one that says more holds, and what contradicts it is an error.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Problems
from ostiary_grammar.diagnostics import Diagnostic, Label, Severity
from ostiary_grammar.span import Span
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted
from ostiary_runtime.program import Account


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """A document of one type with all that it is attached to (None: everyone, everything), and where that is said."""

    document: Document
    type: PolicyType
    targets: tuple[str | None, ...]
    name: str
    at: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PlacedAccount:
    """Where an account stands, and where that is said."""

    account: Account
    at: Span = field(compare=False, repr=False)

    @property
    def says_something(self) -> bool:
        return bool(self.account.path or self.account.management)


@dataclass(frozen=True, slots=True)
class SetData:
    """A policy set as data. `layers` None: every type of policy is asked. `notes`: warnings about it."""

    policies: tuple[ReadPolicy, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    accounts: tuple[PlacedAccount, ...] = ()
    layers: frozenset[PolicyType] | None = None
    notes: tuple[Diagnostic, ...] = ()


def joined(sets: Iterable[SetData], problems: Problems) -> SetData:
    """One set of several. A type of policy is asked if any of them asks it."""
    sets = tuple(sets)
    layers: frozenset[PolicyType] | None = frozenset()
    for each in sets:
        layers = layers | each.layers if layers is not None and each.layers is not None else None
    return SetData(
        tuple(policy for each in sets for policy in each.policies),
        tuple(dict.fromkeys(pair for each in sets for pair in each.memberships)),
        tuple(_placed((account for each in sets for account in each.accounts), problems)),
        layers,
    )


def _placed(accounts: Iterable[PlacedAccount], problems: Problems) -> Iterator[PlacedAccount]:
    by_id: dict[str, PlacedAccount] = {}
    for each in accounts:
        first = by_id.setdefault(each.account.id, each)
        if first.account == each.account or not each.says_something:
            continue
        if first.says_something:
            message = f"account {quoted(each.account.id)} is placed here and elsewhere, and not in the same way"
            label = Label(first.at, "placed here before")
            code = DataCode.ACCOUNT_PLACED_TWICE.value
            problems.found.append(Diagnostic(code, Severity.ERROR, message, each.at, labels=(label,)))
        else:
            by_id[each.account.id] = each
    yield from by_id.values()


def doubts(whole: SetData) -> Iterator[Diagnostic]:
    """Warnings about a set as a whole: policies that bind nobody, or that are not asked."""
    nodes = {node for each in whole.accounts for node in (*each.account.path, each.account.id)}
    for policy in whole.policies:
        if whole.layers is not None and policy.type not in whole.layers:
            message = (
                f"the set does not ask policies of type `{policy.type.value}`, so {quoted(policy.name)} has no effect"
            )
            yield Diagnostic(DataCode.LAYER_NOT_ASKED.value, Severity.WARNING, message, policy.at)
        if policy.type not in (PolicyType.SCP, PolicyType.RCP):
            continue
        for target in policy.targets:
            if target is not None and target not in nodes and not (target.isascii() and target.isdigit()):
                message = f"no account has {quoted(target)} on its path, so {quoted(policy.name)} binds nobody there"
                advice = "give the path of the accounts below it under `accounts`"
                yield Diagnostic(DataCode.UNBOUND_TARGET.value, Severity.WARNING, message, policy.at, help=advice)
