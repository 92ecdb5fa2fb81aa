"""Policy sets: documents with their type and whom or what they are attached to, and where accounts stand.

    policies = PolicySet()
    policies.attach(document, type="identity", to="arn:aws:iam::111122223333:role/app", name="AppAccess")
    policies.join("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:group/dev")
    policies.place("111122223333", path=["r-root", "ou-prod"])

A set is literal: what is not attached is not there. Documents are parsed when they are attached, and checked against
their type when the set is compiled.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ostiary_grammar.parser import load_policy

from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import DEFAULT_LIMITS, Limits
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
        Raises PolicyError if the text is no policy, LimitError if it is too large.
        """
        source = source_of(document, name)
        parsed = load_policy(source, self._limits)
        self._attachments.append(Attachment(parsed, policy_type(type), to, name or source.name))

    def join(self, user: str, group: str) -> None:
        """Puts a user into a group: identity policies attached to the group reach the user."""
        self._memberships[user, group] = None

    def place(self, account: str, *, path: Sequence[str] = (), management: bool = False) -> None:
        """Says where an account stands: the nodes from the root down to it, and whether it is the management account."""
        self._accounts[check_account(account)] = Account(account, tuple(path), management)


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
            return Source(name or "<document>", json.dumps(document, indent=2, ensure_ascii=False))
        case _:
            message = f"a policy document must be JSON text, a mapping or a path, not {document!r}"
            raise PolicyError([Diagnostic("policy-document", Severity.ERROR, message)])


def read_source(path: Path) -> Source:
    """The text of a policy file; PolicyError if it cannot be read or is not UTF-8."""
    try:
        return Source(str(path), path.read_bytes().decode("utf-8"))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise PolicyError([Diagnostic("policy-file", Severity.ERROR, f"cannot read `{path}`: {reason}")]) from None
    except UnicodeDecodeError as problem:
        message = f"`{path}` is not UTF-8: byte {problem.start} cannot be decoded"
        advice = "save the policy as UTF-8; a policy is text, so this may be another kind of file"
        raise PolicyError([Diagnostic("policy-encoding", Severity.ERROR, message, help=advice)]) from None


def lone_document(document: DocumentLike, *, limits: Limits = DEFAULT_LIMITS) -> PolicySet:
    """A set of one identity policy that holds for every caller."""
    policies = PolicySet(limits=limits)
    policies.attach(document, type="identity")
    return policies


def merged(sets: Iterable[PolicySet]) -> PolicySet:
    """One set with everything that the given ones hold, in order."""
    whole = PolicySet()
    for policies in sets:
        whole._attachments.extend(policies.attachments)  # noqa: SLF001  # of its own class
        whole._memberships.update(policies._memberships)  # noqa: SLF001
        whole._accounts.update(policies._accounts)  # noqa: SLF001
    return whole
