"""Actions and resources against their patterns (iam-semantics.md 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracle.context import Context
from tests.oracle.globs import ANY_TEXT, COLON, NEVER, Token, glob, wildcards
from tests.oracle.logic import NO, UNKNOWN, YES, Match, any_of, negation, yes_if
from tests.oracle.variables import Resolved, resolve

CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def ascii_lower(text: str) -> str:
    return text.translate(CAPITALS)


def only_stars(text: str) -> bool:
    return text != "" and set(text) == {"*"}


def action(pattern: str, asked: str) -> Match:
    """One action pattern (2.1)."""
    if pattern in ("*", "*:*"):
        return YES
    if only_stars(pattern):
        return UNKNOWN
    prefix, colon, name = ascii_lower(pattern).partition(":")
    service, _, operation = ascii_lower(asked).partition(":")
    if "*" in prefix or "?" in prefix:
        return UNKNOWN if colon and glob(wildcards(prefix), service) and glob(wildcards(name), operation) else NO
    return yes_if(colon and prefix == service and glob(wildcards(name), operation))


def actions(patterns: Sequence[str], asked: str, *, negated: bool) -> Match:
    """Action, or NotAction when `negated`; an empty NotAction is Unknown (1.3)."""
    if negated and not patterns:
        return UNKNOWN
    found = any_of(action(pattern, asked) for pattern in patterns)
    return negation(found) if negated else found


def resource(
    pattern: str, asked: str, context: Context, *, variables: bool, pads: bool = True, negated: bool = False
) -> Match:
    """One resource pattern (3.5).

    `variables`: the document's version knows them. `pads`: a short ARN is completed with certainty, as identity policies and
    boundaries do (3.4). `negated`: the pattern stands under NotResource, where an unresolved variable is Unknown (10.4).
    """
    if pattern == "*":
        return YES
    if only_stars(pattern):
        return UNKNOWN
    if asked == "*":
        return NO
    fields = asked.split(":", 5)
    if len(fields) < 6:
        raise ValueError(f"not a resource ARN: {asked}")
    parts = pattern.split(":", 5)
    if parts[0] != fields[0] or any("${" in part for part in parts[1:5]):
        return NO
    short = len(parts) < 6
    last = resolve("*" if short else parts[5], context, active=variables)
    padded = (parts + ["*"] * 4)[:5]
    if not all(glob(wildcards(padded[i]), fields[i]) for i in range(1, 5)):
        in_fields = NO
    elif last.tokens is None or (last.guessed and negated):  # what is guessed may turn out unresolved
        in_fields = UNKNOWN if negated else NO
    else:
        in_fields = yes_if(glob(last.tokens, fields[5]))
        if in_fields == YES and (last.guessed or (short and not pads)):
            in_fields = UNKNOWN
    if in_fields == NO and over_colons(parts, last, asked, negated=negated):
        return UNKNOWN
    return in_fields


def over_colons(parts: Sequence[str], last: Resolved, asked: str, *, negated: bool) -> bool:
    """The reading in which a `*` at the end of a field may run past the colon (10.1), on the pattern as it is written."""
    tokens: list[Token] = []
    for i, part in enumerate(parts[:5]):
        tokens += [COLON] if i else []
        tokens += wildcards(part, colons=NEVER)
        if i and part.endswith("*"):
            tokens[-1] = ANY_TEXT
    if len(parts) == 6:
        if last.tokens is None and not negated:
            return False
        open_ = last.tokens is None or (last.guessed and negated)
        tokens += [COLON, *([ANY_TEXT] if open_ else last.tokens or ())]
    return glob(tokens, asked)


def resources(
    patterns: Sequence[str], asked: str, context: Context, *, variables: bool, pads: bool, negated: bool
) -> Match:
    """Resource, or NotResource when `negated`; an empty NotResource is Unknown (1.3)."""
    if negated and not patterns:
        return UNKNOWN
    found = any_of(
        resource(pattern, asked, context, variables=variables, pads=pads, negated=negated) for pattern in patterns
    )
    return negation(found) if negated else found
