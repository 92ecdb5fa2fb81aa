"""Rules about whether Principal and NotPrincipal stand where they may (iam-semantics.md 1.5, 4.1, 4.3, 11.4).

Not here: the values of a principal map (`principal_values`), and who gets in through it (`exposure`).
"""

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import EVERYONE, Subject, element_name
from ostiary_grammar.spelling import nearest
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import either, quoted

PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_MAP = 'write `"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}`'


def principal_missing(subject: Subject) -> Findings:
    """A statement without a Principal in a policy that is attached to a resource, an endpoint or an organization's resources.

    Why: there is nobody whom it could be about, and AWS does not save it.
    Example: `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}` as a bucket policy
    Instead: the same with `"Principal": {"AWS": "111122223333"}`
    """
    if not subject.names_principals:
        return
    for each in subject.statements:
        if each.node.principal is None:
            advice = 'add `"Principal": "*"`' if subject.type is PolicyType.RCP else _MAP
            yield Finding(f"a statement of {subject.kind} needs a `Principal`", each.start, each.pointer, advice)


def principal_prohibited(subject: Subject) -> Findings:
    """A Principal or NotPrincipal in a policy that is attached to principals.

    Why: an identity policy, boundary, session policy or SCP is about whom it is attached to; AWS does not save it.
    Example: `{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}` as an identity policy
    Instead: `{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`
    """
    if subject.names_principals or subject.type is None:
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is not None:
            name = element_name("Principal", negated=clause.negated)
            message = f"{subject.kind} has no `{name}`: it is about whom it is attached to"
            advice = "remove it, or attach the policy to the resource"
            yield Finding(message, clause.key, f"{each.pointer}/{name}", advice)


def not_principal_prohibited(subject: Subject) -> Findings:
    """A NotPrincipal in a trust policy or RCP.

    Why: these types do not support it, and AWS does not save the policy.
    Example: `{"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}` as a trust policy
    Instead: a Deny with `"Principal": "*"` and `ArnNotEquals` on `aws:PrincipalArn`
    """
    if not (subject.is_trust or subject.type is PolicyType.RCP):
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is not None and clause.negated:
            message = f"{subject.kind} has no `NotPrincipal`"
            advice = "name everyone, and except some with a condition on `aws:PrincipalArn`"
            yield Finding(message, clause.key, f"{each.pointer}/NotPrincipal", advice)


def not_principal_in_endpoint_policy(subject: Subject) -> Findings:
    """A NotPrincipal in an endpoint policy.

    Why: AWS's pages name endpoint policies among those that support it, and other validators refuse it; here it is evaluated.
    Example: `{"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*"}` as an endpoint policy
    Instead: a Deny with `"Principal": "*"` and `ArnNotEquals` on `aws:PrincipalArn`
    """
    if subject.type is not PolicyType.ENDPOINT:
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is not None and clause.negated:
            message = "whether an endpoint policy may have `NotPrincipal` is not clear"
            advice = "name everyone, and except some with a condition on `aws:PrincipalArn`"
            yield Finding(message, clause.key, f"{each.pointer}/NotPrincipal", advice)


def principal_not_a_map(subject: Subject) -> Findings:
    """A Principal that is a text other than a star.

    Why: only `*` may stand without a map; AWS does not save a bare ARN or account.
    Example: `"Principal": "arn:aws:iam::111122223333:root"`
    Instead: `"Principal": {"AWS": "arn:aws:iam::111122223333:root"}`
    """
    if not _values_are_checked(subject):
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is not None and clause.word is not None and clause.word.value != EVERYONE:
            name = element_name("Principal", negated=clause.negated)
            word = clause.word.value
            kind = "Service" if word.endswith(".amazonaws.com") else "AWS"
            message = f"{quoted(word)} stands without a map, as only `*` may"
            member = f'{{"{kind}": "{word}"}}'
            advice = f"write {quoted(member)}" if word else "write `*`, or a map"
            yield Finding(message, clause.word.span, f"{each.pointer}/{name}", advice)


