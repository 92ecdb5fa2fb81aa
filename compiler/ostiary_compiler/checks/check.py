"""Checking: a document and its type, to everything that the rules find in it.

In: a syntax tree, as the parser makes it. Out: diagnostics in reading order.
Invariant: an error means that AWS does not save the document as this type, or that the language gives it no meaning; so a
document that AWS accepts has no error here. Not here: the structure of the text, which is the parser's.
"""

from ostiary_compiler.checks.rules import RULES
from ostiary_compiler.checks.subject import Subject
from ostiary_compiler.quotas import DEFAULT_QUOTAS, Quotas
from ostiary_grammar.diagnostics import Diagnostic, Severity, by_place
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType

_ERRORS = tuple(rule for rule in RULES if rule.severity is Severity.ERROR)


def check_document(
    document: Document,
    type: PolicyType | None,  # noqa: A002  # IAM's word for it
    *,
    trust: bool = False,
    managed: bool = False,
    quotas: Quotas = DEFAULT_QUOTAS,
    errors_only: bool = False,
) -> tuple[Diagnostic, ...]:
    """What is wrong or doubtful in a document as a policy of this type.

    `type` None: not known, so only what holds for every type is checked. `trust`: a resource policy is the trust policy of
    a role. `managed`: an identity policy or boundary is a customer managed policy. `errors_only`: nothing that is merely
    doubtful.
    """
    subject = Subject(document, type, trust, managed, quotas)
    return tuple(by_place(found for rule in (_ERRORS if errors_only else RULES) for found in rule.diagnostics(subject)))
