"""Statements and documents of every policy type, valid for it (iam-semantics.md 1.3 to 1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.strategies import conditions
from tests.strategies.conditions import Notes
from tests.strategies.patterns import action_pattern, resource_pattern
from tests.strategies.source import Source
from tests.strategies.vocabulary import CANONICAL_ID, OIDC, SAML, SERVICES, Person, iam, person

WITH_PRINCIPAL = ("resource", "rcp", "endpoint")
ASSUMING = ("sts:AssumeRole", "sts:TagSession", "sts:AssumeRole*", "sts:SetSourceIdentity")


@dataclass(slots=True)
class Scene:
    """What one policy set is about."""

    persons: list[Person]
    accounts: list[str]
    actions: list[str]
    resources: list[str]
    notes: Notes


def document(source: Source, scene: Scene, policy_type: str, effects: Sequence[str]) -> dict[str, Any]:
    """A document with one statement for each effect."""
    old = policy_type in ("identity", "resource") and source.chance(6)
    version = source.pick(["2008-10-17", None]) if old else "2012-10-17"
    made: dict[str, Any] = {} if version is None else {"Version": version}
    if policy_type == "resource" and source.chance(8):
        made["Id"] = "an id"
    statements = [statement(source, scene, policy_type, effect, variables=not old) for effect in effects]
    if source.chance(15):
        for i, one in enumerate(statements):
            one["Sid"] = f"S{i}"
    made["Statement"] = statements[0] if len(statements) == 1 and source.chance(30) else statements
    return made


def statement(source: Source, scene: Scene, policy_type: str, effect: str, *, variables: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": effect}
    if policy_type == "rcp":
        made["Principal"] = "*"
    elif policy_type in WITH_PRINCIPAL:
        made |= principal(source, scene, effect)
    negated = policy_type != "rcp" and source.chance(18 if effect == "Deny" else 9)
    actions = several(source, [action_pattern(source, source.pick(scene.actions), policy_type) for _ in range(3)])
    made["NotAction" if negated else "Action"] = actions
    negated = source.chance(18 if effect == "Deny" else 9)
    resources = [
        resource_pattern(source, source.pick(scene.resources), policy_type, variables=variables) for _ in range(3)
    ]
    made["NotResource" if negated else "Resource"] = several(source, resources)
    if source.chance(68 if effect == "Deny" else 55):
        made["Condition"] = conditions.block(source, scene.notes, scene.persons, policy_type)
    return made


def several(source: Source, options: list[str]) -> str | list[str]:
    """One text, bare or in a list, or several."""
    chosen = options[: source.weighted([(60, 1), (28, 2), (12, 3)])]
    return chosen[0] if len(chosen) == 1 and source.chance(60) else chosen


def trust(source: Source, scene: Scene, effects: Sequence[str]) -> dict[str, Any]:
    """A role's trust policy: no Resource, no NotPrincipal, federated principals with the call that is theirs."""
    statements = []
    for effect in effects:
        made: dict[str, Any] = {"Effect": effect}
        account = source.pick(scene.accounts)
        form = source.weighted([(70, "AWS"), (12, OIDC), (12, SAML), (6, "*")])
        providers = [somebody for somebody in scene.persons if somebody.kind == "provider"]
        if providers and source.chance(70):
            account, form = providers[0].account or account, OIDC if OIDC in providers[0].principal else SAML
        if form in (OIDC, SAML):
            made["Principal"] = {"Federated": iam(account, form)}
            made["Action"] = "sts:AssumeRoleWithWebIdentity" if form == OIDC else ["sts:AssumeRoleWithSAML"]
        else:
            made["Principal"] = "*" if form == "*" else {"AWS": several(source, aws_names(source, scene))}
            if form == "AWS" and source.chance(15):
                made["Principal"] = {"Service": source.pick(SERVICES)}
            made["Action"] = several(source, [source.pick(ASSUMING[:1] * 3 + ASSUMING) for _ in range(2)])
        if source.chance(30):
            made["Condition"] = conditions.block(source, scene.notes, scene.persons, "resource")
        statements.append(made)
    return {"Version": "2012-10-17", "Statement": statements}


def principal(source: Source, scene: Scene, effect: str) -> dict[str, Any]:
    if source.chance(12 if effect == "Deny" else 3):
        return {"NotPrincipal": not_principal(source, scene)}
    form = source.weighted([(26, "*"), (8, "AWS *"), (52, "AWS"), (10, "Service"), (2, "CanonicalUser"), (2, "mixed")])
    if form == "*":
        return {"Principal": "*"}
    if form == "AWS *":
        return {"Principal": {"AWS": "*"}}
    if form == "Service":
        return {"Principal": {"Service": several(source, source.some(SERVICES, 2, 2))}}
    if form == "CanonicalUser":
        return {"Principal": {"CanonicalUser": CANONICAL_ID}}
    names = {"AWS": several(source, aws_names(source, scene))}
    return {"Principal": names | ({"Service": source.pick(SERVICES)} if form == "mixed" else {})}


def aws_names(source: Source, scene: Scene) -> list[str]:
    """Texts for an "AWS" principal: mostly the callers at hand by one of their names, or their accounts."""
    made: list[str] = []
    for _ in range(3):
        somebody = source.pick(scene.persons)
        if source.chance(15) or not somebody.names:
            somebody = person(source, source.pick(scene.accounts))
        account = somebody.account or source.pick(scene.accounts)
        made.append(
            source.weighted(
                [
                    (40, somebody.names[0] if somebody.names else account),
                    (25, source.pick(somebody.names) if somebody.names else account),
                    (14, account),
                    (14, iam(account, "root")),
                    (4, iam(account, f"user/{somebody.short}")),
                    (3, iam(account, f"role/{somebody.short}")),
                ]
            )
        )
    return [name for name in made if name != "*"]


def not_principal(source: Source, scene: Scene) -> Any:
    """A list that exempts a caller, or leaves out one of the entries that are needed for it."""
    if source.chance(6):
        return "*"
    somebody = source.pick(scene.persons)
    if somebody.kind == "service":
        return {"Service": source.pick([somebody.principal, *SERVICES])}
    if not somebody.names:
        return {"AWS": aws_names(source, scene)[:2]}
    account = somebody.account or scene.accounts[0]
    names = [
        *(name for name in somebody.names if name.startswith("arn:")),
        source.pick([account, iam(account, "root")]),
    ]
    if source.chance(40) and len(names) > 1:
        names.remove(source.pick(names))
    return {"AWS": names}
