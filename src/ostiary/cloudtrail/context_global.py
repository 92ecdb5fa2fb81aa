"""Condition keys that every service has (`aws:...`), from what a record says (cloudtrail-mapping.md 6).

In: an `Asked`. Out: the state of a key. `GLOBAL` holds the rule of each key, by its folded name.
Invariant: a key is absent only if the record shows that the request cannot have had it; doubt is `NOT_KNOWN`.
Not here: tags and keys of single services (`context_services`).
"""

import ipaddress
import re
from collections.abc import Callable

from ostiary.cloudtrail.principal import CallerKind, Forwarded
from ostiary.cloudtrail.record import text_of, tree_of
from ostiary.cloudtrail.states import NOT_KNOWN, Asked, State
from ostiary.cloudtrail.times import instant

KeyRule = Callable[[Asked], State]

_REGION_IN_HOST = re.compile(r"(?:^|[.-])([a-z]{2}(?:-gov|-iso[a-z]?|gov)?-[a-z]+-\d)(?=\.|$)")
_TYPES = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.ROLE: "AssumedRole",
    CallerKind.FEDERATED: "FederatedUser",
    CallerKind.ANONYMOUS: "Anonymous",
}


# --- time and place -----------------------------------------------------------------------------------------------------


def _current_time(asked: Asked) -> State:
    time = instant(asked.record.time)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else NOT_KNOWN


def _epoch_time(asked: Asked) -> State:
    time = instant(asked.record.time)
    return int(time.timestamp()) if time else NOT_KNOWN


def _requested_region(asked: Asked) -> State:
    host = text_of(asked.record.tls, "clientProvidedHostHeader") or ""
    found = _REGION_IN_HOST.search(host)
    return (found[1] if found else asked.record.region) or NOT_KNOWN


def _source_ip(asked: Asked) -> State:
    if asked.endpoint:
        return None
    address = asked.record.source_ip
    return address if address and not asked.foreign and is_address(address) else NOT_KNOWN


def _vpc_source_ip(asked: Asked) -> State:
    if not asked.endpoint:
        return _source_vpce(asked)
    address = asked.record.source_ip
    return address if address and is_address(address) else NOT_KNOWN


def _source_vpce(asked: Asked) -> State:
    if asked.endpoint:
        return asked.endpoint
    # records of data events had no endpoint before version 1.04
    old = asked.record.category == "Data" and _minor(asked.record.version) < 4
    return NOT_KNOWN if old else None


def _with_endpoint(asked: Asked) -> State:
    return NOT_KNOWN if asked.endpoint else _source_vpce(asked)


def _vpce_account(asked: Asked) -> State:
    return (asked.record.vpc_endpoint_account or NOT_KNOWN) if asked.endpoint else _source_vpce(asked)


def _user_agent(asked: Asked) -> State:
    agent = asked.record.user_agent
    if not agent or asked.foreign:
        return NOT_KNOWN
    return agent[1:-1] if agent.startswith("[") and agent.endswith("]") else agent


def _referer(asked: Asked) -> State:
    return NOT_KNOWN if asked.info.prefix.startswith("s3") else None


def _secure_transport(asked: Asked) -> State:
    record = asked.record
    if record.tls or text_of(record.additional, "CipherSuite"):
        return "true"
    # S3 always records the cipher suite of an encrypted connection, and alone still serves plain HTTP
    plain = asked.info.prefix == "s3" and "SignatureVersion" in record.additional and not asked.foreign
    return "false" if plain and is_address(record.source_ip or "") else NOT_KNOWN


# --- the caller ---------------------------------------------------------------------------------------------------------


def _principal_arn(asked: Asked) -> State:
    return NOT_KNOWN if any(fact.startswith("path") for fact in asked.caller.missing) else asked.caller.principal_arn


def _principal_account(asked: Asked) -> State:
    match asked.caller.kind:
        case CallerKind.SERVICE:
            return None
        case CallerKind.ANONYMOUS:
            return "anonymous"
        case _:
            return asked.caller.account or NOT_KNOWN


def _principal_type(asked: Asked) -> State:
    return _TYPES.get(asked.caller.kind)


def _user_id(asked: Asked) -> State:
    match asked.caller.kind:
        case CallerKind.SERVICE:
            return None
        case CallerKind.ANONYMOUS:
            return "anonymous"
        case _:
            return asked.caller.unique_id or NOT_KNOWN


def _user_name(asked: Asked) -> State:
    return (asked.caller.user_name or NOT_KNOWN) if asked.caller.kind is CallerKind.USER else None


def _organization(asked: Asked) -> State:
    return None if asked.caller.kind is CallerKind.ANONYMOUS else NOT_KNOWN


def _is_service(asked: Asked) -> State:
    match asked.caller.kind:
        case CallerKind.SERVICE:
            return "true"
        case CallerKind.ANONYMOUS:
            return None
        case _:
            return "false"


def _service_name(asked: Asked) -> State:
    return asked.caller.principal if asked.caller.kind is CallerKind.SERVICE else None


def _for_services(asked: Asked) -> State:
    return NOT_KNOWN if asked.caller.kind is CallerKind.SERVICE else None


def _source_account(asked: Asked) -> State:
    if asked.caller.kind is not CallerKind.SERVICE:
        return None
    return text_of(asked.record.identity.in_scope_of, "sourceAccount") or NOT_KNOWN


def _source_arn(asked: Asked) -> State:
    if asked.caller.kind is not CallerKind.SERVICE:
        return None
    known = text_of(asked.record.identity.in_scope_of, "sourceArn")
    if known:
        return known
    # CloudTrail writes its trail into the encryption context of the keys that it uses
    context = tree_of(asked.parameters or {}, "encryptionContext")
    return text_of(context, "aws:cloudtrail:arn") or NOT_KNOWN


