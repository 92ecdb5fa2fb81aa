"""Trees of texts, and trees as plain values, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from ostiary_compiler.datafiles.json_tree import read_json
from ostiary_compiler.datafiles.limits import DEFAULT_DATA_LIMITS, DataLimits
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, Node, ObjectNode, Tree
from ostiary_compiler.datafiles.yaml_tree import read_yaml
from ostiary_grammar.span import Source


def json_tree(text: str, limits: DataLimits = DEFAULT_DATA_LIMITS) -> Tree:
    return read_json(Source("a.json", text), limits)


def yaml_tree(text: str, limits: DataLimits = DEFAULT_DATA_LIMITS) -> Tree:
    return read_yaml(Source("a.yaml", text), limits)


def plain(node: Node) -> Any:
    """The value that a tree says; numbers as they are written, members as pairs."""
    match node:
        case Leaf(LeafKind.BOOLEAN):
            return node.text == "true"
        case Leaf(LeafKind.NULL):
            return None
        case Leaf(LeafKind.NUMBER):
            return ("number", node.text)
        case Leaf():
            return node.text
        case ListNode():
            return [plain(item) for item in node.items]
        case ObjectNode():
            return {key.text: plain(value) for key, value in node.members}


def places(tree: Tree) -> list[str]:
    """What stands at the place of every leaf, in order."""
    text = tree.source.text
    found = []

    def walk(node: Node) -> None:
        match node:
            case Leaf():
                found.append(text[node.start : node.end])
            case ListNode():
                for item in node.items:
                    walk(item)
            case ObjectNode():
                for key, value in node.members:
                    walk(key)
                    walk(value)

    for root in tree.roots:
        walk(root)
    return found
