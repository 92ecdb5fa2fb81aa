"""ARNs, and the patterns of `Resource` and `NotResource` entries (iam-semantics.md 3.1 to 3.5).

In: the entry's text, and whether its document knows variables. Out: a `ResourcePattern`.
Invariant: every text has a pattern, and ARNs split at the first five colons only, here and nowhere else.
Variables count in the resource part alone: an earlier field that holds `${` is taken as its own characters, which no field
of an ARN has. `arn.lark` is the definition; this scanner agrees with it. Not here: padding of short ARNs, and matching.
"""

from functools import lru_cache

from ostiary_grammar.pattern import Glob, Literal, ResourceForm, ResourcePattern, Token
from ostiary_grammar.variables import parse_template

RESOURCE_FIELD = 5
"""The index of the resource part among the fields of an ARN."""

_ANY = ResourcePattern("*", ResourceForm.ANY)


def split_arn(text: str) -> tuple[str, ...]:
    """The fields of an ARN, `arn` being the first: six, or fewer if it is incomplete."""
    return tuple(text.split(":", RESOURCE_FIELD))


def parse_resource(text: str, *, variables: bool) -> ResourcePattern:
    """The pattern of a resource entry; `variables` says whether `${...}` means anything (iam-semantics.md 1.2)."""
    if text == "*":
        return _ANY
    if text and not text.strip("*"):
        return ResourcePattern(text, ResourceForm.STARS)
    written = split_arn(text)
    if written[0] != "arn" or len(written) < 3:
        return ResourcePattern(text, ResourceForm.NEVER)
    fields = tuple(_field(field, index, variables=variables) for index, field in enumerate(written) if index)
    return ResourcePattern(text, ResourceForm.ARN, fields, _whole(fields))


def _field(text: str, index: int, *, variables: bool) -> Glob:
    if index == RESOURCE_FIELD:
        return parse_template(text, variables=variables, wildcards=True)
    if variables and "${" in text:
        return (Literal(text),)
    # PERF: partitions, services, regions and accounts are few and come again and again; equal ones share their glob
    return _header_field(text) if len(text) <= _SHORT else parse_template(text, variables=False, wildcards=True)


_SHORT = 64


@lru_cache(maxsize=4096)
def _header_field(text: str) -> Glob:
    return parse_template(text, variables=False, wildcards=True)


def _whole(fields: tuple[Glob, ...]) -> Glob:
    """The fields as one glob, with `arn` and the colons between them."""
    tokens: list[Token] = []
    pending = "arn"
    for field in fields:
        pending += ":"
        for token in field:
            if isinstance(token, Literal):
                pending += token.text
            else:
                if pending:
                    tokens.append(Literal(pending))
                    pending = ""
                tokens.append(token)
    if pending:
        tokens.append(Literal(pending))
    return tuple(tokens)
