"""The accounts add up, whatever the logs hold and however the work is divided."""

import gzip
import json
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import deny, record, session

import ostiary
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record
from ostiary.render.replay_json import replay_json
from ostiary.replay import ranking
from ostiary.replay.decide import Judge
from ostiary.replay.question import Question
from ostiary.replay.run import replay
from ostiary.replay.tally import Tally
from ostiary_grammar.terms import PolicyType

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        deny("ec2:*", "s3:*", sid="Region", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-2"}}),
        deny("s3:*", sid="Organization", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ],
}


def judge() -> Judge:
    policies = ostiary.PolicySet()
    policies.attach(POLICY, type="scp", name="scp.json")
    return Judge(ostiary.compile(policies, layers=["scp"]), Question((PolicyType.SCP,), ("scp.json",)))


CALLS = st.sampled_from(
    (
        ("ec2", "DescribeInstances", {}),
        ("s3", "PutBucketPolicy", {"bucketName": "b"}),
        ("s3", "GetObject", {"bucketName": "b", "key": "k"}),
        ("signin", "ConsoleLogin", None),
        ("sts", "GetCallerIdentity", None),
        ("ec2", "DescribeWidgetsInternal", None),
        ("no-such-service", "Do", None),
    )
)
CALLERS = st.sampled_from(
    (logs.ALICE, logs.ROOT, logs.SERVICE, logs.SERVICE_LINKED, logs.ANONYMOUS, session("a/b/Role"), logs.federated("f"))
)
ERRORS = st.sampled_from((None, "AccessDenied", "Client.UnauthorizedOperation", "NoSuchBucket", "ThrottlingException"))


@st.composite
def records(draw):
    """A record, mostly a good one; some lack fields or hold the wrong kind of value."""
    made = record(
        *draw(CALLS),
        by=draw(CALLERS),
        awsRegion=draw(st.sampled_from(("us-east-2", "eu-west-1"))),
        errorCode=draw(ERRORS),
        eventID=draw(st.sampled_from(("one", "two", "three"))) + str(draw(st.integers(0, 30))),
        recipientAccountId=logs.ACCOUNT,
    )
    for field in draw(st.lists(st.sampled_from(sorted(made)), max_size=2)):
        made[field] = draw(st.sampled_from((None, 7, "", [], {"a": [1]}, "x")))
    return made


@st.composite
def files(draw):
    """The bytes of a log file: good, cut short, or with something broken in the middle."""
    text = json.dumps({"Records": draw(st.lists(records(), max_size=6))})
    place = draw(st.integers(0, len(text)))
    match draw(st.sampled_from(("good", "good", "cut", "broken", "zipped", "zipped-cut", "lines"))):
        case "good":
            return text.encode()
        case "cut":
            return text[:place].encode()
        case "broken":
            return (text[:place] + draw(st.sampled_from(("}", "]", '"', "\x00", "{{", ","))) + text[place:]).encode()
        case "zipped":
            return gzip.compress(text.encode(), mtime=0)
        case "zipped-cut":
            data = gzip.compress(text.encode(), mtime=0)
            return data[: place % len(data)]
        case _:
            return b"".join(json.dumps(each).encode() + b"\n" for each in json.loads(text)["Records"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(files(), min_size=1, max_size=4))
def test_accounts_add_up(contents):
    """Each record that reading yields is in exactly one count, and each damage is counted."""
    with TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            (Path(folder) / f"{number}.json").write_bytes(content)
        tally = replay([folder], judge()).tally
        pieces = [
            piece for file in find_log_files([folder]) if isinstance(file, LogFile) for piece in read_records(file)
        ]
        assert tally.records == sum(isinstance(piece, Record) for piece in pieces)
        assert tally.read == len(pieces) - tally.skipped.total()
        logs.assert_adds_up(json.loads(replay_json(replay([folder], judge()))))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(files(), min_size=2, max_size=4))
