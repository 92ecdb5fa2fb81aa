"""Who asks, and for what: the principal, the action and the resource of a request, checked and taken apart.

In: the strings of a call. Out: frozen values; RequestError for what is no principal, action or resource.
Invariant: a caller's identities (its own ARN, its role, its account) are all that matching needs; nothing here knows policies.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from ostiary_grammar.arn import split_arn
from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Glob
from ostiary_grammar.terms import fold
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.templates import ResourceTemplate, template_fields


class CallerKind(enum.Enum):
    """The kinds of caller (iam-semantics.md 8.1)."""

    USER = "iam-user"
    SESSION = "role-session"
    FEDERATED = "federated-user"
    ROOT = "root"
    SERVICE = "service"
    PROVIDER = "identity-provider"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller about whom more is known than its ARN.

    `role`: the role ARN, with its path, of a role session (the session ARN does not hold the path).
    `federated_by`: the ARN of the user who called GetFederationToken. `unique_id`: `AIDA...` or `AROA...`.
    """

    arn: str
    role: str | None = None
    federated_by: str | None = None
    unique_id: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal taken apart.

    `arn` is None for a session whose name is not known. `account` is empty for services and anonymous callers.
    `derived` holds the condition keys that follow from the caller, by folded key; None says absent.
    """

    kind: CallerKind
    arn: str | None
    account: str = ""
    partition: str = ""
    role: str | None = None
    federated_by: str | None = None
    unique_id: str | None = None
    role_is_given: bool = False
    derived: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def service_linked(self) -> bool:
        """Whether this is a session of a service-linked role: no SCP or RCP binds it (8.5)."""
        return self.role is not None and ":role/aws-service-role/" in self.role

    @property
    def role_name(self) -> str | None:
        return self.role.rpartition("/")[2] if self.role is not None else None


_SERVICE = re.compile(
    r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|aws)", re.ASCII
)
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
# Providers that AWS knows by name, without an ARN (iam-semantics.md 4.1).
_NAMED_PROVIDERS = frozenset(
    {"cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com"}
)


def parse_caller(principal: str | Principal) -> Caller:
    """The caller that a principal string stands for; RequestError if it is none."""
    if isinstance(principal, str):
        return _parse(principal, None, None, None)
    if isinstance(principal, Principal):
        return _checked(principal, _parse(principal.arn, principal.role, principal.federated_by, principal.unique_id))
    raise RequestError(f"a principal must be text or a Principal, not {principal!r}")


def session_of(caller: Caller, role: str) -> Caller:
    """The same session caller with the role ARN that its context names, if that is a role of the same account and name."""
    fields = split_arn(role)
    if not _names_role(fields) or fields[1] != caller.partition or fields[4] != caller.account:
        return caller
    if role.rpartition("/")[2] != caller.role_name:
        return caller
    return _with_derived(
        Caller(
            caller.kind,
            caller.arn,
            caller.account,
            caller.partition,
            role,
            unique_id=caller.unique_id,
            role_is_given=True,
        )
    )


def _checked(principal: Principal, caller: Caller) -> Caller:
    """The caller, if what is said of it fits; RequestError if not: a session's role has its account and name."""
    role = principal.role
    if role is not None:
        fits = caller.kind is CallerKind.SESSION and isinstance(role, str)
        name = str(principal.arn).rpartition(":")[2].split("/")[1 if caller.arn is not None else -1] if fits else ""
        fields = split_arn(role) if fits else ()
        if not _names_role(fields) or fields[1] != caller.partition or fields[4] != caller.account:
            raise RequestError(f"`{role}` is not the ARN of a role in the account and partition of `{principal.arn}`")
        if role.rpartition("/")[2] != name:
            raise RequestError(f"`{role}` is not the role of the session `{principal.arn}`")
    by = principal.federated_by
    if by is not None:
        fits = caller.kind is CallerKind.FEDERATED and isinstance(by, str)
        fields = split_arn(by) if fits else ()
        if not _names_user(fields) or fields[1] != caller.partition or fields[4] != caller.account:
            raise RequestError(
                f"`{by}` is not the ARN of a user who could have federated `{principal.arn}`: "
                "give an IAM user of the same account and partition"
            )
    if principal.unique_id is not None and not isinstance(principal.unique_id, str):
        raise RequestError(f"a unique id must be text, not {principal.unique_id!r}")
    return caller


def _names_role(fields: tuple[str, ...]) -> bool:
    return len(fields) == 6 and fields[0] == "arn" and fields[2:4] == ("iam", "") and _is_path(fields[5], "role")


def _names_user(fields: tuple[str, ...]) -> bool:
    return len(fields) == 6 and fields[0] == "arn" and fields[2:4] == ("iam", "") and _is_path(fields[5], "user")


def _is_path(resource: str, kind: str) -> bool:
    """Whether a resource part is `kind/name`, perhaps with a path in between; no part of it is empty."""
    first, *names = resource.split("/")
    return first == kind and bool(names) and all(names)


