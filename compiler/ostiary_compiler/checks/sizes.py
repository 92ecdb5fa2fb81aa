"""The rule about sizes; what counts and how much is allowed is data of `quotas` (iam-semantics.md 1.6)."""

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import Subject
from ostiary_compiler.quotas import check_size


def size_over_quota(subject: Subject) -> Findings:
    """A document that is larger than the quota of its type.

    Why: AWS does not save it, unless the quota was raised.
    Example: an SCP of eleven thousand characters
    Instead: several policies, or patterns instead of long lists
    """
    for found in check_size(
        subject.document, subject.type, trust=subject.trust, managed=subject.managed, quotas=subject.quotas
    ):
        yield Finding(found.message, subject.start, "", found.help)
