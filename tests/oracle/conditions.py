"""Condition blocks (iam-semantics.md 6)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle import values
from tests.oracle.context import Context, as_text
from tests.oracle.globs import COLON, glob, lowered
from tests.oracle.logic import NO, UNKNOWN, YES, Match, all_of, any_of, negation, yes_if
from tests.oracle.variables import Resolved, resolve

# operator -> (what it compares, negated)
OPERATORS = {
    "StringEquals": ("text", False),
    "StringNotEquals": ("text", True),
    "StringEqualsIgnoreCase": ("caseless text", False),
    "StringNotEqualsIgnoreCase": ("caseless text", True),
    "StringLike": ("pattern", False),
    "StringNotLike": ("pattern", True),
    "NumericEquals": ("number", False),
    "NumericNotEquals": ("number", True),
    "NumericLessThan": ("number", False),
    "NumericLessThanEquals": ("number", False),
    "NumericGreaterThan": ("number", False),
    "NumericGreaterThanEquals": ("number", False),
    "DateEquals": ("date", False),
    "DateNotEquals": ("date", True),
    "DateLessThan": ("date", False),
    "DateLessThanEquals": ("date", False),
    "DateGreaterThan": ("date", False),
    "DateGreaterThanEquals": ("date", False),
    "Bool": ("boolean", False),
    "BinaryEquals": ("binary", False),
    "IpAddress": ("address", False),
    "NotIpAddress": ("address", True),
    "ArnEquals": ("arn", False),
    "ArnNotEquals": ("arn", True),
    "ArnLike": ("arn", False),
    "ArnNotLike": ("arn", True),
    "Null": ("null", False),
}

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
    "Equals": operator.eq,
    "NotEquals": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """`each`: "ForAllValues", "ForAnyValue" or nothing."""

    each: str
    base: str
    if_exists: bool

    @property
    def compares(self) -> str:
        return OPERATORS[self.base][0]

    @property
    def negated(self) -> bool:
        return OPERATORS[self.base][1]


def operator_of(name: str) -> Operator:
    each, colon, base = name.rpartition(":")
    if colon and each not in ("ForAllValues", "ForAnyValue"):
        raise ValueError(f"not an operator: {name}")
    stem = base.removesuffix("IfExists")
    if stem not in OPERATORS or (stem == "Null" and stem != base):
        raise ValueError(f"not an operator: {name}")
    return Operator(each, stem, stem != base)


def block(condition: Mapping[str, Mapping[str, Any]], context: Context, *, variables: bool) -> Match:
    """The whole Condition element: every key under every operator must hold (6.1)."""
    return all_of(
        test(operator_of(name), key, listed, context, variables=variables)
        for name, keys in condition.items()
        for key, listed in keys.items()
    )


def test(op: Operator, key: str, listed: Any, context: Context, *, variables: bool) -> Match:
    """One key under one operator (6.15)."""
    wanted = [as_text(value) for value in (listed if isinstance(listed, list) else [listed])]
    state = context.state(key)
    if op.base == "Null":
        return null(op, wanted, state.kind, state.values)
    if not wanted and not op.each and not op.if_exists:
        return UNKNOWN  # 6.14: whatever the key's state
    if not wanted and op.each == "ForAnyValue" and not op.if_exists:
        return NO  # 6.14: never true
    if state.kind == "not known":
        return UNKNOWN
    present = [value for value in state.values if value or not op.each]
    if not present:
        if op.if_exists and state.kind == "absent":
            return UNKNOWN if op.each == "ForAnyValue" else YES
        if op.each:
            return yes_if(op.each == "ForAllValues")
        return yes_if(op.negated)
    if not wanted:
        return NO  # 6.14: the key is there
    if op.each == "ForAllValues":
        return all_of(single(op, wanted, value, context, variables=variables) for value in present)
    if op.each == "ForAnyValue":
        return any_of(single(op, wanted, value, context, variables=variables) for value in present)
    if len(present) > 1:
        return NO  # 10.10
    return single(op, wanted, present[0], context, variables=variables)


def null(op: Operator, wanted: list[str], kind: str, found: tuple[str, ...]) -> Match:
    """6.12; the key is null when it has no value or only empty ones."""
    if op.each or not wanted:
        return UNKNOWN
    asked = {values.boolean(text) for text in wanted}
    if asked >= {True, False}:
        return YES
    if kind == "not known":
        return UNKNOWN
    return yes_if((not any(found)) in asked)


def single(op: Operator, wanted: list[str], value: str, context: Context, *, variables: bool) -> Match:
    """One value of the request against the policy's values: it matches one of them or, negated, none (6.1, 6.13)."""
    if op.compares in ("text", "caseless text", "pattern"):
        matched = any_of(string(op, text, value, context, variables=variables) for text in wanted)
    elif op.compares == "arn":
        if not is_arn(value):
            return NO  # 6.4: for the negated operators too
        matched = any_of(arn(text, value, context, variables=variables) for text in wanted)
    elif op.compares in ("number", "date"):
        matched = ordered(op, wanted, value)
    elif op.compares == "boolean":
        matched = boolean(wanted, value)
    elif op.compares == "binary":
        matched = yes_if(value in [text for text in wanted if values.base64_text(text) is not None])
    else:
        matched = address(op, wanted, value)
    return negation(matched) if op.negated else matched


