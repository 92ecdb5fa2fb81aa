"""Reads JSON values one after another out of text that arrives in windows.

In: an iterator of text windows. Out: decoded values, or `BrokenError` with the place where the text stops being JSON.
Invariant: memory holds one window and one value; a value above the limits is walked over without being stored.
Not here: which values are events, and going on after damage (`reading`).

`json`'s own scanner does the decoding: it stops at the end of a value, so nothing has to be known about where values end.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ostiary.cloudtrail.damage import Damage, DamageKind, ReadingLimits

_decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'["\\]')
_CLOSER = {"{": "}", "[": "]"}
# a literal or an escape that a window may have cut: `-Infinity`, `\ud83d`
_LONGEST_PIECE = 12


class BrokenError(Exception):
    """The text at `offset` is not what JSON has there. Internal to reading: it becomes a `Damage`."""

    def __init__(self, kind: DamageKind, message: str, offset: int) -> None:
        self.kind = kind
        self.message = message
        self.offset = offset
        super().__init__(message)


class Scanner:
    """A place in a text of unknown length. Damages that the text brings with it are handed to `report`."""

    __slots__ = ("_base", "_chunks", "_limits", "_pos", "_report", "_text", "at_end")

    def __init__(
        self, windows: Iterator[str | Damage], report: Callable[[Damage], None], limits: ReadingLimits
    ) -> None:
        self._chunks = windows
        self._report = report
        self._limits = limits
        self._text = ""
        self._pos = 0
        self._base = 0
        self.at_end = False
        """Whether all text has arrived (not: has been read)."""

    @property
    def offset(self) -> int:
        """How many characters lie before the place."""
        return self._base + self._pos

    def peek(self) -> str:
        """The next character that is not white space, or an empty string at the end; the place moves to it."""
        while True:
            found = _SPACE.match(self._text, self._pos)
            assert found is not None  # the pattern matches the empty string
            self._pos = found.end()
            if self._pos < len(self._text):
                return self._text[self._pos]
            if not self._more():
                return ""

    def take(self) -> str:
        """The next character, or an empty string at the end; the place moves behind it."""
        if self._pos >= len(self._text) and not self._more():
            return ""
        self._pos += 1
        return self._text[self._pos - 1]

    def match(self, pattern: re.Pattern[str], reach: int = 4096) -> re.Match[str] | None:
        """Match at the place, with at least `reach` characters in sight if the text has them."""
        while len(self._text) - self._pos < reach and self._more():
            pass
        return pattern.match(self._text, self._pos)

    def value(self) -> Any:
        """Decode the value at the place and move behind it; `BrokenError` leaves the place where it was."""
        if self._pos >= len(self._text):
            self._more()
        wanted = 0
        while True:
            try:
                value, end = _decode(self._text, self._pos)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self._text) - _LONGEST_PIECE or error.msg.startswith("Unterminated string")
                if cut and self._grow(wanted):
                    wanted = 2 * (len(self._text) - self._pos)
                    continue
                kind = DamageKind.TRUNCATED if cut and self.at_end else DamageKind.BAD_JSON
                raise BrokenError(kind, _say(error, kind), self._base + error.pos) from None
            except RecursionError:
                raise BrokenError(DamageKind.TOO_DEEP, "a value is nested too deep", self.offset) from None
            except ValueError as error:  # a number of more than 4300 digits
                raise BrokenError(DamageKind.BAD_JSON, str(error).partition(";")[0], self.offset) from None
            if end == len(self._text) and not isinstance(value, (dict, list, str)) and self._grow(0):
                continue  # a number may go on in the next window
            self._check_depth(end)
            self._pos = end
            return value

    def skip_value(self) -> bool:
        """Walk over the object or array at the place, however large; False if the text ends before it or its brackets do not pair."""
        stack: list[str] = []
        in_string = False
        while True:
            pattern = _STRING_END if in_string else _STRUCTURE
            found = pattern.search(self._text, self._pos)
            if found is None:
                self._pos = len(self._text)
                if not self._more():
                    return False
                continue
            self._pos = found.end()
            mark = found.group()
            if mark == "\\":
                self.take()
            elif mark == '"':
                in_string = not in_string
            elif mark in _CLOSER:
                stack.append(_CLOSER[mark])
            elif not stack or stack.pop() != mark:
                return False
            if not stack and not in_string:
                return True

    def resume(self, marker: re.Pattern[str], overlap: int = 256) -> bool:
        """Behind a broken value at the place, move to where reading may go on; False if there is no such place.

        That is the next `marker` (which must not be longer than `overlap`) or the end of the broken value, whichever comes first.
        """
        start = self._pos
        found = marker.search(self._text, start + 1)
        end = self._pos if self._balanced() else None
        self._pos = start
        if found is not None or end is not None:
            self._pos = min(place for place in (found and found.start(), end) if place is not None)
            return True
        while True:
            self._pos = max(start + 1, len(self._text) - overlap)
            if not self._more():
                self._pos = len(self._text)
                return False
            start = -1
            found = marker.search(self._text, self._pos)
            if found is not None:
                self._pos = found.start()
                return True

    def _balanced(self) -> bool:
        """As `skip_value`, within the text in sight."""
        chunks, self._chunks = self._chunks, iter(())
        at_end = self.at_end
        try:
            return self._text[self._pos : self._pos + 1] in _CLOSER and self.skip_value()
        finally:
            self._chunks, self.at_end = chunks, at_end

    def _grow(self, wanted: int) -> bool:
        """Get more text for the value at the place, at least `wanted` characters; raise `BrokenError` above the limit."""
        if len(self._text) - self._pos > self._limits.record_characters:
            raise BrokenError(
                DamageKind.TOO_LARGE,
                f"a value is larger than {self._limits.record_characters:,} characters",
                self.offset,
            )
        grown = self._more()
        while grown and len(self._text) - self._pos < wanted and self._more():
            pass
        return grown

    def _more(self) -> bool:
        """Append the next window and drop what lies before the place; False at the end."""
        for chunk in self._chunks:
            if isinstance(chunk, Damage):
                self._report(chunk)
                continue
            if not chunk:
                continue
            self._base += self._pos
            self._text = self._text[self._pos :] + chunk
            self._pos = 0
            return True
        self.at_end = True
        return False

    def _check_depth(self, end: int) -> None:
        # PERF: a value with few brackets cannot be deep; only the others are walked
        text, start, limit = self._text, self._pos, self._limits.depth
        if text.count("{", start, end) + text.count("[", start, end) <= limit:
            return
        depth = 0
        place = start
        while (found := _STRUCTURE.search(text, place, end)) is not None:
            place = found.end()
            mark = found.group()
            if mark == '"':
                while (inner := _STRING_END.search(text, place, end)) is not None:
                    place = inner.end() + (inner.group() == "\\")
                    if inner.group() == '"':
                        break
            elif mark in _CLOSER:
                depth += 1
                if depth > limit:
                    raise BrokenError(DamageKind.TOO_DEEP, f"a value is nested deeper than {limit}", self.offset)
            else:
                depth -= 1


def _say(error: json.JSONDecodeError, kind: DamageKind) -> str:
    if kind is DamageKind.TRUNCATED:
        return "the content ends inside a value"
    return error.msg[:1].lower() + error.msg[1:]
