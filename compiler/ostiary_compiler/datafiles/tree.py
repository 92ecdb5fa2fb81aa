"""JSON values with their places, whether they were written as JSON or as YAML.

In: nothing; `json_tree` and `yaml_tree` build these. Out: frozen trees that `cursor` takes apart.
Invariant: offsets are those of the tree's source; members keep their order, and a key that stands twice is there twice.
"""

import enum
from dataclasses import dataclass

from ostiary_grammar.span import Source


class LeafKind(enum.Enum):
    """The JSON type of a value that holds no other."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "a boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text, number, boolean or null. `text`: a text itself, else what was written (`10`, `true`, `null`).

    `plain`: YAML without quotes, so that `012345678901` is an account id as well as a number.
    """

    kind: LeafKind
    text: str
    start: int
    end: int
    plain: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    items: tuple["Node", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """An object: keys with values, in order."""

    members: tuple[tuple[Leaf, "Node"], ...]
    start: int
    end: int


Node = Leaf | ListNode | ObjectNode


class Notation(enum.Enum):
    """What a tree was written in."""

    JSON = "JSON"
    YAML = "YAML"


@dataclass(frozen=True, slots=True)
class Tree:
    """The values of a text; one, but for texts that several JSON values make up."""

    source: Source
    notation: Notation
    roots: tuple[Node, ...]