def _parse(arn: str, role: str | None, federated_by: str | None, unique_id: str | None) -> Caller:
    if not isinstance(arn, str):
        raise RequestError(f"a principal must be text, not {arn!r}")
    if arn == "*":
        return _with_derived(Caller(CallerKind.ANONYMOUS, None))
    if arn in _NAMED_PROVIDERS:
        return _with_derived(Caller(CallerKind.PROVIDER, arn))
    if _SERVICE.fullmatch(arn):
        return _with_derived(Caller(CallerKind.SERVICE, arn))
    fields = split_arn(arn)
    if len(fields) != 6 or fields[0] != "arn" or not _ACCOUNT.fullmatch(fields[4]):
        raise RequestError(
            f"`{arn}` is not a principal: give an IAM or STS ARN, a service such as `ec2.amazonaws.com`, or `*` for anonymous"
        )
    _, partition, service, region, account, resource = fields
    kind, slash, name = resource.partition("/")
    if region or not partition or (slash and not all(name.split("/"))):
        kind = ""  # IAM is global, and no name is empty
    match service, kind:
        case "iam", "root" if not slash:
            caller = Caller(CallerKind.ROOT, arn, account, partition)
        case "iam", "user" if name:
            caller = Caller(CallerKind.USER, arn, account, partition, unique_id=unique_id)
        case "iam", "role" if name:
            caller = Caller(
                CallerKind.SESSION, None, account, partition, role=arn, unique_id=unique_id, role_is_given=True
            )
        case "sts", "assumed-role" if name.count("/") == 1:
            given = isinstance(role, str) and bool(role)
            role = role if given else f"arn:{partition}:iam::{account}:role/{name.partition('/')[0]}"
            caller = Caller(
                CallerKind.SESSION, arn, account, partition, role=role, unique_id=unique_id, role_is_given=given
            )
        case "sts", "federated-user" if name:
            caller = Caller(CallerKind.FEDERATED, arn, account, partition, federated_by=federated_by)
        case "iam", "saml-provider" | "oidc-provider" if name:
            caller = Caller(CallerKind.PROVIDER, arn, account, partition)
        case _:
            raise RequestError(
                f"`{arn}` is not the ARN of a user, role, session, federated user, provider or account root"
            )
    return _with_derived(caller)


def _with_derived(caller: Caller) -> Caller:
    derived = derived_keys(caller)
    return Caller(
        caller.kind,
        caller.arn,
        caller.account,
        caller.partition,
        caller.role,
        caller.federated_by,
        caller.unique_id,
        caller.role_is_given,
        derived,
    )


def derived_keys(caller: Caller) -> dict[str, object]:
    """The condition keys that follow from who the caller is (iam-semantics.md 7.2, 7.7), None where they are absent."""
    principal_type: str | None
    userid: object = None
    username: str | None = None
    arn = caller.arn
    match caller.kind:
        case CallerKind.ROOT:
            principal_type, userid = "Account", caller.account
        case CallerKind.USER:
            principal_type, userid = "User", caller.unique_id or UNKNOWN
            username = str(arn).rpartition("/")[2]
        case CallerKind.SESSION:
            principal_type, userid = "AssumedRole", UNKNOWN
            if caller.unique_id and arn is not None:
                userid = f"{caller.unique_id}:{arn.rpartition('/')[2]}"
            arn = caller.role
        case CallerKind.FEDERATED:
            principal_type, userid = "FederatedUser", f"{caller.account}:{str(arn).partition('/')[2]}"
        case CallerKind.ANONYMOUS:
            principal_type, userid = "Anonymous", "anonymous"
        case CallerKind.SERVICE | CallerKind.PROVIDER:
            principal_type, arn = None, None
        case _ as never:
            assert_never(never)
    service = caller.arn if caller.kind is CallerKind.SERVICE else None
    is_service = None if caller.kind is CallerKind.ANONYMOUS else "true" if service else "false"
    account = "anonymous" if caller.kind is CallerKind.ANONYMOUS else caller.account or None
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": account,
        "aws:principaltype": principal_type,
        "aws:userid": userid,
        "aws:username": username,
        "aws:principalisawsservice": is_service,
        "aws:principalservicename": service,
    }


@dataclass(frozen=True, slots=True)
class Resource:
    """The resource of a request: `*`, or an ARN as its header `arn:partition:service:region:account:` and the rest."""

    text: str
    header: str
    fields: tuple[str, ...]
    holes: tuple[Glob, ...] | None = None
    """For a resource that is known in part: its fields after `arn` as globs."""

    @property
    def account(self) -> str:
        return self.fields[4] if self.fields else ""


ANY_RESOURCE = Resource("*", "", ())


def header_alone(resource: Resource) -> Resource:
    """The resource without its resource part, which is what may be kept of it: the rest may be long."""
    return Resource(resource.header, resource.header, (*resource.fields[:5], "")) if resource.fields else resource


def parse_resource(resource: str | ResourceTemplate) -> Resource:
    """The resource of a request; RequestError if it is neither `*` nor an ARN with six fields."""
    if isinstance(resource, ResourceTemplate):
        holes = template_fields(resource)
        text = resource.text
        return Resource(text, "", split_arn(text), holes)
    if resource == "*":
        return ANY_RESOURCE
    if not isinstance(resource, str):
        raise RequestError(f"a resource must be text, not {resource!r}")
    fields = split_arn(resource)
    if len(fields) != 6 or fields[0] != "arn":
        raise RequestError(f"`{resource}` is not a resource: give an ARN with six fields, or `*`")
    return Resource(resource, resource[: len(resource) - len(fields[5])], fields)


def parse_action(action: str) -> str:
    """The folded action of a request, `service:name`; RequestError if it is none."""
    if not isinstance(action, str):
        raise RequestError(f"an action must be text, not {action!r}")
    service, colon, name = action.partition(":")
    if not (colon and service and name) or ":" in name:
        raise RequestError(f"`{action}` is not an action: give `service:Name`")
    return fold(action)


def check_account(account: object) -> str:
    """An account id; RequestError if it does not have twelve digits."""
    if not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
        raise RequestError(f"`{account}` is not an account id: give twelve digits")
    return account
