"""Files that were read before: their cases and columns, kept in a folder, so that other policies can be asked in seconds.

In: a folder, and a reader for what is not in it. Out: the same parts as that reader gives.
Invariant: what is kept counts only if it is whole (check sums), of the same file (path, size, time of change), made by the same code from
the same facts, and holds all asked keys; else it is made anew. Keys that were kept besides are taken out.
A file of the folder is replaced as a whole. Memory is bounded as that of reading.
"""

import hashlib
import importlib.resources
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import numpy as np

from ostiary.cloudtrail.damage import Damage, DamageKind, Skipped, SkipReason
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.guesses import Facts
from ostiary.ingest.case_json import case_of_json, json_of_case
from ostiary.ingest.cases import Called, Case
from ostiary.ingest.plain import Addendum, Numbers, Part
from ostiary.ingest.volatile import SETTLED

_FORMAT = 1
_MAGIC: Final = b"ostiary-cases\n"
_ENDING = ".cases"
_DIGEST = 16
_LONGEST = 1 << 30
# a file that changed so short a while ago may change again within the same tick of its clock
_YOUNG = 2.0
# Encoded cases that are remembered by one process.
MOST_CASES = 131_072


class _Reader(Protocol):
    def parts(self, file: LogFile) -> Iterator[Part]: ...


class _UnfitError(Exception):
    """What is kept cannot be used."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a part, and its cases by their numbers within the file."""

    cases: list[bytes]
    case: bytes
    time: bytes
    ids: bytes
    rest: dict[str, Any]


class StoringReader:
    """Reads files to parts, from the folder where it can."""

    def __init__(
        self, folder: str, keys: tuple[str, ...], facts: Facts, reader: Callable[[tuple[str, ...]], _Reader]
    ) -> None:
        """`reader` makes the reader for certain keys; it is asked for more than `keys`, so that other policies find theirs too."""
        self._folder = Path(folder)
        self._keys = keys
        self._kept_keys = tuple(sorted({*keys, *SETTLED}))
        self._facts = facts_digest(facts)
        self._reader = reader(self._kept_keys)
        self._known: list[Case] = []
        self._numbers = Numbers()
        self._decoded: dict[tuple[bytes, tuple[str, ...]], Case] = {}

    def parts(self, file: LogFile) -> Iterator[Part]:
        """The parts of a file; the last one says so."""
        about = self._about(file)
        if about is None:
            yield from self._read(file, None)
            return
        path = self._folder / (
            hashlib.blake2b(about["path"].encode("utf-8", "surrogateescape"), digest_size=20).hexdigest() + _ENDING
        )
        try:
            keys = self._check(path, about)
        except (OSError, _UnfitError):
            yield from self._read(file, (path, about))
        else:
            yield from self._load(path, file, keys)

    def _about(self, file: LogFile) -> dict[str, Any] | None:
        """What must be the same for what is kept to count; None if the file cannot be told from a later state of itself."""
        try:
            status = Path(file.path).stat()
        except OSError:
            return None
        if not Path(file.path).is_file() or time.time() - status.st_mtime < _YOUNG:
            return None
        return {
            "format": _FORMAT,
            "code": _code(),
            "facts": self._facts,
            "path": os.path.realpath(file.path),
            "size": status.st_size,
            "changed": status.st_mtime_ns,
        }

    def _check(self, path: Path, about: dict[str, Any]) -> tuple[str, ...]:
        """The keys that are kept; `_UnfitError` unless all of it can be used."""
        with path.open("rb") as stream:
            frames = _frames(stream)
            try:
                header = json.loads(next(frames))
                keys = tuple(str(key) for key in header.pop("keys"))
                if header != about or not set(self._keys) <= set(keys):
                    raise _UnfitError
                last = False
                for frame in frames:
                    columns = _columns(frame)
                    last = columns.rest["last"]
                    for encoded in columns.cases:
                        self._decode(encoded, keys)
            except (StopIteration, ValueError, LookupError, TypeError, AttributeError, zlib.error):
                raise _UnfitError from None
            if not last:
                raise _UnfitError
        return keys

    def _load(self, path: Path, file: LogFile, keys: tuple[str, ...]) -> Iterator[Part]:
        cases: list[Case] = []
        with path.open("rb") as stream:
            frames = _frames(stream)
            next(frames)
            for frame in frames:
                columns = _columns(frame)
                cases += [self._decode(encoded, keys) for encoded in columns.cases]
                used, where = np.unique(np.frombuffer(columns.case, np.int32), return_inverse=True)
                numbers = np.array([self._numbers.of(cases[number]) for number in used.tolist()], np.int32)
                yield self._part(_part(columns, file.path), numbers[where])

    def _decode(self, encoded: bytes, keys: tuple[str, ...]) -> Case:
        """A kept case with the asked keys only."""
        case = self._decoded.get((encoded, keys))
        if case is None:
            if len(self._decoded) >= MOST_CASES:
                self._decoded.clear()
            case = self._decoded[encoded, keys] = projected(case_of_json(json.loads(encoded)), keys, self._keys)
        return case

    def _read(self, file: LogFile, keep: tuple[Path, dict[str, Any]] | None) -> Iterator[Part]:
        """The parts of a file that is not kept, which are kept from now on."""
        writer = _Writer(keep[0], {**keep[1], "keys": self._kept_keys}) if keep else None
        try:
            for part in self._reader.parts(file):
                if part.restarted:
                    self._known.clear()
                self._known += part.cases
                used, where = np.unique(part.case, return_inverse=True)
                named = [self._known[number] for number in used.tolist()]
                if writer:
                    writer.add(part, named, where)
                numbers = [self._numbers.of(projected(case, self._kept_keys, self._keys)) for case in named]
                yield self._part(part, np.array(numbers, np.int32)[where])
            if writer and self._about(file) == (keep[1] if keep else None):
                writer.finish()
        finally:
            if writer:
                writer.close()

    def _part(self, part: Part, case: "np.ndarray[Any, np.dtype[np.int32]]") -> Part:
        restarted, fresh = self._numbers.fresh()
        if self._numbers.full:
            self._numbers = Numbers()
        return replace(part, restarted=restarted, cases=fresh, case=case)


