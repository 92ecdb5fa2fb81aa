"""What one would write by hand: a loop over the statements with one compiled regular expression for each pattern.

It knows identity policies with the elements and operators of the workloads, and nothing else: no layers, no Unknown. It is
the yardstick, and its answers are compared with ours before any time counts.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Any


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def expression(pattern: str, flags: re.RegexFlag = re.DOTALL) -> Callable[[str], object]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), flags).fullmatch


class NaiveEvaluator:
    """Decides by asking every statement of one identity policy."""

    def __init__(self, statements: list[dict[str, Any]], username: str) -> None:
        self._statements = [
            (
                statement["Effect"] == "Deny",
                "NotAction" in statement,
                [
                    expression(text, re.IGNORECASE)
                    for text in listed(statement.get("Action", statement.get("NotAction")))
                ],
                [expression(text.replace("${aws:username}", username)) for text in listed(statement["Resource"])],
                statement.get("Condition", {}),
            )
            for statement in statements
        ]

    def is_allowed(self, _principal: str, action: str, resource: str, context: dict[str, Any]) -> bool:
        allowed = False
        for deny, negated, actions, resources, conditions in self._statements:
            if any(match(action) for match in actions) == negated:
                continue
            if not any(match(resource) for match in resources):
                continue
            if all(holds(op, key, values, context) for op, keys in conditions.items() for key, values in keys.items()):
                if deny:
                    return False
                allowed = True
        return allowed


def holds(operator: str, key: str, values: Any, context: dict[str, Any]) -> bool:
    value = context.get(key)
    negated = "Not" in operator
    if value is None:
        return negated
    match operator.replace("Not", ""):
        case "StringEquals":
            found = value in listed(values)
        case "StringLike":
            found = any(expression(text)(value) for text in listed(values))
        case "Bool":
            found = value in listed(values)
        case "IpAddress":
            address = ipaddress.ip_address(value)
            found = any(address in ipaddress.ip_network(text) for text in listed(values))
        case "DateGreaterThan":
            found = any(value > text for text in listed(values))
        case _:
            raise ValueError(operator)
    return found != negated
