"""Rules about who gets in through a statement (iam-semantics.md 1.5, 10.11, 10.29, 11.4).

Not here: whether other statements deny what these allow.
"""

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import EVERYONE, PlacedStatement, Subject
from ostiary_grammar.span import Span
from ostiary_grammar.terms import PolicyType, fold
from ostiary_grammar.wording import either, quoted

TRUST_ACTIONS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
)
"""What a trust policy is normally about (iam-semantics.md 1.5)."""

_SOURCE_KEYS = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_GITHUB = "token.actions.githubusercontent.com"
_FOLDED_TRUST_ACTIONS = frozenset(map(fold, TRUST_ACTIONS))


def public_statement(subject: Subject) -> Findings:
    """An Allow to everyone without a condition.

    Why: anybody in the world may use it, without credentials where the service permits that.
    Example: `{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}`
    Instead: the principals that need it, or a condition such as `StringEquals` on `aws:PrincipalOrgID`
    """
    if subject.is_resource:
        for each in subject.statements:
            place = _everyone(each)
            if each.allows and place is not None and not each.conditional:
                message = "everyone in the world is allowed, without a condition"
                advice = "name the principals, or add a condition such as `aws:PrincipalOrgID`"
                yield Finding(message, *place, advice)


def trust_in_everyone(subject: Subject) -> Findings:
    """A trust policy that lets everyone assume the role.

    Why: whoever may call AssumeRole in any account gets the role's permissions; a condition is all that stands before it.
    Example: `{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}`
    Instead: `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}`
    """
    if subject.is_trust:
        for each in subject.statements:
            place = _everyone(each)
            if each.allows and place is not None:
                yield Finding("everyone is trusted to assume the role", *place, "name the principals or their account")


def aws_star(subject: Subject) -> Findings:
    """An Allow to everyone in map form.

    Why: it is documented to mean the same as a lone star for anonymous callers; whether it covers service principals is not
    documented, so for them the answer is Unknown here.
    Example: `"Principal": {"AWS": "*"}`
    Instead: `"Principal": "*"`
    """
    if subject.type not in (PolicyType.RESOURCE, PolicyType.ENDPOINT):
        return
    for entry in subject.principals:
        allowed = entry.statement.allows and not entry.clause.negated
        if allowed and entry.kind.value == "AWS" and entry.text == EVERYONE:
            message = "whether `*` under `AWS` covers service principals is not documented"
            yield Finding(message, entry.span, entry.pointer, 'write `"Principal": "*"` if they are meant too')


def service_principal_unguarded(subject: Subject) -> Findings:
    """An Allow to a service without a condition on whose resource the service acts for.

    Why: anyone may have the service act for a resource of their own account, and so reach yours through it.
    Example: `{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", ...}`
    Instead: the same with `"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}`
    """
    if not subject.is_resource:
        return
    for each in subject.statements:
        if not each.allows or any(test.key in _SOURCE_KEYS for test in each.tests_of()):
            continue
        for entry in each.principals_of():
            if entry.kind.value == "Service" and not entry.clause.negated:
                message = f"{quoted(entry.text)} may act here for resources of anyone"
                advice = "add a condition on `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID`"
                yield Finding(message, entry.span, entry.pointer, advice)


def oidc_provider_unguarded(subject: Subject) -> Findings:
    """A trust policy for an OIDC provider without a condition on its claims, or for GitHub without one on the subject.

    Why: every identity of the provider may assume the role, those of strangers included.
    Example: `{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/example.com"}, ...}`
    Instead: the same with `"Condition": {"StringEquals": {"example.com:aud": "my-app"}}`
    """
    if not subject.is_trust:
        return
    for each in subject.statements:
        if not each.allows:
            continue
        keys = {test.key for test in each.tests_of()}
        providers = {key.rpartition(":")[0] for key in keys}
        for entry in each.principals_of():
            provider = _oidc_provider(entry.text) if entry.kind.value == "Federated" else None
            if provider is None:
                continue
            if fold(provider) not in providers:
                message = f"every identity of {quoted(provider)} may assume the role"
                advice = f"add a condition on {quoted(provider + ':aud')} or {quoted(provider + ':sub')}"
                yield Finding(message, entry.span, entry.pointer, advice)
            elif fold(provider) == _GITHUB and f"{_GITHUB}:sub" not in keys:
                message = "every repository of GitHub may assume the role"
                yield Finding(message, entry.span, entry.pointer, f"add a condition on `{_GITHUB}:sub`")


def trust_action(subject: Subject) -> Findings:
    """An action in a trust policy that is not one of those that give a role's credentials.

    Why: nothing else is asked of a trust policy, so it has no effect.
    Example: `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject"}`
    Instead: `{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}`
    """
    if not subject.is_trust:
        return
    for entry in subject.actions:
        if not entry.negated and not set("*?") & set(entry.text) and fold(entry.text) not in _FOLDED_TRUST_ACTIONS:
            message = f"a trust policy is not asked about {quoted(entry.text)}"
            yield Finding(
                message, entry.span, entry.pointer, f"write {either([f'`{name}`' for name in TRUST_ACTIONS])}"
            )


def federated_action_mismatch(subject: Subject) -> Findings:
    """A provider of one kind in a statement that allows only the call of another kind.

    Why: SAML providers are asked with AssumeRoleWithSAML, OIDC providers with AssumeRoleWithWebIdentity, so it allows nothing.
    Example: `{"Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/x"}, "Action": "sts:AssumeRoleWithWebIdentity", ...}`
    Instead: `"Action": "sts:AssumeRoleWithSAML"`
    """
    if not subject.is_trust:
        return
    for each in subject.statements:
        actions = {fold(action.text) for action in each.actions_of()}
        negated = each.node.action is not None and each.node.action.negated
        if not each.allows or not actions or negated or any(set("*?") & set(action) for action in actions):
            continue
        for entry in each.principals_of():
            saml = ":saml-provider/" in entry.text
            wanted = "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRoleWithWebIdentity"
            if entry.kind.value == "Federated" and fold(wanted) not in actions:
                message = f"{quoted(entry.text)} is asked with `{wanted}`, which the statement does not name"
                yield Finding(message, entry.span, entry.pointer, f"add `{wanted}` to the actions")


def _everyone(statement: PlacedStatement) -> tuple[Span, str] | None:
    """Where a Principal names everyone."""
    clause = statement.node.principal
    if clause is None or clause.negated:
        return None
    if clause.word is not None:
        return (clause.word.span, f"{statement.pointer}/Principal") if clause.word.value == EVERYONE else None
    found = (entry for entry in statement.principals_of() if entry.kind.value == "AWS" and entry.text == EVERYONE)
    return next(((entry.span, entry.pointer) for entry in found), None)


def _oidc_provider(text: str) -> str | None:
    """The name that the claims of an OIDC provider have before their colon."""
    _, found, name = text.partition(":oidc-provider/")
    if found:
        return name
    return text if not text.startswith("arn:") and "." in text else None
