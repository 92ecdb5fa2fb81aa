"""One file to cases, fast: an event that is like one before costs a few dictionary look-ups.

In: a log file. Out: `Part`s, the same rows as `plain` gives.
Invariant: the case of an event is worked out by the slow twin, from those fields alone that are its key here; what is not among them is
hidden from the mapping, so it cannot matter. Whatever is not plain goes the slow way: an event, or a file from there on.
Memory is bounded by the limits here and in `remembered`, not by the file.
One thing is passed over that the slow reader counts as damage: nesting too deep in a field that the same event gives twice, the first time.
Not here: which fields condition keys read (`volatile`), cutting the file (`chunks`).
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, cast

import msgspec

from ostiary.cloudtrail.damage import Damage, Skipped
from ostiary.cloudtrail.envelopes import RECORD_FIELDS, is_record
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import EventRequest, Mapped, map_record
from ostiary.cloudtrail.record import Record
from ostiary.ingest.cases import Called, Case
from ostiary.ingest.chunks import Chunk, NotPlainError, chunks
from ostiary.ingest.plain import Numbers, Part, Rows, case_of, case_of_mapped, fill, frozen_state
from ostiary.ingest.remembered import Values, checked, reduced_identity, s3_data, told
from ostiary.ingest.volatile import volatile_of
from ostiary.ingest.wire import (
    HAVE_PARTS,
    LAX_ONE,
    NAMES,
    NULL,
    RAW_ARRAY,
    S3_FIELDS,
    STRICT_ARRAY,
    STRICT_ONE,
    SURELY_SHALLOW,
    LaxWire,
    Wire,
    deep,
    long_number,
    object_of,
)
from ostiary_grammar.collecting import uncollected

_crc32: Callable[..., int]
try:  # optional: speed only
    from isal.isal_zlib import crc32 as _crc32
except ImportError:
    from zlib import crc32 as _crc32

# Keys of events that are remembered, characters of one, and those that are found without their parts being looked up.
MOST_KEYS = 131_072
LONGEST_KEY = 8_192
MOST_IN_FRONT = 16_384

# The fields that make the key of an event: texts, and at their end so many raw ones.
_Fields = tuple[Any, ...]
_RAWS = 5
# The same with numbers for what is raw.
_Key = tuple[object, ...]

_EVENT = re.compile(rb'[ \t\r]*\{[ \t\r]*"(?:' + "|".join(sorted(RECORD_FIELDS)).encode() + rb')"')


@dataclass(slots=True)
class _Call:
    """An event that is a call, as far as its key tells, and its cases by the volatile fields."""

    record: Record
    requests: tuple[EventRequest, ...]
    case: Case
    numbers: dict[_Key, int] = field(default_factory=dict)


class FastReader:
    """Reads files to parts; remembers from one file to the next."""

    def __init__(self, keys: tuple[str, ...], facts: Facts = NO_FACTS) -> None:
        """`keys`: condition keys, folded and sorted."""
        self._keys = keys
        self._facts = facts
        self._volatile = volatile_of(keys)
        texts = self._volatile.texts
        # asked for twice, one field gives a tuple as well
        self._texts: Callable[[Wire], tuple[str | None, ...]] = attrgetter(*texts, *texts) if texts else _no_texts
        self._numbers = Numbers()
        self._identities = Values(self._reduced)
        self._values = Values()
        self._events: dict[_Key, int | _Call] = {}
        self._front: dict[int, tuple[_Fields, int | _Call]] = {}
        self._entries = 0

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        rows, before = Rows(), 0
        try:
            for chunk in chunks(file.path):
                self._chunk(chunk, rows)
                if rows.full:
                    before += len(rows.case)
                    yield self._part(rows, last=False)
                    rows = Rows()
        except (NotPlainError, OSError):
            pieces = _behind(before + len(rows.case), read_log(file))
            while fill(rows, pieces, self._number):
                yield self._part(rows, last=False)
                rows = Rows()
        yield self._part(rows, last=True)

    def _part(self, rows: Rows, *, last: bool) -> Part:
        part = rows.part(self._numbers, last=last)
        if self._numbers.full:
            self._numbers = Numbers()
            self._forget()
        return part

    def _forget(self) -> None:
        self._events.clear()
        self._front.clear()
        self._entries = 0

    def _number(self, record: Record) -> int:
        """The slow way."""
        return self._numbers.of(case_of(record, self._keys, self._facts))

    def _chunk(self, chunk: Chunk, rows: Rows) -> None:
        if long_number(chunk.text):
            raise NotPlainError
        with uncollected():
            try:
                events = STRICT_ONE.decode_lines(chunk.text) if chunk.lines else STRICT_ARRAY.decode(chunk.text)
            except msgspec.ValidationError:
                self._one_by_one(chunk, rows)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise NotPlainError from None
            else:
                self._add(events, rows)

    def _one_by_one(self, chunk: Chunk, rows: Rows) -> None:
        """Some of the events have fields of their own, or wrong types: those go the slow way, each alone."""
        plain: list[Wire] = []
        for text in _single(chunk):
            if deep(text):
                self._add(plain, rows)
                raise NotPlainError
            try:
                wire = LAX_ONE.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError):
                wire = None
            if wire is None or _unlike(wire):
                self._add(plain, rows)
                plain.clear()
                self._add_slowly(text, rows)
            else:
                plain.append(wire)
        self._add(plain, rows)

    def _add_slowly(self, text: bytes, rows: Rows) -> None:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise NotPlainError from None
        if not isinstance(data, dict) or not is_record(data):
            raise NotPlainError
        record = Record.of(data)
        rows.add(self._number(record), record)

    def _add(self, events: list[Wire], rows: Rows) -> None:
        # PERF: the loop that everything hangs on; whatever is called from it is called for few events, but for the look-ups
        crc, front, case = _crc32, self._front, rows.case
        start = len(case)
        found: int | _Call | None
        try:
            for event in events:
                identity, parameters, response = event.userIdentity, event.requestParameters, event.responseElements
                name, additional = event.eventName, event.additionalEventData
                fields: _Fields = (
                    event.eventSource,
                    event.awsRegion,
                    event.eventType,
                    event.eventCategory,
                    event.recipientAccountId,
                    event.errorCode,
                    event.errorMessage,
                    event.sharedEventID is None,
                    None if response is NULL or response == NULL else told(response),
                    name,
                    identity,
                    parameters,
                    event.resources,
                    event.tlsDetails,
                )
                place = crc(name, crc(parameters, crc(identity)))
                hit = front.get(place)
                found = hit[1] if hit is not None and hit[0] == fields else self._behind_front(place, fields)
                if additional is not NULL and len(memoryview(additional)) > SURELY_SHALLOW:
                    checked(additional)
                if event.serviceEventDetails is not NULL or event.edgeDeviceDetails is not NULL:
                    checked(event.serviceEventDetails)
                    checked(event.edgeDeviceDetails)
                if type(found) is _Call:
                    found = self._of_volatile(found, event)
                if found is None or event.addendum is not NULL or event.eventContext is not NULL:
                    found = self._odd(event, len(case), rows)
                if event.sharedEventID:
                    rows.shared[len(case)] = event.sharedEventID
                case.append(cast("int", found))
        finally:
            done = events[: len(case) - start]
            rows.times += [event.eventTime or event.timestamp for event in done]
            rows.ids += [event.eventID for event in done]

    def _odd(self, event: Wire, row: int, rows: Rows) -> int:
        """The slow way for an event that was decoded."""
        if event.eventName == NULL and event.eventSource is None and event.eventVersion is None:
            raise NotPlainError  # perhaps no event, but the wrapping of one
        for name in HAVE_PARTS:
            checked(getattr(event, name))
        record = Record.of(object_of(event))
        rows.note(row, record)
        return self._number(record)

    def _behind_front(self, place: int, fields: _Fields) -> "int | _Call | None":
        """What an event stands for that is not like the last one in its place; None: it goes the slow way."""
        key = self._key(fields)
        if key is None:
            return None
        found = self._events.get(key)
        if found is None:
            found = self._learn(fields)
            self._remember()
            self._events[key] = found
        if len(self._front) >= MOST_IN_FRONT:
            self._front.clear()
        # of what is raw, a copy: the event's own would keep the whole chunk in memory
        copies = (raw if raw is NULL else raw.copy() for raw in fields[-_RAWS:])
        self._front[place] = (*fields[:-_RAWS], *copies), found
        return found

    def _key(self, fields: _Fields) -> _Key | None:
        """The fields with numbers for what has parts; None if there is too much of it, or if it may be no event at all."""
        texts, (name, identity, parameters, resources, tls) = fields[:-_RAWS], fields[-_RAWS:]
        name = bytes(name)
        if not name.startswith(b'"') or _size((*texts, name)) > LONGEST_KEY or len(memoryview(tls)) > LONGEST_KEY:
            return None
        checked(tls)
        who = self._identities.number(identity)
        what = self._values.number(parameters)
        which = self._values.number(resources)
        return None if who is None or what is None or which is None else (*texts, name, who, what, which)

    def _learn(self, fields: _Fields) -> "int | _Call":
        """What an event stands for that is not like one before."""
        source, region, kind, category, recipient, code, message, alone, response, *raws = fields
        name, identity, parameters, resources, _ = (bytes(raw) for raw in raws)
        record = Record.of(
            {
                "eventName": json.loads(name),
                "eventSource": source,
                "awsRegion": region,
                "eventType": kind,
                "eventCategory": category,
                "recipientAccountId": recipient,
                "errorCode": code,
                "errorMessage": message,
                "sharedEventID": None if alone else "",
                "responseElements": None if response is None else json.loads(response),
                "userIdentity": self._reduced(identity),
                "requestParameters": json.loads(parameters),
                "resources": json.loads(resources),
            }
        )
        mapped = map_record(record, self._facts)
        case = case_of_mapped(record, mapped, self._keys)
        if self._volatile and isinstance(mapped, Mapped):
            return _Call(record, mapped.requests, case)
        return self._numbers.of(case)

    def _reduced(self, text: bytes) -> Any:
        return reduced_identity(text, session_time=self._volatile.session_time)

    def _remember(self) -> None:
        """Makes room for one entry more."""
        if self._entries >= MOST_KEYS:
            self._forget()
        self._entries += 1

    def _of_volatile(self, call: _Call, event: Wire) -> int | None:
        """The number of the case of a call with the fields that the asked keys read; None: it goes the slow way."""
        tls = bytes(event.tlsDetails) if self._volatile.tls else None
        additional = s3_data(event.additionalEventData) if self._volatile.additional else None
        key: _Key = (*self._texts(event), tls, additional)
        number = call.numbers.get(key)
        if number is None:
            if _size(key) > LONGEST_KEY:
                return None
            number = self._numbers.of(self._case(call, event, tls, additional))
            self._remember()
            call.numbers[key] = number
        return number

    def _case(
        self, call: _Call, event: Wire, tls: bytes | None, additional: tuple[bytes | None, ...] | bytes | None
    ) -> Case:
        """The case of a call with its volatile fields."""
        data: dict[str, Any] = {NAMES[name]: getattr(event, name) for name in self._volatile.texts}
        data["tlsDetails"] = None if tls is None else json.loads(tls)
        if isinstance(additional, tuple):
            pairs = zip(S3_FIELDS, additional, strict=True)
            data["additionalEventData"] = {name: json.loads(text) for name, text in pairs if text is not None}
        elif additional is not None:
            data["additionalEventData"] = json.loads(additional)
        read = Record.of(data)
        record = replace(
            call.record,
            time=read.time,
            version=read.version,
            source_ip=read.source_ip,
            user_agent=read.user_agent,
            vpc_endpoint=read.vpc_endpoint,
            vpc_endpoint_account=read.vpc_endpoint_account,
            tls=read.tls,
            additional=read.additional,
        )
        assert isinstance(call.case.what, Called)
        contexts = [request.context.of_record(record) for request in call.requests]
        requests = tuple(
            replace(request, states=tuple(frozen_state(context.state(key)) for key in self._keys))
            for request, context in zip(call.case.what.requests, contexts, strict=True)
        )
        return replace(call.case, what=replace(call.case.what, requests=requests))


def _single(chunk: Chunk) -> list[bytes]:
    """The events of a chunk, each as JSON text."""
    if chunk.lines:
        lines = [line for line in bytes(chunk.text).split(b"\n") if line.strip()]
        # an object that does not begin as an event does may be the wrapping of several
        if not all(_EVENT.match(line) for line in lines):
            raise NotPlainError
        return lines
    try:
        return [bytes(raw) for raw in RAW_ARRAY.decode(chunk.text)]
    except (msgspec.DecodeError, RecursionError):
        raise NotPlainError from None


def _no_texts(event: Wire) -> tuple[str | None, ...]:
    del event
    return ()


def _size(key: tuple[object, ...]) -> int:
    """How many characters or bytes a key holds."""
    return sum(len(part) for part in key if isinstance(part, (str, bytes)))


def _unlike(wire: LaxWire) -> bool:
    """Whether `Wire` cannot stand for the event."""
    return wire.insightDetails is not NULL or wire.eventname is not NULL or wire.eventsource is not NULL


def _behind(count: int, pieces: Iterator[Record | Damage | Skipped]) -> Iterator[Record | Damage | Skipped]:
    """The pieces without the first so many records."""
    for piece in pieces:
        if count and isinstance(piece, Record):
            count -= 1
        else:
            yield piece
