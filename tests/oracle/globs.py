"""Patterns as token lists, and whether a text matches one.

A token is a literal character, a `?` or a `*`. Variables are gone by then (see `variables`). No regular expressions: a set of
reachable positions is carried through the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

NEVER = 1_000_000


class Token(NamedTuple):
    """`kind`: "char" (then `char` is the character), "one" or "run".

    `colons`: how many colons of the text must lie behind a wildcard before it may take one; 0 lets it take any.
    """

    kind: str
    char: str = ""
    colons: int = 0


ANY_TEXT = Token("run")
COLON = Token("char", ":")


def literal(text: str) -> list[Token]:
    return [Token("char", character) for character in text]


def wildcards(text: str, *, colons: int = 0) -> list[Token]:
    """The tokens of `text`, in which `*` and `?` are wildcards and nothing else is special."""
    kinds = {"*": "run", "?": "one"}
    return [Token(kinds[c], "", colons) if c in kinds else Token("char", c) for c in text]


def glob(tokens: Sequence[Token], text: str) -> bool:
    """Whether the whole of `text` matches; wildcards take any character, line breaks too (6.5)."""
    reached = {0}
    for token in tokens:
        following = set()
        for start in reached:
            place = start
            if token.kind == "run":
                following.add(place)
                while takes(token, text, place):
                    place += 1
                    following.add(place)
            elif takes(token, text, place):
                following.add(place + 1)
        reached = following
    return len(text) in reached


def takes(token: Token, text: str, place: int) -> bool:
    """Whether the token may take the one character at this place."""
    if place == len(text):
        return False
    if token.kind == "char":
        return text[place] == token.char
    return text[place] != ":" or text.count(":", 0, place) >= token.colons


def lowered(text: str) -> str:
    """Simple lower-casing: character by character, never changing their number (6.5)."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
