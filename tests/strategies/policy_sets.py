"""Whole policy sets: every policy type, groups, organization, layers, around a few callers, actions and resources."""

from __future__ import annotations

from typing import Any

from tests.oracle.model import Account, Attachment, PolicySet
from tests.strategies import vocabulary
from tests.strategies.conditions import Notes
from tests.strategies.documents import Scene, document, statement, trust
from tests.strategies.source import Source
from tests.strategies.vocabulary import A1, A2, CATALOGUE, CHINA, ENDPOINTS, GROUPS, MANAGEMENT, NODES, Person, iam

EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
RCP_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
LAYERS = ("identity", "boundary", "session", "resource", "scp", "rcp", "endpoint")


def scene(source: Source) -> Scene:
    home = source.weighted([(84, A1), (8, A2), (8, MANAGEMENT)])
    accounts = [home, source.weighted([(68, home), (22, A2 if home != A2 else A1), (5, MANAGEMENT), (5, CHINA)])]
    persons = [vocabulary.person(source, accounts[source.number(0, 1)]) for _ in range(source.number(1, 3))]
    services = [source.pick(list(CATALOGUE)) for _ in range(source.number(1, 2))]
    if any(somebody.kind == "provider" for somebody in persons) and source.chance(70):
        services = ["sts"]  # all that an identity provider can ask for
    actions = [vocabulary.action_name(source, source.pick(services)) for _ in range(source.number(2, 4))]
    resources = [vocabulary.resource_arn(source, source.pick(services), home) for _ in range(source.number(2, 4))]
    return Scene(persons, accounts, actions, [*resources, "*"] if source.chance(15) else resources, Notes())


def policy_set(source: Source, about: Scene) -> PolicySet:
    made: list[Attachment] = []
    memberships = joined(source, about)
    groups = [group for _, group in memberships]
    made += identity(source, about, groups)
    if source.chance(16):
        made += [attachment(source, about, "boundary", to_person(source, about)) for _ in range(source.number(1, 2))]
    if source.chance(45 if any(p.kind == "federated" for p in about.persons) else 14):
        made += [attachment(source, about, "session", to_session(source, about)) for _ in range(source.number(1, 2))]
    made += resource_policies(source, about)
    accounts = placed(source, about)
    if source.chance(24):
        made += levels(source, about, "scp", accounts)
    if source.chance(20):
        made += levels(source, about, "rcp", accounts)
    if source.chance(16):
        made += [endpoint(source, about) for _ in range(source.number(1, 2))]
    layers = frozenset(source.some(LAYERS, 1, 6)) if source.chance(12) else None
    return PolicySet(named(made), tuple(memberships), accounts, layers)


def named(made: list[Attachment]) -> tuple[Attachment, ...]:
    """Every policy gets a name of its own; only AWS's RCP keeps its."""
    return tuple(
        a if a.name else Attachment(a.document, a.type, a.to, f"{a.type}-{number}") for number, a in enumerate(made)
    )


def effects(source: Source, *, deny: int) -> list[str]:
    count = source.weighted([(60, 1), (30, 2), (10, 3)])
    return ["Deny" if source.chance(deny) else "Allow" for _ in range(count)]


def attachment(source: Source, about: Scene, policy_type: str, to: str | None, *, deny: int = 30) -> Attachment:
    if policy_type in ("boundary", "session", "scp", "endpoint") and source.chance(40):
        return Attachment(broad(policy_type), policy_type, to)
    return Attachment(document(source, about, policy_type, effects(source, deny=deny)), policy_type, to)


def broad(policy_type: str) -> dict[str, Any]:
    return RCP_EVERYTHING if policy_type in ("endpoint", "rcp") else EVERYTHING


def joined(source: Source, about: Scene) -> list[tuple[str, str]]:
    users = [p.principal for p in about.persons if p.kind == "user"] + [
        p.federated_by for p in about.persons if p.federated_by
    ]
    return [(user, iam(user.split(":")[4], f"group/{source.pick(GROUPS)}")) for user in users if source.chance(30)]


def identity(source: Source, about: Scene, groups: list[str]) -> list[Attachment]:
    made = []
    if source.chance(64):
        made.append(Attachment(EVERYTHING, "identity", to_person(source, about)))
    for _ in range(source.number(0, 3)):
        to = source.pick(groups) if groups and source.chance(30) else to_person(source, about)
        made.append(attachment(source, about, "identity", to, deny=40))
    return made


