"""Taking a tree apart: what is expected is returned, what is not becomes a diagnostic with place and JSON pointer.

In: a `Tree`. Out: `Cursor`s, which hand out members, items and texts, and `Problems`, which collects what was wrong.
Invariant: whoever asks for something that is not there is told by None or an empty answer, and the problem is noted once;
so one walk finds every problem. Unknown keys and keys that stand twice are problems, always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, Node, ObjectNode, Tree
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity, by_place, has_errors
from ostiary_grammar.errors import LimitError, PolicyError
from ostiary_grammar.span import Source, Span
from ostiary_grammar.spelling import nearest
from ostiary_grammar.wording import either, pointer_to, quoted


@dataclass(slots=True)
class Problems:
    """What was found so far, in any file."""

    found: list[Diagnostic] = field(default_factory=list)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.found.extend(diagnostics)

    def raise_errors(self) -> None:
        """Raises PolicyError with everything that was found if an error is among it, LimitError if a limit was met."""
        if not has_errors(self.found):
            return
        limit = any(each.code == Code.LIMIT.value for each in self.found)
        raise (LimitError if limit else PolicyError)(by_place(self.found))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value of a tree, with its JSON pointer."""

    source: Source
    node: Node
    pointer: str
    problems: Problems

    @property
    def span(self) -> Span:
        """The place of the value; of an object or list, its first line says enough."""
        if isinstance(self.node, Leaf):
            return Span(self.source, self.node.start, self.node.end)
        return Span(self.source, self.node.start, min(self.node.start + 1, self.node.end))

    # ---- objects ----

    def members(self, known: Sequence[str], what: str, *, required: Sequence[str] = ()) -> dict[str, "Cursor"]:
        """The members of an object with a closed set of keys; empty if this is none."""
        node = self._object(what)
        if node is None:
            return {}
        found: dict[str, Cursor] = {}
        for key, value in self._unique(node):
            if key.text in known:
                found[key.text] = value
            else:
                meant = nearest(key.text, [each for each in known if each not in found])
                advice = f"did you mean `{meant}`?" if meant else f"{what} may have {_listed(known)}"
                self._note(Code.UNKNOWN_KEY, f"{what} has no key {quoted(key.text)}", advice, key, value.pointer)
        for name in required:
            if name not in found and not any(key.text == name for key, _ in node.members):
                self.error(DataCode.MISSING_KEY, f"{what} has no `{name}`")
        return found

    def entries(self, what: str) -> list[tuple[Leaf, "Cursor"]]:
        """The members of an object whose keys may be anything."""
        node = self._object(what)
        return self._unique(node) if node is not None else []

    def some(self, *names: str) -> dict[str, "Cursor"]:
        """Some members of an object that others have made, and which may have any more; empty if this is none."""
        node = self._object("this")
        return {key.text: value for key, value in self._unique(node) if key.text in names} if node is not None else {}

    def _object(self, what: str) -> ObjectNode | None:
        if isinstance(self.node, ObjectNode):
            return self.node
        self.wrong(what, "an object")
        return None

    def _unique(self, node: ObjectNode) -> list[tuple[Leaf, "Cursor"]]:
        seen: dict[str, Leaf] = {}
        found = []
        for key, value in node.members:
            pointer = pointer_to(self.pointer, key.text)
            first = seen.setdefault(key.text, key)
            if first is not key:
                line = Span(self.source, first.start, first.end).position.line
                message = f"the key {quoted(key.text)} stands here for the second time"
                self._note(Code.DUPLICATE_KEY, message, f"the first is in line {line}", key, pointer)
            else:
                found.append((key, Cursor(self.source, value, pointer, self.problems)))
        return found

    # ---- lists ----

    def items(self, what: str) -> list["Cursor"]:
        """The items of a list; none if this is no list."""
        if isinstance(self.node, ListNode):
            return [
                Cursor(self.source, item, pointer_to(self.pointer, index), self.problems)
                for index, item in enumerate(self.node.items)
            ]
        self.wrong(what, "a list")
        return []

    def one_or_more(self, what: str) -> list["Cursor"]:
        """The items of a list that must not be empty, or the value itself if it is no list."""
        if not isinstance(self.node, ListNode):
            return [self]
        if not self.node.items:
            self.error(DataCode.EMPTY_LIST, f"{what} is an empty list")
        return self.items(what)

    # ---- leaves ----

    def text(self, what: str) -> str | None:
        """A text. In YAML also what looks like a number: an account id needs no quotes there."""
        node = self.node
        if isinstance(node, Leaf) and (node.kind is LeafKind.TEXT or (node.plain and node.kind is LeafKind.NUMBER)):
            return node.text
        advice = "put it in quotes" if isinstance(node, Leaf) and node.kind is not LeafKind.NULL else None
        self.wrong(what, "text", advice)
        return None

    def truth(self, what: str) -> bool | None:
        """A boolean."""
        if isinstance(self.node, Leaf) and self.node.kind is LeafKind.BOOLEAN:
            return self.node.text == "true"
        self.wrong(what, "true or false")
        return None

    def word(self, what: str, known: Sequence[str]) -> str | None:
        """One of a few words."""
        text = self.text(what)
        if text is None or text in known:
            return text
        meant = nearest(text, known)
        advice = f"did you mean `{meant}`?" if meant else f"give {_listed(known)}"
        self.error(DataCode.UNKNOWN_WORD, f"{quoted(text)} is no {what}", advice)
        return None

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, Leaf) and self.node.kind is LeafKind.NULL

    # ---- problems ----

    def wrong(self, what: str, wanted: str, advice: str | None = None) -> None:
        """Notes that the value is of another JSON type."""
        self.error(Code.WRONG_TYPE, f"{what} must be {wanted}, found {kind_of(self.node)}", advice)

    def error(self, code: Code | DataCode, message: str, advice: str | None = None) -> None:
        """Notes an error at this value."""
        self._note(code, message, advice, None, self.pointer)

    def warn(self, code: DataCode, message: str, advice: str | None = None) -> None:
        """Notes something doubtful at this value."""
        found = Diagnostic(code.value, Severity.WARNING, message, self.span, self.pointer, help=advice)
        self.problems.found.append(found)

    def _note(self, code: Code | DataCode, message: str, advice: str | None, at: Leaf | None, pointer: str) -> None:
        span = self.span if at is None else Span(self.source, at.start, at.end)
        self.problems.found.append(Diagnostic(code.value, Severity.ERROR, message, span, pointer, help=advice))


def cursors(tree: Tree, problems: Problems) -> list[Cursor]:
    """The values of a tree."""
    return [Cursor(tree.source, root, "", problems) for root in tree.roots]


def kind_of(node: Node) -> str:
    """What a value is, in words."""
    match node:
        case Leaf():
            return node.kind.value
        case ListNode():
            return "a list"
        case ObjectNode():
            return "an object"


def _listed(words: Iterable[str]) -> str:
    return either([f"`{word}`" for word in words])
