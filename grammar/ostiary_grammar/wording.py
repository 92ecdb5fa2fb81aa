"""How messages quote what a policy says: short, and safe to print.

In: any text. Out: text in which nothing can move a cursor, change a colour, or reorder a line.
"""

import unicodedata

_QUOTE_LENGTH = 48
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with control, format and unassigned characters written as escapes."""
    if text.isprintable():
        return text
    return "".join(character if shows(character) else escaped(character) for character in text)


def shows(character: str) -> bool:
    """Whether a character may be printed as it is."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def escaped(character: str) -> str:
    """The escape that stands for a character."""
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quoted(text: str) -> str:
    """The user's words in backticks, cut if they are long."""
    if len(text) > _QUOTE_LENGTH:
        text = text[: _QUOTE_LENGTH - 3] + "..."
    return f"`{visible(text)}`"


def character_name(character: str) -> str:
    """A character that cannot be shown, by number and name: `U+00A0 (no-break space)`."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def either(words: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def pointer_to(parent: str, member: str | int) -> str:
    """The JSON pointer (RFC 6901) of a member of what `parent` points to."""
    name = member.replace("~", "~0").replace("/", "~1") if isinstance(member, str) else str(member)
    return f"{parent}/{name}"
