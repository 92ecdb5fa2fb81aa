"""Reading log files: every form in which events come, and every way in which a file can be wrong."""

import gzip
import json
import tracemalloc
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ostiary.cloudtrail import records
from tests.ostiary.cloudtrail.records import event

from ostiary.cloudtrail.damage import Damage, DamageKind, ReadingLimits, Skipped, SkipReason
from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record

EVENTS = [event("ec2", "DescribeInstances", {}, eventID=f"id-{number}") for number in range(3)]
IDS = [each["eventID"] for each in EVENTS]
WHOLE = json.dumps({"Records": EVENTS})
ZIPPED = gzip.compress(WHOLE.encode(), mtime=0)
LINES = "\n".join(json.dumps(each) for each in EVENTS)
DIGEST = {"awsAccountId": records.ACCOUNT, "digestStartTime": "2026-03-02T00:00:00Z", "logFiles": [{"s3Object": "x"}]}


def read(path, content, limits=None):
    file = records.log(path / "log.json", content)
    return list(read_records(file, limits) if limits else read_records(file))


def ids(pieces):
    return [piece.event_id for piece in pieces if isinstance(piece, Record)]


def kinds(pieces):
    return [piece.kind for piece in pieces if isinstance(piece, Damage)]


FORMS = {
    "records": WHOLE,
    "pretty": json.dumps({"Records": EVENTS}, indent=2),
    "gzip": ZIPPED,
    "gzip-in-members": gzip.compress(WHOLE[:500].encode()) + gzip.compress(WHOLE[500:].encode()) + b"\0" * 512,
    "array": json.dumps(EVENTS, indent=4),
    "lines": LINES,
    "lines-with-blanks": "\n\n" + LINES.replace("\n", "\r\n\r\n") + "\n",
    "lines-unknown-field-first": "\n".join(json.dumps({"@version": "1", **each}) for each in EVENTS),
    "documents": "".join(json.dumps({"Records": [each]}) for each in EVENTS),
    "documents-a-line": "\n".join(json.dumps({"Records": [each]}) for each in EVENTS),
    "members-before": json.dumps({"a": [1, {"b": 2}], "Records": EVENTS, "c": "d"}),
    "lower-case": json.dumps({"records": EVENTS}),
    "event-bridge": "\n".join(json.dumps({"version": "0", "resources": [], "detail": each}) for each in EVENTS),
    "event-bridge-array": json.dumps([{"version": "0", "detail": each} for each in EVENTS]),
    "lookup-events": json.dumps({"Events": [{"EventId": "x", "CloudTrailEvent": json.dumps(each)} for each in EVENTS]}),
    "lookup-events-lines": "\n".join(
        json.dumps({"EventId": "x", "Resources": [{"ResourceName": "r"}], "CloudTrailEvent": json.dumps(each)})
        for each in EVENTS
    ),
    "subscription": json.dumps(
        {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": json.dumps(each)} for each in EVENTS]}
    ),
    "search-index": json.dumps([{"@timestamp": "t", "aws": {"cloudtrail": each}} for each in EVENTS]),
    "byte-order-mark": b"\xef\xbb\xbf" + WHOLE.encode(),
    "utf-16": b"\xff\xfe" + WHOLE.encode("utf-16-le"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("window", [7, 64, 262_144])
def test_forms(form, window, tmp_path):
    """Each form gives the same three events and no damage, wherever the windows cut it."""
    pieces = read(tmp_path, FORMS[form], ReadingLimits(window=window))
    assert (ids(pieces), kinds(pieces)) == (IDS, [])


def test_one_event_alone(tmp_path):
    assert ids(read(tmp_path, json.dumps(EVENTS[0], indent=1))) == IDS[:1]


def test_nothing_happened(tmp_path):
    """A log without events is no damage."""
    for content in ('{"Records": []}', '{"Events":[]}', "[]"):
        assert read(tmp_path, content) == []


@pytest.mark.parametrize("content", [json.dumps(DIGEST), json.dumps(DIGEST, indent=2), json.dumps([DIGEST])])
def test_digest_is_recognised_by_content(content, tmp_path):
    assert [piece.reason for piece in read(tmp_path, content) if isinstance(piece, Skipped)] == [SkipReason.DIGEST]


def test_athena_rows(tmp_path):
    """Field names in lower case and objects as text, as table exports have them."""
    row = {
        name.lower(): json.dumps(value) if name == "requestParameters" else value
        for name, value in event("s3", "ListObjects", {"bucketName": "b"}).items()
    }
    (found,) = read(tmp_path, json.dumps(row))
    assert (found.name, found.parameters, found.wrong) == ("ListObjects", {"bucketName": "b"}, ())


@dataclass(frozen=True, slots=True)
class Bad:
    """Content that is wrong: the damages in it, and which of the three events are read nevertheless."""

    id: str
    content: bytes | str
    kinds: tuple[DamageKind, ...]
    ids: tuple[int, ...] = ()


def _between(middle: str) -> str:
    """The first event, something wrong, and the last."""
    return '{"Records": [' + json.dumps(EVENTS[0]) + "," + middle + "," + json.dumps(EVENTS[2]) + "]}"


BROKEN = json.dumps(EVENTS[1])
BAD = (
    Bad("empty", b"", (DamageKind.EMPTY,)),
    Bad("white-space", " \n\t\n", (DamageKind.EMPTY,)),
    Bad("gzip-of-nothing", gzip.compress(b"", mtime=0), (DamageKind.EMPTY,)),
    Bad("text", "no log at all\n", (DamageKind.NOT_JSON,)),
    Bad("number", "42", (DamageKind.NOT_JSON,)),
    Bad("csv", "eventName,eventSource\nx,y\n", (DamageKind.NOT_JSON,)),
    Bad("binary", bytes(range(256)) * 64, (DamageKind.NOT_JSON,)),
    Bad("zeros", bytes(100_000), (DamageKind.NOT_JSON,)),
    Bad("parquet", b"PAR1" + bytes(100), (DamageKind.NOT_JSON,)),
    Bad("zip", b"PK\x03\x04" + bytes(100), (DamageKind.NOT_JSON,)),
    Bad("gzip-of-binary", gzip.compress(bytes(range(256)) * 64, mtime=0), (DamageKind.NOT_JSON,)),
    Bad("gzip-header-alone", ZIPPED[:10], (DamageKind.TRUNCATED,)),
    Bad(
        "gzip-cut-late", gzip.compress(WHOLE.encode(), compresslevel=0, mtime=0)[:-600], (DamageKind.TRUNCATED,), (0, 1)
    ),
    Bad("gzip-wrong-sum", ZIPPED[:-6] + b"\0\0" + ZIPPED[-4:], (DamageKind.CORRUPT,), (0, 1, 2)),
    Bad("gzip-and-more", ZIPPED + b"rest", (DamageKind.CORRUPT,), (0, 1, 2)),
    Bad("cut-in-an-event", WHOLE[:-40], (DamageKind.TRUNCATED,), (0, 1)),
    Bad("cut-between-events", WHOLE[: WHOLE.index("}, {") + 2], (DamageKind.TRUNCATED,), (0,)),
    Bad("cut-before-the-end", WHOLE[:-2], (DamageKind.TRUNCATED,), (0, 1, 2)),
    Bad("cut-in-the-first-key", '{"Rec', (DamageKind.TRUNCATED,)),
    Bad("cut-line", LINES[:-30], (DamageKind.TRUNCATED,), (0, 1)),
    Bad("broken-line", LINES.replace('"eventID": "id-1"', '"eventID": id-1'), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("line-of-text", LINES.replace("\n", "\nhello\n", 1), (DamageKind.BAD_JSON,), (0, 1, 2)),
    Bad("bad-literal", _between(BROKEN.replace("false", "flase")), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("missing-brace", _between(BROKEN[:-1]), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("missing-quote", _between(BROKEN.replace('"id-1"', '"id-1')), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("extra-braces", _between(BROKEN + "}}"), (DamageKind.BAD_JSON,), (0, 1, 2)),
    Bad("text-between", _between("what"), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("envelope-not-closed", _between('{"aws": {"cloudtrail": ' + BROKEN), (DamageKind.BAD_JSON,), (0, 1, 2)),
    Bad("control-character", _between(BROKEN.replace("id-1", "id\n1")), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("numbers-as-events", _between("7, null, true"), (DamageKind.NOT_A_RECORD,) * 3, (0, 2)),
    Bad("object-as-event", _between('{"a": 1}'), (DamageKind.NOT_A_RECORD,), (0, 2)),
    Bad("other-json", '{"a": 1, "b": {"c": [2]}}', (DamageKind.NOT_A_RECORD,)),
    Bad("huge-number", _between('{"eventName": ' + "9" * 5_000 + "}"), (DamageKind.BAD_JSON,), (0, 2)),
    Bad("deep", _between('{"eventName": ' + "[" * 5_000 + "]" * 5_000 + "}"), (DamageKind.TOO_DEEP,), (0, 2)),
    Bad(
        "rather-deep",
        _between('{"eventName": ' + '{"a":' * 150 + "1" + "}" * 150 + "}"),
        (DamageKind.TOO_DEEP,),
        (0, 2),
    ),
    Bad("deep-without-end", b"[" * 1_000_000, (DamageKind.TOO_DEEP,)),
    Bad("latin-1", WHOLE.replace("alice", "\xe9lise", 1).encode("latin-1"), (DamageKind.ENCODING,), (0, 1, 2)),
    Bad("cut-in-a-character", WHOLE.encode() + b"\xe2\x82", (DamageKind.ENCODING,), (0, 1, 2)),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id)
def test_bad_content(bad, tmp_path):
    """No exception and no silence: each damage is named once, and what can be read is read, before it and behind it."""
    pieces = read(tmp_path, bad.content)
    assert kinds(pieces) == list(bad.kinds)
    assert ids(pieces) == [IDS[number] for number in bad.ids]
    assert all(piece.file.endswith("log.json") and piece.message for piece in pieces if isinstance(piece, Damage))


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id)
def test_bad_content_in_small_windows(bad, tmp_path):
    """Never an exception, wherever the windows cut the damage, and never more events than there are."""
    pieces = read(
        tmp_path, bad.content if len(bad.content) < 50_000 else bad.content[:20_000], ReadingLimits(window=50)
    )
    assert kinds(pieces)
    assert set(ids(pieces)) <= set(IDS)


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        assert kinds(read_records(LogFile(str(path)))) == [DamageKind.UNREADABLE]


def test_large_value_is_left_out(tmp_path):
    """A value above the limit is walked over, in the memory of a window, and what follows is read."""
    large = {**EVENTS[1], "requestParameters": {"data": "x" * 300_000}}
    for content in (
        json.dumps({"Records": [EVENTS[0], large, EVENTS[2]]}),
        "\n".join(map(json.dumps, (EVENTS[0], large, EVENTS[2]))),
    ):
        pieces = read(tmp_path, content, ReadingLimits(record_characters=20_000, window=4_096))
        assert (ids(pieces), kinds(pieces)) == ([IDS[0], IDS[2]], [DamageKind.TOO_LARGE])


@pytest.mark.slow
def test_hundred_megabytes_on_one_line(tmp_path):
    """A file of 100 MB without a line break is read in a few megabytes of memory."""
    path = tmp_path / "log.json"
    text = json.dumps(event("s3", "PutObject", {"bucketName": "b", "key": "k" * 20_000}))
    times = 100_000_000 // len(text)
    with path.open("w") as file:
        file.write('{"Records":[' + text)
        for _ in range(times - 1):
            file.write("," + text)
        file.write("]}")
    tracemalloc.start()
    try:
        count = sum(isinstance(piece, Record) for piece in read_records(LogFile(str(path))))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == times
    assert most < 10_000_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(st.lists(JSON.map(lambda value: {**EVENTS[0], "requestParameters": value}), max_size=4), st.integers(1, 600))
def test_windows_do_not_matter(tmp_path_factory, events, window):
    """The same events come out however the content is cut, and they are what JSON says."""
    path = tmp_path_factory.mktemp("w")
    for content in (
        json.dumps({"Records": events}),
        "\n".join(map(json.dumps, events)),
        json.dumps(events, ensure_ascii=False),
    ):
        pieces = read(path, content, ReadingLimits(window=window)) if content else []
        assert [piece.data for piece in pieces if isinstance(piece, Record)] == json.loads(json.dumps(events))
        assert kinds(pieces) == []


@settings(deadline=None, max_examples=300)
@given(
    st.integers(0, len(WHOLE)), st.binary(max_size=6), st.integers(0, 3), st.sampled_from(["plain", "gzip", "lines"])
)
def test_anything_can_break(tmp_path_factory, place, put, dropped, form):
    """Bytes put in or taken out anywhere: no exception, and a whole file's events or a named damage."""
    text = (LINES if form == "lines" else WHOLE).encode()
    content = text[:place] + put + text[place + dropped :]
    pieces = read(tmp_path_factory.mktemp("b"), gzip.compress(content) if form == "gzip" else content)
    assert len(ids(pieces)) <= 6
    if content == text:
        assert ids(pieces) == IDS
    elif len(ids(pieces)) < 3:
        assert kinds(pieces)
