"""Which resources an action was checked on (cloudtrail-mapping.md 5).

In: a `Call`. Out: its `ResourceGuess`es: one per resource, for every resource type that the action requires; at least one.
Invariant: a type that is required and not found is a guess with a hole, never left out; nothing is more certain than its source.
Not here: rules of single services (`resource_rules`), further actions (`dependents`).

Sources, the most trusted first: the denial message, `resources`, ARNs among the parameters, parameters put into the type's
template, and for what the call creates the type's wildcard, which is what policies saw.
"""

import functools
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from ostiary.cloudtrail.apigateway import path_of
from ostiary.cloudtrail.guesses import (
    Call,
    Certainty,
    Origin,
    ResourceGuess,
    arn_of,
    certain,
    likely,
    unknown,
)
from ostiary.cloudtrail.reference import ActionInfo, ResourceType, TypeUse
from ostiary.cloudtrail.resource_rules import rule_of
from ostiary.cloudtrail.resource_tables import (
    ALTERNATIVES,
    CREATED,
    CREATING,
    DEFAULTS,
    ELB_TYPES,
    LISTED,
    LISTED_BY_PREFIX,
    VARIABLES,
    WHOLE_TYPE,
)
from ostiary.cloudtrail.templates import HOLE, Template, templates_of, type_of
from ostiary_grammar.terms import fold

_MOST = 1_000
"""Resources of one action that are followed up; AWS allows calls no more than this."""
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def resources_of(call: Call) -> tuple[tuple[ResourceGuess, bool], ...]:
    """The resources of the action, each with whether it is certain that this one is checked at all."""
    message = _from_message(call)
    if not call.info.uses:
        return ((message or _without_type(call), True),)
    if call.info.prefix == "apigateway" and call.info.name in _VERBS:
        return ((message or _api_path(call), True),)
    found = _found(call)
    if message:
        found[message.type or ""] = [message]
    alternatives = _are_alternatives(call.info)
    named = any(found.values())
    optional_alone = not any(use.required for use in call.info.uses)
    # EC2 checks what it chooses by itself; elsewhere the reference's marks are no proof that a type which is not named is checked
    missing_is_sure = not named or call.info.prefix == "ec2"
    guesses: list[tuple[ResourceGuess, bool]] = []
    for use in _main_first(call.info):
        of_type = found.pop(use.type.name, None)
        if of_type:
            sure = use.required or optional_alone or all(guess.certainty is Certainty.CERTAIN for guess in of_type)
            guesses += [(guess, sure) for guess in of_type]
        elif use.required and not alternatives and of_type is None:
            guess = _missing(call, use.type)
            guesses.append((guess, missing_is_sure or guess.certainty is Certainty.CERTAIN))
    guesses += [(guess, True) for left in found.values() for guess in left]
    if alternatives and any(guess.certainty is Certainty.CERTAIN for guess, _ in guesses):
        guesses = [pair for pair in guesses if pair[0].certainty is Certainty.CERTAIN]
    if not guesses:
        guesses.append((_nothing_found(call), True))
    return tuple(dict.fromkeys(guesses))[:_MOST]


def _from_message(call: Call) -> ResourceGuess | None:
    denial = call.denial
    if denial is None or not denial.resource or fold(denial.action or "") != fold(call.info.action):
        return None
    return certain(denial.resource, Origin.MESSAGE, type_of(call.info.prefix, denial.resource))


def _without_type(call: Call) -> ResourceGuess:
    """No resource type: `*`, or what is known to be checked instead; and the service's root, which may also be."""
    listed = _listed(call, LISTED.get(call.info.action) or LISTED_BY_PREFIX.get(call.info.prefix))
    if listed:
        return listed
    return ResourceGuess("*", Certainty.CERTAIN, Origin.NO_TYPE, alternative=arn_of(call, call.info.prefix, "*"))


def _listed(call: Call, text: str | None) -> ResourceGuess | None:
    """The resource that a call of this kind is known to be checked on."""
    if text is None:
        return None
    place = call.place
    arn = text.format(partition=place.partition, region=place.region or HOLE, account=place.account or HOLE)
    return ResourceGuess(arn, Certainty.CERTAIN, Origin.LISTED, alternative="*")


def _api_path(call: Call) -> ResourceGuess:
    """API Gateway: the path that the operation addresses, in an ARN without account."""
    path, known = path_of(
        call.name, call.parameters.tree, lambda name: next(iter(call.parameters.values(fold(name))), None)
    )
    arn = arn_of(call, "apigateway", path, account=False)
    return certain(arn, Origin.TEMPLATE) if known else unknown(arn, origin=Origin.TEMPLATE)