def test_parts_add_up_to_the_whole(contents):
    """Tallies of single files, merged, are the tally of all (events that occur in two files apart)."""
    with TemporaryDirectory() as folder:
        whole, merged = Path(folder) / "whole", Tally()
        whole.mkdir()
        for number, content in enumerate(contents):
            # ids that differ between files: what was seen before is only known within one run
            unique = (
                content if content[:2] == b"\x1f\x8b" else content.replace(b'"eventID": "', b'"eventID": "%d-' % number)
            )
            if content[:2] == b"\x1f\x8b":
                unique = b""
            (whole / f"{number}.json").write_bytes(unique)
            merged.merge(replay([whole / f"{number}.json"], judge()).tally)
        together = replay([whole], judge()).tally
        assert merged == together


def test_ranking_has_a_bound(monkeypatch):
    """A table that is full counts new keys together, so that the total stays true."""
    monkeypatch.setattr(ranking, "MOST_KEYS", 3)
    table: ranking.Ranking[str] = ranking.Ranking()
    for key in "aabcdefa":
        table.add(key)
    assert (table.total, table.others, len(table.counts)) == (8, 3, 3)
    assert list(table.ranked()) == [("a", 3), ("b", 1), ("c", 1)]


def test_duplicates_are_counted_once(tmp_path):
    """An event that was delivered twice is judged once, and the second copy is excluded by name."""
    call = record("ec2", "DescribeInstances", {}, awsRegion="eu-west-1")
    report = logs.replayed(tmp_path, [call, call], [deny("ec2:*")])
    assert report["answer"]["stopped"] == 1
    assert [(each["reason"], each["calls"]) for each in report["excluded"]] == [("duplicate", 1)]


def test_stopped_run_reports_what_was_read(tmp_path):
    """A run that is stopped between two records has counted all records before, and says that it is not the whole."""
    log = logs.write(tmp_path / "log.json.gz", [record("ec2", "DescribeInstances", {}) for _ in range(10)])
    asked = iter(range(100))
    result = replay([log], judge(), stopped=lambda: next(asked) == 4)
    assert result.interrupted
    assert result.tally.records == 4


def test_interrupt_ends_with_a_report(tmp_path, monkeypatch):
    """Ctrl-C prints the report of what was read so far, marked as such, and ends with 130."""
    log = logs.write(tmp_path / "log.json.gz", [record("ec2", "DescribeInstances", {}) for _ in range(10)])
    scp = logs.policy(tmp_path / "scp.json", deny("ec2:*"))
    plain = Judge.judge

    def interrupting(self, *arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return plain(self, *arguments)

    monkeypatch.setattr(Judge, "judge", interrupting)
    before = signal.getsignal(signal.SIGINT)
    text = logs.run(log, "--scp", scp)
    assert text.exit_code == 130
    assert text.stdout.startswith("Interrupted")
    report = json.loads(logs.run(log, "--scp", scp, "--format", "json").stdout)
    assert report["interrupted"] is True
    assert report["accounting"]["read"] == 1
    logs.assert_adds_up(report)
    assert signal.getsignal(signal.SIGINT) is before


def test_memory_does_not_grow_with_names(tmp_path, monkeypatch):
    """A log in which every name is another one fills the tables and no more."""
    monkeypatch.setattr("ostiary.replay.ranking.MOST_KEYS", 50)
    monkeypatch.setattr("ostiary.replay.tally.MOST_KEYS", 50)
    monkeypatch.setattr("ostiary.replay.decide.MOST_DECISIONS", 50)
    monkeypatch.setattr("ostiary.replay.decide.MOST_CALLERS", 50)
    flood = [
        record(
            "ec2",
            name,
            {},
            by={**logs.ALICE, "arn": f"arn:aws:iam::{logs.ACCOUNT}:user/{number}"},
            awsRegion="eu-west-1",
        )
        for number in range(150)
        for name in ("DescribeInstances", f"Unheard{number}")
    ]
    asking = judge()
    tally = replay([logs.write(tmp_path / "log.json.gz", flood)], asking).tally
    assert len(tally.denied.found) == 50
    assert tally.denied.others.calls == 100
    assert (len(tally.unmapped.counts), tally.unmapped.others) == (50, 100)
    assert tally.records == 300
    assert max(len(asking._decisions), len(asking._callers)) <= 50
    logs.assert_adds_up(json.loads(replay_json(replay([tmp_path / "log.json.gz"], judge()))))
