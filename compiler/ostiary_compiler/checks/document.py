"""Rules about the document as a whole: Version and Id (iam-semantics.md 1.1, 1.2)."""

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import VERSION_2008, VERSION_2012, Subject
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted

_ADVICE = f'write `"Version": "{VERSION_2012}"`'


def version_unknown(subject: Subject) -> Findings:
    """A Version that is not one of the two versions of the policy language.

    Why: it names the language, not the edition of the policy; AWS accepts `2012-10-17` and `2008-10-17` only.
    Example: `"Version": "2024-01-01"`
    Instead: `"Version": "2012-10-17"`
    """
    version = subject.document.version
    if version is not None and version.value not in (VERSION_2012, VERSION_2008):
        message = f"{quoted(version.value)} is no version of the policy language"
        yield Finding(message, version.span, "/Version", _ADVICE)


def version_too_old(subject: Subject) -> Findings:
    """A customer managed policy or an RCP whose Version is missing or 2008-10-17.

    Why: AWS does not save such a document; these two types need the version of 2012.
    Example: `{"Statement": ...}` as a customer managed policy
    Instead: `{"Version": "2012-10-17", "Statement": ...}`
    """
    if _needs_2012(subject) and subject.version in (None, VERSION_2008):
        what = "a customer managed policy" if subject.is_managed else "an RCP"
        version = subject.document.version
        if version is None:
            yield Finding(f"{what} must have a `Version`", subject.start, "", _ADVICE)
        else:
            message = f"{what} must be of version `{VERSION_2012}`, not {quoted(version.value)}"
            yield Finding(message, version.span, "/Version", _ADVICE)


def version_missing(subject: Subject) -> Findings:
    """A document without a Version.

    Why: it counts as version 2008-10-17, in which policy variables are ordinary text.
    Example: `{"Statement": ...}`
    Instead: `{"Version": "2012-10-17", "Statement": ...}`
    """
    if subject.version is None and not _needs_2012(subject):
        message = f"the document has no `Version`, so it counts as `{VERSION_2008}`"
        yield Finding(message, subject.start, "", _ADVICE)


def version_old(subject: Subject) -> Findings:
    """A document of version 2008-10-17.

    Why: policy variables are ordinary text in it, and whoever edits it next may not notice.
    Example: `"Version": "2008-10-17"`
    Instead: `"Version": "2012-10-17"`, after a look for `${` in the text
    """
    version = subject.document.version
    if version is not None and version.value == VERSION_2008 and not _needs_2012(subject):
        message = f"version {quoted(version.value)} is the old one, in which variables are ordinary text"
        yield Finding(message, version.span, "/Version", _ADVICE)


def id_in_identity_policy(subject: Subject) -> Findings:
    """An Id in a policy that is not a resource policy.

    Why: Id is documented for resource policies alone; IAM stores it in others, and nothing reads it.
    Example: `{"Version": "2012-10-17", "Id": "ReadOnly", "Statement": ...}` as an identity policy
    Instead: the policy's name, or a Sid in each statement
    """
    policy_id = subject.document.id
    if policy_id is not None and subject.type in (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION):
        yield Finding(f"{subject.kind} has no use for an `Id`", policy_id.span, "/Id", "remove it, or use `Sid`")


def _needs_2012(subject: Subject) -> bool:
    return subject.is_managed or subject.type is PolicyType.RCP