def _found(call: Call) -> dict[str, list[ResourceGuess]]:
    """By resource type, what the best source has; an empty list where another type's resource is checked in its stead."""
    found: dict[str, list[ResourceGuess]] = {}
    types: set[str | None] = {use.type.name for use in call.info.uses}
    if call.info.prefix == "elasticloadbalancing":
        # operations of the classic and of the newer API share names, and the reference lists the types of one of them
        types |= ELB_TYPES
    if not call.own:
        for resource in call.record.resources:
            kind = type_of(call.info.prefix, resource.arn)
            if kind in types:
                guess = certain(resource.arn, Origin.RESOURCES, kind, resource.account)
                found.setdefault(kind or "", []).append(guess)
        if found and not any(use.required and use.type.name not in found for use in call.info.uses):
            return found  # PERF: the list that AWS made is complete where it is there; parameters need not be searched
    if not call.parameters:
        for use in call.info.uses:
            if use.type.name not in found and (guesses := rule_of(call, use.type)):
                found[use.type.name] = guesses
        return found
    _add_arns(call, types, found)
    for use in call.info.uses:
        if use.type.name in found:
            continue
        guesses = rule_of(call, use.type)
        if guesses is None:
            guesses = _by_template(call, use)
        for guess in guesses:
            found.setdefault(guess.type or "", []).append(guess)
            found.setdefault(use.type.name, [])
    return found


def _add_arns(call: Call, types: AbstractSet[str | None], found: dict[str, list[ResourceGuess]]) -> None:
    """ARNs among the parameters that are of one of the action's types, unless `resources` had that type."""
    known = set(found)
    for arn in call.parameters.arns():
        kind = type_of(call.info.prefix, arn)
        if kind in types and kind not in known and (call.info.prefix, kind) not in _NOT_BY_ARN:
            found.setdefault(kind or "", []).append(certain(arn, Origin.PARAMETER, kind))


# the ARN in the parameters is not, or not exactly, the one that is checked
_NOT_BY_ARN = frozenset(
    {
        ("secretsmanager", "Secret"),
        ("sns", "topic"),
        ("logs", "log-group"),
        ("logs", "log-stream"),
        ("lambda", "function"),
        ("lambda", "layer"),
    }
)


def _by_template(call: Call, use: TypeUse) -> list[ResourceGuess]:
    """The type's templates with parameters in them, if the parameters name at least one part of the resource."""
    for template in templates_of(use.type):
        variables = template.variables
        if not variables:
            return []  # one per account or per region, such as `.../hub/default`: `_missing` has it
        columns: dict[str, tuple[str, ...]] = {}
        exact = True
        for variable in variables:
            values, by_name = _values(call, use.type, variable, alone=len(variables) == 1)
            if values:
                columns[variable] = values
                exact = exact and by_name
        if columns:
            guesses = [_filled(call, use.type, template, row, exact=exact) for row in _rows(columns)]
            if use.required or not any(other.required for other in call.info.uses):
                return guesses
            # beside what is required, only what is plainly named
            return [guess for guess in guesses if guess.certainty is Certainty.CERTAIN]
    return []


def _filled(
    call: Call, kind: ResourceType, template: Template, values: Mapping[str, str], *, exact: bool
) -> ResourceGuess:
    arn, known = template.fill(call.place, values)
    if known:
        pattern = template.fill(call.place, {})[0]
        return certain(arn, Origin.TEMPLATE, kind.name) if exact else likely(arn, pattern, Origin.TEMPLATE, kind.name)
    if call.info.access.mutating and call.info.name.startswith(CREATING) and _is_about(call.info, kind):
        return likely(arn, arn, Origin.CREATED, kind.name)
    return unknown(arn, kind.name, Origin.TEMPLATE)


