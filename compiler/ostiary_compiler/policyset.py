"""Policy sets: documents with their type and whom or what they are attached to, and where accounts stand.

    policies = PolicySet()
    policies.attach(document, type="identity", to="arn:aws:iam::111122223333:role/app", name="AppAccess")
    policies.join("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:group/dev")
    policies.place("111122223333", path=["r-root", "ou-prod"])

A set is literal: what is not attached is not there. Documents are parsed when they are attached, and checked against
their type when the set is compiled. `PolicySet.load` and `PolicySet.from_account_details` read sets from files.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Self

from ostiary_compiler.datafiles.reading import read_source
from ostiary_compiler.setdata import SetData
from ostiary_compiler.setfiles import read_details, read_sets
from ostiary_compiler.targets import complaint_about, is_group, is_user
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import DEFAULT_LIMITS, Limits
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.program import Account
from ostiary_runtime.request import check_account

DocumentLike = str | Mapping[str, object] | Path


@dataclass(frozen=True, slots=True)
class Attachment:
    """One document, of one type, attached to one target; None: to everyone, or everything."""

    document: Document
    type: PolicyType
    target: str | None
    name: str


class PolicySet:
    """Policies with their attachments. Grows by `attach`, `join` and `place`; `ostiary.compile` reads it."""

    def __init__(self, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._attachments: list[Attachment] = []
        self._memberships: dict[tuple[str, str], None] = {}
        self._accounts: dict[str, Account] = {}
        self._layers: frozenset[PolicyType] | None = None
        self._notes: list[Diagnostic] = []

    @classmethod
    def load(cls, *paths: str | PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Self:
        """The policy set in a JSON or YAML file (`docs/policy-sets.md`); YAML needs PyYAML.

        Several files make up one set, and each may also be account details (see `from_account_details`). Where two files
        place an account, the one that gives a path holds.
        Raises PolicyError with every problem of the files and of the policies that they name, LimitError where one is too
        large. What is merely doubtful is in `notes`.
        """
        return cls.from_data(read_sets(map(Path, paths), limits), limits=limits)

    @classmethod
    def from_account_details(
        cls,
        *paths: str | PathLike[str],
        managed: Mapping[str, DocumentLike] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Self:
        """The policies of whole accounts, from the output of IAM's GetAccountAuthorizationDetails (perhaps gzipped).

        Several files may be pages of one output, or the outputs of several accounts. `managed` gives the documents of
        managed policies that the output lacks, by ARN. Raises PolicyError with every problem of all files. An AWS managed
        policy that is attached and not there is not counted, and `notes` warns of it.
        """
        documents = {arn: load_policy(source_of(each, arn), limits) for arn, each in (managed or {}).items()}
        return cls.from_data(read_details(map(Path, paths), limits, documents), limits=limits)

    @classmethod
    def from_data(cls, data: SetData, *, limits: Limits = DEFAULT_LIMITS) -> Self:
        """The set that was read from files."""
        policies = cls(limits=limits)
        for each in data.policies:
            policies._attachments.extend(Attachment(each.document, each.type, to, each.name) for to in each.targets)
        policies._memberships.update(dict.fromkeys(data.memberships))
        policies._accounts.update((each.account.id, each.account) for each in data.accounts)
        policies._layers = data.layers
        policies._notes.extend(data.notes)
        return policies

    @property
    def layers(self) -> frozenset[PolicyType] | None:
        """The types of policy that the file of the set asks; None: all."""
        return self._layers

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Warnings from reading the set: what its files name and do not hold, or hold to no effect."""
        return tuple(self._notes)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What was attached, in order."""
        return tuple(self._attachments)

    @property
    def memberships(self) -> tuple[tuple[str, str], ...]:
        """Pairs of user ARN and group ARN, in order."""
        return tuple(self._memberships)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts that have a place, in order."""
        return tuple(self._accounts.values())

    def attach(
        self,
        document: DocumentLike,
        *,
        type: str = "identity",  # noqa: A002  # IAM's word for it
        to: str | None = None,
        name: str | None = None,
    ) -> None:
        """Attaches a document: JSON text, a mapping, or the path of a file.

        `type`: `identity`, `boundary`, `session`, `resource` (also trust and key policies), `scp`, `rcp` or `endpoint`.
        `to`: the ARN of a principal (identity, boundary, session) or group (identity), a resource ARN or pattern, an
        organization node or account id (scp, rcp), an endpoint id; None: everyone, or everything.
        Raises PolicyError if the text is no policy or the target none for the type, LimitError if the text is too large.
        """
        type_ = policy_type(type)
        _check_target(to, type_)
        source = source_of(document, name)
        parsed = load_policy(source, self._limits)
        self._attachments.append(Attachment(parsed, type_, to, name or source.name))

    def join(self, user: str, group: str) -> None:
        """Puts a user into a group: identity policies attached to the group reach the user.

        Raises PolicyError for what is no ARN of a user, or of a group.
        """
        for arn, kind, fits in ((user, "user", is_user), (group, "group", is_group)):
            if not (isinstance(arn, str) and fits(arn)):  # type: ignore[redundant-expr]  # callers may hand in anything
                raise _target_error(f"`{arn}` is not the ARN of a {kind}", None)
        self._memberships[user, group] = None

    def place(self, account: str, *, path: Sequence[str] = (), management: bool = False) -> None:
        """Says where an account stands: the nodes from the root down to it, and whether it is the management account."""
        self._accounts[check_account(account)] = Account(account, tuple(path), management)


