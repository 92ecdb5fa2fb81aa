"""Rules about resource control policies (Resource control policies, in the AWS Organizations User Guide; iam-semantics.md 1.5).

Service control policies have the full language since September 2025, so they need no rules of their own.
The one document with an Allow, AWS's own RCPFullAWSAccess, passes.
"""

from ostiary_compiler.checks.rule import Finding, Findings
from ostiary_compiler.checks.subject import EVERYONE, VERSION_2012, Subject
from ostiary_grammar.spelling import nearest
from ostiary_grammar.syntax import Clause, Document
from ostiary_grammar.terms import PolicyType, fold
from ostiary_grammar.wording import quoted
from ostiary_runtime.entries import RCP_SERVICES


def rcp_allow(subject: Subject) -> Findings:
    """An Allow in an RCP.

    Why: customers may write Deny statements only; the one Allow is in RCPFullAWSAccess, which AWS attaches.
    Example: `{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}`
    Instead: `{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": ...}`
    """
    if _is_checked(subject):
        for each in subject.statements:
            if each.allows and each.node.effect is not None:
                message = "an RCP can only deny"
                yield Finding(message, each.node.effect.span, f"{each.pointer}/Effect", "write a `Deny` of the rest")


def rcp_principal(subject: Subject) -> Findings:
    """A Principal in an RCP that is not exactly a star.

    Why: an RCP is about everyone who reaches the resource; AWS does not save another.
    Example: `"Principal": {"AWS": "111122223333"}`
    Instead: `"Principal": "*"` and a condition on `aws:PrincipalAccount`
    """
    if subject.type is not PolicyType.RCP:
        return
    for each in subject.statements:
        clause = each.node.principal
        if clause is None or clause.negated or (clause.word is not None and clause.word.value == EVERYONE):
            continue
        message = "the principal of an RCP must be `*`"
        advice = 'write `"Principal": "*"`, and narrow it with a condition'
        yield Finding(message, clause.span, f"{each.pointer}/Principal", advice)


def rcp_not_action(subject: Subject) -> Findings:
    """A NotAction in an RCP.

    Why: RCPs name the actions that they limit; AWS does not save it.
    Example: `"NotAction": "s3:GetObject"`
    Instead: `"Action": ["s3:Put*", "s3:Delete*"]`
    """
    if subject.type is not PolicyType.RCP:
        return
    for each in subject.statements:
        clause = each.node.action
        if clause is not None and clause.negated:
            yield Finding("an RCP has no `NotAction`", clause.key, f"{each.pointer}/NotAction", "list the actions")


def rcp_every_action(subject: Subject) -> Findings:
    """A lone star as an action of an RCP.

    Why: RCPs hold for some services only, which must be named; AWS does not save it.
    Example: `"Action": "*"`
    Instead: `"Action": ["s3:*", "sqs:*"]`
    """
    if _is_checked(subject):
        for entry in subject.actions:
            if entry.text and not entry.text.strip("*:"):
                message = f"an RCP cannot name every action with {quoted(entry.text)}"
                yield Finding(message, entry.span, entry.pointer, "name the services: `s3:*`")


def rcp_service(subject: Subject) -> Findings:
    """An action in an RCP of a service that does not support RCPs.

    Why: AWS does not save it.
    Example: `"Action": "ec2:*"`
    Instead: an SCP, which limits who calls instead of what is called
    """
    if not _is_checked(subject):
        return
    for entry in subject.actions:
        service, colon, _ = entry.text.partition(":")
        if colon and entry.text.strip("*:") and fold(service) not in RCP_SERVICES:
            near = nearest(service, sorted(RCP_SERVICES))
            message = f"the service {quoted(service)} does not support RCPs"
            yield Finding(message, entry.span, entry.pointer, f"did you mean `{near}`?" if near else None)


def _is_checked(subject: Subject) -> bool:
    return subject.type is PolicyType.RCP and not is_full_access(subject.document)


def is_full_access(document: Document) -> bool:
    """Whether this is RCPFullAWSAccess: one statement that allows everyone everything."""
    if document.version is None or document.version.value != VERSION_2012 or len(document.statements) != 1:
        return False
    (statement,) = document.statements
    principal = statement.principal
    return (
        statement.effect is not None
        and statement.effect.value == "Allow"
        and principal is not None
        and not principal.negated
        and principal.word is not None
        and principal.word.value == EVERYONE
        and _is_star(statement.action)
        and _is_star(statement.resource)
        and statement.condition is None
    )


def _is_star(clause: Clause | None) -> bool:
    return clause is not None and not clause.negated and [item.value for item in clause.items] == ["*"]
