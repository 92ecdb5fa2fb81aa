"""Rules about the values of a principal map (iam-semantics.md 4.1, 11.4).

AWS looks up what a policy names when it saves it, so a value that names nothing possible is an error. Whether the named
user, role or account exists is not known here.
"""

import re
from collections.abc import Iterator

from ostiary_compiler.checks.resource_format import PARTITIONS
from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import EVERYONE, PlacedPrincipal, Subject
from ostiary_grammar.arn import split_arn
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import quoted

ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{3}[A-Z0-9]{12,124}", re.ASCII)
_CANONICAL_ID = re.compile(r"[0-9A-Fa-f]{32,128}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_PROVIDER = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:(?:saml|oidc)-provider/[^\s*?]+", re.ASCII)
_IAM_PRINCIPALS = ("user/", "role/")
_STS_PRINCIPALS = ("assumed-role/", "federated-user/")
_SERVICE_SUFFIXES = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazon.com",
    ".aws.internal",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
)


def principal_wildcard(subject: Subject) -> Findings:
    """A principal with a wildcard inside.

    Why: in a principal a star stands for everyone or for nothing: AWS does not save patterns.
    Example: `"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}`
    Instead: `"Principal": {"AWS": "111122223333"}` and `ArnLike` on `aws:PrincipalArn`
    """
    for entry in _values(subject, "AWS", "Federated", "CanonicalUser"):
        if has_wildcard(entry.text) and not (entry.text == EVERYONE and entry.kind.value == "AWS"):
            message = f"the principal {quoted(entry.text)} holds a wildcard, and principals are no patterns"
            advice = "name the account or everyone, and narrow it with `ArnLike` on `aws:PrincipalArn`"
            yield Finding(message, entry.span, entry.pointer, advice)


def principal_malformed(subject: Subject) -> Findings:
    """An AWS principal that is no account, user, role or session.

    Why: AWS does not save it. Groups and instance profiles cannot be principals, and variables have no meaning there.
    Example: `"Principal": {"AWS": "arn:aws:iam::111122223333:group/admins"}`
    Instead: `"Principal": {"AWS": "arn:aws:iam::111122223333:role/admin"}`
    """
    for entry in _values(subject, "AWS"):
        text = entry.text
        if not (has_wildcard(text) or _is_somebody(text)):
            message = f"{quoted(text)} is no account, user, role or session"
            yield Finding(message, entry.span, entry.pointer, _advice_on(text))


def principal_unique_id(subject: Subject) -> Findings:
    """A principal that is named by its unique id.

    Why: AWS shows an id where a user or role was deleted. One that was made again under the old name has another id, so
    the statement is dead; here it matches only a caller whose id is given.
    Example: `"Principal": {"AWS": "AIDAEXAMPLE111122223"}`
    Instead: the ARN of the user or role
    """
    for entry in _values(subject, "AWS"):
        if _UNIQUE_ID.fullmatch(entry.text):
            message = f"{quoted(entry.text)} is a unique id, as AWS shows for users and roles that were deleted"
            yield Finding(message, entry.span, entry.pointer, "name the user or role by its ARN")


def principal_root(subject: Subject) -> Findings:
    """A principal that is the root ARN of an account.

    Why: it is the same as the account's number: every principal of the account, as far as its own policies allow. It does
    not mean the root user alone.
    Example: `"Principal": {"AWS": "arn:aws:iam::111122223333:root"}`
    Instead: `"Principal": {"AWS": "111122223333"}`, which says what is meant
    """
    for entry in _values(subject, "AWS"):
        fields = split_arn(entry.text)
        if len(fields) == 6 and fields[2] == "iam" and fields[5] == "root" and _is_principal_arn(entry.text):
            message = f"{quoted(entry.text)} names the whole account, not its root user"
            advice = "nothing needs to be done; `ArnEquals` on `aws:PrincipalArn` would name the root user"
            yield Finding(message, entry.span, entry.pointer, advice)


def service_principal_wildcard(subject: Subject) -> Findings:
    """A service principal with a wildcard.

    Why: services are named one by one; AWS does not save a pattern.
    Example: `"Principal": {"Service": "*"}`
    Instead: `"Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]}`
    """
    for entry in _values(subject, "Service"):
        if has_wildcard(entry.text):
            message = f"the service principal {quoted(entry.text)} holds a wildcard"
            yield Finding(message, entry.span, entry.pointer, "name each service")


def service_principal_malformed(subject: Subject) -> Findings:
    """A service principal that is no name like `service.amazonaws.com`.

    Why: AWS does not save it.
    Example: `"Principal": {"Service": "cloudtrail"}`
    Instead: `"Principal": {"Service": "cloudtrail.amazonaws.com"}`
    """
    for entry in _values(subject, "Service"):
        if not has_wildcard(entry.text) and _HOST.fullmatch(entry.text) is None:
            message = f"{quoted(entry.text)} is no service principal"
            advice = "a service principal is a name such as `cloudtrail.amazonaws.com`"
            yield Finding(message, entry.span, entry.pointer, advice)


