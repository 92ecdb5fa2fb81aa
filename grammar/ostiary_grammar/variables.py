"""Texts with wildcards and policy variables, read into globs.

In: the text of a condition value or of an ARN's resource part. Out: a `Glob`, and on request what is wrong with its variables.
Invariant: a malformed variable stands for its own characters, wildcards among them, from `${` to the next `}` or to the
end of the text; so it matches nothing that nobody wrote. `variable.lark` is the definition; this scanner agrees with it.
Not here: values of variables (the runtime), and which elements may hold variables (the checks).
"""

import enum
import re
from dataclasses import dataclass

from ostiary_grammar.pattern import STAR, Glob, Literal, Token, Variable, Wild


class VariableFaultKind(enum.Enum):
    """What is wrong with a `${...`."""

    UNCLOSED = "unclosed"
    """The closing brace is missing."""
    EMPTY = "empty"
    """There is no name: `${}`."""
    BLANK = "blank"
    """White space in or beside the name."""
    DEFAULT = "default"
    """What follows the comma is not one space and a text in single quotes."""
    CHARACTER = "character"
    """A character that no name has, such as `{` or a wildcard."""


@dataclass(frozen=True, slots=True)
class VariableFault:
    """A malformed variable: where it begins in the text that was read, its characters, and what is wrong."""

    offset: int
    text: str
    kind: VariableFaultKind
    message: str


# a name is anything but white space, quotes, and what wildcards, variables and defaults are made of
_NAME = r"[^\s{}$*?,'\"]+"
_VARIABLE = rf"\$\{{(?P<key>{_NAME})(?:, '(?P<default>[^']*)')?\}}"
_ESCAPE = r"\$\{(?P<escape>[*?$])\}"
_BROKEN = r"(?P<broken>\$\{[^}]*\}?)"
_WILD = r"(?P<star>\*+)|(?P<any>\?)"

_WITH_VARIABLES = re.compile(rf"{_VARIABLE}|{_ESCAPE}|{_BROKEN}")
_WITH_BOTH = re.compile(rf"{_WILD}|{_VARIABLE}|{_ESCAPE}|{_BROKEN}")
_WITH_WILDCARDS = re.compile(_WILD)
_BLANK = re.compile(r"\s")


def parse_template(text: str, *, variables: bool, wildcards: bool) -> Glob:
    """The glob of a text. Without `wildcards`, `*` and `?` are characters; without `variables`, `${` are."""
    # PERF: most texts have nothing special; two or three searches in C, then one allocation (benchmark: parse)
    if not (wildcards and ("*" in text or "?" in text)) and not (variables and "${" in text):
        return (Literal(text),) if text else ()
    # PERF: most others are a text with one star at its end
    if text.find("*") == len(text) - 1 and "?" not in text and not (variables and "${" in text):
        return (Literal(text[:-1]), Wild.STAR) if len(text) > 1 else STAR
    special = _WITH_WILDCARDS if not variables else _WITH_BOTH if wildcards else _WITH_VARIABLES
    tokens: list[Token] = []
    pending = ""  # literal text that is not in `tokens` yet, since more may follow it
    end = 0
    for found in special.finditer(text):
        pending += text[end : found.start()]
        end = found.end()
        token: Token
        match found.lastgroup:
            case "star":
                token = Wild.STAR
            case "any":
                token = Wild.ANY
            case "key" | "default":
                token = Variable(found["key"], found["default"])
            case "escape":
                pending += found["escape"]
                continue
            case _:
                pending += found["broken"]
                continue
        if pending:
            tokens.append(Literal(pending))
            pending = ""
        tokens.append(token)
    pending += text[end:]
    if pending:
        tokens.append(Literal(pending))
    return tuple(tokens)


def variable_faults(text: str) -> tuple[VariableFault, ...]:
    """Every malformed variable of a text, in reading order."""
    if "${" not in text:
        return ()
    return tuple(
        _fault(found.start(), found["broken"])
        for found in _WITH_VARIABLES.finditer(text)
        if found["broken"] is not None
    )


def _fault(offset: int, text: str) -> VariableFault:
    kind, message = _diagnose(text)
    return VariableFault(offset, text, kind, message)


def _diagnose(text: str) -> tuple[VariableFaultKind, str]:
    if not text.endswith("}"):
        return VariableFaultKind.UNCLOSED, f"variable `{text}` has no closing brace"
    inside = text[2:-1]
    key, comma, _ = inside.partition(",")
    if not key.strip():
        return VariableFaultKind.EMPTY, f"variable `{text}` has no name"
    if _BLANK.search(key):
        return VariableFaultKind.BLANK, f"variable `{text}` has a blank in its name"
    if re.fullmatch(_NAME, key) is None:
        return VariableFaultKind.CHARACTER, f"variable `{text}` has a character in its name that no condition key has"
    assert comma, "a good name without a default is a good variable"
    return VariableFaultKind.DEFAULT, f"the default of variable `{text}` is not a text in single quotes"
