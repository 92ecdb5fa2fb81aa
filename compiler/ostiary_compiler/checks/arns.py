"""Rules about the text of Resource and NotResource entries (iam-semantics.md 1.7, 3.1 to 3.4, 10.1 to 10.3, 11.3).

IAM checks the entries of identity, session, service control and resource control policies when it saves them; other
services take what they like, and an entry that is no ARN then matches nothing here.
"""

import re

from ostiary_compiler.checks.resource_format import IAM_PATHS, PARTITIONS, Fault, fault_of, is_stars
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import PlacedText, Subject
from ostiary_grammar.arn import RESOURCE_FIELD, split_arn
from ostiary_grammar.spelling import nearest
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import either, quoted

_SHAPE = "write `*`, or an ARN: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`"
_CHECKED = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.SCP, PolicyType.RCP)
_ACCOUNT = re.compile(r"[0-9]{12}|[a-z]+(?:-[a-z]+)*", re.ASCII)


def resource_not_arn(subject: Subject) -> Findings:
    """A Resource entry that is neither a star nor an ARN.

    Why: IAM does not save it, and it could match nothing.
    Example: `"Resource": "my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in _with(subject, Fault.NOT_ARN):
        message = f"the resource {quoted(entry.text)} is neither `*` nor an ARN"
        yield Finding(message, entry.span, entry.pointer, _SHAPE)


def resource_partition(subject: Subject) -> Findings:
    """An ARN of a partition that does not exist.

    Why: IAM does not save it. Often `arn:` was left out, so that the service stands where the partition belongs.
    Example: `"Resource": "arn:s3:::my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in _with(subject, Fault.PARTITION):
        partition = split_arn(entry.text)[1]
        near = nearest(partition, PARTITIONS)
        message = f"{quoted(partition)} is not a partition of AWS"
        yield Finding(message, entry.span, entry.pointer, f"did you mean `{near}`?" if near else _SHAPE)


def resource_without_service(subject: Subject) -> Findings:
    """An ARN that ends before its service.

    Why: IAM does not save it: the service must be written out.
    Example: `"Resource": "arn:aws"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in _with(subject, Fault.NO_SERVICE):
        yield Finding(f"the ARN {quoted(entry.text)} names no service", entry.span, entry.pointer, _SHAPE)


