"""The syntax tree of a policy document: what was written, element by element, with its place.

In: nothing; `parser` builds these. Out: frozen trees that the checks and the compiler read.
Invariant: equality ignores spans, and `parse(unparse(tree)) == tree`.
A tree exists only for a document whose *structure* is right (iam-semantics.md 1.1, 1.3, 1.4): known keys, right JSON types,
no duplicate keys, no element beside its Not form. Whether it is valid *for its policy type* is for the checks to say,
so `effect` may hold a wrong word, and a statement may lack actions or resources.
"""

import enum
from dataclasses import dataclass, field

from ostiary_grammar.span import Source, Span


@dataclass(frozen=True, slots=True)
class Text:
    """A JSON string: its decoded value, and where it stood (with its quotes)."""

    value: str
    span: Span = field(compare=False, repr=False)


class ValueKind(enum.Enum):
    """Which JSON type a condition value was written as."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Value:
    """A condition value by its text form: `true` is `true`, `10` is `10` as written (iam-semantics.md 6.4)."""

    text: str
    kind: ValueKind
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """`Action`, `NotAction`, `Resource` or `NotResource`: a string (`bare`) or an array of strings."""

    negated: bool
    items: tuple[Text, ...]
    bare: bool
    span: Span = field(compare=False, repr=False)
    key: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PrincipalEntry:
    """One member of a principal map: `"AWS": [...]`."""

    kind: Text
    values: tuple[Text, ...]
    bare: bool


@dataclass(frozen=True, slots=True)
class PrincipalClause:
    """`Principal` or `NotPrincipal`: the string in `word` (only `*` is valid), or a map (`word` is None)."""

    negated: bool
    word: Text | None
    entries: tuple[PrincipalEntry, ...]
    span: Span = field(compare=False, repr=False)
    key: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One condition key under an operator, with its value (`bare`) or array of values."""

    key: Text
    values: tuple[Value, ...]
    bare: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OperatorBlock:
    """One operator of a `Condition` with its keys, perhaps none."""

    operator: Text
    tests: tuple[KeyTest, ...]


@dataclass(frozen=True, slots=True)
class ConditionClause:
    """The `Condition` of a statement."""

    operators: tuple[OperatorBlock, ...]
    span: Span = field(compare=False, repr=False)
    key: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. None says that the element is not there."""

    effect: Text | None
    sid: Text | None
    action: Clause | None
    resource: Clause | None
    principal: PrincipalClause | None
    condition: ConditionClause | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document. `bare`: `Statement` was one object and not an array."""

    version: Text | None
    id: Text | None
    statements: tuple[Statement, ...]
    bare: bool
    span: Span = field(compare=False, repr=False)
    source: Source = field(compare=False, repr=False)
