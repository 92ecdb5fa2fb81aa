"""Which files below a folder are read, and which are named as left out."""

import os

from ostiary.cloudtrail.damage import Skipped, SkipReason
from ostiary.cloudtrail.files import LogFile, find_log_files

TRAIL = "AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_a.json.gz"
DIGEST = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/digest.json.gz"
INSIGHT = "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/02/insight.json.gz"


def tree(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def found(paths, root):
    return [
        (os.path.relpath(each.path if isinstance(each, LogFile) else each.file, root), getattr(each, "reason", None))
        for each in find_log_files(paths)
    ]


def test_layout_of_a_trail(tmp_path):
    """Log files at any depth are found; the folders beside them are skipped with their reason."""
    tree(tmp_path, TRAIL, DIGEST, INSIGHT)
    assert found([tmp_path], tmp_path) == [
        (TRAIL, None),
        (DIGEST, SkipReason.DIGEST),
        (INSIGHT, SkipReason.INSIGHT),
    ] or found([tmp_path], tmp_path) == [(DIGEST, SkipReason.DIGEST), (INSIGHT, SkipReason.INSIGHT), (TRAIL, None)]


def test_endings(tmp_path):
    """Logs and tables in their usual endings are read; other files are named as no logs, not passed over."""
    tree(
        tmp_path,
        "a.json",
        "b.JSON.GZ",
        "c.jsonl",
        "d.ndjson",
        "e.gz",
        "f.csv",
        "g.parquet",
        "h.log",
        "i.md",
        "j.csv.gz",
        "k",
        "2019-02-06-00-00-38-0123456789ABCDEF",
        "result_sign.json",
    )
    kinds = dict(found([tmp_path], tmp_path))
    assert {name: reason for name, reason in kinds.items() if reason} == {
        "i.md": SkipReason.NOT_A_LOG,
        "k": SkipReason.NOT_A_LOG,
        "result_sign.json": SkipReason.DIGEST,
    }


def test_named_file_is_always_tried(tmp_path):
    """What the user names himself is read, whatever it is called, also where a folder would skip it."""
    tree(tmp_path, "x.csv", DIGEST)
    assert [type(each) for each in find_log_files([tmp_path / "x.csv", tmp_path / DIGEST])] == [LogFile, LogFile]


def test_missing_file_is_not_lost(tmp_path):
    """A path that does not exist comes out as a file, so that reading it says so."""
    assert list(find_log_files([tmp_path / "none.json"])) == [LogFile(str(tmp_path / "none.json"))]


def test_each_file_once(tmp_path):
    """Paths that overlap, and links, do not count a file twice."""
    tree(tmp_path, "logs/a.json", "logs/b.json")
    (tmp_path / "logs/c.json").symlink_to(tmp_path / "logs/a.json")
    names = [name for name, _ in found([tmp_path / "logs/b.json", tmp_path / "logs", tmp_path], tmp_path)]
    assert names == ["logs/b.json", "logs/a.json"]


def test_order_does_not_depend_on_the_file_system(tmp_path):
    """Sorted within each folder, files before what lies in folders."""
    tree(tmp_path, "b/2.json", "b/1.json", "a/3.json", "z.json")
    assert [name for name, _ in found([tmp_path], tmp_path)] == ["z.json", "a/3.json", "b/1.json", "b/2.json"]


def test_skips_say_why():
    assert all(Skipped("f", reason).reason.message for reason in SkipReason)
