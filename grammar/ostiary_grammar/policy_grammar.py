"""`policy.lark`, loaded: from a text that is JSON to a tree, or to a parser that takes tokens one by one.

In: text, or tokens of the grammar. Out: lark trees, for `build`, and what their nodes have in common.
Invariant: the parser is made once, when first needed, and holds no state of any text; no exception of lark gets out.
Not here: what to do about a text that is not JSON (`recovery`).
"""

from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

Node = Token | Tree[Token]

ELEMENT_TERMINALS = {
    "Version": "VERSION",
    "Id": "ID",
    "Statement": "STATEMENT",
    "Sid": "SID",
    "Effect": "EFFECT",
    "Action": "ACTION",
    "NotAction": "NOT_ACTION",
    "Resource": "RESOURCE",
    "NotResource": "NOT_RESOURCE",
    "Principal": "PRINCIPAL",
    "NotPrincipal": "NOT_PRINCIPAL",
    "Condition": "CONDITION",
}
"""The terminals of element names: each exists only where its element may stand."""


def policy_tree(text: str) -> Tree[Token] | None:
    """The tree of a JSON text, or None if the text is not JSON."""
    try:
        return _parser().parse(text)
    except UnexpectedInput:
        return None


class TokenFeed:
    """A parser of one text, fed by hand. A token that it does not take leaves it able to take another."""

    __slots__ = ("_parser",)

    def __init__(self) -> None:
        self._parser = _parser().parse_interactive()

    def take(self, terminal: str, text: str, start: int, end: int) -> bool:
        """Offer a token; whether it was taken."""
        try:
            self._parser.feed_token(Token(terminal, text, start_pos=start, end_pos=end))
        except UnexpectedToken:
            return False
        return True

    def takes_now(self, terminal: str) -> bool:
        """Whether the terminal can come next without anything being complete before it."""
        return terminal in self._parser.choices()  # type: ignore[no-untyped-call]  # lark has no types here

    def accepts(self) -> frozenset[str]:
        """The terminals of which one must come next; `$END` stands for the end of the text."""
        return frozenset(self._parser.accepts())  # type: ignore[no-untyped-call]  # lark has no types here

    def finish(self) -> Tree[Token]:
        """The tree of a text that is complete."""
        tree = self._parser.feed_token(Token("$END", ""))
        assert isinstance(tree, Tree)
        return tree


def members(tree: Tree[Token]) -> list[Tree[Token]]:
    """The members of an object, without its braces."""
    return tree.children[1:-1]  # type: ignore[return-value]  # the grammar puts trees there


def is_wrong(node: Node) -> bool:
    """Whether a value of another JSON type belongs here."""
    return isinstance(node, Tree) and node.data == "wrong"


def start_of(node: Node) -> int:
    """The offset where a node begins."""
    while isinstance(node, Tree):
        node = node.children[0]
    assert node.start_pos is not None
    return node.start_pos


def end_of(node: Node) -> int:
    """The offset where a node ends."""
    while isinstance(node, Tree):
        node = node.children[-1]
    assert node.end_pos is not None
    return node.end_pos


def extent(node: Node) -> tuple[int, int]:
    """The offsets of a node: of a token, or from bracket to bracket."""
    return start_of(node), end_of(node)


@cache
def _parser() -> Lark:
    return Lark.open_from_package("ostiary_grammar", "policy.lark", parser="lalr", lexer="contextual")
