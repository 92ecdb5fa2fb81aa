"""One CloudTrail record with types: what is there and right, and `None` for all else.

In: a JSON object as it was read. Out: `Record`, with its `Identity` and its `LoggedResource`s.
Invariant: any JSON object gives a `Record`; a field of the wrong type counts as missing and is named in `wrong`.
Not here: what the fields mean for authorization (`principal`, `action`, `resource`, `context`).

Rows of Athena and others write field names in lower case and nested objects as JSON text; both are understood.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.cloudtrail.envelopes import RECORD_FIELDS

Json = Mapping[str, Any]
_NOTHING: Json = {}

_SPELLING = {
    name.lower(): name
    for name in (
        *RECORD_FIELDS,
        "type",
        "principalId",
        "arn",
        "accountId",
        "accessKeyId",
        "userName",
        "invokedBy",
        "identityProvider",
        "sessionContext",
        "sessionIssuer",
        "attributes",
        "creationDate",
        "mfaAuthenticated",
        "webIdFederationData",
        "federatedProvider",
        "sourceIdentity",
        "ec2RoleDelivery",
        "assumedRoot",
        "signInSessionArn",
        "inScopeOf",
        "sourceArn",
        "sourceAccount",
        "credentialsIssuedTo",
    )
}


@dataclass(frozen=True, slots=True)
class LoggedResource:
    """An entry of `resources`; entries that only hold `ARNPrefix` are not kept."""

    arn: str
    account: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """`sessionContext.sessionIssuer`: who the session is of."""

    type: str | None
    arn: str | None
    account: str | None
    principal_id: str | None
    user_name: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """`userIdentity`. `temporary` says whether there is a session (`sessionContext.attributes`)."""

    type: str | None
    arn: str | None
    account: str | None
    principal_id: str | None
    access_key: str | None
    user_name: str | None
    invoked_by: str | None
    identity_provider: str | None
    issuer: Issuer | None
    temporary: bool
    mfa_authenticated: str | None
    creation_date: str | None
    federated_provider: str | None
    session: Json
    in_scope_of: Json


NO_IDENTITY = Identity(
    None, None, None, None, None, None, None, None, None, False, None, None, None, _NOTHING, _NOTHING
)


@dataclass(frozen=True, slots=True)
class Record:
    """One event. `parameters` and `response` are None where the record has `null`; `data` is the object itself."""

    file: str
    offset: int
    data: Json
    event_id: str | None
    name: str | None
    source: str | None
    time: str | None
    type: str | None
    category: str | None
    version: str | None
    region: str | None
    source_ip: str | None
    user_agent: str | None
    error_code: str | None
    error_message: str | None
    recipient_account: str | None
    shared_event_id: str | None
    vpc_endpoint: str | None
    vpc_endpoint_account: str | None
    read_only: bool | None
    parameters: Json | None
    response: Json | None
    additional: Json
    tls: Json
    event_context: Json
    addendum: Json
    identity: Identity
    resources: tuple[LoggedResource, ...]
    wrong: tuple[str, ...]

    @classmethod
    def of(cls, data: Json, file: str = "", offset: int = 0) -> "Record":
        """The typed view of a JSON object, whatever it holds."""
        if "eventname" in data or "eventsource" in data:
            data = _respell(data)
        wrong: list[str] = []
        read_only = data.get("readOnly")
        if not isinstance(read_only, bool):
            read_only = {"true": True, "false": False}.get(str(read_only).lower())
        identity = _tree(data, "userIdentity", wrong)
        event, name, source, time, kind, category, version, region, address, agent, code, message, *rest = _texts(
            data, _TEXT_FIELDS, wrong
        )
        recipient, shared, endpoint, endpoint_account = rest
        return cls(
            file,
            offset,
            data,
            event,
            name,
            source,
            time or text_of(data, "@timestamp"),
            kind,
            category,
            version,
            region,
            address,
            agent,
            code,
            message,
            recipient,
            shared,
            endpoint,
            endpoint_account,
            read_only,
            _tree(data, "requestParameters", wrong),
            _tree(data, "responseElements", wrong),
            _tree(data, "additionalEventData", wrong) or _NOTHING,
            _tree(data, "tlsDetails", wrong) or _NOTHING,
            _tree(data, "eventContext", wrong) or _NOTHING,
            _tree(data, "addendum", wrong) or _NOTHING,
            _identity(identity, wrong) if identity else NO_IDENTITY,
            tuple(_resources(data["resources"], wrong)) if "resources" in data else (),
            tuple(wrong),
        )

    @property
    def account(self) -> str | None:
        """The account whose trail holds the event; in records without it, the caller's."""
        return self.recipient_account or self.identity.account


