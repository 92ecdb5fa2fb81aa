"""Policy variables: texts with `${...}` read into pieces, and pieces into tokens (iam-semantics.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tests.oracle.context import ABSENT, Context
from tests.oracle.globs import ANY_TEXT, Token, literal


class Piece(NamedTuple):
    """`kind`: "char", "one", "run" or "variable"; `text`: the character or the key; `default`: the variable's own."""

    kind: str
    text: str = ""
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """`tokens` is None when a variable has no value: the text then matches nothing.

    `guessed`: a variable's value is not known, and stands for any text.
    """

    tokens: tuple[Token, ...] | None
    guessed: bool = False


@lru_cache(maxsize=20_000)
def pieces(text: str, *, active: bool) -> tuple[Piece, ...]:
    """`active`: the document's version knows variables; otherwise `${` is ordinary text, in which a star is a star."""
    found: list[Piece] = []
    rest = text
    while rest:
        if active and rest.startswith("${"):
            piece, rest = variable(rest)
            found.append(piece)
        else:
            kinds = {"*": "run", "?": "one"}
            found.append(Piece(kinds.get(rest[0], "char"), rest[0]))
            rest = rest[1:]
    return tuple(found)


def variable(rest: str) -> tuple[Piece, str]:
    """The variable at the start of `rest`, and what follows it."""
    for special in "*?$":
        if rest.startswith("${" + special + "}"):
            return Piece("char", special), rest[4:]
    inside, brace, after = rest[2:].partition("}")
    key, comma, _ = inside.partition(",")
    if comma:
        opening = rest.index(",") + 1
        if rest[opening : opening + 2] != " '":
            raise ValueError(f"malformed variable in {rest!r}")
        default, quote, after = rest[opening + 2 :].partition("'}")
        if not quote:
            raise ValueError(f"malformed variable in {rest!r}")
        return Piece("variable", key, default), after
    if not brace or not key or " " in key:
        raise ValueError(f"malformed variable in {rest!r}")
    return Piece("variable", key), after


def resolve(text: str, context: Context, *, active: bool, wildcards: bool = True, colons: int = 0) -> Resolved:
    """The tokens of `text` for this request.

    Without `wildcards`, `*` and `?` stand for themselves. `colons` is given to the wildcards of the text, not to those that
    stand for a value that is not known.
    """
    tokens: list[Token] = []
    missing = guessed = False
    for piece in pieces(text, active=active):
        if piece.kind == "variable":
            state = context.state(piece.text)
            if state.kind == "not known":
                guessed = True
                tokens.append(ANY_TEXT)
            elif state.listed:
                missing = True
            elif state == ABSENT or state.values == ("",):
                missing |= piece.default is None
                tokens += literal(piece.default or "")
            else:
                tokens += literal(state.values[0])
        elif piece.kind == "char" or not wildcards:
            tokens.append(Token("char", piece.text))
        else:
            tokens.append(Token(piece.kind, colons=colons))
    return Resolved(None if missing else tuple(tokens), guessed)