def principal_kind(subject: Subject) -> Findings:
    """A key of a principal map that is no kind of principal.

    Why: the keys are `AWS`, `Service`, `Federated` and `CanonicalUser`, in this spelling; AWS saves no other.
    Example: `"Principal": {"aws": "111122223333"}`
    Instead: `"Principal": {"AWS": "111122223333"}`
    """
    if not _values_are_checked(subject):
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is None:
            continue
        name = element_name("Principal", negated=clause.negated)
        for entry in clause.entries:
            if entry.kind.value not in PRINCIPAL_KINDS:
                near = nearest(entry.kind.value, PRINCIPAL_KINDS)
                advice = f"write `{near}`" if near else f"write {either([f'`{kind}`' for kind in PRINCIPAL_KINDS])}"
                message = f"{quoted(entry.kind.value)} is no kind of principal"
                yield Finding(message, entry.kind.span, f"{each.pointer}/{name}", advice)


def principal_empty(subject: Subject) -> Findings:
    """A principal map without any principal.

    Why: a Principal that names nobody matches nobody, so a Deny with it never applies; a NotPrincipal that names nobody
    matches everybody.
    Example: `"Principal": {"AWS": []}`
    Instead: the principals that are meant
    """
    if not _values_are_checked(subject):
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is not None and clause.word is None and not any(entry.values for entry in clause.entries):
            name = element_name("Principal", negated=clause.negated)
            advice = "name a principal, or remove the statement"
            yield Finding(f"`{name}` names nobody", clause.span, f"{each.pointer}/{name}", advice)


def allow_not_principal(subject: Subject) -> Findings:
    """An Allow with NotPrincipal.

    Why: read plainly it grants to everyone else in the world, anonymous callers included. AWS restricts it, so here it
    never grants, and the decision says that it is undecided.
    Example: `{"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"}`
    Instead: an Allow with Principal
    """
    for each in subject.statements:
        clause = each.node.principal
        if each.allows and clause is not None and clause.negated and _values_are_checked(subject):
            message = "`NotPrincipal` with `Allow` would grant to everyone who is not listed"
            yield Finding(message, clause.key, f"{each.pointer}/NotPrincipal", "list who is allowed in `Principal`")


def deny_not_principal(subject: Subject) -> Findings:
    """A Deny with NotPrincipal.

    Why: it spares a caller only if its own ARN *and* its account are listed (of a role session also the role), and it
    always hits callers that have a permissions boundary.
    Example: `{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/admin"}, "Action": "s3:*", ...}`
    Instead: a Deny with `"Principal": "*"` and `ArnNotEquals` on `aws:PrincipalArn`
    """
    for each in subject.statements:
        clause = each.node.principal
        if each.denies and clause is not None and clause.negated and clause.entries and _values_are_checked(subject):
            message = "`NotPrincipal` with `Deny` spares fewer callers than it lists"
            advice = 'write `"Principal": "*"` and `ArnNotEquals` on `aws:PrincipalArn`'
            yield Finding(message, clause.key, f"{each.pointer}/NotPrincipal", advice)


def not_principal_everyone(subject: Subject) -> Findings:
    """A Deny whose NotPrincipal is everyone.

    Why: everyone is spared, so it denies nobody but callers with a permissions boundary.
    Example: `{"Effect": "Deny", "NotPrincipal": "*", "Action": "s3:*", "Resource": "*"}`
    Instead: `{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}`
    """
    for each in subject.statements:
        clause = each.node.principal
        if not each.denies or clause is None or not clause.negated or not _values_are_checked(subject):
            continue
        word = clause.word is not None and clause.word.value == EVERYONE
        if word or any(entry.text == EVERYONE and entry.kind.value == "AWS" for entry in each.principals_of()):
            message = "a `Deny` that spares everyone denies nobody"
            yield Finding(
                message, clause.span, f"{each.pointer}/NotPrincipal", "write `Principal` if everyone is meant"
            )


def _values_are_checked(subject: Subject) -> bool:
    """Whether Principal may have values of its own: not where it is prohibited, nor in RCPs, where it is a star."""
    return subject.type in (PolicyType.RESOURCE, PolicyType.ENDPOINT, None)
