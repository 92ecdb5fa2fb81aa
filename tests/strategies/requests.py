"""Requests made from a policy set: its patterns filled in, its conditions met, and a little of it wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.oracle.model import PolicySet, Request
from tests.strategies import conditions, vocabulary
from tests.strategies.documents import Scene
from tests.strategies.patterns import action_from, mutated_resource, near, resource_from
from tests.strategies.policy_sets import stranger
from tests.strategies.source import Source
from tests.strategies.vocabulary import A2, CATALOGUE, Person


def anchors(policies: PolicySet) -> list[dict[str, Any]]:
    """The statements that requests are made to meet: those that say something, the denying ones three times."""
    found = []
    for attachment in policies.attachments:
        statements = attachment.document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            if statement.get("Action") == "*" and statement.get("Resource") == "*" and "Condition" not in statement:
                continue
            found += [statement] * (3 if statement["Effect"] == "Deny" else 1)
    return found


def request(source: Source, about: Scene, statements: Sequence[dict[str, Any]]) -> Request:
    who = stranger(source, about) if source.chance(8) else source.pick(about.persons)
    context = conditions.context(source, about.notes)
    if who.kind == "session" and who.role is None and source.chance(50):
        context = {k: v for k, v in context.items() if k.lower() != "aws:principalarn"}
        context[source.pick(["aws:PrincipalArn", "aws:principalarn"])] = who.names[1]
    anchor = source.pick(statements) if statements and source.chance(72) else {}
    action = asked_action(source, about, anchor)
    resource = asked_resource(source, about, anchor, who, context, action)
    return Request(
        principal=who.principal,
        action=action,
        resource=resource,
        context=context,
        role=who.role,
        federated_by=who.federated_by,
        unique_id=who.unique_id,
        resource_account=owner(source, about, resource),
        missing="unknown" if source.chance(12) else "absent",
    )


def texts(anchor: dict[str, Any], *names: str) -> list[str]:
    for name in names:
        if name in anchor:
            return anchor[name] if isinstance(anchor[name], list) else [anchor[name]]
    return []


def asked_action(source: Source, about: Scene, anchor: dict[str, Any]) -> str:
    patterns = texts(anchor, "Action", "NotAction")
    action = action_from(source, source.pick(patterns), about.actions) if patterns else source.pick(about.actions)
    if source.chance(6):
        prefix, _, name = action.partition(":")
        action = f"{prefix}:{near(source, name)}"
    if source.chance(4):
        action = source.pick([action.upper(), action.lower()])
    if source.chance(3):
        action = vocabulary.action_name(source, source.pick(list(CATALOGUE)))
    return action


def asked_resource(
    source: Source, about: Scene, anchor: dict[str, Any], who: Person, context: dict[str, Any], action: str
) -> str:
    natural = source.pick(about.resources)
    patterns = texts(anchor, "Resource", "NotResource")
    if not patterns or source.chance(25):
        return mutated_resource(source, natural) if source.chance(12) else natural
    if source.chance(2):
        return "*"
    known = {key.lower(): value for key, value in context.items() if isinstance(value, str)}
    known.setdefault("aws:username", who.short if who.kind == "user" else "alice")
    known.setdefault("aws:principalaccount", who.account or A2)
    resource = resource_from(source, source.pick(patterns), natural, variables=known)
    return mutated_resource(source, resource) if source.chance(10) else resource


def owner(source: Source, about: Scene, resource: str) -> str | None:
    """The resource account as the caller gives it: often for ARNs that do not say it, seldom against those that do."""
    fields = resource.split(":", 5)
    says = len(fields) == 6 and bool(fields[4])
    if source.chance(12 if says else 65):
        return about.accounts[0] if source.chance(85) else A2
    return None