def string(op: Operator, text: str, value: str, context: Context, *, variables: bool) -> Match:
    resolved = resolve(text, context, active=variables, wildcards=op.compares == "pattern")
    if resolved.tokens is None:
        return NO  # 5.3: a value without its variable never matches
    tokens = list(resolved.tokens)
    if op.compares == "caseless text":
        tokens = [token._replace(char=lowered(token.char)) for token in tokens]
        value = lowered(value)
    return guess(resolved, matched=glob(tokens, value))


def guess(resolved: Resolved, *, matched: bool) -> Match:
    """A match that rests on any text in a variable's place is Unknown (project rule 14)."""
    if not matched:
        return NO
    return UNKNOWN if resolved.guessed else YES


def is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5


def arn(text: str, value: str, context: Context, *, variables: bool) -> Match:
    """Field by field, after variables are put in (6.11; 10.50, 6): a wildcard takes none of the first five colons."""
    resolved = resolve(text, context, active=variables, colons=5)
    if resolved.tokens is None:
        return NO
    if resolved.tokens.count(COLON) < 5:
        return UNKNOWN
    return guess(resolved, matched=glob(resolved.tokens, value))


def ordered(op: Operator, wanted: list[str], value: str) -> Match:
    """Numbers and dates: what cannot be read never matches, or is Unknown under the negated operator (6.4)."""
    read = values.number if op.compares == "number" else values.instant
    unreadable = UNKNOWN if op.negated else NO
    compare = COMPARISONS[op.base.removeprefix("Numeric").removeprefix("Date")]
    asked = read(value)
    if asked is None:
        return unreadable
    limits = [read(text) for text in wanted]
    return any_of(unreadable if limit is None else yes_if(compare(asked, limit)) for limit in limits)


def boolean(wanted: list[str], value: str) -> Match:
    known = [truth for truth in map(values.boolean, wanted) if truth is not None]
    asked = values.boolean(value)
    if asked is None:
        return UNKNOWN if known else NO  # 10.14
    return yes_if(asked in known)


def address(op: Operator, wanted: list[str], value: str) -> Match:
    """Ranges; an IPv6 source that holds an IPv4 address is Unknown where the two readings differ (10.27)."""
    unreadable = UNKNOWN if op.negated else NO
    asked = values.address(value)
    if asked is None:
        return unreadable
    ranges = [values.network(text) for text in wanted]

    def inside(source: values.Address) -> Match:
        return any_of(
            unreadable if net is None else yes_if(source.version == net.version and source in net) for net in ranges
        )

    mapped = asked.ipv4_mapped if asked.version == 6 else None
    if mapped is None or inside(asked) == inside(mapped):
        return inside(asked)
    return UNKNOWN