# --- the session --------------------------------------------------------------------------------------------------------


def _long_term(asked: Asked) -> bool:
    """Credentials that are no session: a user's access keys, or a root user's."""
    identity = asked.record.identity
    own = asked.caller.kind in {CallerKind.USER, CallerKind.ROOT}
    return own and not identity.temporary and not (identity.access_key or "").startswith("ASIA")


def _no_session(asked: Asked) -> bool:
    return asked.caller.kind in {CallerKind.SERVICE, CallerKind.ANONYMOUS} or _long_term(asked)


def _mfa_present(asked: Asked) -> State:
    return None if _no_session(asked) else (asked.record.identity.mfa_authenticated or NOT_KNOWN)


def _mfa_age(asked: Asked) -> State:
    # with MFA, the age lies between the session's and more: not known
    return None if _no_session(asked) or asked.record.identity.mfa_authenticated == "false" else NOT_KNOWN


def _token_issue_time(asked: Asked) -> State:
    if _no_session(asked):
        return None
    time = instant(asked.record.identity.creation_date)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else NOT_KNOWN


def _via_service(asked: Asked) -> State:
    match asked.forwarded:
        case Forwarded.YES:
            return "true"
        case Forwarded.NO:
            return "false"
        case Forwarded.UNKNOWN:
            return NOT_KNOWN


def _called_via(asked: Asked) -> State:
    return None if asked.forwarded is Forwarded.NO else NOT_KNOWN


def _called_via_last(asked: Asked) -> State:
    match asked.forwarded:
        case Forwarded.YES:
            return asked.record.identity.invoked_by
        case Forwarded.NO:
            return None
        case Forwarded.UNKNOWN:
            return NOT_KNOWN


def _federated_provider(asked: Asked) -> State:
    identity = asked.record.identity
    known = identity.federated_provider or identity.identity_provider
    # a session by SAML looks like any other session of a role
    return known or (NOT_KNOWN if asked.caller.kind is CallerKind.ROLE else None)


def _of_session(name: str) -> KeyRule:
    """A member of `sessionContext` that is there whenever the key is."""

    def rule(asked: Asked) -> State:
        if _no_session(asked):
            return None
        return text_of(asked.record.identity.session, name) if asked.record.identity.session else NOT_KNOWN

    return rule


def _instance_arn(asked: Asked) -> State:
    if asked.caller.kind is not CallerKind.ROLE:
        return None
    issued_to = text_of(asked.record.identity.in_scope_of, "credentialsIssuedTo") or ""
    if ":instance/" in issued_to:
        return issued_to
    name = asked.caller.principal.rpartition("/")[2]
    # a session may be called like an instance without being one
    return NOT_KNOWN if name.startswith("i-") or issued_to else None


def _on_instance(asked: Asked) -> State:
    return None if _instance_arn(asked) is None else NOT_KNOWN


def _function_arn(asked: Asked) -> State:
    if asked.caller.kind is not CallerKind.ROLE:
        return None
    issued_to = text_of(asked.record.identity.in_scope_of, "credentialsIssuedTo") or ""
    return issued_to if ":function:" in issued_to else NOT_KNOWN


def _resource_account(asked: Asked) -> State:
    return asked.owner or NOT_KNOWN


def _not_known(asked: Asked) -> State:
    del asked
    return NOT_KNOWN


GLOBAL: dict[str, KeyRule] = {
    "aws:assumedroot": _of_session("assumedRoot"),
    "aws:calledvia": _called_via,
    "aws:calledviafirst": _called_via,
    "aws:calledvialast": _called_via_last,
    "aws:currenttime": _current_time,
    "aws:ec2instancesourceprivateipv4": _on_instance,
    "aws:ec2instancesourcevpc": _on_instance,
    "aws:epochtime": _epoch_time,
    "aws:federatedprovider": _federated_provider,
    "aws:multifactorauthage": _mfa_age,
    "aws:multifactorauthpresent": _mfa_present,
    "aws:principalaccount": _principal_account,
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": _is_service,
    "aws:principalorgid": _organization,
    "aws:principalorgpaths": _organization,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _for_services,
    "aws:principaltype": _principal_type,
    "aws:referer": _referer,
    "aws:requestedregion": _requested_region,
    "aws:resourceaccount": _resource_account,
    "aws:resourceorgid": _not_known,
    "aws:resourceorgpaths": _not_known,
    "aws:securetransport": _secure_transport,
    "aws:signinsessionarn": _of_session("signInSessionArn"),
    "aws:sourceaccount": _source_account,
    "aws:sourcearn": _source_arn,
    "aws:sourceidentity": _of_session("sourceIdentity"),
    "aws:sourceip": _source_ip,
    "aws:sourceorgid": _for_services,
    "aws:sourceorgpaths": _for_services,
    "aws:sourcevpc": _with_endpoint,
    "aws:sourcevpce": _source_vpce,
    "aws:tokenissuetime": _token_issue_time,
    "aws:useragent": _user_agent,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:viaawsservice": _via_service,
    "aws:vpceaccount": _vpce_account,
    "aws:vpceorgid": _with_endpoint,
    "aws:vpceorgpaths": _with_endpoint,
    "aws:vpcsourceip": _vpc_source_ip,
    "ec2:roledelivery": _of_session("ec2RoleDelivery"),
    "ec2:sourceinstancearn": _instance_arn,
    "lambda:sourcefunctionarn": _function_arn,
}
"""The rule of each key; keys that are not here are not known, or belong to a service."""


def is_address(text: str) -> bool:
    """Whether the text is an IP address; the field also holds names of services."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _minor(version: str | None) -> int:
    minor = (version or "").partition(".")[2]
    return int(minor) if minor.isdecimal() and len(minor) < 9 else 99
