"""A file in pieces of whole events, without decoding them.

In: a log file, plain or gzip. Out: `Chunk`s of JSON text that hold whole events one after another.
Invariant: chunks that are JSON each are the file's events in order, all of them. `NotPlainError` for every form that is not one of the
two plain ones (an array of events, perhaps as the only member of an object; one event a line) and for every damage of the bytes.
Memory is bounded by the limits below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ostiary.cloudtrail.content import GZIP_ERRORS, GZIP_MAGIC, gzip_decompressor

# Bytes taken from the file at once and text made of them at once; text that may wait for the end of an event.
READ_BYTES = 262_144
WINDOW = 131_072
MOST_WAITING = 33_554_432

_ARRAY = re.compile(
    rb'[ \t\r\n]*(\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*)?\[(?=[ \t\r\n]*\{[ \t\r\n]*"([A-Za-z@]+)")'
)
_LINES = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*"(?!Records")[A-Za-z@]+"')
_SPACE = b" \t\r\n"
_HEAD = 4_096


class NotPlainError(Exception):
    """The file is for the slow reader."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """JSON text: an array of events, or with `lines` events one after another."""

    text: bytearray
    lines: bool


def chunks(path: str) -> Iterator[Chunk]:
    """The chunks of a file. Raises `NotPlainError` and `OSError`, perhaps only after some chunks."""
    pieces = _pieces(path)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEAD:
            break
    array = _ARRAY.match(head)
    if array:
        yield from _of_array(head[array.end() :], pieces, b'},{"' + array[2] + b'"', wrapped=bool(array[1]))
    elif _LINES.match(head):
        yield from _of_lines(head, pieces)
    else:
        raise NotPlainError


def _of_array(rest: bytes, pieces: Iterator[bytes], mark: bytes, *, wrapped: bool) -> Iterator[Chunk]:
    """`mark`: how one event ends and the next begins. Cutting there is safe: if it were inside an event, neither part would be JSON."""
    for piece in pieces:
        text = bytearray().join((b"[", rest, piece))
        # PERF: what waited was searched before, but for an end as long as the mark
        cut = text.rfind(mark, max(0, len(rest) - len(mark)))
        if cut < 0:
            rest = bytes(memoryview(text)[1:])
            if len(rest) > MOST_WAITING:
                raise NotPlainError
            continue
        rest = bytes(memoryview(text)[cut + 2 :])
        text[cut + 1 :] = b"]"
        yield _checked(text, lines=False)
    text = bytearray(b"[") + rest.rstrip(_SPACE)
    if wrapped:
        if not text.endswith(b"}"):
            raise NotPlainError
        text = text[:-1].rstrip(_SPACE)
    yield _checked(text, lines=False)


def _of_lines(rest: bytes, pieces: Iterator[bytes]) -> Iterator[Chunk]:
    for piece in pieces:
        text = bytearray().join((rest, piece))
        cut = text.rfind(b"\n", len(rest)) + 1
        rest = bytes(memoryview(text)[cut:])
        if len(rest) > MOST_WAITING:
            raise NotPlainError
        del text[cut:]
        if text:
            yield _checked(text, lines=True)
    if rest.strip(_SPACE):
        yield _checked(bytearray(rest), lines=True)


def _checked(text: bytearray, *, lines: bool) -> Chunk:
    """The chunk, if it is UTF-8, which the decoder does not check everywhere."""
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            raise NotPlainError from None
    return Chunk(text, lines)


def _pieces(path: str) -> Iterator[bytes]:
    """The content, decompressed; `NotPlainError` for a stream that is damaged or not alone in its file."""
    with Path(path).open("rb") as handle:
        data = handle.read(READ_BYTES)
        if not data.startswith(GZIP_MAGIC):
            while data:
                yield data
                data = handle.read(READ_BYTES)
            return
        stream = gzip_decompressor()
        while not stream.eof:
            try:
                piece = stream.decompress(data, WINDOW)
            except GZIP_ERRORS:
                raise NotPlainError from None
            if piece:
                yield piece
            data = stream.unconsumed_tail
            # output may wait inside the decompressor though it has taken all input
            if not data and len(piece) < WINDOW and not stream.eof:
                data = handle.read(READ_BYTES)
                if not data:
                    raise NotPlainError
        if stream.unused_data or handle.read(1):
            raise NotPlainError
