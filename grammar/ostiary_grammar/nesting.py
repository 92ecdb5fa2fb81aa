"""Which brackets are open at a place of a text, and what the JSON pointer of that place is.

In: lexemes in order, as a parser takes them. Out: the open brackets, outermost first.
"""

from dataclasses import dataclass

from ostiary_grammar.json_text import decode_string
from ostiary_grammar.tolerant import Kind, Lexeme
from ostiary_grammar.wording import pointer_to

CLOSERS = {Kind.LBRACE: Kind.RBRACE, Kind.LSQB: Kind.RSQB}
"""The bracket that closes each kind of bracket."""


@dataclass(slots=True)
class Frame:
    """An open bracket, and how far its content has got: the index of the current item, or its key once that is read."""

    opener: Lexeme
    index: int = 0
    key: str | None = None

    @property
    def is_object(self) -> bool:
        return self.opener.kind is Kind.LBRACE

    @property
    def closer(self) -> Kind:
        return CLOSERS[self.opener.kind]


class Nesting:
    """The open brackets of a text that is read from its beginning."""

    __slots__ = ("frames",)

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    @property
    def top(self) -> Frame:
        """The innermost open bracket; there must be one."""
        return self.frames[-1]

    @property
    def outer(self) -> Frame | None:
        """The bracket around the innermost one."""
        return self.frames[-2] if len(self.frames) > 1 else None

    def follow(self, lexeme: Lexeme) -> None:
        """Note a lexeme that stands where it may stand."""
        kind = lexeme.kind
        if kind in CLOSERS:
            self.frames.append(Frame(lexeme))
        elif not self.frames:
            return
        elif kind in (Kind.RBRACE, Kind.RSQB):
            self.frames.pop()
        elif kind is Kind.COMMA:
            self.top.index += 1
            self.top.key = None
        elif kind is Kind.STRING and self.top.is_object and self.top.key is None:
            self.top.key = decode_string(lexeme.text)

    def pointer(self) -> str:
        """The JSON pointer of the current place."""
        pointer = ""
        for frame in self.frames:
            if not frame.is_object:
                pointer = pointer_to(pointer, frame.index)
            elif frame.key is not None:
                pointer = pointer_to(pointer, frame.key)
        return pointer
