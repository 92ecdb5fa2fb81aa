"""ARNs, and the patterns of `Resource` and `NotResource` entries (iam-semantics.md 3.1 to 3.5).

In: the entry's text, and whether its document knows variables. Out: a `ResourcePattern`.
Invariant: every text has a pattern, and ARNs split at the first five colons only, here and nowhere else.
Variables count in the resource part alone: an earlier field that holds `${` is taken as its own characters, which no field
of an ARN has. `arn.lark` is the definition; this scanner agrees with it. Not here: padding of short ARNs, and matching.
"""

from functools import lru_cache

from ostiary_grammar.pattern import Glob, Literal, ResourceForm, ResourcePattern
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
    written = text.split(":", RESOURCE_FIELD)
    if written[0] != "arn" or len(written) < 3:
        return ResourcePattern(text, ResourceForm.NEVER)
    if len(written) <= RESOURCE_FIELD:
        return ResourcePattern(text, ResourceForm.ARN, _fields(text, variables))
    tail = written[RESOURCE_FIELD]
    header = text[: len(text) - len(tail) - 1]
    # PERF: headers are few and come again and again; those of one text share their globs
    fields = _short_header(header, variables) if len(header) <= _SHORT else _fields(header, variables)
    return ResourcePattern(text, ResourceForm.ARN, (*fields, parse_template(tail, variables=variables, wildcards=True)))


_SHORT = 128


def _fields(header: str, variables: bool) -> tuple[Glob, ...]:  # noqa: FBT001  # a part of the key below
    """The fields of an ARN before its resource part, `arn` not among them."""
    return tuple(
        (Literal(field),) if variables and "${" in field else parse_template(field, variables=False, wildcards=True)
        for field in header.split(":")[1:]
    )


_short_header = lru_cache(maxsize=4096)(_fields)
