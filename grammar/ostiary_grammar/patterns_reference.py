"""The pattern grammars as they stand (`action.lark`, `arn.lark`, `variable.lark`), read by lark.

In: texts. Out: the same trees as `action`, `arn` and `variables` make, slowly.
This is the clear version of those scanners: the tests hold the two against each other. Nothing else loads it.
"""

from functools import cache

from lark import Lark, Token, Tree

from ostiary_grammar import pattern
from ostiary_grammar.pattern import ActionPattern, Glob, Literal, ResourceForm, ResourcePattern, Variable, Wild
from ostiary_grammar.terms import fold

_STARTS = {
    "variable.lark": ("both", "variables", "wildcards", "plain"),
    "action.lark": ("start",),
    "arn.lark": ("resource", "resource_2008"),
}


def parse_template(text: str, *, variables: bool, wildcards: bool) -> Glob:
    """What `variables.parse_template` returns."""
    start = {(True, True): "both", (True, False): "variables", (False, True): "wildcards", (False, False): "plain"}
    return _glob(_tree("variable.lark", text, start[variables, wildcards]))


def parse_action(text: str) -> ActionPattern:
    """What `action.parse_action` returns."""
    tree = _tree("action.lark", fold(text), "start")
    match tree.data:
        case "everything":
            return ActionPattern(text, pattern.STAR, pattern.STAR, certain=True)
        case "undocumented":
            return ActionPattern(text, pattern.STAR, pattern.STAR, certain=False)
        case "malformed":
            return ActionPattern(text, (), (), certain=True)
        case _:
            service, name = (_glob(child) for child in _children(tree))
            return ActionPattern(text, service, name, certain=all(isinstance(token, Literal) for token in service))


def parse_resource(text: str, *, variables: bool) -> ResourcePattern:
    """What `arn.parse_resource` returns."""
    tree = _tree("arn.lark", text, "resource" if variables else "resource_2008")
    form = ResourceForm(str(tree.data))
    if form is not ResourceForm.ARN:
        return ResourcePattern(text, form)
    fields = tuple(_glob(child) for child in _children(tree))
    return ResourcePattern(text, form, fields)


@cache
def _grammar(name: str) -> Lark:
    return Lark.open_from_package("ostiary_grammar", name, parser="lalr", start=list(_STARTS[name]))


def _tree(grammar: str, text: str, start: str) -> Tree[Token]:
    return _grammar(grammar).parse(text, start=start)


def _children(tree: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _glob(tree: Tree[Token]) -> Glob:
    return _joined([_piece(child) for child in tree.children if isinstance(child, Token)])


def _piece(token: Token) -> pattern.Token:
    match token.type.rpartition("__")[2]:
        case "STARS":
            return Wild.STAR
        case "ANY":
            return Wild.ANY
        case "VARIABLE":
            key, comma, default = token[2:-1].partition(", '")
            return Variable(key, default[:-1] if comma else None)
        case "ESCAPE":
            return Literal(token[2])
        case _:
            return Literal(str(token))


def _joined(pieces: list[pattern.Token]) -> Glob:
    """The pieces with neighbouring literals as one."""
    joined: list[pattern.Token] = []
    for piece in pieces:
        if joined and isinstance(piece, Literal) and isinstance(joined[-1], Literal):
            joined[-1] = Literal(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)
