"""Policies from files: how the command line and log replay put them into a `PolicySet`.

In: paths (`-` is the standard input) and the type of policy that they hold. Out: attachments in a set, for everyone.
Invariant: what AWS itself attaches beside organization policies (FullAWSAccess) is put there by these functions alone,
and whoever calls them is told.
Not here: policies attached to single principals or accounts; a `PolicySet` says that.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from ostiary_compiler.policyset import Attachment, PolicySet
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType

STANDARD_INPUT = Path("-")
FULL_AWS_ACCESS = "FullAWSAccess"
RCP_FULL_AWS_ACCESS = "RCPFullAWSAccess"

_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_FULL_SCP = {"Version": "2012-10-17", "Statement": [_EVERYTHING]}
_FULL_RCP = {"Version": "2012-10-17", "Statement": [{"Principal": "*", **_EVERYTHING}]}


def attach_files(
    policies: PolicySet,
    paths: Iterable[Path],
    *,
    type: str,  # noqa: A002  # IAM's word for it
) -> tuple[Document, ...]:
    """Attaches the policies in files to everyone, or everything; their documents.

    Raises PolicyError with what is wrong in any of them: a file that cannot be read, or a text that is no policy.
    """
    before = len(policies.attachments)
    diagnostics: list[Diagnostic] = []
    for path in paths:
        try:
            policies.attach(document_at(path), type=type, name=file_name(path))
        except PolicyError as problem:
            diagnostics.extend(problem.diagnostics)
    if diagnostics:
        raise PolicyError(diagnostics)
    return tuple(each.document for each in policies.attachments[before:])


def document_at(path: Path) -> str | Path:
    """The text of the standard input for `-`, and the path for anything else."""
    return standard_input() if path == STANDARD_INPUT else path


def file_name(path: Path) -> str:
    """The name under which messages show a file."""
    return "<stdin>" if path == STANDARD_INPUT else str(path)


def standard_input() -> str:
    """The text of the standard input; PolicyError if it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as problem:
        message = f"the standard input is not UTF-8: byte {problem.start} cannot be decoded"
        raise PolicyError([Diagnostic("policy-encoding", Severity.ERROR, message)]) from None


def attach_scp(policies: PolicySet, document: Path, *, full_aws_access: bool) -> bool:
    """Attaches one service control policy for every account; whether FullAWSAccess was put beside it.

    The same as `attach_scps` with one document.
    """
    return attach_scps(policies, [document], full_aws_access=full_aws_access)


def attach_scps(policies: PolicySet, documents: Iterable[Path], *, full_aws_access: bool) -> bool:
    """Attaches service control policies that stand on one level, for every account.

    An organization attaches FullAWSAccess to everything, and SCPs that only deny are written to stand beside it; alone
    they would block every call. So where none of the given policies allows anything, FullAWSAccess is put beside them,
    unless `full_aws_access` is False. A policy that allows is a list of what may be used, and nothing is put beside it.
    Returns whether FullAWSAccess was put there, by this call or an earlier one.
    """
    beside = any(each.name == FULL_AWS_ACCESS for each in _top_scps(policies))
    given = attach_files(policies, documents, type="scp")
    if beside and any(map(_allows, given)):
        # The level would allow everything, and the list of what may be used would say nothing.
        message = f"an SCP that allows was given after {FULL_AWS_ACCESS} had been put beside SCPs that only deny"
        raise PolicyError(
            [Diagnostic("scp-level", Severity.ERROR, message, help="attach the SCPs of a level together")]
        )
    level = _top_scps(policies)
    if beside or not given or not full_aws_access or any(_allows(each.document) for each in level):
        return beside
    policies.attach(_FULL_SCP, type="scp", name=FULL_AWS_ACCESS)
    return True


def attach_rcps(policies: PolicySet, documents: Iterable[Path]) -> bool:
    """Attaches resource control policies for every account, beside RCPFullAWSAccess, which no organization can detach.

    Returns whether there were any.
    """
    given = attach_files(policies, documents, type="rcp")
    if given:
        policies.attach(_FULL_RCP, type="rcp", name=RCP_FULL_AWS_ACCESS)
    return bool(given)


def _top_scps(policies: PolicySet) -> list[Attachment]:
    return [each for each in policies.attachments if each.type is PolicyType.SCP and each.target is None]


def _allows(document: Document) -> bool:
    return any(statement.effect is not None and statement.effect.value == "Allow" for statement in document.statements)
