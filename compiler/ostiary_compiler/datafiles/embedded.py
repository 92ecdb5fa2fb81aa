"""Policy documents inside files of data: parsed by the policy grammar, with places in the file that holds them.

In: a value of a tree. Out: a `Document` whose spans lie in the tree's own source, or diagnostics that do, with pointers
from the top of the file. A document in YAML is written as JSON first, and every place is led back to its YAML.
A document that is a text (IAM's API gives them percent-encoded) is decoded and gets a source of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from urllib.parse import unquote

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, Node, Notation, ObjectNode
from ostiary_grammar.diagnostics import Diagnostic, Label
from ostiary_grammar.json_text import encode_string
from ostiary_grammar.limits import Limits
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source, Span
from ostiary_grammar.syntax import Document

T = TypeVar("T")
Move = Callable[[int, int], tuple[int, int]]
"""From the start and end in the text that was parsed to those in the file."""


def embedded_document(at: Cursor, notation: Notation, limits: Limits) -> Document | None:
    """The document that an object says; None if it is none, which is noted."""
    if not isinstance(at.node, ObjectNode):
        at.wrong("a policy document", "an object", "give the path of a file as `file`" if _is_text(at) else None)
        return None
    if notation is Notation.JSON:
        begin = at.node.start
        return _parsed(at, at.source.text[begin : at.node.end], lambda start, end: (begin + start, begin + end), limits)
    written = _Written()
    written.node(at.node)
    return _parsed(at, "".join(written.pieces), written.led_back, limits)


def encoded_document(at: Cursor, limits: Limits) -> Document | None:
    """The document that an object or a text says, as AWS's APIs and command line give it."""
    if not _is_text(at):
        return embedded_document(at, Notation.JSON, limits)
    assert isinstance(at.node, Leaf)
    text = at.node.text
    if not text.lstrip().startswith("{"):
        try:
            text = unquote(text, errors="strict")
        except UnicodeDecodeError:
            at.error(DataCode.ENCODING, "the document is not percent-encoded UTF-8")
            return None
    parsed = parse_policy(Source(f"{at.source.name} ({at.pointer})", text), limits)
    at.problems.extend(parsed.diagnostics)
    return parsed.document


def _parsed(at: Cursor, text: str, move: Move, limits: Limits) -> Document | None:
    parsed = parse_policy(Source(at.source.name, text), limits)
    for each in parsed.diagnostics:
        at.problems.found.append(_moved_diagnostic(each, at, move))
    return _moved(parsed.document, at.source, move) if parsed.document is not None else None


def _moved_diagnostic(each: Diagnostic, at: Cursor, move: Move) -> Diagnostic:
    def moved(span: Span) -> Span:
        return Span(at.source, *move(span.start, span.end))

    return replace(
        each,
        span=moved(each.span) if each.span is not None else at.span,
        pointer=at.pointer + each.pointer,
        labels=tuple(Label(moved(label.span), label.text) for label in each.labels),
    )


def _moved(value: T, source: Source, move: Move) -> T:
    """A tree with every span moved and every source replaced."""
    found: Any  # the same type as `value`, which the checker cannot see through `fields`
    match value:
        case Span():
            found = Span(source, *move(value.start, value.end))
        case Source():
            found = source
        case tuple():
            found = tuple(_moved(each, source, move) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            found = replace(
                value, **{each.name: _moved(getattr(value, each.name), source, move) for each in fields(value)}
            )
        case _:
            found = value
    result: T = found
    return result


def _is_text(at: Cursor) -> bool:
    return isinstance(at.node, Leaf) and at.node.kind is LeafKind.TEXT


class _Written:
    """JSON text made of a tree, piece by piece, with the place that each piece came from.

    A number becomes a text: account ids are written without quotes in YAML, and a condition value means the same (6.4).
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._ends: list[int] = []
        self._origins_of_ends: list[int] = []

    def node(self, node: Node) -> None:
        match node:
            case Leaf():
                bare = node.kind in (LeafKind.BOOLEAN, LeafKind.NULL)
                self._put(node.text if bare else encode_string(node.text), node.start, node.end)
            case ListNode():
                self._put("[", node.start, None)
                for index, item in enumerate(node.items):
                    if index:
                        self._put(", ", None, None)
                    self.node(item)
                self._put("]", None, node.end)
            case ObjectNode():
                self._put("{", node.start, None)
                for index, (key, value) in enumerate(node.members):
                    if index:
                        self._put(", ", None, None)
                    self.node(key)
                    self._put(": ", None, None)
                    self.node(value)
                self._put("}", None, node.end)

    def led_back(self, start: int, end: int) -> tuple[int, int]:
        """Where the nearest piece that holds a range of the text came from."""
        first = self._origins[max(0, bisect_right(self._starts, start) - 1)]
        last = self._origins_of_ends[min(len(self._ends) - 1, bisect_left(self._ends, end))]
        return first, max(first, last)

    def _put(self, text: str, start: int | None, end: int | None) -> None:
        if start is not None:
            self._starts.append(self._length)
            self._origins.append(start)
        self.pieces.append(text)
        self._length += len(text)
        if end is not None:
            self._ends.append(self._length)
            self._origins_of_ends.append(end)
