"""What the log says happened: allowed, denied, or neither, and what a denial message tells (cloudtrail-mapping.md 8).

In: a `Record`. Out: `Outcome` and, for a denial whose text is readable, a `Denial`.
Invariant: an error that authorization normally precedes is never taken for a plain success, nor an error that comes before
authorization for a denial by a policy.
Not here: comparing with what policies say.
"""

import enum
import re
from dataclasses import dataclass

from ostiary.cloudtrail.record import Record, text_of


class Outcome(enum.Enum):
    """How the logged call ended, as far as authorization goes; the values are stable."""

    ALLOWED = "allowed"
    DENIED = "denied"
    LIKELY_ALLOWED = "likely-allowed"
    """It failed with an error that authorization normally precedes (no such thing, already there, too many)."""
    UNCLEAR = "unclear"
    """It failed for a reason that says nothing about policies."""


class Layer(enum.Enum):
    """The kind of policy that a denial message names; the values are those of `PolicyType`, and the role's trust policy."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    BOUNDARY = "boundary"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "endpoint"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Denial:
    """What a denial message says: exactly what was checked. `explicit` is None where the text gives no reason."""

    action: str | None
    resource: str | None
    layer: Layer | None
    explicit: bool | None
    policy: str | None
    principal: str | None


_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Client.UnauthorizedOperation",
        "Forbidden",
        "ForbiddenException",
        "KMSAccessDeniedException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
        "VpceAccessDenied",
    }
)
_DENIED_ENDINGS = ("AccessDenied", "AccessDeniedException", "AccessDeniedFault")
_DRY_RUN = frozenset({"Client.DryRunOperation", "DryRunOperation"})
_TOKEN_SERVICES = frozenset({"sso", "signin", "cognito-idp", "cognito-identity", "codecatalyst"})
_TOKEN_CODES = frozenset({"ForbiddenException", "UnauthorizedException", "NotAuthorizedException"})
_AFTERWARDS = re.compile(
    r"NoSuch|NotFound|NotExist|DoesNotExist|AlreadyExist|Duplicate|EntityExists|LimitExceeded|QuotaExceeded|InUse|NotEmpty"
    r"|Conflict|IncorrectState|InvalidState|Unmodifiable|TooMany(?!Requests)"
)
# texts of an `AccessDenied` that no policy gave
_OTHER_DENIALS = ("IAM user access not activated", "BlockPublicAccess", "BlockPublicPolicy", "SubscriptionRequired")

_LAYERS = {
    "identity-based policy": Layer.IDENTITY,
    "resource-based policy": Layer.RESOURCE,
    "permissions boundary": Layer.BOUNDARY,
    "session policy": Layer.SESSION,
    "service control policy": Layer.SCP,
    "resource control policy": Layer.RCP,
    "VPC endpoint policy": Layer.ENDPOINT,
    "role trust policy": Layer.TRUST,
}
_LAYER = "|".join(_LAYERS)
_WHO = re.compile(r"[Uu]ser: (\S+)")
_WHAT = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")
# AWS text has been seen without the space in `on resource`
_WHERE = re.compile(
    r"on ?resource:? (.+?)(?= (?:because|with an explicit deny)|\. Encoded|[.,]?$|[.,]?\s*\n)", re.DOTALL
)
_WHY = re.compile(rf"because no ({_LAYER}) allows the|with an explicit deny in an? ({_LAYER})(?:: (arn:\S+))?")


def outcome_of(record: Record) -> Outcome:
    """How the call ended."""
    code = record.error_code or _hidden_error(record)
    if not code:
        return Outcome.ALLOWED if not record.error_message else Outcome.UNCLEAR
    if code in _DRY_RUN:
        return Outcome.ALLOWED
    if code in _DENIED or code.endswith(_DENIED_ENDINGS):
        source = (record.source or "").partition(".")[0]
        if source in _TOKEN_SERVICES and code in _TOKEN_CODES:
            return Outcome.UNCLEAR
        message = record.error_message or ""
        return Outcome.UNCLEAR if any(text in message for text in _OTHER_DENIALS) else Outcome.DENIED
    return Outcome.LIKELY_ALLOWED if _AFTERWARDS.search(code) else Outcome.UNCLEAR


def denial_of(record: Record) -> Denial | None:
    """What the denial message tells, or None if there is no denial or its text tells nothing."""
    message = record.error_message
    if not message or outcome_of(record) is not Outcome.DENIED:
        return None
    what, where, why = _WHAT.search(message), _WHERE.search(message), _WHY.search(message)
    layer = _LAYERS[why[1] or why[2]] if why else None
    if record.error_code == "VpceAccessDenied":
        layer = Layer.ENDPOINT
    if not what and not layer:
        return None
    who = _WHO.search(message)
    return Denial(
        action=what[1] if what else None,
        resource=where[1].strip() if where else None,
        layer=layer,
        explicit=bool(why[2]) if why else None,
        policy=(why[3].rstrip(".,") if why and why[3] else None),
        principal=who[1] if who else None,
    )


def _hidden_error(record: Record) -> str | None:
    """An error that the service put into its response."""
    response = record.response
    if not response:
        return None
    for name in ("errorCode", "__type", "error", "code"):
        code = text_of(response, name)
        if code and (code in _DENIED or code.endswith(_DENIED_ENDINGS)):
            return code
    return None