def _check_target(target: str | None, type_: PolicyType) -> None:
    """PolicyError if no policy of the type can be attached to the target."""
    if target is None:
        return
    advice = complaint_about(target, type_) if isinstance(target, str) else "give text, or None"  # type: ignore[redundant-expr]  # callers may hand in anything
    if advice is not None:
        raise _target_error(f"`{target}` is nothing that a policy of type `{type_.value}` is attached to", advice)


def _target_error(message: str, advice: str | None) -> PolicyError:
    return PolicyError([Diagnostic("policy-target", Severity.ERROR, message, help=advice)])


def policy_type(word: str) -> PolicyType:
    """The policy type that a word names."""
    try:
        return PolicyType(word)
    except ValueError:
        known = ", ".join(f"`{type_.value}`" for type_ in PolicyType)
        raise PolicyError(
            [
                Diagnostic(
                    "policy-type", Severity.ERROR, f"`{word}` is not a type of policy", help=f"give one of {known}"
                )
            ]
        ) from None


def source_of(document: DocumentLike, name: str | None = None) -> Source:
    """The text of a document, under the name that messages show."""
    match document:
        case Path():
            return read_source(document)
        case str():
            return Source(name or "<document>", document)
        case Mapping():
            return Source(name or "<document>", _as_json(document))
        case _:
            message = f"a policy document must be JSON text, a mapping or a path, not {document!r}"
            raise PolicyError([Diagnostic("policy-document", Severity.ERROR, message)])


def _as_json(document: Mapping[str, object]) -> str:
    """A mapping as JSON text; PolicyError if JSON has no words for something in it."""
    try:
        return json.dumps(document, indent=2, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as problem:
        reason = "it is nested too deep" if isinstance(problem, RecursionError) else str(problem)
        message = f"the policy document is not what JSON can say: {reason}"
        advice = "use texts, numbers, booleans, lists and mappings only"
        raise PolicyError([Diagnostic("policy-document", Severity.ERROR, message, help=advice)]) from None


def _plain(value: object) -> object:
    """What `json` does not know by itself: other mappings."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is no text, number, boolean, list or mapping")


def lone_document(document: DocumentLike, *, limits: Limits = DEFAULT_LIMITS) -> PolicySet:
    """A set of one identity policy that holds for every caller."""
    policies = PolicySet(limits=limits)
    policies.attach(document, type="identity")
    return policies


def merged(sets: Iterable[PolicySet]) -> PolicySet:
    """One set with everything that the given ones hold, in order.

    An account keeps its path if another set places it without one. All types of policy are asked unless every set says
    which it asks.
    """
    whole = PolicySet()
    layers: list[frozenset[PolicyType] | None] = []
    for policies in sets:
        whole._attachments.extend(policies.attachments)  # noqa: SLF001  # of its own class
        whole._memberships.update(policies._memberships)  # noqa: SLF001
        whole._notes.extend(policies.notes)  # noqa: SLF001
        layers.append(policies.layers)
        for account in policies.accounts:
            if account.path or account.management or account.id not in whole._accounts:  # noqa: SLF001
                whole._accounts[account.id] = account  # noqa: SLF001
    if layers and None not in layers:
        whole._layers = frozenset(type_ for each in layers if each is not None for type_ in each)  # noqa: SLF001
    return whole
