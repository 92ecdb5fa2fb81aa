"""One statement against one request (iam-semantics.md 0.3, 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle import conditions, matching, principals
from tests.oracle.callers import Caller
from tests.oracle.context import Context
from tests.oracle.logic import NO, UNKNOWN, YES, Match, all_of, any_of
from tests.oracle.model import Request

WITH_PRINCIPAL = ("resource", "rcp", "endpoint")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a statement is looked at with: the request, read once."""

    request: Request
    caller: Caller
    context: Context
    has_boundary: Match


@dataclass(frozen=True, slots=True)
class Matched:
    """`value`: the statement's match value. `classes`: for each matching principal entry its class, and the value with it."""

    value: Match
    classes: tuple[tuple[str, Match], ...] = ()


def statements_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def match(statement: Mapping[str, Any], policy_type: str, version: str | None, facts: Facts) -> Matched:
    variables = version == "2012-10-17"
    rest = all_of(
        [
            action(statement, facts),
            resource(statement, policy_type, facts, variables=variables),
            conditions.block(statement.get("Condition", {}), facts.context, variables=variables),
        ]
    )
    if policy_type not in WITH_PRINCIPAL:
        return Matched(rest)
    classes = tuple((kind, all_of([value, rest])) for kind, value in principal(statement, facts))
    return Matched(any_of(value for _, value in classes), classes)


def texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def action(statement: Mapping[str, Any], facts: Facts) -> Match:
    negated = "NotAction" in statement
    patterns = texts(statement["NotAction" if negated else "Action"])
    return matching.actions(patterns, facts.request.action, negated=negated)


def resource(statement: Mapping[str, Any], policy_type: str, facts: Facts, *, variables: bool) -> Match:
    if "Resource" not in statement and "NotResource" not in statement:
        return YES if policy_type == "resource" else NO  # a trust policy speaks of what it is attached to
    negated = "NotResource" in statement
    patterns = texts(statement["NotResource" if negated else "Resource"])
    return matching.resources(
        patterns,
        facts.request.resource,
        facts.context,
        variables=variables,
        pads=policy_type in ("identity", "boundary"),
        negated=negated,
    )


def principal(statement: Mapping[str, Any], facts: Facts) -> list[tuple[str, Match]]:
    allow = statement["Effect"] == "Allow"
    if "Principal" in statement:
        return principals.matches(statement["Principal"], facts.caller, allow=allow)
    if "NotPrincipal" not in statement:
        return []  # matches nobody (4)
    if allow:
        return [(principals.STAR, UNKNOWN)]  # 10.20
    spared = principals.spares(statement["NotPrincipal"], facts.caller, has_boundary=facts.has_boundary)
    return [(principals.STAR, spared)]
