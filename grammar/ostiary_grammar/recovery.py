"""Finds every error of a text that is not JSON, in one reading.

In: the text. Out: errors in `Findings`, and the tree of the repaired text where nothing that was meant is in doubt, so that
its structure can be looked at too.
Invariant: at least one error is found, the work is linear in the text, and the repaired text never becomes a document.
How: the lexemes are fed to the parser of `policy.lark`. Where it takes one no more, what it would take says what is
missing; that is reported, put in, and reading goes on. Where no repair is likely, reading stops.
Not here: faults inside lexemes (`tolerant`), and structure (`build`).
"""

from collections import deque

from lark import Token, Tree

from ostiary_grammar.codes import Code
from ostiary_grammar.findings import Findings
from ostiary_grammar.limits import Limits
from ostiary_grammar.nesting import CLOSERS, Frame, Nesting
from ostiary_grammar.policy_grammar import ELEMENT_TERMINALS, TokenFeed
from ostiary_grammar.tolerant import Kind, Lexeme, lexemes
from ostiary_grammar.wording import either, quoted

_SHOWN = {
    Kind.LBRACE: "`{`",
    Kind.RBRACE: "`}`",
    Kind.LSQB: "`[`",
    Kind.RSQB: "`]`",
    Kind.COMMA: "`,`",
    Kind.COLON: "`:`",
    Kind.STRING: "a string",
    Kind.NUMBER: "a number",
    Kind.TRUE: "a boolean",
    Kind.FALSE: "a boolean",
    Kind.NULL: "`null`",
}
_CLOSING = frozenset(CLOSERS.values())
_NO_BEGINNING = _CLOSING | {Kind.COMMA, Kind.COLON, Kind.OTHER}
_ELLIPSIS = frozenset(".…")
_MOST_REPAIRS = 8
_MOST_LABELS = 4
_LOOKAHEAD = 3

_NOTHING = Lexeme(Kind.OTHER, "", 0, 0)
_Accepted = frozenset[str]


def recover(findings: Findings, limits: Limits) -> Tree[Token] | None:
    """Report what keeps the text from being JSON; the tree of the repaired text if all repairs are sure."""
    return _Recovery(findings, limits).run()


def depth_error(findings: Findings, at: int, limits: Limits) -> None:
    """Report a bracket that lies too deep."""
    findings.error(Code.LIMIT, at, at + 1, f"brackets are nested more than {limits.depth} deep")


