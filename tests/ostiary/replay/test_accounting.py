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
from ostiary.replay.analysis import replay
from ostiary.replay.decide import Judge
from ostiary.replay.findings import Change
from ostiary.replay.question import Question
from ostiary.replay.sides import Policies, Sides
from ostiary_grammar.terms import PolicyType

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        deny("ec2:*", "s3:*", sid="Region", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-2"}}),
        deny("s3:*", sid="Organization", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ],
}


def sides() -> Sides:
    policies = ostiary.PolicySet()
    policies.attach(POLICY, type="scp", name="scp.json")
    engine = ostiary.compile(policies, layers=["scp"])
    return Sides(None, Policies("scp.json", engine, Question((PolicyType.SCP,), ("scp.json",)), policies))


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
        found = replay([folder], sides())
        pieces = [
            piece for file in find_log_files([folder]) if isinstance(file, LogFile) for piece in read_records(file)
        ]
        records = sum(each.events for each in found.counts if each.kind != "damaged")
        assert records == sum(isinstance(piece, Record) for piece in pieces)
        assert found.read == len(pieces) - sum(count for _, count in found.skipped)
        assert found.judged == sum(row.events for row in found.rows) + sum(events for _, events in found.others)
        logs.assert_adds_up(json.loads(replay_json(found)))


def test_ranking_has_a_bound(monkeypatch):
    """A table that is full counts new keys together, so that the total stays true."""
    monkeypatch.setattr(ranking, "MOST_KEYS", 3)
    table: ranking.Ranking[str] = ranking.Ranking()
    for key in "aabcdefa":
        table.add(key)
    assert (sum(table.counts.values()) + table.others, table.others, len(table.counts)) == (8, 3, 3)
    assert list(table.ranked()) == [("a", 3), ("b", 1), ("c", 1)]


def test_duplicates_are_counted_once(tmp_path):
    """An event that was delivered twice is judged once, and the second copy is excluded by name."""
    call = record("ec2", "DescribeInstances", {}, awsRegion="eu-west-1")
    report = logs.replayed(tmp_path, [call, call], [deny("ec2:*")])
    assert report["answer"]["stopped"] == 1
    assert [(each["reason"], each["calls"]) for each in report["excluded"]] == [("duplicate", 1)]


def test_stopped_run_reports_what_was_read(tmp_path):
    """A run that is stopped between two files has counted all records before, and says that it is not the whole."""
    for number in range(5):
        logs.write(tmp_path / f"{number}.json.gz", [record("ec2", "DescribeInstances", {})])
    asked = iter(range(100))
    result = replay([tmp_path], sides(), stopped=lambda: next(asked) == 3)
    assert result.interrupted
    assert result.read == 3


def test_interrupt_ends_with_a_report(tmp_path, monkeypatch):
    """Ctrl-C prints the report of what was read so far, marked as such, and ends with 130."""
    logs.write(tmp_path / "a.json.gz", [record("ec2", "DescribeInstances", {})])
    logs.write(tmp_path / "b.json.gz", [record("ec2", "RunInstances", {}) for _ in range(10)])
    scp = logs.policy(tmp_path.parent / "scp.json", deny("ec2:*"))
    plain = Judge.judge

    def interrupting(self, *arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return plain(self, *arguments)

    monkeypatch.setattr(Judge, "judge", interrupting)
    before = signal.getsignal(signal.SIGINT)
    text = logs.run(tmp_path, "--scp", scp)
    assert text.exit_code == 130
    assert text.stdout.startswith("Interrupted")
    report = json.loads(logs.run(tmp_path, "--scp", scp, "--format", "json").stdout)
    assert report["interrupted"] is True
    assert report["accounting"]["read"] == 1
    logs.assert_adds_up(report)
    assert signal.getsignal(signal.SIGINT) is before


def test_memory_does_not_grow_with_names(tmp_path, monkeypatch):
    """A log in which every name is another one fills the tables and no more."""
    for table in ("ranking.MOST_KEYS", "groups.MOST_KEYS", "decide.MOST_CALLERS"):
        monkeypatch.setattr(f"ostiary.replay.{table}", 50)
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
    found = replay([logs.write(tmp_path / "log.json.gz", flood)], sides())
    assert len(found.rows) == 50
    assert found.others == ((Change.REVOKED, 100),)
    assert (len(found.unmapped), dict(found.crowded)["unmapped"]) == (50, 100)
    assert found.read == 300
    logs.assert_adds_up(json.loads(replay_json(found)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(files(), min_size=1, max_size=3))
def test_everything_that_is_counted_adds_up(contents):
    """On damaged logs too: rows, timelines, coverage, calibration and missing facts count the judged events and no more."""
    with TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            (Path(folder) / f"{number}.json").write_bytes(content)
        found = replay([folder], sides(), coverage=True, calibrate=True)
    assert found.read == sum(each.events for each in found.counts)
    assert found.judged == sum(events for _, _, events in found.answers)
    for row in found.rows:
        assert sum(row.timeline) <= row.events
        assert row.already <= row.events
        assert bool(row.missing) == (row.change in {Change.MAYBE_REVOKED, Change.MAYBE_GAINED})
    maybe = sum(bounds.most - bounds.certain for bounds in (found.revoked, found.gained))
    assert max((each.together for each in found.missing), default=0) == maybe
    assert found.calibration is not None
    assert sum(row.agrees + row.open + row.contradicts for row in found.calibration.rows) <= found.judged
    assert sum(each.events for each in found.calibration.contradictions) == sum(
        row.contradicts for row in found.calibration.rows
    )
    for policy in found.coverage:
        for statement in policy.statements:
            assert statement.events + statement.perhaps <= found.judged
            assert all((part.events or 0) <= found.judged for part in statement.parts)
