"""Reads a text that is not JSON as the lexemes that its author probably meant.

In: a text. Out: lexemes, each with the faults that were put right in it or before it, and an END.
Invariant: the work is linear in the text, every character lies in at most one lexeme, and the faults are what makes the
text differ from JSON as far as single lexemes go. Nothing that this module reads ever becomes a document.
Not here: whether the lexemes follow each other as they should (`recovery`).
"""

import enum
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ostiary_grammar.codes import Code
from ostiary_grammar.wording import character_name, quoted


class Kind(enum.Enum):
    """What a lexeme is; all but the last two are terminals of `policy.lark`."""

    LBRACE = "LBRACE"
    RBRACE = "RBRACE"
    LSQB = "LSQB"
    RSQB = "RSQB"
    COMMA = "COMMA"
    COLON = "COLON"
    STRING = "STRING"
    NUMBER = "NUMBER"
    TRUE = "TRUE"
    FALSE = "FALSE"
    NULL = "NULL"
    OTHER = "OTHER"
    """Something that means nothing, and of which nothing can be made."""
    END = "END"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in or before a lexeme. `sure`: what was meant is not in doubt."""

    code: Code
    start: int
    end: int
    message: str
    advice: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`text` is valid JSON for the kind, whatever was written between `start` and `end`."""

    kind: Kind
    text: str
    start: int
    end: int
    faults: tuple[Fault, ...] = ()
    glued: bool = False
    """A string that something follows directly which cannot: a quote is missing or too many."""


_PUNCTUATION = {
    "{": Kind.LBRACE,
    "}": Kind.RBRACE,
    "[": Kind.LSQB,
    "]": Kind.RSQB,
    ",": Kind.COMMA,
    ":": Kind.COLON,
}
_LITERALS = {"true": Kind.TRUE, "false": Kind.FALSE, "null": Kind.NULL}
_FOREIGN = {
    "true": "true",
    "yes": "true",
    "false": "false",
    "no": "false",
    "null": "null",
    "none": "null",
    "nil": "null",
    "undefined": "null",
    "nan": "null",
    "infinity": "null",
    "-infinity": "null",
    "+infinity": "null",
    "inf": "null",
}
_NOT_NUMBERS = frozenset({"nan", "infinity", "-infinity", "+infinity", "inf"})
_BOM = "\ufeff"
_SMART = "“”„‟«»‘’‚‛‹›＂"
_SINGLE = "'`´"

_BLANKS = re.compile(r"[ \t\n\r]+")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*"')
_PLAIN = re.compile(r'[^"\\\x00-\x1f]+')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})')
_BAD_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3}|[^\x00-\x1f])?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"[+-]?\.?[0-9][0-9A-Za-z_.+-]*")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*(?s:.*?)\*/|/\*(?s:.*)")
_WORD = re.compile(
    rf"(?:(?!//|/\*)[^\s{{}}\[\],:\"'`{_SMART}\x00-\x1f])+(?::(?=[^\s\"'{_SMART}{{\[])(?:(?!//|/\*)[^\s{{}}\[\],:\"'`{_SMART}\x00-\x1f])+)*"
)
_SINGLE_QUOTED = re.compile(r"(?P<quote>['`´])(?P<text>(?:\\.|[^'`´\\\n])*)['`´]")
_SMART_QUOTED = re.compile(rf"[{_SMART}](?P<text>[^\"\n{_SMART}]*)[{_SMART}\"]")
_SMART_END = re.compile(rf"\"(?P<text>[^\"\\\n{_SMART}]*)[{_SMART}](?=\s*[,:\]}}])")
_NOTHING_BUT_PUNCTUATION = re.compile(r"[\s,\[\]{}]*")
_WORD_CHARACTER = re.compile(r"[^\s{}\[\],:\"/#\x00-\x1f]")


def lexemes(text: str) -> Iterator[Lexeme]:
    """The lexemes of a text, END included."""
    return _Scanner(text).run()


