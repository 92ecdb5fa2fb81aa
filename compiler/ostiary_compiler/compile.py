"""Compilation: a policy set to a program, stage by stage.

    check -> lower -> passes -> emit (with the index)

Raises PolicyError with every error of every document; a policy that is not valid for its type is never skipped.
"""

from collections.abc import Iterable, Iterator

from ostiary_compiler.checks import Screen, check_document
from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.passes import run
from ostiary_compiler.policyset import Attachment, DocumentLike, PolicySet, lone_document
from ostiary_grammar.diagnostics import Diagnostic, by_place, has_errors
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.program import Program

ALL_LAYERS = frozenset(PolicyType)


def compile_program(policies: PolicySet | DocumentLike, *, layers: Iterable[PolicyType] | None = None) -> Program:
    """The program of a policy set, or of one document as the identity policy of every caller.

    `layers`: the types of policy that are asked; by default those that the set's file names, else all; identity
    policies alone for a lone document.
    """
    if not isinstance(policies, PolicySet):
        policies = lone_document(policies)
        layers = layers if layers is not None else (PolicyType.IDENTITY,)
    if has_error(policies):
        raise PolicyError(check_set(policies))
    if layers is None:
        layers = policies.layers if policies.layers is not None else ALL_LAYERS
    return emit(run(lower(policies, frozenset(layers))))


def has_error(policies: PolicySet) -> bool:
    """Whether `check_set` has an error to tell. The rules are asked only of documents that the screen does not pass."""
    if has_errors(policies.notes):
        return True
    screen = Screen()
    attachments = policies.attachments
    # PERF: by identity, since equal documents are rare and to compare them takes longer than to look at them
    for document, type_ in {
        (id(each.document), each.type): (each.document, each.type) for each in attachments
    }.values():
        trust = type_ is PolicyType.RESOURCE and is_trust_policy(document)
        if screen.passes(document, type_, trust=trust):
            continue
        if has_errors(check_document(document, type_, trust=trust, errors_only=True)):
            return True
    return False


def check_set(policies: PolicySet) -> list[Diagnostic]:
    """What there is to say of a set: what reading its files noted, then what the checks say of every document and type."""
    return by_place([*policies.notes, *check_attached(policies.attachments)])


def check_attached(attachments: Iterable[Attachment]) -> Iterator[Diagnostic]:
    """What the checks say of every document and type among some attachments."""
    seen: dict[tuple[PolicyType, bool, Document], None] = {}
    for attachment in attachments:
        seen.setdefault((attachment.type, is_trust_policy(attachment.document), attachment.document))
    for type_, trust, document in seen:
        yield from check_document(document, type_, trust=trust and type_ is PolicyType.RESOURCE)


def is_trust_policy(document: Document) -> bool:
    """Whether no statement has a Resource element, as in the trust policies of roles."""
    return all(statement.resource is None for statement in document.statements)
