"""moto (Apache-2.0): the policy evaluation of its IAM backend, on the documents as they are.

`IAMPolicy.is_action_permitted(action, resource, principal, context)` of one document with all statements. moto mocks AWS for tests and evaluates a
part of IAM's logic: its answers are shown as they are. Variables are put in beforehand, as for the others.
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.peers.plain import Condition, Missing, Plain, plain_statements
from benchmarks.workloads import Request, Workload


class Moto:
    """Asks moto's evaluation of one policy."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            from moto.iam import access_control  # a peer is optional
        except ImportError:
            raise Missing("moto is not installed: pip install '.[peers]'") from None
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement_json(each) for each in statements]})
        self._ask = access_control.IAMPolicy({"policy_document": text}).is_action_permitted
        self._permitted = access_control.PermissionResult.PERMITTED
        self._names_callers = any(each.principals is not None for each in statements)

    def request(self, request: Request) -> tuple[Any, ...]:
        principal, action, resource, context = request
        return action, resource, principal if self._names_callers else None, context

    def ask(self, request: tuple[Any, ...]) -> bool:
        return bool(self._ask(*request) is self._permitted)


def statement_json(statement: Plain) -> dict[str, Any]:
    """A plain statement in IAM's own form."""
    conditions: dict[str, dict[str, list[str]]] = {}
    for each in statement.conditions:
        conditions.setdefault(_operator(each), {})[each.key] = list(each.values)
    return {
        "Effect": "Deny" if statement.deny else "Allow",
        **({} if statement.principals is None else {"Principal": {"AWS": list(statement.principals)}}),
        "NotAction" if statement.not_action else "Action": list(statement.actions),
        "NotResource" if statement.not_resource else "Resource": list(statement.resources),
        **({"Condition": conditions} if conditions else {}),
    }


def _operator(condition: Condition) -> str:
    if not condition.negated:
        return condition.operator
    return "NotIpAddress" if condition.operator == "IpAddress" else condition.operator.replace("String", "StringNot")


def moto(workload: Workload) -> Moto:
    return Moto(plain_statements(workload))
