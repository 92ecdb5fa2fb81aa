"""cedarpy: Python bindings of Cedar's Rust core (Apache-2.0).

One Cedar policy for each statement: `permit` or `forbid`; the resource ARN and the action name travel in the context, since Cedar matches patterns (`like`, with
stars only) on strings, not on entities; actions in lower case on both sides. `?` has no counterpart: such a workload is skipped. Policies
and entities are parsed beforehand and handed over as handles; the request is a dictionary, as the library wants it.
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.peers.plain import Condition, Missing, Plain, Untranslatable, plain_statements
from benchmarks.workloads import Request, Workload


class Cedar:
    """Asks `cedarpy.is_authorized`."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            import cedarpy  # a peer is optional
        except ImportError:
            raise Missing("cedarpy is not installed: pip install '.[peers]'") from None
        self._ask = cedarpy.is_authorized
        self._policies = cedarpy.PolicySet.from_str("\n".join(policy_text(each) for each in statements))
        self._entities = cedarpy.Entities.from_json_str("[]")

    def request(self, request: Request) -> dict[str, Any]:
        principal, action, resource, context = request
        carried = {_attribute(key): value for key, value in context.items()}
        return {
            "principal": {"type": "Caller", "id": principal},
            "action": 'Action::"ask"',
            "resource": 'Resource::"one"',
            "context": {"action": action.lower(), "resource": resource, **carried},
        }

    def ask(self, request: dict[str, Any]) -> bool:
        return bool(self._ask(request, self._policies, self._entities).allowed)


def policy_text(statement: Plain) -> str:
    """One statement in Cedar's language."""
    tests = [
        _element("context.action", [each.lower() for each in statement.actions], negated=statement.not_action),
        _element("context.resource", statement.resources, negated=statement.not_resource),
        *map(_condition, statement.conditions),
    ]
    if statement.principals is not None:
        tests.insert(
            0, "(" + " || ".join(f"principal == Caller::{_quoted(each)}" for each in statement.principals) + ")"
        )
    effect = "forbid" if statement.deny else "permit"
    return f"{effect}(principal, action, resource) when {{ {' && '.join(tests)} }};"


def _element(name: str, patterns: Sequence[str], *, negated: bool) -> str:
    text = "(" + " || ".join(_like(name, pattern) for pattern in patterns) + ")"
    return f"!{text}" if negated else text


def _like(name: str, pattern: str) -> str:
    if "?" in pattern:
        raise Untranslatable("Cedar's `like` has no counterpart of `?`")
    if pattern == "*":
        return "true"
    return f"{name} like {_quoted(pattern)}" if "*" in pattern else f"{name} == {_quoted(pattern)}"


def _condition(condition: Condition) -> str:
    name = f"context.{_attribute(condition.key)}"
    match condition.operator:
        case "StringEquals" | "Bool":
            tests = [f"{name} == {_quoted(value)}" for value in condition.values]
        case "StringLike":
            tests = [_like(name, value) for value in condition.values]
        case "IpAddress":
            tests = [f"ip({name}).isInRange(ip({_quoted(value)}))" for value in condition.values]
        case "DateGreaterThan":
            tests = [f"datetime({name}) > datetime({_quoted(value)})" for value in condition.values]
        case _:
            raise Untranslatable(f"the operator {condition.operator} is not translated")
    there = f"context has {_attribute(condition.key)}"
    text = "(" + " || ".join(tests) + ")"
    return f"!({there} && {text})" if condition.negated else f"({there} && {text})"


def _attribute(key: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def cedar(workload: Workload) -> Cedar:
    return Cedar(plain_statements(workload))
