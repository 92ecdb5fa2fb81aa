"""From a file to text, a window at a time: gzip or plain, UTF-8 or UTF-16, whole or damaged.

In: an open binary file. Out: pieces of text, and `Damage` where the bytes were wrong.
Invariant: memory is bounded by the window, also for a gzip stream that expands a thousandfold; whatever could be decompressed
before the damage is delivered first. The format is told by the content, never by the name.
Not here: what the text means (`scan`).

`isal` decompresses two to three times faster than zlib and is used when it is installed; the results are the same.
"""

import codecs
import zlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import BinaryIO, Protocol, cast

from ostiary.cloudtrail.damage import Damage, DamageKind, ReadingLimits


class Decompressor(Protocol):
    """What `zlib` and `isal` have in common."""

    eof: bool
    unconsumed_tail: bytes
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def gzip_decompressor() -> Decompressor:
    """A decompressor of one gzip member."""
    return cast("Decompressor", _zlib.decompressobj(wbits=_GZIP_WBITS))


_zlib: ModuleType
try:  # optional: speed only
    from isal import isal_zlib as _zlib
except ImportError:
    _zlib = zlib

_HEAD = 16
_GZIP_WBITS = 31
GZIP_MAGIC = b"\x1f\x8b"
# what a decompressor raises on damaged input
GZIP_ERRORS: tuple[type[Exception], ...] = (zlib.error, getattr(_zlib, "error", zlib.error), EOFError, OSError)

_Decode = Callable[[bytes, str, bool], tuple[str, int]]
_BOMS: tuple[tuple[bytes, _Decode], ...] = (
    (codecs.BOM_UTF8, codecs.utf_8_decode),
    (codecs.BOM_UTF16_LE, codecs.utf_16_le_decode),
    (codecs.BOM_UTF16_BE, codecs.utf_16_be_decode),
)
_NOT_TEXT = "bytes that are no characters were read as U+FFFD"
_FOREIGN = (
    (b"PAR1", "Parquet"),
    (b"ORC", "ORC"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"%PDF", "PDF"),
)


def text_windows(handle: BinaryIO, name: str, limits: ReadingLimits) -> Iterator[str | Damage]:
    """The text of the file in pieces of at most about one window, with damages in between."""
    head = handle.read(max(limits.window, _HEAD))
    if not head:
        yield Damage(name, DamageKind.EMPTY, "the file is empty")
        return
    foreign = next((what for magic, what in _FOREIGN if head.startswith(magic)), None)
    if foreign:
        yield Damage(name, DamageKind.NOT_JSON, f"the content is {foreign}, not JSON")
        return
    if head.startswith(GZIP_MAGIC):
        yield from _decode(_gunzip(handle, head, name, limits), name)
    else:
        yield from _decode(_plain(handle, head, limits), name)


def _plain(handle: BinaryIO, head: bytes, limits: ReadingLimits) -> Iterator[bytes]:
    data = head
    while data:
        yield data
        data = handle.read(limits.window)


def _gunzip(handle: BinaryIO, head: bytes, name: str, limits: ReadingLimits) -> Iterator[bytes | Damage]:
    stream = gzip_decompressor()
    data, written, full = head, 0, False
    while True:
        if not data and not full:
            data = handle.read(limits.window)
            if not data:
                yield Damage(name, DamageKind.TRUNCATED, "the gzip stream ends early", written)
                return
        try:
            piece = stream.decompress(data, limits.window)
        except GZIP_ERRORS as error:
            for piece in _before_damage(handle, written, limits):
                written += len(piece)
                yield piece
            yield Damage(name, DamageKind.CORRUPT, f"the gzip stream is damaged: {error}", written)
            return
        if piece:
            written += len(piece)
            yield piece
        # output may wait inside the decompressor though it has taken all input
        data, full = stream.unconsumed_tail, len(piece) >= limits.window
        if stream.eof:
            data, full = _behind_member(handle, stream.unused_data, limits), False
            if not data:
                return
            if not data.startswith(GZIP_MAGIC):
                yield Damage(name, DamageKind.CORRUPT, "something else follows the gzip stream", written)
                return
            stream = gzip_decompressor()


def _behind_member(handle: BinaryIO, rest: bytes, limits: ReadingLimits) -> bytes:
    """What follows a gzip member: nothing, but for zeros, at the end of the file; or at least two bytes."""
    rest = rest.lstrip(b"\0")
    while len(rest) < len(GZIP_MAGIC):
        more = handle.read(limits.window)
        if not more:
            break
        rest = (rest + more).lstrip(b"\0")
    return rest


def _before_damage(handle: BinaryIO, written: int, limits: ReadingLimits) -> Iterator[bytes]:
    """What the stream still gives behind the first `written` bytes, up to the damage itself.

    A decompressor that meets an error keeps what it had of that call. So this begins again with zlib, which can be copied, and takes the
    piece in which the error is byte by byte.
    """
    try:
        handle.seek(0)
    except OSError:
        return
    skip = written
    for piece in _members_again(handle, limits):
        if len(piece) > skip:
            yield piece[skip:]
        skip = max(0, skip - len(piece))


def _members_again(handle: BinaryIO, limits: ReadingLimits) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=_GZIP_WBITS)
    while True:
        data = stream.unconsumed_tail or handle.read(limits.window)
        if stream.eof:
            data = _behind_member(handle, stream.unused_data, limits)
            stream = zlib.decompressobj(wbits=_GZIP_WBITS)
        if not data:
            return
        before = stream.copy()
        try:
            yield stream.decompress(data, limits.window)
        except zlib.error:
            yield from _byte_by_byte(before, data)
            return


def _byte_by_byte(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    for number in range(len(data)):
        try:
            yield stream.decompress(data[number : number + 1])
        except zlib.error:
            return


def _decode(pieces: Iterator[bytes | Damage] | Iterator[bytes], name: str) -> Iterator[str | Damage]:
    decode: _Decode = codecs.utf_8_decode
    pending = b""
    written, first, reported = 0, True, False
    for piece in pieces:
        if isinstance(piece, Damage):
            yield piece
            continue
        data = pending + piece
        if first:
            first = False
            bom, decode = next((pair for pair in _BOMS if data.startswith(pair[0])), (b"", decode))
            data = data[len(bom) :]
        text, pending, wrong = _piece(decode, data, final=False)
        if wrong is not None and not reported:
            reported = True
            yield Damage(name, DamageKind.ENCODING, _NOT_TEXT, written + wrong)
        written += len(text)
        yield text
    text, _, wrong = _piece(decode, pending, final=True)
    if wrong is not None and not reported:
        yield Damage(name, DamageKind.ENCODING, _NOT_TEXT, written)
    if text:
        yield text


def _piece(decode: _Decode, data: bytes, *, final: bool) -> tuple[str, bytes, int | None]:
    """The text of `data`, the bytes of a character that is cut off, and where the first wrong byte stood in the text."""
    try:
        text, used = decode(data, "strict", final)
    except UnicodeDecodeError as error:
        wrong = len(decode(data[: error.start], "strict", True)[0])
        text, used = decode(data, "replace", final)
        return text, data[used:], wrong
    return text, data[used:], None
