"""Bad input of every kind through the command line: what it prints, how it ends, and that it is never silent.

Each row of the table makes one file; the good log beside it is replayed all the same.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import deny, record

GOOD = [record("ec2", "DescribeInstances", {}), record("ec2", "RunInstances", {})]
_TEXT = json.dumps({"Records": GOOD})
_ZIPPED = gzip.compress(_TEXT.encode(), mtime=0)


@dataclass(frozen=True, slots=True)
class Bad:
    """`records`: how many records of the bad file are counted all the same; `damage`: what the report names, if anything."""

    id: str
    content: Callable[[], bytes]
    damage: tuple[str, ...]
    records: int = 0


BAD = (
    Bad("empty", bytes, ("empty",)),
    Bad("white-space", lambda: b" \n\n", ("empty",)),
    Bad("binary", lambda: bytes(range(256)) * 64, ("not-json",)),
    Bad("text", lambda: b"this is no log\n", ("not-json",)),
    Bad("gzip-cut", lambda: _ZIPPED[: len(_ZIPPED) * 2 // 3], ("truncated",)),
    Bad("gzip-of-nothing", lambda: gzip.compress(b"", mtime=0), ("empty",)),
    Bad("gzip-header-alone", lambda: _ZIPPED[:10], ("truncated",)),
    Bad("json-cut", _TEXT[:-40].encode, ("truncated",), records=1),
    Bad("deep", lambda: b'{"Records":[{"eventName":' + b"[" * 5_000 + b"]" * 5_000 + b"}]}", ("too-deep",)),
    Bad("very-deep", lambda: b"[" * 1_000_000, ("too-deep",)),
    Bad("other-json", lambda: b'{"a": 1, "b": [2, 3]}', ("not-a-record",)),
    Bad("number", lambda: b"42", ("not-json",)),
    Bad("not-utf-8", lambda: _TEXT.replace("alice", "\xe9").encode("latin-1"), ("encoding",), records=2),
    Bad("one-long-line", lambda: json.dumps({"Records": GOOD * 3_000}).encode(), (), records=6_000),
    Bad("no-records", lambda: b'{"Records": []}', ()),
    Bad("fields-missing", lambda: json.dumps({"Records": [{"eventVersion": "1.11"}, *GOOD]}).encode(), (), records=3),
    Bad(
        "fields-of-wrong-types",
        lambda: json.dumps({"Records": [{**GOOD[0], "userIdentity": 7, "eventID": "x"}, {"eventName": [1]}]}).encode(),
        (),
        records=2,
    ),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id)
def test_bad_log(bad, tmp_path):
    """The report names the damage, the exit code says so, and whatever could be read is counted."""
    logs.write(tmp_path / "logs" / "good.json.gz", [record("ec2", "StopInstances", {})])
    (tmp_path / "logs" / "bad.json").write_bytes(bad.content())
    scp = logs.policy(tmp_path / "scp.json", deny("ec2:*"))
    result = logs.run(tmp_path / "logs", "--scp", scp, "--format", "json")
    assert result.exit_code == (3 if bad.damage else 0), result.output
    report = json.loads(result.stdout)
    logs.assert_adds_up(report)
    assert tuple(dict.fromkeys(each["kind"] for each in report["damages"])) == bad.damage
    assert all(each["file"].endswith("bad.json") for each in report["damages"])
    assert report["accounting"]["read"] - report["accounting"]["damaged"] == 1 + bad.records
    text = logs.run(tmp_path / "logs", "--scp", scp)
    assert text.exit_code == result.exit_code
    assert "Traceback" not in text.output
    if bad.damage:
        assert "bad.json" in text.stdout
        assert "damaged" in text.stdout


@dataclass(frozen=True, slots=True)
class Wrong:
    """Arguments that give no report at all; `says` is what the message holds."""

    id: str
    arguments: tuple[str, ...]
    says: str


WRONG = (
    Wrong("no-arguments", (), "LOGS"),
    Wrong("no-policy", ("logs",), "no policy"),
    Wrong("no-such-log", ("nowhere", "--scp", "scp.json"), "nowhere"),
    Wrong("folder-without-logs", ("nothing", "--scp", "scp.json"), "nothing"),
    Wrong("one-folder-without-logs", ("logs", "nothing", "--scp", "scp.json"), "nothing"),
    Wrong("no-such-policy", ("logs", "--scp", "nowhere.json"), "nowhere.json"),
    Wrong("policy-is-no-json", ("logs", "--scp", "broken.json"), "broken.json"),
    Wrong("policy-with-duplicate-keys", ("logs", "--scp", "twice.json"), "twice.json"),
    Wrong("policy-is-not-utf-8", ("logs", "--scp", "latin.json"), "latin.json"),
    Wrong("policy-is-of-another-type", ("logs", "--scp", "bucket.json"), "bucket.json"),
    Wrong("management-is-no-account", ("logs", "--scp", "scp.json", "--management-account", "12"), "12"),
    Wrong("top-is-no-number", ("logs", "--scp", "scp.json", "--top", "-1"), "--top"),
    Wrong("minimising-what-is-read-once", ("-", "--scp", "scp.json", "--minimise", "small.json"), "read once"),
    Wrong("format-is-unknown", ("logs", "--scp", "scp.json", "--format", "yaml"), "yaml"),
)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.id)
def test_wrong_usage(wrong, tmp_path, monkeypatch):
    """Wrong arguments and policies that are not valid end with 2 and a message, before anything is replayed."""
    monkeypatch.chdir(tmp_path)
    logs.write(tmp_path / "logs" / "log.json.gz", GOOD)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("no log", encoding="utf-8")
    scp = logs.policy(tmp_path / "scp.json", deny("ec2:*"))
    text = scp.read_text(encoding="utf-8")
    (tmp_path / "broken.json").write_text(text.replace(",", "", 1), encoding="utf-8")
    (tmp_path / "twice.json").write_text(text.replace('"Effect"', '"Effect": "Deny", "Effect"'), encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(text.replace("Stop", "St\xf6p").encode("latin-1"))
    logs.policy(tmp_path / "bucket.json", deny("s3:*", Principal="*"))
    result = logs.run(*wrong.arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert wrong.says in result.stderr
    assert "Traceback" not in result.stderr


def test_names_from_logs_are_escaped(tmp_path):
    """Nothing in a log can move the cursor, colour the screen or hide a line."""
    evil = "\x1b[2J\r\n\u202eDescribe"
    calls = [
        record("ec2", evil),
        record("ec2", "DescribeInstances", {}, by={**logs.ALICE, "arn": f"arn:aws:iam::{logs.ACCOUNT}:user/{evil}"}),
        record("ec2", "DescribeInstances", {}, eventID=evil),
    ]
    log = logs.write(tmp_path / "log.json.gz", calls)
    scp = logs.policy(tmp_path / "scp.json", deny("ec2:*"))
    for options in ((), ("--format", "json")):
        output = logs.run(log, "--scp", scp, *options).output
        assert not {"\x1b", "\r", "\u202e"} & set(output)
    assert "\\x1b[2J" in logs.run(log, "--scp", scp).output
