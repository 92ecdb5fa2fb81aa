"""Reads the events of one log file, one at a time.

In: a `LogFile`. Out: an iterator of `Record`, `Damage` and `Skipped`.
Invariant: no exception for anything that a file holds, and no silence: what could not be read is a `Damage`, and reading goes
on behind it where a record can begin. Memory is bounded by the limits, not by the file.
Not here: what an event means.

Forms: `{"Records": [...]}` and any other object that holds an array of events (`Events`, `logEvents`, ...), a bare array, one event,
one event or document a line, and documents one after another; each on one line or many, plain or gzip.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.content import text_windows
from ostiary.cloudtrail.damage import DEFAULT_LIMITS, Damage, DamageKind, ReadingLimits, Skipped, SkipReason
from ostiary.cloudtrail.envelopes import RECORD_FIELDS, is_record, unwrap
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.ocsf import is_ocsf, ocsf_event
from ostiary.cloudtrail.record import Record
from ostiary.cloudtrail.scan import BrokenError, Scanner

_FIRST_KEY = re.compile(r'\{\s*"([^"\\]*)"')
_ARRAY_OF_OBJECTS = re.compile(r"\[\s*\{")
# where reading may go on: an object that begins as an event does, or an object that begins a line
_RESUME = re.compile(r'\{\s{0,100}"(?:' + "|".join(sorted(RECORD_FIELDS)) + r')"|(?<=\n)\{')
# arrays under these names are read element by element; others are decoded whole and searched for events
_CONTAINERS = frozenset({"records", "events", "logevents", "logs", "items", "results", "test_events"})
_DIGEST_KEYS = frozenset({"digestStartTime", "logFiles"})
_CLOSERS = frozenset("]},")
_OPENERS = frozenset("[{")


def read_records(file: LogFile, limits: ReadingLimits = DEFAULT_LIMITS) -> Iterator[Record | Damage | Skipped]:
    """The records of the file in their order, with damages where they occurred."""
    try:
        with Path(file.path).open("rb") as handle:
            yield from _Reading(file.path, limits).records(text_windows(handle, file.path, limits))
    except OSError as error:
        yield Damage(file.path, DamageKind.UNREADABLE, error.strerror or "the file cannot be read")


class _Reading:
    """The reading of one file; `_waiting` holds damages that were met while a value was being fetched."""

    __slots__ = ("_cut", "_damaged", "_file", "_limits", "_scanner", "_waiting")

    _scanner: Scanner

    def __init__(self, file: str, limits: ReadingLimits) -> None:
        self._file = file
        self._limits = limits
        self._waiting: list[Damage] = []
        self._damaged = -1
        """Where the text was last found broken: the same place is reported once."""
        self._cut = False
        """Whether it is known that the content ends too early: what is open at the end is then no news."""

    def records(self, windows: Iterator[str | Damage]) -> Iterator[Record | Damage | Skipped]:
        """Documents until the end of the text."""
        self._scanner = scanner = Scanner(windows, self._report, self._limits)
        started = False
        while True:
            character = scanner.peek()
            if not started and character not in _OPENERS:
                # what is no JSON need not be text either
                self._waiting = [damage for damage in self._waiting if damage.kind is not DamageKind.ENCODING]
            yield from self._reported()
            if not character:
                if not started and self._damaged < 0:
                    yield self._damage(DamageKind.EMPTY, "the file holds only white space", 0)
                return
            if character == "[":
                scanner.take()
                yield from self._elements()
            elif character == "{":
                yield from self._document()
            elif self._damaged >= 0 and character in _CLOSERS:
                scanner.take()  # the end of a container whose beginning was lost in damage
            elif not started:
                yield self._damage(DamageKind.NOT_JSON, "the content is not JSON", 0)
                return
            else:
                yield from self._broken(BrokenError(DamageKind.BAD_JSON, f"unexpected {character!a}", scanner.offset))
            yield from self._reported()
            started = True

    def _document(self) -> Iterator[Record | Damage | Skipped]:
        """An object at the top: an event, an envelope, or a container that is read as a stream."""
        scanner = self._scanner
        first = scanner.match(_FIRST_KEY)
        if first and first[1] in RECORD_FIELDS:
            yield from self._element()
            return
        start = scanner.offset
        scanner.take()
        members: dict[str, Any] = {}
        streamed = False
        try:
            while True:
                character = scanner.peek()
                if character == "}":
                    scanner.take()
                    break
                if character == "," and (members or streamed):
                    scanner.take()
                    scanner.peek()
                key = self._key()
                if key.lower() in _CONTAINERS and scanner.match(_ARRAY_OF_OBJECTS):
                    scanner.take()
                    streamed = True
                    yield from self._elements()
                else:
                    self._check_size(start)
                    members[key] = scanner.value()
        except BrokenError as bad:
            yield from self._broken(bad)
            return
        if not streamed:
            yield from self._events(members, start)

    def _elements(self) -> Iterator[Record | Damage | Skipped]:
        """The elements of an array whose `[` was taken, up to and with its `]`."""
        scanner = self._scanner
        while True:
            character = scanner.peek()
            yield from self._reported()
            if not character:
                if not self._cut:
                    yield self._damage(DamageKind.TRUNCATED, "the content ends inside an array", scanner.offset)
                return
            if character == "]":
                scanner.take()
                return
            if character == ",":
                scanner.take()
            elif character in "}:":
                yield self._damage(DamageKind.BAD_JSON, f"unexpected {character!a}", scanner.offset)
                while scanner.peek() in {"}", ":"}:
                    scanner.take()
            else:
                yield from self._element()

    def _element(self) -> Iterator[Record | Damage | Skipped]:
        """One value where an event is expected."""
        start = self._scanner.offset
        try:
            value = self._scanner.value()
        except BrokenError as bad:
            yield from self._reported()
            yield from self._broken(bad)
            return
        yield from self._reported()
        yield from self._events(value, start)

    def _events(self, value: Any, start: int) -> Iterator[Record | Damage | Skipped]:
        if isinstance(value, dict) and is_record(value):  # PERF: the usual case, without a generator
            yield Record.of(value, self._file, start)
            return
        if isinstance(value, dict) and not _DIGEST_KEYS.isdisjoint(value):
            yield Skipped(self._file, SkipReason.DIGEST)
            return
        if isinstance(value, dict) and is_ocsf(value):
            event = ocsf_event(value)
            if event:
                yield Record.of(event, self._file, start)
            else:
                yield self._damage(DamageKind.NOT_A_RECORD, "an OCSF event that is no call", start)
            return
        found = False
        for event in unwrap(value):
            found = True
            yield Record.of(event, self._file, start)
        # `{"Records": []}` is a log of an hour in which nothing happened
        if not found and not (isinstance(value, dict) and [] in value.values()):
            yield self._damage(DamageKind.NOT_A_RECORD, "a JSON value that is no event", start)

    def _broken(self, bad: BrokenError) -> Iterator[Damage]:
        """Report a broken value and move to where reading may go on."""
        if bad.offset != self._damaged and not (self._cut and bad.kind is DamageKind.TRUNCATED):
            yield self._damage(bad.kind, bad.message, bad.offset)
        match bad.kind:
            case DamageKind.TOO_LARGE | DamageKind.TOO_DEEP if bad.offset == self._scanner.offset:
                # a value that has no end takes the rest of the text with it
                self._cut = not self._scanner.skip_value() and not self._scanner.peek()
            case _:
                self._scanner.resume(_RESUME)

    def _key(self) -> str:
        """A member's name, with the colon behind it."""
        scanner = self._scanner
        key = scanner.value() if scanner.peek() == '"' else None
        character = scanner.peek()
        if isinstance(key, str) and character == ":":
            scanner.take()
            scanner.peek()
            return key
        if not character:
            raise BrokenError(DamageKind.TRUNCATED, "the content ends inside an object", scanner.offset)
        raise BrokenError(DamageKind.BAD_JSON, f"unexpected {character!a}", scanner.offset)

    def _check_size(self, start: int) -> None:
        if self._scanner.offset - start > self._limits.record_characters:
            raise BrokenError(DamageKind.TOO_LARGE, "an object is larger than one event can be", start)

    def _damage(self, kind: DamageKind, message: str, offset: int) -> Damage:
        if kind is not DamageKind.NOT_A_RECORD:
            self._damaged = offset
        self._cut = self._cut or kind is DamageKind.TRUNCATED
        return Damage(self._file, kind, message, offset)

    def _report(self, damage: Damage) -> None:
        self._waiting.append(damage)

    def _reported(self) -> Iterator[Damage]:
        """Damages of the bytes below, in order."""
        while self._waiting:
            damage = self._waiting.pop(0)
            self._damaged = max(self._damaged, damage.offset)
            self._cut = self._cut or damage.kind in {DamageKind.TRUNCATED, DamageKind.CORRUPT}
            yield damage
