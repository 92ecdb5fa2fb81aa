"""Which policies concern a request: whom and what an attachment binds (iam-semantics.md 8.2 step 3, project rules 4 and 5)."""

from __future__ import annotations

from tests.oracle import callers, matching
from tests.oracle.callers import Caller
from tests.oracle.context import Context
from tests.oracle.logic import NO, UNKNOWN, YES, Match, any_of, yes_if
from tests.oracle.matching import ascii_lower
from tests.oracle.model import Account, Attachment, PolicySet
from tests.oracle.principals import is_federating_user

SERVICES_WITH_RCPS = frozenset(
    ("s3", "sts", "sqs", "kms", "secretsmanager", "ecr", "aoss", "cognito-identity", "cognito-idp", "dynamodb", "logs")
)


def identity(attachment: Attachment, policies: PolicySet, caller: Caller) -> Match:
    """Own policies, those of the user's groups, those of the role, those of the federating user."""
    if caller.kind not in (callers.USER, callers.SESSION, callers.FEDERATED):
        return NO
    if attachment.to is None:
        return YES
    if caller.kind == callers.SESSION:
        return yes_if(attachment.to == caller.role)
    users = [attachment.to] + [user for user, group in policies.memberships if group == attachment.to]
    if caller.kind == callers.FEDERATED:
        return any_of(is_federating_user(user, caller) for user in users)
    return yes_if(caller.arn in users)


def boundary(attachment: Attachment, caller: Caller) -> Match:
    if caller.kind not in (callers.USER, callers.SESSION, callers.FEDERATED):
        return NO
    if attachment.to is None:
        return YES
    if caller.kind == callers.SESSION:
        return yes_if(attachment.to == caller.role)
    if caller.kind == callers.FEDERATED:
        return is_federating_user(attachment.to, caller)
    return yes_if(attachment.to == caller.arn)


def session(attachment: Attachment, caller: Caller) -> Match:
    """Role sessions and federated users; a user with its own credentials has no session policy."""
    to = attachment.to
    if caller.kind not in (callers.SESSION, callers.FEDERATED):
        return NO
    if to is None or to == caller.arn:
        return YES
    if caller.kind == callers.FEDERATED:
        return is_federating_user(to, caller)
    if to == caller.role:
        return YES
    name = (caller.role or "").rsplit("/", 1)[-1]
    if caller.arn is None and to.startswith(f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{name}/"):
        return UNKNOWN
    return NO


def resource(attachment: Attachment, asked: str, context: Context) -> Match:
    """What the policy is attached to, read as a Resource element is (10.1 too); a bucket's policy covers its objects as well."""
    if attachment.to is None:
        return YES
    if asked == "*":
        return NO
    covered = [attachment.to]
    fields = attachment.to.split(":", 5)
    if fields[2] == "s3" and "/" not in fields[5]:
        covered.append(attachment.to + "/*")
    return any_of(matching.resource(pattern, asked, context, variables=False) for pattern in covered)


def endpoint(to: str | None, context: Context) -> Match:
    """Whether the request came through the endpoint; None stands for every request."""
    if to is None:
        return YES
    state = context.state("aws:SourceVpce")
    return UNKNOWN if state.kind == "not known" else yes_if(state.values == (to,))


def scps_bind(policies: PolicySet, caller: Caller) -> bool:
    return (
        caller.kind in (callers.USER, callers.SESSION, callers.FEDERATED, callers.ROOT)
        and not caller.service_linked
        and not standing(policies, caller.account).management
    )


def rcps_bind(policies: PolicySet, caller: Caller, action: str, resource_account: str | None) -> bool:
    asked = ascii_lower(action)
    return (
        not caller.service_linked
        and not standing(policies, resource_account).management
        and asked.split(":")[0] in SERVICES_WITH_RCPS
        and asked != "kms:retiregrant"
    )


def levels(policies: PolicySet, account: str | None) -> list[str | None]:
    """What SCPs or RCPs of an account hang on, from the top; policies for everyone are a level of their own."""
    return [None, *standing(policies, account).path, *([account] if account else [])]


def standing(policies: PolicySet, account: str | None) -> Account:
    return policies.accounts.get(account or "", Account())
