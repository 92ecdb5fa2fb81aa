"""AWS's quotas on policies, as data, and the finding for a document that is above its own.

In: a document and its type. Out: warnings. A policy above a quota is still read and decided: quotas change, and many can be
raised, so `Quotas` is replaceable (IAM and AWS STS quotas; Quotas for AWS Organizations; iam-semantics.md 1.6).
Not here: the limits of the reader (`ostiary_grammar.limits`), and counting what is attached to what.
"""

from dataclasses import dataclass

from ostiary_grammar.arn import split_arn
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.span import Span
from ostiary_grammar.syntax import Document
from ostiary_grammar.terms import PolicyType

SIZE_CODE = "size-over-quota"


@dataclass(frozen=True, slots=True)
class Quotas:
    """How large policies and names may be, in characters unless said otherwise, and how many may be attached.

    The `inline_*` quotas hold for all inline policies of one user, group or role together. White space does not count for
    inline, managed and trust policies; it does for all others.
    """

    inline_user: int = 2_048
    inline_group: int = 5_120
    inline_role: int = 10_240
    managed: int = 6_144
    trust: int = 2_048
    trust_raised: int = 8_192
    session: int = 2_048
    scp: int = 10_240
    rcp: int = 5_120
    endpoint: int = 20_480
    bucket_bytes: int = 20_480
    managed_per_user: int = 10
    managed_per_user_raised: int = 20
    managed_per_role: int = 20
    managed_per_role_raised: int = 25
    managed_per_group: int = 10
    managed_per_session: int = 10
    scps_per_target: int = 10
    rcps_per_target: int = 5
    organizational_unit_depth: int = 5
    user_name: int = 64
    role_name: int = 64
    session_name: int = 64
    group_name: int = 128
    policy_name: int = 128
    path: int = 512
    tag_key: int = 128
    tag_value: int = 256
    external_id_least: int = 2
    external_id: int = 1_224


DEFAULT_QUOTAS = Quotas()


@dataclass(frozen=True, slots=True)
class _Measure:
    """A document's size as AWS counts it, against the quota that holds for it."""

    size: int
    quota: int
    unit: str
    what: str
    advice: str


def check_size(
    document: Document,
    type: PolicyType | None,  # noqa: A002  # IAM's word for it
    *,
    trust: bool = False,
    managed: bool = False,
    quotas: Quotas = DEFAULT_QUOTAS,
) -> tuple[Diagnostic, ...]:
    """A warning if the document is larger than the quota of its type; `trust` and `managed` as in `check_document`."""
    measure = _measure(document, type, trust=trust, managed=managed, quotas=quotas)
    if measure is None or measure.size <= measure.quota:
        return ()
    span = document.span
    return (
        Diagnostic(
            SIZE_CODE,
            Severity.WARNING,
            f"the document has {measure.size} {measure.unit}, and {measure.what} may have {measure.quota}",
            Span(span.source, span.start, min(span.start + 1, span.end)),
            help=measure.advice,
        ),
    )


def _measure(
    document: Document,
    type_: PolicyType | None,
    *,
    trust: bool,
    managed: bool,
    quotas: Quotas,
) -> _Measure | None:
    text = document.span.text
    split = "split it into several policies"
    match type_:
        case PolicyType.IDENTITY if not managed:
            what = "all inline policies of a role together"
            advice = (
                f"{split}; inline policies of a group may have {quotas.inline_group}, of a user {quotas.inline_user}"
            )
            return _Measure(_without_white_space(text), quotas.inline_role, _UNSPACED, what, advice)
        case PolicyType.IDENTITY | PolicyType.BOUNDARY:
            return _Measure(_without_white_space(text), quotas.managed, _UNSPACED, "a managed policy", split)
        case PolicyType.SESSION:
            advice = "pass managed policies by their ARNs, or narrow the role"
            return _Measure(len(text), quotas.session, _CHARACTERS, "a session policy", advice)
        case PolicyType.RESOURCE if trust:
            advice = f"have the quota raised (up to {quotas.trust_raised}), or trust fewer principals"
            return _Measure(_without_white_space(text), quotas.trust, _UNSPACED, "a trust policy by default", advice)
        case PolicyType.RESOURCE if _is_bucket_policy(document):
            advice = "use access points, or conditions instead of lists of principals"
            return _Measure(len(text.encode()), quotas.bucket_bytes, "bytes", "a bucket policy", advice)
        case PolicyType.SCP:
            return _Measure(len(text), quotas.scp, _CHARACTERS, "an SCP", f"remove white space, or {split}")
        case PolicyType.RCP:
            return _Measure(len(text), quotas.rcp, _CHARACTERS, "an RCP", f"remove white space, or {split}")
        case PolicyType.ENDPOINT:
            return _Measure(len(text), quotas.endpoint, _CHARACTERS, "an endpoint policy", "remove white space")
        case PolicyType.RESOURCE | None:
            return None


_CHARACTERS = "characters"
_UNSPACED = "characters without white space"


def _without_white_space(text: str) -> int:
    return sum(map(len, text.split()))


def _is_bucket_policy(document: Document) -> bool:
    """Whether every resource is one of S3: the service of a resource policy is not told otherwise."""
    resources = [item.value for each in document.statements if each.resource for item in each.resource.items]
    return bool(resources) and all(split_arn(resource)[2:3] == ("s3",) for resource in resources)