class _Scanner:
    __slots__ = ("_at", "_pending", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._pending: list[Fault] = []

    def run(self) -> Iterator[Lexeme]:
        text = self._text
        length = len(text)
        while True:
            blanks = _BLANKS.match(text, self._at)
            if blanks:
                self._at = blanks.end()
            if self._at >= length:
                yield self._lexeme(Kind.END, "", length)
                return
            character = text[self._at]
            if character in _PUNCTUATION:
                yield self._lexeme(_PUNCTUATION[character], character, self._at + 1)
            elif character == '"':
                yield self._string()
            elif comment := _COMMENT.match(text, self._at):
                self._comment(comment[0])
            elif character in _SINGLE and (found := _SINGLE_QUOTED.match(text, self._at)):
                yield self._foreign_quotes(found, Code.SINGLE_QUOTES)
            elif character in _SMART and (found := _SMART_QUOTED.match(text, self._at)):
                yield self._foreign_quotes(found, Code.SMART_QUOTES)
            elif character == _BOM or not (character.isprintable() or character in _SMART):
                self._odd_space(character)
            else:
                yield self._word()

    def _lexeme(self, kind: Kind, text: str, end: int, *faults: Fault, glued: bool = False) -> Lexeme:
        """The lexeme from here to `end`, with what was wrong before it."""
        found = Lexeme(kind, text, self._at, end, (*self._pending, *faults), glued)
        self._pending = []
        self._at = end
        return found

    # ---- between lexemes ----

    def _comment(self, comment: str) -> None:
        end = self._at + len(comment)
        closed = not comment.startswith("/*") or (comment.endswith("*/") and len(comment) > 3)
        shown = comment.split("\n", 1)[0]
        message = f"JSON has no comments: {quoted(shown)}" if closed else f"the comment {quoted(shown)} is not closed"
        self._pending.append(
            Fault(
                Code.COMMENT,
                self._at,
                end,
                message,
                "take it out; a `Sid` can say what a statement is for",
                sure=closed,
            )
        )
        self._at = end

    def _odd_space(self, character: str) -> None:
        if character == _BOM and self._at == 0:
            fault = Fault(
                Code.BYTE_ORDER_MARK,
                0,
                1,
                "the text begins with a byte order mark",
                "save the file as UTF-8 without a byte order mark",
            )
        else:
            code = Code.ODD_SPACE if character.isspace() or character == _BOM else Code.CONTROL_CHARACTER
            fault = Fault(
                code,
                self._at,
                self._at + 1,
                f"{character_name(character)} is no white space in JSON",
                "only space, tab and line breaks may stand between the parts of a document",
            )
        self._pending.append(fault)
        self._at += 1

    # ---- strings ----

    def _string(self) -> Lexeme:
        found = _STRING.match(self._text, self._at)
        if found is None:
            return self._faulty_string()
        end = found.end()
        if _WORD_CHARACTER.match(self._text, end):
            smart = _SMART_END.match(self._text, self._at)
            if smart:
                return self._foreign_quotes(smart, Code.SMART_QUOTES)
            return self._lexeme(Kind.STRING, found[0], end, glued=True)
        return self._lexeme(Kind.STRING, found[0], end)

    def _faulty_string(self) -> Lexeme:
        """A string with a bad escape or a control character inside, or without an end."""
        text, start = self._text, self._at
        smart = _SMART_END.match(text, start)
        if smart:
            return self._foreign_quotes(smart, Code.SMART_QUOTES)
        at = start + 1
        pieces: list[str] = []
        faults: list[Fault] = []
        broken_over_lines = False
        while at < len(text):
            if plain := _PLAIN.match(text, at) or _ESCAPE.match(text, at):
                pieces.append(plain[0])
                at = plain.end()
                continue
            character = text[at]
            if character == '"':
                return self._lexeme(Kind.STRING, '"' + "".join(pieces) + '"', at + 1, *faults)
            if character == "\\":
                bad = _BAD_ESCAPE.match(text, at)
                assert bad is not None
                faults.append(_bad_escape(at, bad[0]))
                pieces.append("\\" + bad[0])
                at = bad.end()
                continue
            if character in "\n\r" and not broken_over_lines:
                if self._ends_with_its_line(at):
                    return self._unclosed_line(at, faults)
                broken_over_lines = True
            if text.startswith("\r\n", at):
                character = "\r\n"
            faults.append(_control_character(at, character))
            pieces.append(json.dumps(character)[1:-1])
            at += len(character)
        fault = Fault(
            Code.TRUNCATED,
            start,
            start + 1,
            "the text ends inside the string that begins here",
            "a closing quote is missing here or before, or the text was cut off",
            sure=False,
        )
        return self._lexeme(Kind.STRING, '"' + "".join(pieces).rstrip("\\") + '"', len(text), *faults, fault)

    def _ends_with_its_line(self, at: int) -> bool:
        """Whether a string that meets a line break lacks its closing quote, rather than holding the line break."""
        quote = self._text.find('"', at)
        rest = self._text[at : quote if quote >= 0 else len(self._text)]
        return _NOTHING_BUT_PUNCTUATION.fullmatch(rest) is not None

    def _unclosed_line(self, at: int, faults: list[Fault]) -> Lexeme:
        """A string up to the end of its line, without the punctuation that probably follows it."""
        start = self._at
        content = self._text[start + 1 : at].rstrip(" \t\r,]}")
        end = start + 1 + len(content)
        fault = Fault(
            Code.UNCLOSED_STRING,
            start,
            end,
            f"the string {quoted(self._text[start:end])} is not closed",
            "add the closing quote",
            sure=False,
        )
        return self._lexeme(Kind.STRING, json.dumps(content), end, *faults, fault)

    def _foreign_quotes(self, found: re.Match[str], code: Code) -> Lexeme:
        content = found["text"]
        right = json.dumps(content, ensure_ascii=False)
        kind = "single" if code is Code.SINGLE_QUOTES else "typographic"
        fault = Fault(
            code,
            found.start(),
            found.end(),
            f"the string {quoted(found[0])} is in {kind} quotes",
            f"write {quoted(right)}",
        )
        return self._lexeme(Kind.STRING, right, found.end(), fault)

    # ---- words and numbers ----

    def _word(self) -> Lexeme:
        text, at = self._text, self._at
        number = _NUMBER_LIKE.match(text, at)
        if number:
            if _NUMBER.fullmatch(number[0]):
                return self._lexeme(Kind.NUMBER, number[0], number.end())
            word = _WORD.match(text, at)
            if word is None or word.end() <= number.end():
                fault = Fault(
                    Code.BAD_NUMBER,
                    at,
                    number.end(),
                    f"{quoted(number[0])} is no number in JSON",
                    "a number is written like 10, -1.5 or 2e3; anything else goes in double quotes",
                )
                return self._lexeme(Kind.NUMBER, "0", number.end(), fault)
        word = _WORD.match(text, at)
        if word is None:
            return self._lexeme(Kind.OTHER, "", at + 1)
        return self._bare_word(word[0])

    def _bare_word(self, word: str) -> Lexeme:
        start, end = self._at, self._at + len(word)
        if word in _LITERALS:
            return self._lexeme(_LITERALS[word], word, end)
        meant = _FOREIGN.get(word.lower())
        if meant is not None:
            if word.lower() in _NOT_NUMBERS:
                advice = "JSON has no such number"
            else:
                advice = (
                    f"write `{meant}`, in small letters and without quotes"
                    if meant != "null"
                    else "a policy has no such value"
                )
            fault = Fault(
                Code.FOREIGN_LITERAL, start, end, f"{quoted(word)} is no word of JSON", advice, sure=meant != "null"
            )
            return self._lexeme(_LITERALS[meant], meant, end, fault)
        if not any(character.isalnum() for character in word):
            return self._lexeme(Kind.OTHER, "", end)
        fault = Fault(
            Code.UNQUOTED,
            start,
            end,
            f"{quoted(word)} is not in double quotes",
            f"write {quoted(json.dumps(word, ensure_ascii=False))}",
        )
        return self._lexeme(Kind.STRING, json.dumps(word, ensure_ascii=False), end, fault)


def _bad_escape(at: int, escape: str) -> Fault:
    if escape.startswith("\\u"):
        advice = "`\\u` is followed by four hexadecimal digits"
    else:
        advice = (
            'JSON knows \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits; a backslash itself is written \\\\'
        )
    return Fault(Code.BAD_ESCAPE, at, at + len(escape), f"there is no escape {quoted(escape)}", advice)


def _control_character(at: int, character: str) -> Fault:
    names = {"\n": "a line break", "\r": "a line break", "\r\n": "a line break", "\t": "a tab"}
    name = names.get(character) or f"the control character U+{ord(character):04X}"
    written = json.dumps(character)[1:-1]
    return Fault(
        Code.CONTROL_CHARACTER, at, at + 1, f"{name} stands inside a string", f"write `{written}`, or take it out"
    )
