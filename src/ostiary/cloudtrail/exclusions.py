"""Records that are no authorization requests, each with its reason (cloudtrail-mapping.md 2).

In: a `Record`. Out: an `Exclusion`, or None if the record should be mapped.
Invariant: a record is excluded only by what it is, never because a table lacks an entry; that is `Unmapped`.
Not here: records that were seen before (`duplicates`), callers that cannot be named (`principal`).
"""

import enum

from ostiary.cloudtrail.record import Record


class Exclusion(enum.Enum):
    """Why a record is not replayed; the values are stable."""

    SIGN_IN = "sign-in"
    SERVICE_EVENT = "service-event"
    CONSOLE_ACTION = "console-action"
    INSIGHT = "insight"
    NETWORK_ACTIVITY = "network-activity"
    UNSIGNED = "unsigned"
    NO_PERMISSION = "no-permission"
    INTERNAL = "internal"
    IDENTITY_CENTER = "identity-center"
    CALLER_UNKNOWN = "caller-unknown"
    CALLER_ELSEWHERE = "caller-elsewhere"
    NOT_AN_EVENT = "not-an-event"
    DUPLICATE = "duplicate"
    SHARED_COPY = "shared-copy"
    SUPERSEDED = "superseded"

    @property
    def message(self) -> str:
        """A sentence for people."""
        return _MESSAGES[self]


_MESSAGES = {
    Exclusion.SIGN_IN: "a sign-in to a console or portal, not a call that policies decide",
    Exclusion.SERVICE_EVENT: "something a service did of its own accord, not a call",
    Exclusion.CONSOLE_ACTION: "an action of the console that has no IAM action of its own",
    Exclusion.INSIGHT: "a statistic about calls, not a call",
    Exclusion.NETWORK_ACTIVITY: "traffic through a VPC endpoint, recorded without the parameters of the call",
    Exclusion.UNSIGNED: "a call that is proven by a token or assertion, so that no policy of the caller decides it",
    Exclusion.NO_PERMISSION: "a call that needs no permission",
    Exclusion.INTERNAL: "an internal call of a console, for which no IAM action exists",
    Exclusion.IDENTITY_CENTER: "a user of IAM Identity Center who acts without an IAM principal",
    Exclusion.CALLER_UNKNOWN: "the record does not say who called",
    Exclusion.CALLER_ELSEWHERE: "the caller is of another account, and this copy of the record does not name them",
    Exclusion.NOT_AN_EVENT: "the record names no operation or no service",
    Exclusion.DUPLICATE: "the same event was read before",
    Exclusion.SHARED_COPY: "another account's copy of an event that was counted already",
    Exclusion.SUPERSEDED: "a corrected version of this event was read before",
}

_BY_TYPE = {
    "AwsServiceEvent": Exclusion.SERVICE_EVENT,
    "AwsConsoleSignIn": Exclusion.SIGN_IN,
    "AwsConsoleAction": Exclusion.CONSOLE_ACTION,
    "AwsCloudTrailInsight": Exclusion.INSIGHT,
    "AwsVpceEvent": Exclusion.NETWORK_ACTIVITY,
    "AwsVpceEvents": Exclusion.NETWORK_ACTIVITY,
}
_BY_CATEGORY = {"Insight": Exclusion.INSIGHT, "NetworkActivity": Exclusion.NETWORK_ACTIVITY}

_SIGN_IN_NAMES = frozenset(
    {
        "CheckMfa",
        "ConsoleLogin",
        "CredentialChallenge",
        "CredentialVerification",
        "ExitRole",
        "ExternalIdPDirectoryLogin",
        "GetSigninToken",
        "PasswordRecoveryCompleted",
        "PasswordRecoveryRequested",
        "PasswordUpdated",
        "RenewRole",
        "SwitchRole",
        "UserAuthentication",
    }
)

_BY_OPERATION = {
    Exclusion.UNSIGNED: {
        "sts": ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"),
        "cognito-identity": ("GetId", "GetCredentialsForIdentity", "GetOpenIdToken", "UnlinkIdentity"),
        "cognito-idp": (
            "AssociateSoftwareToken",
            "ChangePassword",
            "ConfirmDevice",
            "ConfirmForgotPassword",
            "ConfirmSignUp",
            "DeleteUser",
            "DeleteUserAttributes",
            "ForgetDevice",
            "ForgotPassword",
            "GetDevice",
            "GetTokensFromRefreshToken",
            "GetUser",
            "GetUserAttributeVerificationCode",
            "GlobalSignOut",
            "InitiateAuth",
            "ListDevices",
            "ResendConfirmationCode",
            "RespondToAuthChallenge",
            "RevokeToken",
            "SetUserMFAPreference",
            "SetUserSettings",
            "SignUp",
            "UpdateDeviceStatus",
            "UpdateUserAttributes",
            "VerifySoftwareToken",
            "VerifyUserAttribute",
        ),
        "sso": (
            "Authenticate",
            "CreateToken",
            "Federate",
            "GetRoleCredentials",
            "ListAccountRoles",
            "ListProfilesForApplication",
            "Logout",
            "RegisterClient",
            "StartDeviceAuthorization",
        ),
        "sso-oauth": ("CreateToken", "RegisterClient", "StartDeviceAuthorization"),
        "oidc": ("CreateToken", "RegisterClient", "StartDeviceAuthorization"),
    },
    Exclusion.NO_PERMISSION: {"sts": ("GetCallerIdentity", "GetSessionToken"), "s3": ("PreflightRequest",)},
    Exclusion.INTERNAL: {
        "s3": ("GetStorageLensDashboardDataInternal",),
        "cloudshell": ("SendHeartBeat", "RedeemCode", "CreateEnvironmentInternal"),
    },
}
_OPERATIONS = {
    (source, name): exclusion
    for exclusion, sources in _BY_OPERATION.items()
    for source, names in sources.items()
    for name in names
}
_TOKEN_SOURCES = frozenset({"codecatalyst", "connect-participant"})


def exclusion_of(record: Record) -> Exclusion | None:
    """The reason not to replay the record, or None."""
    found = _BY_TYPE.get(record.type or "") or _BY_CATEGORY.get(record.category or "")
    if found:
        return found
    if not record.name or not record.source:
        return Exclusion.NOT_AN_EVENT
    source = record.source.partition(".")[0]
    if source == "signin" and record.name in _SIGN_IN_NAMES:
        return Exclusion.SIGN_IN
    if source in _TOKEN_SOURCES:
        return Exclusion.UNSIGNED
    return _OPERATIONS.get((source, record.name))