class _Writer:
    """Writes what is kept of one file; it takes its place only when it is whole. A folder that cannot be written keeps nothing."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self._path = path
        self._draft = path.with_suffix(f".{os.getpid()}")
        self._numbers: dict[Case, int] = {}
        self._stream: BinaryIO | None = None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._draft.open("wb")
            self._stream.write(_MAGIC)
        self._write(json.dumps(header).encode())

    def add(self, part: Part, named: list[Case], where: "np.ndarray[Any, np.dtype[np.int64]]") -> None:
        """A part: its cases, and which of them each row is."""
        fresh = [case for case in named if case not in self._numbers]
        for case in fresh:
            self._numbers[case] = len(self._numbers)
        numbers = np.array([self._numbers[case] for case in named], np.int32)[where]
        rest = {
            "last": part.last,
            "other_ids": list(part.other_ids.items()),
            "shared": list(part.shared.items()),
            "addenda": [(row, each.original, each.fields) for row, each in part.addenda.items()],
            "damages": [(each.kind.value, each.message, each.offset) for each in part.damages],
            "skipped": [each.reason.value for each in part.skipped],
        }
        pieces = (
            zlib.compress(b"\n".join(json_of_case(case) for case in fresh), 1),
            numbers.tobytes(),
            part.time.tobytes(),
            part.ids.tobytes(),
            json.dumps(rest).encode(),
        )
        self._write(b"".join(len(piece).to_bytes(8, "big") + piece for piece in pieces))

    def _write(self, frame: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(len(frame).to_bytes(8, "big") + _digest(frame) + frame)
        except OSError:
            self.close()

    def finish(self) -> None:
        """All parts were added."""
        if self._stream is not None:
            try:
                self._stream.close()
                self._stream = None
                self._draft.replace(self._path)
            except OSError:
                self._draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Leaves nothing behind that is not whole."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            self._stream = None
            with suppress(OSError):
                self._draft.unlink(missing_ok=True)


def _frames(stream: BinaryIO) -> Iterator[bytes]:
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise _UnfitError
    while head := stream.read(8):
        length = int.from_bytes(head, "big")
        if len(head) < 8 or length > _LONGEST:
            raise _UnfitError
        digest, frame = stream.read(_DIGEST), stream.read(length)
        if len(frame) < length or digest != _digest(frame):
            raise _UnfitError
        yield frame


def _columns(frame: bytes) -> _Columns:
    pieces: list[bytes] = []
    place = 0
    while place < len(frame):
        length = int.from_bytes(frame[place : place + 8], "big")
        pieces.append(frame[place + 8 : place + 8 + length])
        place += 8 + length
    cases, case, times, ids, rest = pieces
    encoded = zlib.decompress(cases)
    return _Columns(encoded.split(b"\n") if encoded else [], case, times, ids, json.loads(rest))


def _part(columns: _Columns, file: str) -> Part:
    rest = columns.rest
    return Part(
        restarted=False,
        cases=(),
        case=np.frombuffer(columns.case, np.int32),
        time=np.frombuffer(columns.time, np.int64),
        ids=np.frombuffer(columns.ids, np.uint8).reshape(-1, 16),
        other_ids=dict(rest["other_ids"]),
        shared=dict(rest["shared"]),
        addenda={row: Addendum(original, fields) for row, original, fields in rest["addenda"]},
        damages=tuple(Damage(file, DamageKind(kind), message, offset) for kind, message, offset in rest["damages"]),
        skipped=tuple(Skipped(file, SkipReason(reason)) for reason in rest["skipped"]),
        last=rest["last"],
    )


def projected(case: Case, keys: tuple[str, ...], asked: tuple[str, ...]) -> Case:
    """The case with the states of the asked keys only, of those that it has."""
    if keys == asked or not isinstance(case.what, Called):
        return case
    places = [keys.index(key) for key in asked]
    requests = tuple(
        replace(request, states=tuple(request.states[place] for place in places)) for request in case.what.requests
    )
    return replace(case, what=replace(case.what, requests=requests))


def facts_digest(facts: Facts) -> str:
    """What tells facts from others."""
    return _digest(repr(facts).encode("utf-8", "surrogatepass")).hex()


@cache
def _code() -> str:
    """What tells this version of reading and mapping from others."""
    digest = hashlib.blake2b(digest_size=_DIGEST)
    for package in ("ostiary.cloudtrail", "ostiary.ingest"):
        for file in sorted(Path(str(importlib.resources.files(package))).rglob("*")):
            if file.suffix in {".py", ".gz"}:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
