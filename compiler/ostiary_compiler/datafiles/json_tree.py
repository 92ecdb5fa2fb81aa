"""From JSON text (RFC 8259) to trees with places.

In: a `Source`. Out: the values that it holds, one after the other; PolicyError with the first thing that is not JSON.
Invariant: no recursion, so depth costs a limit and never the stack.
Not here: keys that stand twice, which `cursor` finds.
"""

import re
from typing import NoReturn

from ostiary_compiler.datafiles.limits import DataLimits
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, Node, Notation, ObjectNode, Tree
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import LimitError, PolicyError
from ostiary_grammar.json_text import decode_string, lone_surrogate
from ostiary_grammar.span import Source, Span
from ostiary_grammar.wording import quoted

_TOKEN = re.compile(
    r"[ \t\n\r]*(?:"
    r'(?P<string>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*")'
    r"|(?P<mark>[{}\[\],:])"
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z_.])"
    r"|(?P<word>true|false|null)(?![0-9A-Za-z_])"
    r")"
)
_BLANKS = re.compile(r"[ \t\n\r]*")
_WRONG = re.compile(r'"[^"\n]*"?|[^\s{}\[\],:"]+|.')
_WORDS = {"true": LeafKind.BOOLEAN, "false": LeafKind.BOOLEAN, "null": LeafKind.NULL}


def read_json(source: Source, limits: DataLimits) -> Tree:
    """The values of a JSON text, several if it is made of several; at least one."""
    return _Reader(source, limits).tree()


class _Open:
    """An object or list that is not closed yet."""

    __slots__ = ("items", "key", "members", "start")

    def __init__(self, start: int, *, is_object: bool) -> None:
        self.start = start
        self.members: list[tuple[Leaf, Node]] | None = [] if is_object else None
        self.items: list[Node] = []
        self.key: Leaf | None = None

    def put(self, node: Node) -> None:
        if self.members is None:
            self.items.append(node)
        else:
            assert self.key is not None
            self.members.append((self.key, node))
            self.key = None

    def closed(self, end: int) -> Node:
        if self.members is None:
            return ListNode(tuple(self.items), self.start, end)
        return ObjectNode(tuple(self.members), self.start, end)


class _Reader:
    """`_token` is the lexeme at `_at`, None where there is none."""

    def __init__(self, source: Source, limits: DataLimits) -> None:
        self._source = source
        self._text = source.text
        self._limits = limits
        self._move(0)

    def tree(self) -> Tree:
        roots: list[Node] = []
        if self._text.startswith("\ufeff"):
            self._fail(Code.BYTE_ORDER_MARK, 0, 1, "the text begins with a byte order mark", "save it without one")
        while not self._at_end():
            roots.append(self._value())
        if not roots:
            self._fail(Code.EMPTY_DOCUMENT, 0, 0, "the file is empty")
        return Tree(self._source, Notation.JSON, tuple(roots))

    def _value(self) -> Node:
        """One value. The loop is the grammar: what may come next follows from the innermost open object or list."""
        stack: list[_Open] = []
        done: Node | None = None
        while True:
            if done is not None:
                if not stack:
                    return done
                stack[-1].put(done)
                done = self._after_member(stack)
                continue
            inner = stack[-1] if stack else None
            if inner is not None and inner.members is not None:
                if not inner.members and self._take("}"):
                    done = stack.pop().closed(self._at)
                    continue
                inner.key = self._key()
            elif inner is not None and not inner.items and self._take("]"):
                done = stack.pop().closed(self._at)
                continue
            done = self._leaf_or_open(stack)

    def _after_member(self, stack: list[_Open]) -> Node | None:
        """What follows a member: a comma, after which the next one comes, or the end of the object or list."""
        closer = "}" if stack[-1].members is not None else "]"
        if self._take(closer):
            return stack.pop().closed(self._at)
        if not self._take(","):
            self._unexpected(f"`,` or `{closer}`")
        if self._token is not None and self._token["mark"] == closer:
            self._fail(Code.TRAILING_COMMA, self._at - 1, self._at, f"nothing follows the comma before `{closer}`")
        return None

    def _key(self) -> Leaf:
        found = self._token
        if found is None or found.lastgroup != "string":
            self._unexpected("a key in double quotes")
        key = self._string(found)
        if not self._take(":"):
            self._unexpected("`:`")
        return key

    def _leaf_or_open(self, stack: list[_Open]) -> Node | None:
        found = self._token
        if found is None:
            self._unexpected("a value")
        match found.lastgroup:
            case "string":
                return self._string(found)
            case "number":
                self._move(found.end())
                return Leaf(LeafKind.NUMBER, found["number"], found.start("number"), self._at)
            case "word":
                self._move(found.end())
                return Leaf(_WORDS[found["word"]], found["word"], found.start("word"), self._at)
        if found["mark"] not in "{[":
            self._unexpected("a value")
        self._move(found.end())
        stack.append(_Open(self._at - 1, is_object=found["mark"] == "{"))
        if len(stack) > self._limits.depth:
            message = f"the text is nested deeper than {self._limits.depth} levels"
            self._fail(Code.LIMIT, self._at - 1, self._at, message)
        return None

    def _string(self, found: re.Match[str]) -> Leaf:
        literal, start = found["string"], found.start("string")
        self._move(found.end())
        half = lone_surrogate(literal)
        if half is not None:
            message = "half of a surrogate pair is no character"
            self._fail(Code.LONE_SURROGATE, start + half[0], start + half[1], message)
        return Leaf(LeafKind.TEXT, decode_string(literal), start, self._at)

    def _move(self, to: int) -> None:
        self._at = to
        self._token = _TOKEN.match(self._text, to)

    def _take(self, mark: str) -> bool:
        found = self._token
        if found is None or found["mark"] != mark:
            return False
        self._move(found.end())
        return True

    def _at_end(self) -> bool:
        return self._token is None and self._past_blanks() == len(self._text)

    def _past_blanks(self) -> int:
        blanks = _BLANKS.match(self._text, self._at)
        assert blanks is not None, "no blanks are blanks too"
        return blanks.end()

    def _unexpected(self, wanted: str) -> NoReturn:
        start = self._past_blanks()
        found = _WRONG.match(self._text, start)
        if found is None:
            self._fail(Code.TRUNCATED, start, start, f"the text ends where {wanted} is expected")
        self._fail(Code.JSON_SYNTAX, start, found.end(), f"expected {wanted}, found {quoted(found[0])}")

    def _fail(self, code: Code, start: int, end: int, message: str, advice: str | None = None) -> NoReturn:
        kind = LimitError if code is Code.LIMIT else PolicyError
        raise kind([Diagnostic(code.value, Severity.ERROR, message, Span(self._source, start, end), help=advice)])