def _rows(columns: Mapping[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """Values side by side: lists of equal length belong together, a single value goes with all."""
    length = max(len(values) for values in columns.values())
    return [
        {name: values[number] if len(values) > number else values[0] for name, values in columns.items()}
        for number in range(length)
    ]


def _values(call: Call, kind: ResourceType, variable: str, *, alone: bool) -> tuple[tuple[str, ...], bool]:
    """The values of a template variable in the parameters, and whether the name leaves no doubt."""
    prefix = call.info.prefix
    entry = VARIABLES.get(prefix, {}).get(variable)
    if entry is not None:
        about = _is_about(call.info, kind)
        names = (name.lstrip("!") for name in entry.split(" ") if about or name not in {"name", "id"})
        values = tuple(_last_part(value) for value in call.parameters.values(*names))
        default = DEFAULTS.get((prefix, variable))
        if not values and default and kind.name != fold(variable).removesuffix("name"):
            values = (default,)
        return values, True
    exact, near = _leaf_names(kind.name, variable)
    values = call.parameters.values(*exact)
    if values:
        return values, True
    if not alone:
        # with several parts, a name must not be taken for an id
        return (), False
    values = call.parameters.values(*near)
    if values:
        return values, False
    if fold(variable).endswith(("name", "id", "identifier")) and _is_about(call.info, kind):
        return call.parameters.values("name" if fold(variable).endswith("name") else "id"), False
    return (), False


@functools.lru_cache(maxsize=10_000)
def _leaf_names(kind: str, variable: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leaf names that say exactly the variable, and those that probably do."""
    name = fold(variable).removesuffix("_")
    of_type = fold(kind).replace("-", "").replace(" ", "")
    exact = [name, f"{name}s", name.removesuffix("withpath")]
    near: list[str] = []
    for ending in ("name", "identifier", "id"):
        if not name.endswith(ending):
            continue
        stem = name.removesuffix(ending)
        # a variable that says nothing about the type, `${ResourceId}`, is the type's own
        own = stem in {"", "resource"}
        if ending != "name":
            exact += [f"{stem}{other}" for other in ("id", "identifier") if stem]
        if own:
            exact.append(f"{of_type}{ending}")
        elif stem:
            near += [f"{stem}{other}{plural}" for other in ("id", "name", "identifier") for plural in ("", "s")]
            near.append(stem)
        break
    near += [f"{of_type}name", f"{of_type}id"]
    return tuple(dict.fromkeys(exact)), tuple(
        dict.fromkeys(each for each in near if each not in exact and len(each) > 2)
    )


def _last_part(value: str) -> str:
    """The name at the end of an ARN; other values as they are."""
    if not value.startswith("arn:"):
        return value
    resource = value.split(":", 5)[-1]
    return resource.rpartition("/")[2] if "/" in resource else resource.rpartition(":")[2]


def _missing(call: Call, kind: ResourceType) -> ResourceGuess:
    """A required type of which the record names nothing."""
    template = templates_of(kind)[0]
    pattern, known = template.fill(call.place, {})
    if known:
        return certain(pattern, Origin.TEMPLATE, kind.name)
    if call.info.prefix == "ec2" and kind.name in _created_by(call.info.name):
        return certain(pattern, Origin.CREATED, kind.name)
    if call.lost:
        return unknown(pattern, kind.name)
    listed = _listed(call, LISTED.get(call.info.action))
    if listed:
        return listed
    if call.info.prefix in WHOLE_TYPE and not call.info.access.mutating:
        return certain(pattern, Origin.LISTED, kind.name)
    creating = call.info.access.mutating and call.info.name.startswith(CREATING) and _is_about(call.info, kind)
    if creating and call.parameters:
        return likely(pattern, pattern, Origin.CREATED, kind.name)
    return unknown(pattern, kind.name)


def _nothing_found(call: Call) -> ResourceGuess:
    """An action that has several types to choose from, and of which the record names none."""
    uses = _main_first(call.info)
    if len(uses) == 1:
        return _missing(call, uses[0].type)
    fixed = [use.type for use in uses if not any(template.variables for template in templates_of(use.type))]
    if len(fixed) == 1 and not call.lost:
        # the account, the catalog: what is meant if nothing else is named
        return _missing(call, fixed[0])
    if _is_about(call.info, uses[0].type) and call.info.prefix in WHOLE_TYPE:
        return _missing(call, uses[0].type)
    services = {template.service for use in uses for template in templates_of(use.type)}
    service = services.pop() if len(services) == 1 else HOLE
    return unknown(f"arn:{call.place.partition}:{service}:{HOLE}:{HOLE}:{HOLE}")


def _are_alternatives(info: ActionInfo) -> bool:
    """Whether the action acts on one of its types, though the reference marks several as required."""
    return "Tag" in info.name or info.prefix in ALTERNATIVES


@functools.lru_cache(maxsize=1_000)
def _created_by(name: str) -> frozenset[str]:
    """EC2: the types of what an operation creates; their ids do not exist when it is authorized."""
    entry = CREATED.get(name)
    if entry:
        return frozenset(entry.split(" "))
    if name.startswith("Create"):
        made = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name.removeprefix("Create"))
        return frozenset({made.lstrip("-")})
    return frozenset()


@functools.lru_cache(maxsize=30_000)
def _is_about(info: ActionInfo, kind: ResourceType) -> bool:
    """Whether the action's name ends in the type's name: `DescribeCluster` is about a cluster."""
    squeezed = fold(kind.name).replace("-", "").replace(" ", "").replace("/", "")
    name = fold(info.name)
    return name.endswith((squeezed, f"{squeezed}s"))


@functools.lru_cache(maxsize=30_000)
def _main_first(info: ActionInfo) -> tuple[TypeUse, ...]:
    """The action's types, those first that its name is about, then the required ones."""
    return tuple(sorted(info.uses, key=lambda use: (not _is_about(info, use.type), not use.required)))
