"""Rules about whether Resource and NotResource stand where they may, and what they do with an effect.

See iam-semantics.md 1.3, 1.5, 3.6 and 11.3. Not here: the text of the entries (`arns`).
"""

from ostiary_compiler.checks.prefixes import Prefixes
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import Subject, element_name
from ostiary_grammar.arn import split_arn
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted


def resource_missing(subject: Subject) -> Findings:
    """A statement without resources where the policy type needs them: neither Resource nor NotResource, or an empty list.

    Why: AWS does not save it. Trust policies have no resources, and some services let resource policies omit them, but
    an empty list is wrong there too.
    Example: `{"Effect": "Allow", "Action": "s3:GetObject"}` in an identity policy
    Instead: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}`
    """
    needed = subject.type not in (PolicyType.RESOURCE, None)
    for each in subject.statements:
        clause = each.node.resource
        if clause is None and needed:
            message = "the statement has neither `Resource` nor `NotResource`"
            yield Finding(message, each.start, each.pointer, "say which resources it is about, or write `*`")
        elif clause is not None and not clause.items and not subject.is_trust:
            name = element_name("Resource", negated=clause.negated)
            yield Finding(f"`{name}` is empty", clause.span, f"{each.pointer}/{name}", "list at least one resource")


def resource_in_trust_policy(subject: Subject) -> Findings:
    """A Resource or NotResource in the trust policy of a role.

    Why: the resource of a trust policy is its role, so IAM does not save the policy.
    Example: `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Resource": "*"}`
    Instead: `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}`
    """
    if not subject.is_trust:
        return
    for each in subject.statements:
        clause = each.node.resource
        if clause is not None:
            name = element_name("Resource", negated=clause.negated)
            message = f"a trust policy has no `{name}`: it is about the role that it is attached to"
            yield Finding(message, clause.key, f"{each.pointer}/{name}", "remove it")


def allow_not_resource(subject: Subject) -> Findings:
    """An Allow with NotResource.

    Why: it grants the actions on everything that is not listed, including resources that do not exist yet.
    Example: `{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::payroll/*"}`
    Instead: an Allow with Resource, or an Allow and a Deny
    """
    if not subject.grants:
        return
    for each in subject.statements:
        clause = each.node.resource
        if each.allows and clause is not None and clause.negated:
            message = "`NotResource` with `Allow` grants every resource that is not listed"
            yield Finding(message, clause.key, f"{each.pointer}/NotResource", "list what is allowed in `Resource`")


def deny_not_resource(subject: Subject) -> Findings:
    """A Deny with NotResource.

    Why: it denies the actions on everything *except* what is listed, and all actions that have no resource of their own.
    Who reads it quickly takes it for a Deny on what is listed.
    Example: `{"Effect": "Deny", "Action": "cloudtrail:*", "NotResource": "arn:aws:cloudtrail:us-east-2:111122223333:trail/t"}`
    Instead: nothing, if that is meant; else a Deny with Resource
    """
    for each in subject.statements:
        clause = each.node.resource
        if each.denies and clause is not None and clause.negated:
            message = "`NotResource` with `Deny` denies everything except what is listed"
            advice = "write `Resource` if the listed resources are to be denied"
            yield Finding(message, clause.key, f"{each.pointer}/NotResource", advice)


def not_resource_without_bucket(subject: Subject) -> Findings:
    """A NotResource with the objects of a bucket but not the bucket itself.

    Why: `arn:aws:s3:::b/*` is not the bucket `b`, so actions on the bucket, such as listing it, are among "everything else".
    Example: `"NotResource": "arn:aws:s3:::b/*"`
    Instead: `"NotResource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]`
    """
    for each in subject.statements:
        clause = each.node.resource
        if clause is None or not clause.negated:
            continue
        entries = list(each.resources_of())
        buckets = [fields[5] for fields in (split_arn(entry.text) for entry in entries) if _is_bucket(fields)]
        names = set(buckets)
        prefixes = Prefixes((bucket[:-1], bucket) for bucket in buckets if bucket.endswith("*"))
        for entry in entries:
            fields = split_arn(entry.text)
            if fields[2:3] != ("s3",) or len(fields) < 6 or "/" not in fields[5] or fields[3]:
                continue
            bucket = fields[5].partition("/")[0]
            if bucket not in names and prefixes.of(bucket) is None:
                message = f"{quoted(entry.text)} leaves out the bucket itself"
                advice = f"list {quoted(':'.join((*fields[:5], bucket)))} too, if the bucket is meant as well"
                yield Finding(message, entry.span, entry.pointer, advice)


def _is_bucket(fields: tuple[str, ...]) -> bool:
    return fields[2:3] == ("s3",) and len(fields) == 6 and "/" not in fields[5]
