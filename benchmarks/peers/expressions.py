"""Patterns as regular expressions, and conditions as functions: what most translations share.

In: patterns and conditions of plain statements. Out: texts of regular expressions, and `Holds`.
A star crosses every character, colons too: that is what one writes by hand. Where the workloads' answers could differ by it,
the agreement shows it.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.peers.plain import Condition, Plain

Holds = Callable[[Any], bool]
"""Whether a condition holds for the value of its key; None: the key is absent."""


def expression(patterns: Iterable[str], *, negated: bool = False, fold: bool = False) -> str:
    """One regular expression for `fullmatch` that matches what one of the patterns does; `negated`: what none does."""
    parts = [_expression(pattern) for pattern in patterns]
    text = f"(?:{'|'.join(parts)})"
    flags = "(?is)" if fold else "(?s)"
    return f"{flags}(?!{text}\\Z).*" if negated else flags + text


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def condition_test(condition: Condition) -> Holds:
    """The function of a condition, with its patterns and networks made ready."""
    found = _positive(condition)
    if condition.negated:
        return lambda value: value is None or not found(value)
    return lambda value: value is not None and found(value)


def _positive(condition: Condition) -> Holds:
    values = condition.values
    match condition.operator:
        case "StringEquals":
            return frozenset(values).__contains__
        case "Bool":
            folded = frozenset(value.lower() for value in values)
            return lambda value: str(value).lower() in folded
        case "StringLike":
            match_any = re.compile(expression(values)).fullmatch
            return lambda value: match_any(value) is not None
        case "IpAddress":
            networks = [ipaddress.ip_network(text) for text in values]
            return lambda value: any(ipaddress.ip_address(value) in network for network in networks)
        case "DateGreaterThan":
            return lambda value: any(value > text for text in values)
        case _:
            raise ValueError(condition.operator)


def tests(statement: Plain) -> list[tuple[str, Holds]]:
    """The key and the function of each condition of a statement."""
    return [(condition.key, condition_test(condition)) for condition in statement.conditions]
