"""Resources of the services that run things: EC2, Lambda, Systems Manager, logs, events, containers (cloudtrail-mapping.md 5).

In: a `Call` and a resource type. Out: the guesses that the parameters allow, an empty list if they name none, or None if
the general rules should try.
Invariant: each rule is about one service, and says nothing that the parameters do not.
Not here: the order in which sources are trusted (`resource`).
"""

from ostiary.cloudtrail.guesses import (
    Call,
    Origin,
    ResourceGuess,
    Rule,
    arn_of,
    certain,
    filled,
    likely,
    unknown,
    with_account,
)
from ostiary.cloudtrail.reference import ResourceType
from ostiary.cloudtrail.resource_tables import ID_PREFIXES
from ostiary.cloudtrail.templates import escape

_NAMED = Origin.TEMPLATE


# --- EC2 ----------------------------------------------------------------------------------------------------------------


def ec2_by_id(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Tagging and untagging: the id tells the type."""
    if call.info.name not in {"CreateTags", "DeleteTags"}:
        return None
    ids = call.parameters.values("resourceid", "resourceset", "resourcesset")
    return [
        filled(kind, call.place, {variable: value})
        for value in ids
        if ID_PREFIXES.get(value.rpartition("-")[0]) == kind.name
        for variable in _last_variable(kind)
    ]


def _last_variable(kind: ResourceType) -> tuple[str, ...]:
    return (kind.template.rpartition("${")[2].rstrip("}"),)


# --- Lambda -------------------------------------------------------------------------------------------------------------


def _function(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """A function by its name, by `account:function:name`, or by its ARN; each may carry a version or alias."""
    name = call.parameters.plain("functionName") or next(
        iter(call.parameters.values("functionname", "functionarn")), None
    )
    if not name:
        return None
    qualifier = call.parameters.plain("qualifier")
    arn = name if name.startswith("arn:") else arn_of(call, "lambda", f"function:{name.rpartition(':function:')[2]}")
    if qualifier and arn.count(":") == 6:
        arn = f"{arn}:{qualifier}"
    return [certain(arn, _NAMED, kind.name)]


def _qualified_function(call: Call, kind: ResourceType) -> list[ResourceGuess]:
    del call, kind
    return []  # the qualifier is part of what `_function` gives


def _layer_version(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    layer = call.parameters.plain("layerName")
    if not layer or not layer.startswith("arn:"):
        return None
    version = next(iter(call.parameters.values("versionnumber")), None)
    return [
        certain(f"{layer}:{version}", _NAMED, kind.name)
        if version
        else unknown(f"{escape(layer)}:*", kind.name, _NAMED)
    ]


# --- Systems Manager ----------------------------------------------------------------------------------------------------


_TAGGED_KINDS = {
    "association": "Association",
    "document": "Document",
    "maintenancewindow": "MaintenanceWindow",
    "managed-instance": "ManagedInstance",
    "opsitem": "OpsItem",
    "opsmetadata": "OpsMetadata",
    "parameter": "Parameter",
    "patchbaseline": "PatchBaseline",
}


def _ssm_tagged(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Tagging names a type and an id."""
    named = call.parameters.plain("resourceType")
    identity = call.parameters.plain("resourceId")
    if not named or not identity or "Tag" not in call.info.name:
        return None
    if named != _TAGGED_KINDS.get(kind.name):
        return []
    arn = arn_of(call, "ssm", f"{kind.name}/{identity.removeprefix('/')}")
    return [certain(identity if identity.startswith("arn:") else arn, _NAMED, kind.name)]


def _ssm_parameter(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    tagged = _ssm_tagged(call, kind)
    if tagged is not None:
        return tagged
    names = call.parameters.values("name", "names", "path")
    if not names:
        return None
    return [
        certain(
            name if name.startswith("arn:") else arn_of(call, "ssm", f"parameter/{name.removeprefix('/')}"),
            _NAMED,
            kind.name,
        )
        for name in names
    ]


def _document(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    tagged = _ssm_tagged(call, kind)
    if tagged is not None:
        return tagged
    name = call.parameters.plain("documentName") or call.parameters.plain("name")
    if not name:
        return None
    if name.startswith("arn:"):
        return [certain(name, Origin.PARAMETER, kind.name)]
    # names that begin like this are AWS's own, whose ARNs have no account
    owned = name.startswith(("AWS", "Amazon"))
    return [certain(arn_of(call, "ssm", f"document/{name}", account=not owned), _NAMED, kind.name)]


def _ssm_instance(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Instances by id: `i-` are EC2's, `mi-` are managed ones. Targets that are tags name none."""
    managed = kind.name.startswith("managed-instance")
    ids = [
        value
        for value in call.parameters.values("instanceids", "instanceid", "target", "resourceid")
        if value.startswith("mi-" if managed else "i-")
    ]
    if not ids and not managed and call.parameters.tree.get("targets"):
        return [unknown(arn_of(call, "ec2", "instance/*"), kind.name, _NAMED)]
    service, resource = ("ssm", kind.name) if managed else ("ec2", "instance")
    return [certain(arn_of(call, service, f"{resource}/{value}"), _NAMED, kind.name) for value in ids]


def _ssm_bucket(call: Call, kind: ResourceType) -> list[ResourceGuess]:
    bucket = call.parameters.plain("outputS3BucketName")
    return [certain(f"arn:{call.place.partition}:s3:::{bucket}", _NAMED, kind.name)] if bucket else []


# --- Logs, events, monitoring -------------------------------------------------------------------------------------------

_PLAIN_GROUPS = frozenset(
    {"TagLogGroup", "UntagLogGroup", "ListTagsLogGroup", "TagResource", "UntagResource", "ListTagsForResource"}
)


def _log_group(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """A log group; all but tagging is checked on the group with an empty stream behind it."""
    names = call.parameters.values(
        "loggroupname", "loggroupnames", "loggroupidentifier", "loggroupidentifiers", "resourcearn"
    )
    tail = "" if call.info.name in _PLAIN_GROUPS else ":log-stream:"
    arns = [
        name.removesuffix(":*") if name.startswith("arn:") else arn_of(call, "logs", f"log-group:{name}")
        for name in names
    ]
    return [certain(arn + tail, _NAMED, kind.name) for arn in arns if ":log-group:" in arn] or None


def _log_stream(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    group = next(iter(call.parameters.values("loggroupname", "loggroupidentifier")), None)
    stream = next(iter(call.parameters.values("logstreamname", "logstreamnames")), None)
    if not group:
        return None
    arn = group.removesuffix(":*") if group.startswith("arn:") else arn_of(call, "logs", f"log-group:{group}")
    return [
        certain(f"{arn}:log-stream:{stream}", _NAMED, kind.name)
        if stream
        else unknown(f"{escape(arn)}:log-stream:*", kind.name, _NAMED)
    ]


def _event_rule(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """A rule: on the default bus, the bus is not part of the ARN."""
    rule = call.parameters.plain("rule") or call.parameters.plain("name")
    if not rule:
        return None
    bus = (call.parameters.plain("eventBusName") or "default").rpartition("/")[2]
    if (bus == "default") != (kind.name == "rule-on-default-event-bus"):
        return []
    return [
        certain(arn_of(call, "events", f"rule/{rule}" if bus == "default" else f"rule/{bus}/{rule}"), _NAMED, kind.name)
    ]


def _event_bus(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    buses = call.parameters.values("eventbusname") or (
        call.parameters.values("name") if "EventBus" in call.name else ()
    )
    if not buses and call.info.name != "PutEvents":
        return None
    return [
        certain(bus if bus.startswith("arn:") else arn_of(call, "events", f"event-bus/{bus}"), _NAMED, kind.name)
        for bus in buses or ("default",)
    ]


# --- containers, networks, models ---------------------------------------------------------------------------------------


def _repository(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    names = call.parameters.values("repositoryname", "repositorynames")
    registry = call.parameters.plain("registryId")
    arns = [arn_of(call, "ecr", f"repository/{name}") for name in names]
    return [certain(with_account(arn, registry) if registry else arn, _NAMED, kind.name) for arn in arns] or None


def _task_definition(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    name = next(iter(call.parameters.values("taskdefinition", "taskdefinitions")), None)
    if name and name.startswith("arn:"):
        return [certain(name, Origin.PARAMETER, kind.name)]
    if name:
        arn = arn_of(call, "ecs", f"task-definition/{name}")
        return [certain(arn, _NAMED, kind.name) if ":" in name else unknown(f"{escape(arn)}:*", kind.name, _NAMED)]
    family = call.parameters.plain("family")
    if not family:
        return None
    arn = arn_of(call, "ecs", f"task-definition/{family}:*")
    return [likely(arn, arn, Origin.CREATED, kind.name)]


def _hosted_zone(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    ids = call.parameters.values("hostedzoneid", "id")
    if not ids or (kind.name == "hostedzone" and "HealthCheck" in call.name):
        return None
    return [
        certain(f"arn:{call.place.partition}:route53:::{kind.name}/{value.rpartition('/')[2]}", _NAMED, kind.name)
        for value in ids
    ]


def _model(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """Bedrock: a model's own id, or the id of an inference profile, which begins with a geography."""
    model = call.parameters.plain("modelId") or call.parameters.plain("modelIdentifier")
    if not model or model.startswith("arn:"):
        return None
    geography, _, rest = model.partition(".")
    profile = geography in {"us", "eu", "ap", "apac", "us-gov", "global", "jp", "au", "ca", "sa"} and "." in rest
    if profile != (kind.name == "inference-profile"):
        return []
    if profile:
        return [certain(arn_of(call, "bedrock", f"inference-profile/{model}"), _NAMED, kind.name)]
    return [certain(arn_of(call, "bedrock", f"foundation-model/{model}", account=False), _NAMED, kind.name)]


_ELB_KINDS = {"application": "app", "network": "net", "gateway": "gwy"}


def _load_balancer(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """The classic API names a load balancer; `CreateLoadBalancer` of the newer one names it otherwise, and says which kind it makes."""
    classic = call.parameters.values("loadbalancername", "loadbalancernames")
    if classic:
        return [
            certain(arn_of(call, "elasticloadbalancing", f"loadbalancer/{name}"), _NAMED, kind.name) for name in classic
        ]
    name = call.parameters.plain("name")
    if call.info.name != "CreateLoadBalancer" or not name:
        return None
    made = _ELB_KINDS.get(call.parameters.plain("type") or "application", "*")
    arn = arn_of(call, "elasticloadbalancing", f"loadbalancer/{made}/{name}/*")
    return [likely(arn, arn, Origin.CREATED, kind.name)]


def _web_acl(call: Call, kind: ResourceType) -> list[ResourceGuess] | None:
    """WAF: regional or global is part of the ARN."""
    scope = call.parameters.plain("scope")
    name, identity = call.parameters.plain("name"), call.parameters.plain("id")
    if not scope or not name:
        return None
    return [
        filled(
            kind,
            call.place,
            {
                "Scope": "global" if scope == "CLOUDFRONT" else scope.lower(),
                "Name": name,
                **({"Id": identity} if identity else {}),
            },
        )
    ]


OPERATIONS: dict[tuple[str, str], Rule] = {
    ("bedrock", "foundation-model"): _model,
    ("bedrock", "inference-profile"): _model,
    ("ecr", "repository"): _repository,
    ("ecs", "task-definition"): _task_definition,
    ("elasticloadbalancing", "loadbalancer"): _load_balancer,
    ("events", "event-bus"): _event_bus,
    ("events", "rule-on-custom-event-bus"): _event_rule,
    ("events", "rule-on-default-event-bus"): _event_rule,
    ("lambda", "function"): _function,
    ("lambda", "function alias"): _qualified_function,
    ("lambda", "function version"): _qualified_function,
    ("lambda", "layerVersion"): _layer_version,
    ("logs", "log-group"): _log_group,
    ("logs", "log-stream"): _log_stream,
    ("route53", "change"): _hosted_zone,
    ("route53", "hostedzone"): _hosted_zone,
    ("ssm", "bucket"): _ssm_bucket,
    ("ssm", "document"): _document,
    ("ssm", "instance"): _ssm_instance,
    ("ssm", "managed-instance"): _ssm_instance,
    ("ssm", "managed-instance-inventory"): _ssm_instance,
    ("ssm", "association"): _ssm_tagged,
    ("ssm", "maintenancewindow"): _ssm_tagged,
    ("ssm", "opsitem"): _ssm_tagged,
    ("ssm", "opsmetadata"): _ssm_tagged,
    ("ssm", "patchbaseline"): _ssm_tagged,
    ("ssm", "parameter"): _ssm_parameter,
    ("wafv2", "ipset"): _web_acl,
    ("wafv2", "regexpatternset"): _web_acl,
    ("wafv2", "rulegroup"): _web_acl,
    ("wafv2", "webacl"): _web_acl,
}
"""By prefix and resource type."""
