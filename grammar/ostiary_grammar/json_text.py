"""JSON strings, decoded and encoded (RFC 8259, section 7).

In: a string literal with its quotes, or a text. Out: the other of the two.
Invariant: `decode_string(encode_string(text)) == text`, and an encoded text has one spelling.
Half a surrogate pair is no character: `lone_surrogate` finds it, and the parser refuses it, since a text that holds one
cannot be written as UTF-8, so it could neither be saved nor compared with what a request can say.
"""

import json
import re

_HEX = "[0-9A-Fa-f]"
_HIGH = rf"\\u[dD][89abAB]{_HEX}{{2}}"
_LOW = rf"\\u[dD][c-fC-F]{_HEX}{{2}}"
_UNITS = re.compile(
    rf"(?P<pair>{_HIGH}{_LOW})|(?P<escaped>{_HIGH}|{_LOW})|(?P<other>\\.)|(?P<raw>[\ud800-\udfff])", re.DOTALL
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_string(literal: str) -> str:
    """The text of a valid string literal; surrogate pairs become one character."""
    # PERF: nearly no string of a policy has an escape (benchmark: parse)
    if "\\" not in literal:
        return literal[1:-1]
    text = json.loads(literal)
    assert isinstance(text, str)
    return text


def encode_string(text: str) -> str:
    """The string literal of a text: only quotes, backslashes and control characters are escaped."""
    return json.dumps(text, ensure_ascii=False)


def lone_surrogate(literal: str) -> tuple[int, int] | None:
    """Where in a string literal the first half of a surrogate pair without its other half stands, or None."""
    if literal.isascii():
        if "\\u" not in literal:
            return None
    elif "\\" not in literal and _SURROGATE.search(literal) is None:
        return None
    for unit in _UNITS.finditer(literal):
        if unit.lastgroup in ("escaped", "raw"):
            return unit.start(), unit.end()
    return None
