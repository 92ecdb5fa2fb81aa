"""From bytes to text: the same with and without the faster decompressor."""

import gzip
import io
import random
import zlib

import pytest

from ostiary.cloudtrail import content
from ostiary.cloudtrail.content import text_windows
from ostiary.cloudtrail.damage import Damage, DamageKind, ReadingLimits

TEXT = (
    '{"Records": ['
    + ", ".join(f'{{"eventName": "Naïve{number:05}"}}' for number in random.Random(7).sample(range(100_000), 3_000))
    + "]}"
)
ZIPPED = gzip.compress(TEXT.encode(), mtime=0)


@pytest.fixture(params=["installed", "zlib"])
def _decompressor(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(content, "_zlib", zlib)


def read(data, window=1_000):
    pieces = list(text_windows(io.BytesIO(data), "f", ReadingLimits(window=window)))
    return "".join(piece for piece in pieces if isinstance(piece, str)), [
        piece.kind for piece in pieces if isinstance(piece, Damage)
    ]


@pytest.mark.usefixtures("_decompressor")
@pytest.mark.parametrize("window", [1, 13, 1_000, 1_000_000])
def test_gzip(window):
    assert read(ZIPPED, window) == (TEXT, [])


@pytest.mark.usefixtures("_decompressor")
def test_windows_are_small_whatever_expands():
    """A stream that expands a thousandfold is delivered in pieces of the window's size."""
    bomb = gzip.compress(b" " * 20_000_000)
    assert max(len(piece) for piece in text_windows(io.BytesIO(bomb), "f", ReadingLimits(window=4_096))) <= 4_096


@pytest.mark.usefixtures("_decompressor")
@pytest.mark.parametrize("place", range(20, len(ZIPPED), len(ZIPPED) // 12))
def test_cut_stream_gives_what_came_before(place):
    text, kinds = read(ZIPPED[:place])
    assert kinds == [DamageKind.TRUNCATED]
    assert TEXT.startswith(text.rstrip("\ufffd"))
    assert len(text) > len(TEXT) * (place - 1_500) // len(ZIPPED) * 0.8


@pytest.mark.usefixtures("_decompressor")
@pytest.mark.parametrize("place", range(100, len(ZIPPED) - 8, len(ZIPPED) // 12))
def test_damaged_stream_gives_what_came_before(place):
    """Bytes that are wrong end the reading there, not before."""
    text, kinds = read(ZIPPED[:place] + bytes(64) + ZIPPED[place + 64 :], window=100_000)
    assert kinds[-1] in {DamageKind.CORRUPT, DamageKind.TRUNCATED}
    common = next((number for number, (a, b) in enumerate(zip(text, TEXT, strict=False)) if a != b), len(text))
    assert common > len(TEXT) * (place - 200) // len(ZIPPED) * 0.8


def test_both_decompressors_see_the_same():
    """The optional decompressor changes nothing but the speed."""
    generator = random.Random(3)
    for _ in range(60):
        place = generator.randrange(len(ZIPPED))
        data = generator.choice(
            [ZIPPED[:place], ZIPPED[:place] + b"\xff" + ZIPPED[place + 1 :], ZIPPED + ZIPPED[:place]]
        )
        faster = read(data)
        installed, content._zlib = content._zlib, zlib
        try:
            assert read(data) == faster
        finally:
            content._zlib = installed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    assert read(TEXT.encode(encoding), window=3) == (TEXT, [])


def test_wrong_bytes_are_reported_once_with_their_place():
    pieces = list(text_windows(io.BytesIO(b'{"a": "\xff\xfe\xff"}' * 3), "f", ReadingLimits()))
    assert [(piece.kind, piece.offset) for piece in pieces if isinstance(piece, Damage)] == [(DamageKind.ENCODING, 7)]