def resource_malformed(subject: Subject) -> Findings:
    """An ARN with fewer than six fields of which one is empty, or with an empty service field.

    Why: IAM does not save it. Often a colon is missing.
    Example: `"Resource": "arn:aws:s3::my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in _with(subject, Fault.MALFORMED):
        fields = split_arn(entry.text)
        empty = "an empty service field" if not fields[2] else f"only {len(fields)} of six fields, one of them empty"
        message = f"the ARN {quoted(entry.text)} has {empty}"
        yield Finding(message, entry.span, entry.pointer, f"count the colons; {_SHAPE}")


def resource_iam_region(subject: Subject) -> Findings:
    """An IAM ARN with a region.

    Why: IAM is not regional, and it does not save the policy.
    Example: `"Resource": "arn:aws:iam:us-east-1:111122223333:role/app"`
    Instead: `"Resource": "arn:aws:iam::111122223333:role/app"`
    """
    for entry in _with(subject, Fault.IAM_REGION):
        region = split_arn(entry.text)[3]
        message = f"an IAM ARN has no region, but this one has {quoted(region)}"
        yield Finding(message, entry.span, entry.pointer, "leave the region field empty")


def resource_s3_region(subject: Subject) -> Findings:
    """The ARN of a bucket or object with a region.

    Why: bucket names are unique without one, and IAM does not save the policy.
    Example: `"Resource": "arn:aws:s3:us-east-1::my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in _with(subject, Fault.S3_REGION):
        region = split_arn(entry.text)[3]
        message = f"the ARN of a bucket or object has no region, but this one has {quoted(region)}"
        yield Finding(message, entry.span, entry.pointer, "leave the region field empty")


def resource_iam_path(subject: Subject) -> Findings:
    """An IAM ARN whose resource part begins with no kind of IAM resource.

    Why: IAM does not save it.
    Example: `"Resource": "arn:aws:iam::111122223333:app"`
    Instead: `"Resource": "arn:aws:iam::111122223333:role/app"`
    """
    for entry in _with(subject, Fault.IAM_PATH):
        part = split_arn(entry.text)[RESOURCE_FIELD]
        message = f"{quoted(part)} is no resource of IAM"
        yield Finding(message, entry.span, entry.pointer, f"write `*`, or begin with {either([*IAM_PATHS])}")


def resource_never_matches(subject: Subject) -> Findings:
    """A Resource entry of a resource or endpoint policy that is neither a star nor an ARN.

    Why: it matches no resource: a Deny with it never applies. A few services expand such texts when they save a policy;
    that is not done here.
    Example: `"Resource": "my-bucket/*"` in a bucket policy
    Instead: `"Resource": "arn:aws:s3:::my-bucket/*"`
    """
    if subject.type in _CHECKED:
        return
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if not is_stars(entry.text) and (fields[0] != "arn" or len(fields) < 3):
            message = f"the resource {quoted(entry.text)} is neither `*` nor an ARN, so it matches nothing"
            yield Finding(message, entry.span, entry.pointer, _SHAPE)


def short_arn_in_session_policy(subject: Subject) -> Findings:
    """An ARN with fewer than six fields in a session policy.

    Why: in an identity policy it would be filled with stars; a session policy with it is refused as malformed.
    Example: `"Resource": "arn:aws:sqs"`
    Instead: `"Resource": "arn:aws:sqs:*:*:*"`
    """
    if subject.type is PolicyType.SESSION:
        for entry, fields in _short(subject):
            message = f"{quoted(entry.text)} has {len(fields)} of six fields, which a session policy does not allow"
            yield Finding(message, entry.span, entry.pointer, f"write {quoted(_padded(fields))}")


def short_arn(subject: Subject) -> Findings:
    """An ARN with fewer than six fields in a resource, endpoint, service control or resource control policy.

    Why: only for identity policies is it documented that the rest is filled with stars; here such an entry makes the
    answer Unknown where it would match, so an Allow does not apply and a Deny does.
    Example: `"Resource": "arn:aws:sqs"` in an SCP
    Instead: `"Resource": "arn:aws:sqs:*:*:*"`
    """
    if subject.type in (PolicyType.RESOURCE, PolicyType.ENDPOINT, PolicyType.SCP, PolicyType.RCP):
        for entry, fields in _short(subject):
            message = f"{quoted(entry.text)} has {len(fields)} of six fields; what that matches is not documented"
            yield Finding(message, entry.span, entry.pointer, f"write {quoted(_padded(fields))}")


def short_arn_padded(subject: Subject) -> Findings:
    """An ARN with fewer than six fields in an identity policy or boundary.

    Why: the missing fields count as stars, so it matches more than one may read in it.
    Example: `"Resource": "arn:aws:sqs"`
    Instead: `"Resource": "arn:aws:sqs:*:*:*"`
    """
    if subject.type in (PolicyType.IDENTITY, PolicyType.BOUNDARY):
        for entry, fields in _short(subject):
            padded = _padded(fields)
            message = f"{quoted(entry.text)} has {len(fields)} of six fields, and counts as {quoted(padded)}"
            yield Finding(message, entry.span, entry.pointer, f"write {quoted(padded)}")


def resource_stars(subject: Subject) -> Findings:
    """Several stars instead of one, as the whole Resource entry.

    Why: only a lone star is documented to stand for every resource; here several make the answer Unknown.
    Example: `"Resource": "**"`
    Instead: `"Resource": "*"`
    """
    for entry in subject.resources:
        if len(entry.text) > 1 and is_stars(entry.text):
            message = f"{quoted(entry.text)} has no documented meaning: every resource is `*`"
            yield Finding(message, entry.span, entry.pointer, "write `*`")


def resource_star_before_colon(subject: Subject) -> Findings:
    """A star at the end of an ARN field, where AWS's pages contradict each other on whether it stops at the colon.

    Why: what matches field by field is certain; where only a star that runs over the colon would match, the answer is
    Unknown. A field that is nothing but a star is common and meant so, and reported in short ARNs only.
    Example: `"Resource": "arn:aws:dynamodb:*:table/orders"`
    Instead: `"Resource": "arn:aws:dynamodb:*:*:table/orders"`
    """
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if fields[0] != "arn" or len(fields) < 3:
            continue
        short = len(fields) <= RESOURCE_FIELD
        if any(field.endswith("*") and (short or field != "*") for field in fields[1:-1]):
            message = f"a star before a colon of {quoted(entry.text)} may or may not run over the colon"
            yield Finding(message, entry.span, entry.pointer, "write out the fields, each with a star of its own")


def resource_wildcard_partition(subject: Subject) -> Findings:
    """An ARN with a wildcard in its partition field.

    Why: AWS's pages say that it is not allowed, yet IAM stores it; here it is a pattern like any other.
    Example: `"Resource": "arn:*:iam::*:role/admin"`
    Instead: `"Resource": "arn:aws:iam::*:role/admin"`, if one partition is meant
    """
    yield from _wildcard(subject, 1, "partition")


def resource_wildcard_service(subject: Subject) -> Findings:
    """An ARN with a wildcard in its service field.

    Why: AWS advises against it; here it is a pattern like any other, and it names services that do not exist yet.
    Example: `"Resource": "arn:aws:s3*:::my-bucket"`
    Instead: an ARN per service
    """
    yield from _wildcard(subject, 2, "service")


def resource_letter_case(subject: Subject) -> Findings:
    """An ARN with upper-case letters in its partition, service or region.

    Why: those are written in lower case, and ARNs compare with regard to letter case, so it matches nothing.
    Example: `"Resource": "arn:aws:S3:::my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if fields[0] != "arn":
            continue
        for field in fields[1:4]:
            if field != field.lower() and "${" not in field:
                message = f"{quoted(field)} has upper-case letters, and the ARN matches nothing because of them"
                yield Finding(message, entry.span, entry.pointer, f"write {quoted(field.lower())}")