class _Recovery:
    __slots__ = (
        "_ahead",
        "_feed",
        "_findings",
        "_lexemes",
        "_limits",
        "_loose",
        "_nesting",
        "_previous",
        "_stopped",
        "_sure",
        "_text",
    )

    def __init__(self, findings: Findings, limits: Limits) -> None:
        self._findings = findings
        self._limits = limits
        self._text = findings.source.text
        self._lexemes = lexemes(self._text)
        self._ahead: deque[Lexeme] = deque()
        self._feed = TokenFeed()
        self._nesting = Nesting()
        self._previous = _NOTHING
        self._loose: Frame | None = None  # the object in which values stand without their brackets
        self._sure = True
        self._stopped = False

    def run(self) -> Tree[Token] | None:
        self._begin()
        while not self._stopped and not self._findings.full:
            self._look_ahead()
            lexeme = self._ahead.popleft()
            self._report_faults(lexeme)
            if lexeme.kind is Kind.END:
                return self._end(lexeme)
            self._take(lexeme)
            self._previous = lexeme
            if lexeme.glued and not self._stopped:
                self._glued(lexeme)
        return None

    def _report_faults(self, lexeme: Lexeme) -> None:
        after_the_end = self._previous is not _NOTHING and not self._nesting.frames
        for fault in lexeme.faults:
            if after_the_end and fault.end > lexeme.start:
                continue  # what follows the document is wrong as a whole
            self._sure &= fault.sure
            self._report(fault.code, fault.start, fault.end, fault.message, advice=fault.advice)

    def _look_ahead(self) -> None:
        while len(self._ahead) <= _LOOKAHEAD:
            lexeme = next(self._lexemes, None)
            if lexeme is None:
                break
            self._ahead.append(lexeme)

    def _following(self) -> Kind:
        return self._ahead[0].kind

    # ---- the two ends of the text ----

    def _begin(self) -> None:
        self._look_ahead()
        first = self._ahead[0]
        if first.kind is Kind.END:
            only = "only white space or comments" if self._text else "the text is empty"
            self._report(Code.EMPTY_DOCUMENT, 0, 0, f"there is no document here: {only}")
        elif first.kind in _NO_BEGINNING or any(fault.code is Code.UNQUOTED for fault in first.faults):
            self._stop()
            word = self._written(first)
            encoded = word.lower().startswith("%7b")
            self._report(
                Code.NOT_JSON,
                first.start,
                first.end,
                f"this is not JSON: it begins with {quoted(word)}",
                advice="the text is URL-encoded, as IAM returns policies: decode it first"
                if encoded
                else "a policy document is JSON text that begins with `{`",
            )

    def _end(self, end: Lexeme) -> Tree[Token] | None:
        frames = self._nesting.frames
        cut_off_before = (*self._previous.faults, *end.faults)
        if frames and all(fault.code not in (Code.TRUNCATED, Code.COMMENT) or fault.sure for fault in cut_off_before):
            closers = "".join(self._closing(frame)[1] for frame in reversed(frames))
            self._report(
                Code.TRUNCATED,
                self._previous.end,
                self._previous.end,
                f"the text ends where {either(self._expected(self._feed.accepts()))} is expected",
                labels=tuple((*_place(frame.opener), "not closed") for frame in frames[-1 : -1 - _MOST_LABELS : -1]),
                advice=f"the text seems to be cut off; {quoted(closers)} would close it",
            )
        if frames or not self._sure or self._previous is _NOTHING:
            return None
        return self._feed.finish()

    def _glued(self, lexeme: Lexeme) -> None:
        """A string that is followed by a word: where strings begin and end is lost from here on."""
        self._stop()
        rest = self._text[lexeme.end : lexeme.end + 20].split('"')[0].split("\n")[0]
        self._report(
            Code.JSON_SYNTAX,
            lexeme.end,
            lexeme.end + 1,
            f"{quoted(rest)} directly follows the string {quoted(self._written(lexeme))}",
            labels=((*_place(lexeme), "this string"),),
            advice='a quote is missing before this place, or one inside the string must be written \\"',
        )

    # ---- one lexeme ----

    def _take(self, lexeme: Lexeme) -> None:
        """Feed a lexeme, after the repairs that it takes."""
        if lexeme.kind is Kind.OTHER:
            self._take_other(lexeme)
            return
        if lexeme.kind is Kind.COMMA and self._is_trailing(lexeme):
            return
        for _ in range(_MOST_REPAIRS):
            if self._offer(lexeme):
                return
            if not self._repair(lexeme, self._feed.accepts()) or self._stopped:
                return
        self._stop()

    def _is_trailing(self, comma: Lexeme) -> bool:
        """Whether this is a comma before a closing bracket, or the end, which is then left out."""
        following = self._following()
        if following is Kind.END:
            return bool(self._nesting.frames)
        if following not in _CLOSING or "COMMA" not in self._feed.accepts():
            return False
        self._report(
            Code.TRAILING_COMMA,
            *_place(comma),
            f"nothing follows this `,` before {_SHOWN[following]}",
            advice="take the comma out: it stands only between two values",
        )
        return True

    def _take_other(self, lexeme: Lexeme) -> None:
        """Something without meaning stands for what is expected, if that helps to go on."""
        if not self._nesting.frames:
            self._extra_text(lexeme)
            return
        accepts = self._feed.accepts()
        self._sure = False
        self._unexpected(lexeme, accepts)
        following = self._following()
        ends = following in _CLOSING or following in (Kind.COMMA, Kind.END)
        if "COLON" in accepts:
            self._insert(Kind.COLON)
        elif "COMMA" in accepts and not ends:
            self._insert(Kind.COMMA)
        elif "LBRACE" in accepts and ends:
            self._insert(Kind.NULL)
        elif "STRING" in accepts and ends:
            self._insert_key()
            self._insert(Kind.NULL)

    def _repair(self, lexeme: Lexeme, accepts: _Accepted) -> bool:
        """Report why a lexeme is not taken, and put in what is missing; whether to offer it again."""
        if not self._nesting.frames:
            self._extra_text(lexeme)
            return False
        match lexeme.kind:
            case Kind.RBRACE | Kind.RSQB:
                return self._repair_closer(lexeme, accepts)
            case Kind.COMMA:
                return self._repair_comma(lexeme, accepts)
            case Kind.COLON:
                return self._repair_colon(lexeme, accepts)
            case _:
                return self._repair_value(lexeme, accepts)

    def _extra_text(self, lexeme: Lexeme) -> None:
        self._stop()
        if lexeme.kind is Kind.COLON and self._previous.kind is Kind.STRING:
            self._report(
                Code.FRAGMENT,
                *_place(self._previous),
                f"this is a piece of a policy: {quoted(self._written(self._previous))} stands without an object around it",
                advice="a policy document is an object with `Version` and `Statement`",
            )
            return
        advice = "take away what follows the document, or add the `{` that is missing before it"
        if lexeme.kind is Kind.LBRACE:
            advice = "one text holds one document; give the others by themselves"
        self._report(
            Code.EXTRA_TEXT,
            *_place(lexeme),
            f"{quoted(self._written(lexeme))} follows the document, which ends before it",
            labels=((*_place(self._previous), "the document ends here"),),
            advice=advice,
        )

    # ---- values and keys ----

    def _repair_value(self, lexeme: Lexeme, accepts: _Accepted) -> bool:
        before_colon = self._following() is Kind.COLON
        if "COLON" in accepts:
            self._between(Code.MISSING_COLON, "`:`", lexeme, accepts, "add a colon after the key")
            self._insert(Kind.COLON)
        elif "COMMA" in accepts and (not self._nesting.top.is_object or (before_colon and lexeme.kind is Kind.STRING)):
            advice = f"add a comma after {quoted(self._written(self._previous))}"
            self._between(Code.MISSING_COMMA, "`,`", lexeme, accepts, advice)
            self._insert(Kind.COMMA)
        elif "COMMA" not in accepts and before_colon:
            key = self._written(lexeme)
            message = f"the key {quoted(key)} is not in double quotes"
            self._report(Code.UNQUOTED, *_place(lexeme), message, advice=f'write `"{key}"`')
            self._insert(Kind.STRING, f'"{lexeme.text}"')
            return False
        else:
            self._value_for_key(lexeme, accepts)
            if "COMMA" in accepts:
                self._insert(Kind.COMMA)
            self._insert_key()
        return True

    def _value_for_key(self, lexeme: Lexeme, accepts: _Accepted) -> None:
        """Report a value where a key belongs: most often the values of a list without its brackets."""
        self._sure = False
        frame = self._nesting.top
        if frame.index == 0 and "COMMA" not in accepts:
            self._unexpected(lexeme, accepts)
            return
        self._loose = frame
        self._report(
            Code.MISSING_BRACKETS,
            *_place(lexeme),
            f"{quoted(self._written(lexeme))} stands where a key belongs",
            labels=((*_place(frame.opener), "in this object"),),
            advice="several values of one key stand in brackets: [..., ...]",
        )

    # ---- commas and colons ----

    def _repair_comma(self, comma: Lexeme, accepts: _Accepted) -> bool:
        if "COLON" in accepts or self._previous.kind is Kind.COLON:
            self._missing_value(comma, accepts)
            return True
        self._report(
            Code.EXTRA_COMMA,
            *_place(comma),
            f"nothing stands between {quoted(self._written(self._previous))} and this `,`",
            advice="take the comma out",
        )
        return False

    def _missing_value(self, lexeme: Lexeme, accepts: _Accepted) -> None:
        """Report a key without a value, before a comma or a closing bracket."""
        self._sure = False
        key = self._nesting.top.key or ""
        if "COLON" in accepts and self._nesting.top.index > 0 and key not in ELEMENT_TERMINALS:
            self._nesting.top.key = None
            self._value_for_key(self._previous, accepts)
        else:
            start, end = _place(self._previous) if "COLON" in accepts else (self._previous.end, lexeme.start)
            advice = "a key is followed by `:` and a value"
            self._report(Code.MISSING_VALUE, start, end, f"the key {quoted(key)} has no value", advice=advice)
        if "COLON" in accepts:
            self._insert(Kind.COLON)
        self._insert(Kind.NULL)

    def _repair_colon(self, colon: Lexeme, accepts: _Accepted) -> bool:
        self._sure = False
        frame, outer = self._nesting.top, self._nesting.outer
        key = self._previous
        if key.kind is not Kind.STRING or frame.is_object or "COMMA" not in accepts:
            self._unexpected(colon, accepts)
            if "LBRACE" not in accepts:
                self._stop()
            return False
        if outer is not None and outer.is_object and frame.index > 0:
            self._report(
                Code.UNCLOSED_BRACKET,
                key.start,
                key.start,
                f"`[` is not closed before the key {quoted(self._written(key))}",
                labels=((*_place(frame.opener), "opened here"),),
                advice="add `]` before this key",
            )
            # the key went into the list, where it does no harm; now it stands where it was meant to
            self._insert(Kind.RSQB)
            self._insert(Kind.COMMA)
            self._insert(Kind.STRING, key.text)
            return True
        self._report(
            Code.JSON_SYNTAX,
            *_place(colon),
            "a list has no keys",
            labels=((*_place(frame.opener), "the list begins here"),),
            advice="keys and their values stand in braces: {...}",
        )
        self._insert(Kind.COMMA)
        return False

    # ---- closing brackets ----

    def _repair_closer(self, lexeme: Lexeme, accepts: _Accepted) -> bool:
        frame = self._nesting.top
        if "COLON" in accepts or self._previous.kind is Kind.COLON:
            self._missing_value(lexeme, accepts)
            return True
        if frame.closer is lexeme.kind:
            self._complete(accepts)
            return True
        self._sure = False
        if frame is self._loose:
            self._loose = None  # the closing half of the brackets that were missed before
            return False
        labels = ((*_place(frame.opener), "opened here"),)
        if self._is_mistyped(frame):
            message = f"{_SHOWN[frame.opener.kind]} is closed by {_SHOWN[lexeme.kind]}"
            advice = f"write {self._closing(frame)} here"
            self._report(Code.UNCLOSED_BRACKET, *_place(lexeme), message, labels=labels, advice=advice)
            self._complete(accepts)
            self._insert(frame.closer)
            return False
        if all(other.closer is not lexeme.kind for other in self._nesting.frames):
            self._report(Code.EXTRA_BRACKET, *_place(lexeme), f"{_SHOWN[lexeme.kind]} closes nothing")
            return False
        message = f"{_SHOWN[frame.opener.kind]} is not closed before {_SHOWN[lexeme.kind]}"
        advice = f"add {self._closing(frame)} here"
        self._report(Code.UNCLOSED_BRACKET, lexeme.start, lexeme.start, message, labels=labels, advice=advice)
        self._complete(accepts)
        self._insert(frame.closer)
        return True

    def _is_mistyped(self, frame: Frame) -> bool:
        """Whether a wrong closing bracket stands for the right one of a list: the object around it goes on after it."""
        kinds = [lexeme.kind for lexeme in self._ahead]
        goes_on = kinds[:3] == [Kind.COMMA, Kind.STRING, Kind.COLON]
        outer = self._nesting.outer
        return goes_on and not frame.is_object and outer is not None and outer.is_object

    def _complete(self, accepts: _Accepted) -> None:
        """Put in what a closing bracket still waits for."""
        frame = self._nesting.top
        if "COLON" in accepts:
            self._insert(Kind.COLON)
            self._insert(Kind.NULL)
        elif "LBRACE" in accepts and (frame.is_object or frame.index > 0):
            self._insert(Kind.NULL)
        elif "LBRACE" not in accepts and "STRING" in accepts and frame.index > 0:
            self._insert_key()
            self._insert(Kind.NULL)

    # ---- the parser ----

    def _offer(self, lexeme: Lexeme) -> bool:
        """Give a lexeme to the parser; whether it was taken."""
        terminal = lexeme.kind.value
        if lexeme.kind is Kind.STRING:
            element = ELEMENT_TERMINALS.get(lexeme.text[1:-1])
            if element is not None and self._feed.takes_now(element):
                terminal = element
        if not self._feed.take(terminal, lexeme.text, lexeme.start, lexeme.end):
            return False
        self._nesting.follow(lexeme)
        if len(self._nesting.frames) > self._limits.depth:
            self._stop()
            depth_error(self._findings, lexeme.start, self._limits)
        return True

    def _insert(self, kind: Kind, text: str = "") -> None:
        """Feed what is missing, as if it had stood right after the lexeme before."""
        at = self._previous.end
        if not self._offer(Lexeme(kind, text, at, at)):
            self._stop()

    def _insert_key(self) -> None:
        self._insert(Kind.STRING, '""')
        self._insert(Kind.COLON)

    def _stop(self) -> None:
        self._stopped = True
        self._sure = False

    # ---- words ----

    def _report(
        self,
        code: Code,
        start: int,
        end: int,
        message: str,
        *,
        labels: tuple[tuple[int, int, str], ...] = (),
        advice: str | None = None,
    ) -> None:
        pointer = self._nesting.pointer()
        self._findings.error(code, start, end, message, pointer=pointer, labels=labels, advice=advice)

    def _between(self, code: Code, missing: str, lexeme: Lexeme, accepts: _Accepted, advice: str) -> None:
        before = self._previous
        expected = f"expected {either(self._expected(accepts))}, found {_SHOWN[lexeme.kind]}"
        self._report(
            code,
            before.end,
            before.end,
            f"missing {missing} between {quoted(self._written(before))} and {quoted(self._written(lexeme))}",
            labels=((*_place(lexeme), expected),),
            advice=advice,
        )

    def _unexpected(self, lexeme: Lexeme, accepts: _Accepted) -> None:
        found = _SHOWN.get(lexeme.kind) or quoted(self._written(lexeme))
        advice = "write the whole policy" if set(self._written(lexeme)) <= _ELLIPSIS else None
        message = f"expected {either(self._expected(accepts))}, found {found}"
        self._report(Code.JSON_SYNTAX, *_place(lexeme), message, advice=advice)

    def _expected(self, accepts: _Accepted) -> list[str]:
        words: list[str] = []
        if "COLON" in accepts:
            words.append("`:`")
        if "COMMA" in accepts:
            words.append("`,`")
        if "LBRACE" in accepts:
            words.append("a value")
        elif "STRING" in accepts:
            words.append("a key in double quotes")
        words += [_SHOWN[kind] for kind in (Kind.RSQB, Kind.RBRACE) if kind.value in accepts]
        return words

    def _closing(self, frame: Frame) -> str:
        return _SHOWN[frame.closer]

    def _written(self, lexeme: Lexeme) -> str:
        return self._text[lexeme.start : lexeme.end]


def _place(lexeme: Lexeme) -> tuple[int, int]:
    return lexeme.start, lexeme.end
