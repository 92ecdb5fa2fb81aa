"""Resources of the services that say who is who: IAM, STS, Organizations (cloudtrail-mapping.md 5).

In: a `Call` and a resource type. Out: the guesses that the parameters allow, an empty list if they name none, or None if
the general rules should try.
Invariant: each rule is about one service, and says nothing that the parameters do not.
Not here: the order in which sources are trusted (`resource`).
"""

from ostiary.cloudtrail.guesses import Call, Origin, ResourceGuess, Rule, arn_of, certain, likely, unknown, with_account
from ostiary.cloudtrail.principal import CallerKind
from ostiary.cloudtrail.record import text_of, tree_of
from ostiary.cloudtrail.reference import ResourceType
from ostiary.cloudtrail.resource_tables import SELF
from ostiary.cloudtrail.templates import escape

_NAMED = Origin.TEMPLATE


# --- IAM, STS -----------------------------------------------------------------------------------------------------------

_IAM_NAMES = {
    "group": ("groupName",),
    "instance-profile": ("instanceProfileName",),
    "mfa": ("virtualMFADeviceName", "serialNumber"),
    "policy": ("policyName",),
    "role": ("roleName",),
    "saml-provider": ("name",),
    "server-certificate": ("serverCertificateName",),
    "user": ("userName",),
}


def _iam_entity(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Users, roles and the like: the name is in the record, the path mostly not."""
    names = _IAM_NAMES[kind.name]
    name = next((value for value in map(call.parameters.plain, names) if value), None)
    if name is None or (kind.name == "policy" and call.name != "CreatePolicy"):
        return _iam_self(call, kind)
    if name.startswith("arn:"):
        return [certain(name, Origin.PARAMETER, kind.name)]
    start = arn_of(call, "iam", f"{kind.name}/", region=False)
    created = text_of(tree_of(call.record.response or {}, _RESPONSES.get(kind.name, kind.name)), "arn")
    if created:
        return [certain(created, Origin.CREATED, kind.name)]
    known = _known_entity(call, kind.name, name)
    if known:
        return [certain(known, _NAMED, kind.name)]
    if call.name in _ENTITY_CREATING:
        path = call.parameters.plain("path") or "/"
        return [certain(f"{start}{path.strip('/') + '/' if path.strip('/') else ''}{name}", _NAMED, kind.name)]
    if kind.name == "saml-provider":
        return [certain(start + name, _NAMED, kind.name)]
    return [likely(start + name, f"{escape(start)}*{escape(name)}", _NAMED, kind.name)]


_ENTITY_CREATING = frozenset(
    {
        "CreateGroup",
        "CreateInstanceProfile",
        "CreatePolicy",
        "CreateRole",
        "CreateUser",
        "CreateVirtualMFADevice",
        "UploadServerCertificate",
    }
)
_RESPONSES = {
    "instance-profile": "instanceProfile",
    "mfa": "virtualMFADevice",
    "server-certificate": "serverCertificateMetadata",
}


def _known_entity(call: Call, kind: str, name: str) -> str | None:
    """The full ARN, where the caller is the entity or the facts have it."""
    caller = call.caller
    if caller.account == call.place.account:
        if kind == "user" and caller.kind is CallerKind.USER and caller.user_name == name and not caller.missing:
            return caller.principal
        if kind == "role" and caller.role and caller.role.rpartition("/")[2] == name:
            return caller.role
    return call.facts.iam_arns.get((call.place.account or "", kind, name))


def _iam_self(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Calls about oneself name nobody."""
    if kind.name == "user" and call.info.name in SELF and not call.lost:
        if call.caller.kind in {CallerKind.USER, CallerKind.ROOT}:
            return [certain(call.caller.principal, _NAMED, kind.name)]
        return None
    return None


def _service_linked_role(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    if call.info.name != "CreateServiceLinkedRole":
        return _iam_entity(call, kind)
    created = text_of(tree_of(call.record.response or {}, "role"), "arn")
    if created:
        return [certain(created, Origin.CREATED, kind.name)]
    service = call.parameters.plain("aWSServiceName")
    return [
        unknown(
            arn_of(call, "iam", f"role/aws-service-role/{escape(service) if service else '*'}/*", region=False),
            kind.name,
            _NAMED,
        )
    ]


def _oidc_provider(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    url = call.parameters.plain("url")
    if not url:
        return None
    return [
        certain(
            arn_of(call, "iam", f"oidc-provider/{url.removeprefix('https://').rstrip('/')}", region=False),
            _NAMED,
            kind.name,
        )
    ]


def _organization_thing(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Organizations: the organization's id is not in the record, the rest may be."""
    holders = {
        "account": "accountid",
        "organizationalunit": "organizationalunitid",
        "policy": "policyid",
        "root": "rootid",
    }
    beginnings = {"account": "", "organizationalunit": "ou-", "policy": "p-", "root": "r-"}
    ids = call.parameters.values(holders[kind.name]) or tuple(
        value
        for value in call.parameters.values("targetid", "parentid", "childid", "resourceid", "sourceparentid")
        if _is_kind(kind.name, value)
    )
    resource = {"organizationalunit": "ou", "policy": "policy/o-*"}.get(kind.name, kind.name)
    start = arn_of(call, "organizations", resource, region=False, account=False)
    start = with_account(start, "*") + ("/*/" if kind.name == "policy" else "/o-*/")
    return [
        unknown(start + escape(value), kind.name, _NAMED) for value in ids if value.startswith(beginnings[kind.name])
    ]


def _is_kind(kind: str, value: str) -> bool:
    match kind:
        case "account":
            return value.isdigit()
        case "organizationalunit":
            return value.startswith("ou-")
        case "policy":
            return value.startswith("p-")
        case _:
            return value.startswith("r-")


def _federated_user(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    name = call.parameters.plain("name")
    return [certain(arn_of(call, "sts", f"federated-user/{name}", region=False), _NAMED, kind.name)] if name else None


IDENTITY: dict[tuple[str, str], Rule] = {
    ("iam", "group"): _iam_entity,
    ("iam", "instance-profile"): _iam_entity,
    ("iam", "mfa"): _iam_entity,
    ("iam", "oidc-provider"): _oidc_provider,
    ("iam", "policy"): _iam_entity,
    ("iam", "role"): _service_linked_role,
    ("iam", "saml-provider"): _iam_entity,
    ("iam", "server-certificate"): _iam_entity,
    ("iam", "user"): _iam_entity,
    ("organizations", "account"): _organization_thing,
    ("organizations", "organizationalunit"): _organization_thing,
    ("organizations", "policy"): _organization_thing,
    ("organizations", "root"): _organization_thing,
    ("sts", "federated-user"): _federated_user,
}
"""By prefix and resource type."""