def resource_account(subject: Subject) -> Findings:
    """An ARN whose account field is no account: neither twelve digits nor a wildcard.

    Why: it matches nothing. Often a placeholder was left in the text, or a colon is missing.
    Example: `"Resource": "arn:aws:sqs:us-east-1:ACCOUNT:queue"`
    Instead: `"Resource": "arn:aws:sqs:us-east-1:111122223333:queue"`
    """
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if fields[0] != "arn" or len(fields) < 5 or any("${" in field for field in fields[:RESOURCE_FIELD]):
            continue
        account = fields[4]
        if account and not set("*?") & set(account) and _ACCOUNT.fullmatch(account) is None:
            message = f"{quoted(account)} is no account"
            yield Finding(message, entry.span, entry.pointer, "an account has twelve digits")


def resource_regional_bucket(subject: Subject) -> Findings:
    """An S3 ARN with region and account whose resource is none of those that S3 has in a region.

    Why: buckets and objects have ARNs without region and account, so it matches nothing.
    Example: `"Resource": "arn:aws:s3:us-east-1:111122223333:my-bucket"`
    Instead: `"Resource": "arn:aws:s3:::my-bucket"`
    """
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if fields[:1] != ("arn",) or fields[2:3] != ("s3",) or len(fields) < 6 or not (fields[3] and fields[4]):
            continue
        kind = re.split(r"[/:]", fields[5], maxsplit=1)[0]
        if kind not in _S3_REGIONAL and not set("*?$") & set(kind):
            message = f"{quoted(entry.text)} matches nothing: a bucket has neither region nor account in its ARN"
            yield Finding(message, entry.span, entry.pointer, "leave both fields empty")


_S3_REGIONAL = (
    "accesspoint",
    "access-grants",
    "async-request",
    "job",
    "storage-lens",
    "storage-lens-group",
)


def _with(subject: Subject, fault: Fault) -> list[PlacedText]:
    if subject.type not in _CHECKED:
        return []
    return [entry for entry in subject.resources if fault_of(entry.text) is fault]


def is_short(text: str) -> bool:
    """Whether a text is a well-formed ARN with fewer than six fields."""
    fields = split_arn(text)
    return fields[0] == "arn" and 3 <= len(fields) <= RESOURCE_FIELD and "" not in fields


def _short(subject: Subject) -> list[tuple[PlacedText, tuple[str, ...]]]:
    return [(entry, split_arn(entry.text)) for entry in subject.resources if is_short(entry.text)]


def _padded(fields: tuple[str, ...]) -> str:
    return ":".join(fields + ("*",) * (RESOURCE_FIELD + 1 - len(fields)))


def _wildcard(subject: Subject, index: int, name: str) -> Findings:
    for entry in subject.resources:
        fields = split_arn(entry.text)
        if fields[0] == "arn" and len(fields) > index and set("*?") & set(fields[index]):
            message = f"the {name} field of {quoted(entry.text)} holds a wildcard"
            yield Finding(message, entry.span, entry.pointer, f"write out the {name}")