def text_of(tree: Json, name: str) -> str | None:
    """A member as text: strings as they are, numbers and booleans as JSON writes them, all else None."""
    value = tree.get(name)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return None


def tree_of(tree: Json, name: str) -> Json:
    """A member that is an object, or an empty object."""
    value = tree.get(name)
    return value if isinstance(value, dict) else _NOTHING


_TEXT_FIELDS = (
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventCategory",
    "eventVersion",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
)
IDENTITY_FIELDS = (
    "type",
    "arn",
    "accountId",
    "principalId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "identityProvider",
)
"""The members of `userIdentity` that are text and are read."""


def _texts(tree: Json, names: tuple[str, ...], wrong: list[str], prefix: str = "") -> list[str | None]:
    """Members that are text, in the order of `names`."""
    # PERF: reading spends most of its time here and below; a comprehension over `get` is twice as fast as a call per field
    values = [tree.get(name) for name in names]
    for number, value in enumerate(values):
        if value is not None and not isinstance(value, str):
            wrong.append(prefix + names[number])
            values[number] = None
    return values


def _tree(tree: Json, name: str, wrong: list[str]) -> Json | None:
    """A member that is an object, also as JSON text; empty text is as good as none."""
    value = tree.get(name)
    if value is None or isinstance(value, dict):
        return value
    parsed = _from_text(value)
    if parsed is None:
        wrong.append(name)
    return parsed or None


def _identity(tree: Json, wrong: list[str]) -> Identity:
    session = tree_of(tree, "sessionContext")
    attributes = tree_of(session, "attributes")
    issuer = tree_of(session, "sessionIssuer")
    kind, arn, account, principal_id, access_key, user_name, invoked_by, provider = _texts(
        tree, IDENTITY_FIELDS, wrong, "userIdentity."
    )
    return Identity(
        type=kind or None,
        arn=arn or None,
        account=account or None,
        principal_id=principal_id or None,
        access_key=access_key or None,
        user_name=user_name or None,
        invoked_by=invoked_by or None,
        identity_provider=provider or None,
        issuer=Issuer(
            text_of(issuer, "type"),
            text_of(issuer, "arn"),
            text_of(issuer, "accountId"),
            text_of(issuer, "principalId"),
            text_of(issuer, "userName"),
        )
        if issuer
        else None,
        temporary=bool(attributes),
        mfa_authenticated=text_of(attributes, "mfaAuthenticated"),
        creation_date=text_of(attributes, "creationDate"),
        federated_provider=text_of(tree_of(session, "webIdFederationData"), "federatedProvider") or None,
        session=session,
        in_scope_of=tree_of(tree, "inScopeOf"),
    )


def _resources(value: Any, wrong: list[str]) -> Iterator[LoggedResource]:
    if value is None:
        return
    if not isinstance(value, list):
        wrong.append("resources")
        return
    for entry in value:
        if not isinstance(entry, dict):
            wrong.append("resources[]")
            continue
        arn = text_of(entry, "ARN") or text_of(entry, "arn")
        if arn:
            yield LoggedResource(
                arn,
                text_of(entry, "accountId") or text_of(entry, "accountid"),
                text_of(entry, "type"),
            )


def _from_text(value: Any) -> Json | None:
    """An object that was written as JSON text; `"null"` is an empty one; None for all else."""
    if not isinstance(value, str):
        return None
    if value in {"null", ""}:
        return _NOTHING
    try:
        tree = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def _respell(data: Json, depth: int = 4) -> Json:
    """Field names of an event in CloudTrail's spelling; parameters and response are left as they are."""
    return {
        name: _respell(value, depth - 1) if depth and isinstance(value, dict) and name not in _AS_THEY_ARE else value
        for name, value in ((_SPELLING.get(name, name), value) for name, value in data.items())
    }


_AS_THEY_ARE = frozenset({"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"})
