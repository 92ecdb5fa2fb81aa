"""What IAM answers to a document that it does not save (iam-semantics.md 1.7).

In: the diagnostics of a document, from the parser and the checks. Out: the text of MalformedPolicyDocument, or None.
IAM names one fault: the first in its own order of complaint, and of several of one kind the first in the text.
Where AWS refuses a document and no source has its text, the answer is the error's name.
"""

import enum
import json
from collections.abc import Callable, Iterable

from ostiary_compiler.checks.resource_format import IAM_PATHS
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity, by_place

UNRECORDED = "MalformedPolicyDocument"
"""The answer where no source has IAM's text."""


class _Order(enum.IntEnum):
    """IAM's order of complaint."""

    SYNTAX = 0
    VERSION = 1
    LEGACY = 2
    SID = 3
    ACTIONS = 4
    RESOURCE_FORMAT = 5
    ACTION_FORMAT = 6
    RESOURCES = 7
    OTHER = 8


_Answer = str | Callable[[str], str]
"""A text, or what makes it of the words that the policy has there."""

_SYNTAX = "Syntax errors in policy."
_LEGACY = "The policy failed legacy parsing"
_PREFACED = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
_ALPHANUMERIC = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
_VENDOR = "Resource vendor must be fully qualified and cannot contain regexes."


def _service(action: str) -> str:
    return f"Vendor {action.partition(':')[0]} is not valid"


def _not_arn(resource: str) -> str:
    return f'Resource {resource} must be in ARN format or "*".'


def _partition(resource: str) -> str:
    """IAM drops what stands before the first colon, and fills what is missing with stars."""
    fields = resource.split(":", 5)[1:]
    if fields[1:] == [""]:
        fields = fields[:1]
    partition, *rest = fields + ["*"] * (5 - len(fields))
    return f'Partition "{partition}" is not valid for resource "arn:{partition}:{":".join(rest)}".'


def _iam_region(resource: str) -> str:
    return f"IAM resource {resource} cannot contain region information."


def _s3_region(resource: str) -> str:
    return f"Resource {resource} can not contain region information."


_ANSWERS: dict[str, tuple[_Order, _Answer]] = {
    **{code.value: (_Order.SYNTAX, _SYNTAX) for code in Code},
    "version-unknown": (_Order.SYNTAX, _SYNTAX),
    "effect-missing": (_Order.SYNTAX, _SYNTAX),
    "effect-unknown": (_Order.SYNTAX, _SYNTAX),
    "version-too-old": (_Order.VERSION, "Policy document must be version 2012-10-17 or greater."),
    "effect-letter-case": (_Order.LEGACY, _LEGACY),
    "date-malformed": (_Order.LEGACY, _LEGACY),
    "resource-malformed": (_Order.LEGACY, _LEGACY),
    "sid-duplicate": (_Order.SID, "Statement IDs (SID) in a single policy must be unique."),
    "action-missing": (_Order.ACTIONS, "Policy statement must contain actions."),
    "resource-not-arn": (_Order.RESOURCE_FORMAT, _not_arn),
    "resource-partition": (_Order.RESOURCE_FORMAT, _partition),
    "resource-without-service": (_Order.RESOURCE_FORMAT, _VENDOR),
    "resource-iam-region": (_Order.RESOURCE_FORMAT, _iam_region),
    "resource-s3-region": (_Order.RESOURCE_FORMAT, _s3_region),
    "resource-iam-path": (
        _Order.RESOURCE_FORMAT,
        f'IAM resource path must either be "*" or start with {", ".join(IAM_PATHS)}.',
    ),
    "action-without-service": (_Order.ACTION_FORMAT, _PREFACED),
    "action-colons": (_Order.ACTION_FORMAT, "Actions/Condition can contain only one colon."),
    "action-service-characters": (_Order.ACTION_FORMAT, _service),
    # a warning, since the language says what it does: but IAM itself does not save it
    "action-wildcard-service": (_Order.ACTION_FORMAT, _service),
    "resource-missing": (_Order.RESOURCES, "Policy statement must contain resources."),
    # IAM's answers to PutRolePolicy and CreatePolicy, as its users often quote them
    "sid-characters": (_Order.SID, _ALPHANUMERIC),
    "principal-prohibited": (_Order.OTHER, "Policy document should not specify a principal."),
    "resource-in-trust-policy": (_Order.OTHER, "Has prohibited field Resource."),
}


def iam_message(diagnostics: Iterable[Diagnostic]) -> str | None:
    """IAM's answer to a document with these diagnostics; None: it is saved."""
    refused = [each for each in by_place(diagnostics) if each.code in _ANSWERS or each.severity is Severity.ERROR]
    if not refused:
        return None
    first = min(refused, key=lambda each: _ANSWERS.get(each.code, (_Order.OTHER, ""))[0])
    answer = _ANSWERS.get(first.code, (_Order.OTHER, UNRECORDED))[1]
    return answer if isinstance(answer, str) else answer(_written(first))


def _written(diagnostic: Diagnostic) -> str:
    """The text that the policy has where the diagnostic points: a JSON string."""
    assert diagnostic.span is not None, "answers that quote the policy belong to findings about one of its texts"
    written = json.loads(diagnostic.span.text)
    assert isinstance(written, str)
    return written