def service_principal_unknown_suffix(subject: Subject) -> Findings:
    """A service principal that does not end as those of AWS do.

    Why: it names no service of AWS, so it matches nobody.
    Example: `"Principal": {"Service": "cloudtrail.aws.com"}`
    Instead: `"Principal": {"Service": "cloudtrail.amazonaws.com"}`
    """
    for entry in _values(subject, "Service"):
        if _HOST.fullmatch(entry.text) and not entry.text.endswith(_SERVICE_SUFFIXES):
            message = f"{quoted(entry.text)} does not end as service principals do"
            yield Finding(message, entry.span, entry.pointer, "most end with `.amazonaws.com`")


def canonical_user_malformed(subject: Subject) -> Findings:
    """A canonical user that is no hexadecimal id.

    Why: S3, which alone knows canonical users, does not save it.
    Example: `"Principal": {"CanonicalUser": "111122223333"}`
    Instead: `"Principal": {"AWS": "111122223333"}`
    """
    for entry in _values(subject, "CanonicalUser"):
        if not has_wildcard(entry.text) and _CANONICAL_ID.fullmatch(entry.text) is None:
            message = f"{quoted(entry.text)} is no canonical user id"
            advice = "a canonical user id has 64 hexadecimal digits; an account's number belongs under `AWS`"
            yield Finding(message, entry.span, entry.pointer, advice)


def federated_outside_trust_policy(subject: Subject) -> Findings:
    """A federated principal outside the trust policy of a role.

    Why: identities of a provider reach AWS through a role, so only trust policies may name them.
    Example: `"Principal": {"Federated": "cognito-identity.amazonaws.com"}` in a bucket policy
    Instead: `"Principal": {"AWS": "arn:aws:iam::111122223333:role/web"}`
    """
    if subject.is_trust or subject.type is None:
        return
    for entry in _values(subject, "Federated"):
        message = f"{subject.kind} cannot name the federated principal {quoted(entry.text)}"
        yield Finding(message, entry.span, entry.pointer, "name the role that it assumes")


def federated_malformed(subject: Subject) -> Findings:
    """A federated principal that is neither the ARN of an identity provider nor the name of a built-in one.

    Why: IAM does not save it.
    Example: `"Principal": {"Federated": "my-idp"}`
    Instead: `"Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/my-idp"}`
    """
    for entry in _values(subject, "Federated"):
        text = entry.text
        if not (has_wildcard(text) or _is_provider(text)):
            message = f"{quoted(text)} is no identity provider"
            advice = "name the ARN of a SAML or OIDC provider, or a built-in one such as `accounts.google.com`"
            yield Finding(message, entry.span, entry.pointer, advice)


def is_saved(kind: str, text: str) -> bool:
    """Whether AWS saves a value of a kind of principal, in a policy that may name such: none of the errors above."""
    if has_wildcard(text):
        return text == EVERYONE and kind == "AWS"
    match kind:
        case "AWS":
            return _is_somebody(text)
        case "Service":
            return _HOST.fullmatch(text) is not None
        case "Federated":
            return _is_provider(text)
        case "CanonicalUser":
            return _CANONICAL_ID.fullmatch(text) is not None
        case _:
            return False


def has_wildcard(text: str) -> bool:
    """Whether a text holds `*` or `?`."""
    return "*" in text or "?" in text


def _values(subject: Subject, *kinds: str) -> Iterator[PlacedPrincipal]:
    """The values of these kinds, where a policy may have principals other than a star."""
    if subject.type in (PolicyType.RESOURCE, PolicyType.ENDPOINT, None):
        for entry in subject.principals:
            if entry.kind.value in kinds:
                yield entry


def _is_somebody(text: str) -> bool:
    return bool(ACCOUNT.fullmatch(text) or _is_principal_arn(text) or _UNIQUE_ID.fullmatch(text))


def _is_provider(text: str) -> bool:
    return bool(_HOST.fullmatch(text) or _PROVIDER.fullmatch(text))


def _is_principal_arn(text: str) -> bool:
    fields = split_arn(text)
    if len(fields) != 6 or fields[0] != "arn" or fields[1] not in PARTITIONS or fields[3]:
        return False
    account, part = fields[4], fields[5]
    name = part.partition("/")[2]
    match fields[2]:
        case "iam" if account == "cloudfront":
            return part.startswith("user/") and bool(name)  # an origin access identity
        case "iam":
            known = part == "root" or (part.startswith(_IAM_PRINCIPALS) and bool(name) and not name.endswith("/"))
        case "sts" if part.startswith("assumed-role/"):
            role, slash, session = name.partition("/")
            known = bool(role and slash and session)
        case "sts":
            known = part.startswith(_STS_PRINCIPALS) and bool(name)
        case _:
            known = False
    return known and ACCOUNT.fullmatch(account) is not None and "${" not in part


def _advice_on(text: str) -> str:
    fields = split_arn(text)
    kind = fields[5].partition("/")[0] if len(fields) == 6 else ""
    if "${" in text:
        return "policy variables have no meaning in a principal; use a condition on `aws:PrincipalArn`"
    if kind == "group":
        return "a group cannot be a principal; name its users, or a role"
    if kind == "instance-profile":
        return "an instance profile cannot be a principal; name its role"
    if kind in ("saml-provider", "oidc-provider"):
        return "an identity provider belongs under `Federated`"
    if _HOST.fullmatch(text):
        return "a service belongs under `Service`, a built-in identity provider under `Federated`"
    return "write twelve digits, or the ARN of a user, role, assumed-role session or federated user"
