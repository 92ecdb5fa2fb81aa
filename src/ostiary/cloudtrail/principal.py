"""Who called: from `userIdentity` to a principal that policies can name (cloudtrail-mapping.md 3).

In: a `Record`. Out: a `Caller`, or the `Exclusion` that says why there is none to decide for.
Invariant: a session's role is the role ARN of the session issuer, which has the path; the session ARN alone does not.
Not here: condition keys that follow from the caller (`context`).
"""

import enum
from dataclasses import dataclass

from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.record import Identity, Record

_SERVICE_LINKED = ":role/aws-service-role/"
# seen on ordinary calls from the console as well
_AMBIGUOUS = frozenset({"signin.amazonaws.com", "AWS Internal"})


class CallerKind(enum.Enum):
    """The kinds of caller that policies tell apart; the values are stable."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    FEDERATED = "federated-user"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


class Forwarded(enum.Enum):
    """Whether a service made the call with the caller's own permissions (forward access session)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as the engine takes it.

    `principal`: the ARN, the service's name, or `*`; for a role without a session name the role ARN. `role`: the role of a
    session, with its path, if the record has it. `federated_by`: the user who asked for a federated session.
    `unique_id`: `aws:userid`. `missing`: facts about the caller that the record does not hold.
    """

    kind: CallerKind
    principal: str
    account: str | None
    role: str | None = None
    federated_by: str | None = None
    unique_id: str | None = None
    user_name: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def service_linked(self) -> bool:
        """Whether the caller is a session of a service-linked role: organization policies do not bind it."""
        return self.role is not None and _SERVICE_LINKED in self.role

    @property
    def principal_arn(self) -> str | None:
        """`aws:PrincipalArn`, or None if the request has none."""
        match self.kind:
            case CallerKind.SERVICE | CallerKind.ANONYMOUS:
                return None
            case CallerKind.ROLE if self.role:
                return self.role
            case CallerKind.ROLE:
                return _role_of_session(self.principal)
            case _:
                return self.principal


def caller_of(record: Record) -> Caller | Exclusion:
    """The caller of a record."""
    identity = record.identity
    partition = partition_of(record.region)
    match identity.type or _type_of(identity):
        case "IAMUser":
            return _user(identity, partition)
        case "AssumedRole" | "Role":
            return _session(identity, partition)
        case "Root":
            return _root(identity, partition)
        case "FederatedUser":
            return _federated(identity, partition)
        case "AWSService":
            if identity.invoked_by and "." in identity.invoked_by:
                return Caller(CallerKind.SERVICE, identity.invoked_by, None)
            return Exclusion.CALLER_UNKNOWN
        case "AWSAccount":
            return _of_account(record, partition)
        case "SAMLUser" | "WebIdentityUser":
            return Exclusion.UNSIGNED
        case "IdentityCenterUser":
            return Exclusion.IDENTITY_CENTER
        case _:
            return Exclusion.CALLER_UNKNOWN


def forwarded(record: Record, caller: Caller) -> Forwarded:
    """Whether `invokedBy` means that a service called with the caller's permissions; it often does not."""
    invoked_by = record.identity.invoked_by
    if caller.kind in {CallerKind.SERVICE, CallerKind.ANONYMOUS} or not invoked_by:
        return Forwarded.NO
    if caller.service_linked:
        return Forwarded.NO
    if caller.kind is CallerKind.ROLE or invoked_by in _AMBIGUOUS or "." not in invoked_by:
        return Forwarded.UNKNOWN
    return Forwarded.YES


def partition_of(region: str | None) -> str:
    """The partition of a region: the first field of every ARN there."""
    if region and region.startswith(("cn-", "us-gov-")):
        return "aws-cn" if region[0] == "c" else "aws-us-gov"
    return "aws"


