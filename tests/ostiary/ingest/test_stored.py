"""What is kept gives what reading gives, or counts for nothing."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.ingest.damaged import logs, rows
from tests.ostiary.replay.logs import record, write

from ostiary.cloudtrail.guesses import Facts
from ostiary.ingest import plain, readers, stored
from ostiary.ingest.plain import PlainReader

KEYS = frozenset({"aws:SourceIp", "aws:PrincipalArn"})


@pytest.fixture
def reads(monkeypatch):
    """The files that were read and not taken from what is kept."""
    seen: list[str] = []
    inner = readers._reader

    def counting(options, keys):
        reader = inner(options, keys)

        class Counting:
            def parts(self, file):
                seen.append(Path(file.path).name)
                return reader.parts(file)

        return Counting()

    monkeypatch.setattr(readers, "_reader", counting)
    return seen


def old(path: Path) -> Path:
    """A file that was not changed lately."""
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def log(folder: Path, name: str = "log.json.gz", **fields: object) -> Path:
    return old(write(folder / name, [record("s3", "ListBuckets", **fields), record("nothing", "Known")]))


@given(st.lists(logs(), min_size=1, max_size=2), st.frozensets(st.sampled_from(sorted(KEYS))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_kept_is_what_is_read(tmp_path_factory, files, keys):
    folder = tmp_path_factory.mktemp("logs")
    for number, data in enumerate(files):
        (folder / f"{number}.json").write_bytes(data)
        old(folder / f"{number}.json")
    kept = tmp_path_factory.mktemp("kept")
    expected = rows([folder], keys)
    assert rows([folder], KEYS, cache=kept) == rows([folder], KEYS)
    assert rows([folder], keys, cache=kept) == expected


def test_a_second_run_reads_nothing(tmp_path, reads):
    path, kept = log(tmp_path), tmp_path / "kept"
    first = rows([path], KEYS, cache=kept)
    assert reads == ["log.json.gz"]
    assert rows([path], KEYS, cache=kept) == first
    assert rows([path], frozenset({"aws:MultiFactorAuthPresent"}), cache=kept)[0]
    assert reads == ["log.json.gz"]


def test_other_keys_are_read_for(tmp_path, reads):
    path, kept = log(tmp_path), tmp_path / "kept"
    rows([path], frozenset(), cache=kept)
    rows([path], frozenset({"aws:UserAgent"}), cache=kept)
    assert len(reads) == 2


@pytest.mark.parametrize("change", ["content", "size", "time", "facts", "code"])
def test_a_changed_file_is_read_again(tmp_path, reads, monkeypatch, change):
    path, kept = log(tmp_path), tmp_path / "kept"
    rows([path], KEYS, cache=kept)
    options = {}
    match change:
        case "content":
            log(tmp_path, sourceIPAddress="198.51.100.7")
        case "size":
            path.write_bytes(path.read_bytes() * 2)
            old(path)
        case "time":
            os.utime(path, (1_600_000_000, 1_600_000_000))
        case "code":
            monkeypatch.setattr(stored, "_code", lambda: "a later version")
        case _:
            options["facts"] = Facts.of_arns(["arn:aws:iam::111122223333:role/p/r"])
    found = rows([path], KEYS, cache=kept, **options)
    assert reads == ["log.json.gz"] * 2
    assert found == rows([path], KEYS, **options)


def test_a_young_file_is_not_kept(tmp_path):
    path, kept = write(tmp_path / "log.json.gz", [record("s3", "ListBuckets")]), tmp_path / "kept"
    rows([path], KEYS, cache=kept)
    assert not list(kept.glob("*"))


@given(st.integers(0), st.integers(0, 255), st.sampled_from(["byte", "cut", "more"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_is_noticed(tmp_path, place, byte, kind):
    path, kept = log(tmp_path, eventID="a"), tmp_path / "kept"
    expected = rows([path], KEYS, cache=kept)
    (file,) = kept.glob("*.cases")
    data = file.read_bytes()
    place %= len(data)
    match kind:
        case "byte":
            file.write_bytes(data[:place] + bytes([byte]) + data[place + 1 :])
        case "cut":
            file.write_bytes(data[:place])
        case _:
            file.write_bytes(data + data[-place:])
    assert rows([path], KEYS, cache=kept) == expected
    assert rows([path], KEYS, cache=kept) == expected
    file.unlink(missing_ok=True)


def storing(kept: Path, reader=PlainReader) -> stored.StoringReader:
    return stored.StoringReader(str(kept), tuple(sorted(map(str.lower, KEYS))), Facts(), reader)


@pytest.fixture
def several_parts(tmp_path, monkeypatch):
    """A file of three parts that is kept: what reads it, what is kept of it, and what must be the same for that to count."""
    monkeypatch.setattr(plain, "MOST_ROWS", 2)
    records = [record("s3", name, eventID=name) for name in ("ListBuckets", "a", "b", "c", "d")]
    file, kept = readers.LogFile(str(old(write(tmp_path / "log.json", records)))), tmp_path / "kept"
    assert [part.last for part in storing(kept).parts(file)] == [False, False, True]
    reader = storing(kept)
    about = reader._about(file)
    assert about is not None
    (path,) = kept.glob("*.cases")
    assert reader._check(path, about)
    return reader, path, about


def test_every_byte_counts(several_parts):
    reader, path, about = several_parts
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(stored._UnfitError):
            reader._check(path, about)


def test_all_parts_must_be_there(several_parts):
    """Whole frames, one after another, of which the last ones are lacking."""
    reader, path, about = several_parts
    data = path.read_bytes()
    ends = [len(stored._MAGIC)]
    while ends[-1] < len(data):
        ends.append(ends[-1] + 8 + stored._DIGEST + int.from_bytes(data[ends[-1] : ends[-1] + 8], "big"))
    assert len(ends) == 5  # one frame says what the file is about
    for end in ends[:-1]:
        path.write_bytes(data[:end])
        with pytest.raises(stored._UnfitError):
            reader._check(path, about)


def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path):
    path, kept = log(tmp_path), tmp_path / "kept"

    class Changing(PlainReader):
        def parts(self, file):
            yield from super().parts(file)
            os.utime(file.path, (1_600_000_000, 1_600_000_000))

    list(storing(kept, Changing).parts(readers.LogFile(str(path))))
    assert not list(kept.glob("*"))


def test_nothing_is_left_of_a_run_that_was_stopped(tmp_path):
    path, kept = log(tmp_path), tmp_path / "kept"
    reader = stored.StoringReader(str(kept), (), Facts(), PlainReader)
    parts = reader.parts(readers.LogFile(str(path)))
    next(parts)
    parts.close()
    assert not list(kept.glob("*"))


def test_a_folder_that_cannot_be_written(tmp_path):
    path = log(tmp_path)
    (tmp_path / "kept").write_text("a file")
    assert rows([path], KEYS, cache=tmp_path / "kept") == rows([path], KEYS)
