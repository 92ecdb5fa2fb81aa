"""Events of Security Lake in OCSF, back in CloudTrail's own form.

In: a row as a JSON object, of OCSF 1.0.0-rc.2 or 1.1 (API Activity, Account Change, Authentication). Out: an event.
Invariant: nothing is made up; what OCSF dropped is missing in the event, and so not known to the mapping.
Not here: reading Parquet (`table_files`), what the event means.

Parameters are in `api.request.data` since 1.1; before, they are spread over `unmapped` as `requestParameters.a[].b`, with the
elements of a list joined by commas.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ostiary.cloudtrail.record import Json, text_of, tree_of
from ostiary.cloudtrail.times import written

_CLASSES = frozenset({3001, 3002, 3005, 6003})
"""Account Change, Authentication, API Activity of 1.0.0-rc.2 and of 1.1."""
_CATEGORIES = frozenset({"Management", "Data", "Insight", "NetworkActivity"})
_SPREAD = (
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "tlsDetails",
    "serviceEventDetails",
    "userIdentity",
)
_LONGEST_PATH = 20


def is_ocsf(value: Mapping[str, Any]) -> bool:
    """Whether an object has the marks of OCSF."""
    return "class_uid" in value and "metadata" in value


def ocsf_event(row: Json) -> dict[str, Any] | None:
    """The event that a row was made of; None if it is of a class that holds no calls."""
    kind = row.get("class_uid")
    if not isinstance(kind, int | float) or kind not in _CLASSES:  # a column of numbers with gaps may be one of floats
        return None
    metadata, api, source = tree_of(row, "metadata"), tree_of(row, "api"), tree_of(row, "src_endpoint")
    product, request, response = tree_of(metadata, "product"), tree_of(api, "request"), tree_of(api, "response")
    rest = dict(_pairs(row.get("unmapped")))
    spread = {name: _spread(rest, name) for name in _SPREAD}
    category = text_of(tree_of(product, "feature"), "name")
    event: dict[str, Any] = {
        "eventVersion": text_of(product, "version"),
        "eventID": text_of(metadata, "uid"),
        "eventType": text_of(metadata, "event_code") or rest.get("eventType"),
        "eventCategory": category if category in _CATEGORIES else rest.get("eventCategory"),
        "eventTime": _time(row.get("time_dt")) or _time(row.get("time")),
        "eventSource": text_of(tree_of(api, "service"), "name"),
        "eventName": text_of(api, "operation"),
        "awsRegion": text_of(tree_of(row, "cloud"), "region"),
        "sourceIPAddress": text_of(source, "ip") or text_of(source, "domain"),
        "userAgent": text_of(tree_of(row, "http_request"), "user_agent"),
        "errorCode": text_of(response, "error"),
        "errorMessage": text_of(response, "message"),
        "requestID": text_of(request, "uid"),
        "requestParameters": _data(request.get("data")) or spread["requestParameters"] or None,
        "responseElements": _data(response.get("data")) or spread["responseElements"] or None,
        "additionalEventData": spread["additionalEventData"] or None,
        "tlsDetails": spread["tlsDetails"] or _tls(tree_of(row, "tls")) or None,
        "vpcEndpointId": text_of(source, "uid"),
        "userIdentity": _identity(tree_of(row, "actor"), spread["userIdentity"]) or None,
        "resources": list(_resources(row.get("resources"))) or None,
        "recipientAccountId": rest.get("recipientAccountId")
        or text_of(tree_of(tree_of(row, "cloud"), "account"), "uid"),
        "sharedEventID": rest.get("sharedEventID"),
        "vpcEndpointAccountId": rest.get("vpcEndpointAccountId"),
        "readOnly": rest.get("readOnly"),
    }
    return {name: value for name, value in event.items() if value is not None}


def _identity(actor: Json, spread: dict[str, Any]) -> dict[str, Any]:
    user, session = tree_of(actor, "user"), tree_of(actor, "session")
    # 1.0.0-rc.2 has the ARN in `uuid` and the principal id in `uid`; 1.1 has them in `uid` and `uid_alt`
    old = text_of(user, "uuid")
    identity = {
        **spread,
        "type": text_of(user, "type"),
        "arn": old or text_of(user, "uid"),
        "principalId": text_of(user, "uid") if old else text_of(user, "uid_alt"),
        "accountId": text_of(user, "account_uid") or text_of(tree_of(user, "account"), "uid"),
        "accessKeyId": text_of(user, "credential_uid"),
        "userName": text_of(user, "name"),
        "invokedBy": text_of(actor, "invoked_by"),
        "identityProvider": text_of(tree_of(actor, "idp"), "name"),
    }
    issuer = text_of(session, "issuer")
    created = _time(session.get("created_time_dt")) or _time(session.get("created_time"))
    mfa = text_of(session, "is_mfa") or text_of(session, "mfa")
    context = dict(spread.get("sessionContext") or {}) if isinstance(spread.get("sessionContext"), dict) else {}
    if issuer:
        context["sessionIssuer"] = {**tree_of(context, "sessionIssuer"), "arn": issuer}
    if created or mfa:
        attributes = {"creationDate": created, "mfaAuthenticated": mfa}
        context["attributes"] = {name: value for name, value in attributes.items() if value is not None}
    if context:
        identity["sessionContext"] = context
    return {name: value for name, value in identity.items() if value is not None}


def _resources(value: Any) -> Iterator[dict[str, Any]]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict) and text_of(entry, "uid"):
            owner = text_of(entry, "account_uid") or text_of(tree_of(tree_of(entry, "owner"), "account"), "uid")
            yield {"ARN": text_of(entry, "uid"), "accountId": owner, "type": text_of(entry, "type")}


def _tls(tls: Json) -> dict[str, Any]:
    found = {
        "tlsVersion": text_of(tls, "version"),
        "cipherSuite": text_of(tls, "cipher"),
        "clientProvidedHostHeader": text_of(tls, "sni"),
    }
    return {name: value for name, value in found.items() if value}


def _data(value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        return None
    try:
        tree = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def _time(value: Any) -> str | None:
    """Milliseconds, or a time in any form, as CloudTrail writes it."""
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return written(datetime.fromtimestamp(value / 1000, UTC))
        except (OverflowError, OSError, ValueError):
            return None
    return value if isinstance(value, str) and value else None


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """A map, as an object or as a list of pairs."""
    pairs = value.items() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for pair in pairs:
        if isinstance(pair, (tuple, list)) and len(pair) == 2 and isinstance(pair[0], str) and pair[1] is not None:
            yield pair[0], pair[1] if isinstance(pair[1], str) else json.dumps(pair[1], default=str)


def _spread(rest: Mapping[str, str], name: str) -> dict[str, Any]:
    """The object whose members are spread over the keys that begin with its name."""
    found: dict[str, Any] = {}
    whole = _data(rest.get(name))
    for key, value in rest.items():
        if key.startswith(name + "."):
            *path, last = key.removeprefix(name + ".").split(".")[:_LONGEST_PATH]
            at = found
            for step in path:
                # objects in a list are taken together: which of them had which member is lost
                below = at.setdefault(step.removesuffix("[]"), {})
                at = below if isinstance(below, dict) else {}
            at[last.removesuffix("[]")] = value.split(",") if last.endswith("[]") else value
    return whole or found