def _user(identity: Identity, partition: str) -> Caller | Exclusion:
    missing: tuple[str, ...] = ()
    arn = identity.arn
    if not arn or ":" not in arn:
        if not (identity.user_name and identity.account):
            return Exclusion.CALLER_UNKNOWN
        arn, missing = (
            f"arn:{partition}:iam::{identity.account}:user/{identity.user_name}",
            ("path of the calling user",),
        )
    return Caller(
        CallerKind.USER,
        arn,
        identity.account or account_in(arn),
        unique_id=identity.principal_id,
        user_name=identity.user_name or arn.rpartition("/")[2],
        missing=missing,
    )


def _session(identity: Identity, partition: str) -> Caller | Exclusion:
    role = identity.issuer.arn if identity.issuer else None
    if role and ":role/" not in role:
        role = None
    arn = identity.arn
    if arn and ":role/" in arn:
        # type `Role`: the ARN is the role's own
        role, arn = arn, None
    account = identity.account or account_in(arn or role or "")
    if not arn and role and account:
        name = (identity.principal_id or "").partition(":")[2]
        arn = f"arn:{partition}:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{name}" if name else role
    if not arn or ":" not in arn:
        return Exclusion.CALLER_UNKNOWN
    return Caller(
        CallerKind.ROLE,
        arn,
        account,
        role=role,
        unique_id=identity.principal_id,
        missing=() if role else ("path of the calling role",),
    )


def _root(identity: Identity, partition: str) -> Caller | Exclusion:
    account = identity.account or account_in(identity.arn or "")
    if not account:
        return Exclusion.CALLER_UNKNOWN
    arn = identity.arn or f"arn:{partition}:iam::{account}:root"
    return Caller(CallerKind.ROOT, arn, account, unique_id=account)


def _federated(identity: Identity, partition: str) -> Caller | Exclusion:
    arn = identity.arn
    account = identity.account or account_in(arn or "")
    if not arn and account and identity.principal_id and ":" in identity.principal_id:
        arn = f"arn:{partition}:sts::{account}:federated-user/{identity.principal_id.partition(':')[2]}"
    if not arn or not account:
        return Exclusion.CALLER_UNKNOWN
    issuer = identity.issuer.arn if identity.issuer else None
    return Caller(
        CallerKind.FEDERATED,
        arn,
        account,
        federated_by=issuer,
        unique_id=identity.principal_id,
        missing=() if issuer else ("user who issued the federated session",),
    )


def _of_account(record: Record, partition: str) -> Caller | Exclusion:
    """`AWSAccount`: anonymous, or a caller of another account, seen from the resource's side."""
    identity = record.identity
    if identity.account in {None, "", "ANONYMOUS_PRINCIPAL", "anonymous"} and not identity.principal_id:
        return Caller(CallerKind.ANONYMOUS, "*", None)
    kind = _type_of(identity)
    if kind == "AssumedRole":
        return _session(identity, partition)
    if kind == "IAMUser":
        return _user(identity, partition)
    if kind == "Root":
        return _root(identity, partition)
    return Exclusion.CALLER_ELSEWHERE


def _type_of(identity: Identity) -> str | None:
    """The type of an identity that does not state it, from its ARN."""
    arn = identity.arn or ""
    if not arn and identity.invoked_by:
        return "AWSService"
    for part, kind in _ARN_KINDS:
        if part in arn:
            return kind
    return None


_ARN_KINDS = (
    (":assumed-role/", "AssumedRole"),
    (":federated-user/", "FederatedUser"),
    (":role/", "Role"),
    (":user/", "IAMUser"),
    (":root", "Root"),
)


def account_in(arn: str) -> str | None:
    fields = arn.split(":", 5)
    return fields[4] or None if len(fields) > 4 else None


def _role_of_session(arn: str) -> str | None:
    """The role ARN of a session, without the path, which the session ARN does not have."""
    fields = arn.split(":", 5)
    if len(fields) < 6 or not fields[5].startswith("assumed-role/"):
        return arn
    return f"{fields[0]}:{fields[1]}:iam::{fields[4]}:role/{fields[5].split('/')[1]}"
