"""Limits on hostile or absurd policy input: types with defaults, which a caller may replace.

They guard the reader, not AWS's quotas: those are data of the checks, and a policy above a quota is still read.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one policy document may be at most.

    `characters`: code points of the text; `depth`: nesting of objects and arrays; `statements`: per document;
    `list_items`: entries of one list; `pattern`: code points of one action, ARN or condition value.
    """

    characters: int = 4_000_000
    depth: int = 32
    statements: int = 100_000
    list_items: int = 100_000
    pattern: int = 100_000


DEFAULT_LIMITS = Limits()
