"""Who asks: the principal text of a request read as a caller (iam-semantics.md 8.1, 4.2, project rules 9 and 11)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.model import Request

USER, SESSION, FEDERATED, ROOT, SERVICE, PROVIDER, ANONYMOUS = (
    "iam-user",
    "role-session",
    "federated-user",
    "root",
    "service",
    "identity-provider",
    "anonymous",
)

# Identity providers that a trust policy names by a domain and not by an ARN (4.1).
NAMED_PROVIDERS = ("cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com")


@dataclass(frozen=True, slots=True)
class Caller:
    """`arn`: the caller's own ARN or name, None when it is a session whose name is not known."""

    kind: str
    arn: str | None = None
    partition: str | None = None
    account: str | None = None
    role: str | None = None
    federated_by: str | None = None
    name: str = ""
    unique_id: str | None = None

    @property
    def service_linked(self) -> bool:
        return self.role is not None and self.role.split(":", 5)[5].startswith("role/aws-service-role/")

    @property
    def signed(self) -> bool:
        return self.kind != ANONYMOUS


def caller_of(request: Request) -> Caller:
    text = request.principal
    if text == "*":
        return Caller(ANONYMOUS)
    fields = text.split(":", 5)
    if len(fields) < 6:
        return Caller(PROVIDER if text in NAMED_PROVIDERS else SERVICE, arn=text, name=text)
    _, partition, service, _, account, part = fields
    kind, _, name = part.partition("/")
    last = part.rsplit("/", 1)[-1]
    if service == "iam" and part == "root":
        return Caller(ROOT, text, partition, account)
    if service == "iam" and kind == "user":
        return Caller(USER, text, partition, account, name=last, unique_id=request.unique_id)
    if service == "iam" and kind == "role":
        return Caller(SESSION, None, partition, account, role=text, unique_id=request.unique_id)
    if service == "iam" and kind in ("saml-provider", "oidc-provider"):
        return Caller(PROVIDER, text, partition, account)
    if service == "sts" and kind == "assumed-role":
        role_name, _, session_name = name.partition("/")
        role = request.role or role_in_context(request, partition, account, role_name)
        role = role or f"arn:{partition}:iam::{account}:role/{role_name}"
        return Caller(SESSION, text, partition, account, role, name=session_name, unique_id=request.unique_id)
    if service == "sts" and kind == "federated-user":
        return Caller(FEDERATED, text, partition, account, federated_by=request.federated_by, name=name)
    raise ValueError(f"not a principal: {text}")


def role_in_context(request: Request, partition: str, account: str, name: str) -> str | None:
    """The context's aws:PrincipalArn, if it is a role ARN of the session's account and role name (project rule 11)."""
    for key, value in request.context.items():
        if key.lower() == "aws:principalarn" and isinstance(value, str):
            start = f"arn:{partition}:iam::{account}:role/"
            if value.startswith(start) and value.rsplit("/", 1)[-1] == name:
                return value
    return None


def resource_account_of(request: Request, caller: Caller) -> str | None:
    """The account that owns the resource: given, else the ARN's field if it is an account id, else the caller's (10.50, 2)."""
    if request.resource_account is not None:
        return request.resource_account
    fields = request.resource.split(":", 5)
    if len(fields) == 6 and len(fields[4]) == 12 and fields[4].isdigit():
        return fields[4]
    return caller.account