def to_person(source: Source, about: Scene) -> str | None:
    hooks = [person.attach for person in about.persons if person.attach]
    if not hooks or source.chance(22):
        return None
    if source.chance(6):
        return iam(source.pick(about.accounts), f"user/{source.pick(vocabulary.USERS)}")
    return source.pick(hooks)


def to_session(source: Source, about: Scene) -> str | None:
    hooks = [
        hook for person in about.persons if person.kind in ("session", "role", "federated") for hook in person.names[:2]
    ]
    if not hooks or source.chance(25):
        return None
    return source.pick(hooks)


def resource_policies(source: Source, about: Scene) -> list[Attachment]:
    made = []
    roles = [arn for arn in about.resources if ":role/" in arn]
    if roles and source.chance(80):
        made.append(Attachment(trust(source, about, effects(source, deny=18)), "resource", source.pick([*roles, None])))
    if any(":key/" in arn for arn in about.resources) and source.chance(70):
        account = source.pick(about.accounts)
        own = {"Effect": "Allow", "Principal": {"AWS": iam(account, "root")}, "Action": "kms:*", "Resource": "*"}
        made.append(Attachment({"Version": "2012-10-17", "Statement": [own]}, "resource", covering(source, about)))
    outsiders = [p for p in about.persons if p.kind != "provider" and p.account != about.accounts[0]]
    if outsiders and source.chance(80):
        made.append(Attachment(granting(source, about, source.pick(outsiders)), "resource", covering(source, about)))
    for _ in range(source.weighted([(35, 0), (48, 1), (17, 2)])):
        made.append(attachment(source, about, "resource", covering(source, about), deny=36))
    return made


def granting(source: Source, about: Scene, somebody: Person) -> dict[str, Any]:
    """A resource policy that lets somebody of elsewhere in."""
    one = statement(source, about, "resource", "Allow", variables=True)
    one |= {"Principal": "*"} if not somebody.names else {"Principal": {"AWS": source.pick(somebody.names[:2])}}
    if somebody.kind == "service":
        one["Principal"] = {"Service": somebody.principal}
    one.pop("NotPrincipal", None)
    if source.chance(60):
        one.pop("NotAction", None)
        one["Action"] = "*"
    return {"Version": "2012-10-17", "Statement": [one]}


def covering(source: Source, about: Scene) -> str | None:
    """What a resource policy hangs on: everything, one of the resources, or a pattern that covers some."""
    arn = source.pick(about.resources)
    if arn == "*" or source.chance(40):
        return None
    fields = arn.split(":", 5)
    if fields[2] == "s3":
        bucket = ":".join(fields[:5]) + ":" + fields[5].split("/")[0]
        return source.weighted(
            [(60, bucket), (15, arn.replace("*", "x")), (15, bucket + "*"), (10, "arn:aws:s3:::other")]
        )
    return source.weighted(
        [(60, arn), (25, ":".join(fields[:5]) + ":" + fields[5][:2] + "*"), (15, ":".join([*fields[:5], "other"]))]
    )


def placed(source: Source, about: Scene) -> dict[str, Account]:
    made = {}
    for account in dict.fromkeys([*about.accounts, *([MANAGEMENT] if source.chance(10) else [])]):
        if source.chance(75):
            made[account] = Account(NODES[: source.number(0, 3)], management=account == MANAGEMENT)
    return made


def levels(source: Source, about: Scene, policy_type: str, accounts: dict[str, Account]) -> list[Attachment]:
    """Policies on some nodes; most levels allow everything besides, as AWS's default does."""
    account = source.pick(about.accounts)
    nodes = [*accounts.get(account, Account()).path, account]
    if source.chance(12):
        nodes.append(source.pick([None, "ou-elsewhere"]))
    made = []
    for node in source.some(nodes, 1, 3):
        if source.chance(84):
            name = "RCPFullAWSAccess" if policy_type == "rcp" else ""
            made.append(Attachment(broad(policy_type), policy_type, node, name))
        if source.chance(70):
            chosen = ["Deny"] * source.number(1, 2) if policy_type == "rcp" else effects(source, deny=50)
            made.append(Attachment(document(source, about, policy_type, chosen), policy_type, node))
    return made


def endpoint(source: Source, about: Scene) -> Attachment:
    to = source.weighted([(75, ENDPOINTS[0]), (10, ENDPOINTS[1]), (15, None)])
    about.notes.add("aws:SourceVpce", *ENDPOINTS, ENDPOINTS[0])
    return attachment(source, about, "endpoint", to, deny=30)


def stranger(source: Source, about: Scene) -> Person:
    """Another caller of the accounts at hand."""
    return vocabulary.person(source, source.pick(about.accounts))
