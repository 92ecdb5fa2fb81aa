"""Coverage: what was hit, what never was, and a minimised set that loses nothing on the log that it was made from."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import ACCOUNT, Json, deny, record, session

import ostiary
from ostiary.replay.coverage import Coverage
from ostiary.replay.decide import condition_keys
from ostiary.replay.question import Question
from ostiary.replay.sides import Policies
from ostiary_grammar.terms import PolicyType

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/Red"
STATEMENTS: list[Json] = [
    {"Sid": "Buckets", "Effect": "Allow", "Action": ["s3:Get*", "s3:PutBucketPolicy", "s3:DeleteBucket"], "Resource": ["arn:aws:s3:::b*", "arn:aws:s3:::c*"]},
    {"Sid": "Look", "Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-2"}}},
    {"Sid": "Tagged", "Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}},
    {"Sid": "Never", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
    deny("ec2:DescribeVpcs", sid="NoVpcs"),
    deny("iam:*", sid="NoUsers"),
]  # fmt: skip
RECORDS = [
    record("s3", "GetBucketPolicy", {"bucketName": "b1"}),
    record("s3", "PutBucketPolicy", {"bucketName": "b2"}, eventTime="2026-03-09T10:00:00Z"),
    record("ec2", "DescribeInstances", {}),
    record("ec2", "DescribeInstances", {}, awsRegion="eu-west-1"),
    record("ec2", "DescribeVpcs", {}),
    record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}, by=session("teams/Red")),
]  # fmt: skip


def policy_set(path: Path, statements: list[Json]) -> Path:
    document = {"Version": "2012-10-17", "Statement": statements}
    data = {
        "layers": ["identity"],
        "policies": [{"type": "identity", "to": [ALICE, ROLE], "name": "Work", "document": document}],
    }
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path):
    return logs.write(tmp_path / "logs" / "log.json.gz", RECORDS)


def covered(log: Path, policies: Path) -> dict[str, Json]:
    report = json.loads(logs.run(log, "--baseline", policies, "--coverage", "--format", "json").stdout)
    (policy,) = report["coverage"]
    return {each["statement"]["sid"]: each for each in policy["statements"]}


def test_hits(log, tmp_path):
    """Events of each statement, whether it decides or not, and of each of its parts."""
    found = covered(log, policy_set(tmp_path / "set.json", STATEMENTS))
    hit = {sid: (each["events"], each["perhaps"], each["decided"]) for sid, each in found.items()}
    assert hit == {
        "Buckets": (2, 0, 2),
        "Look": (2, 0, 1),
        "Tagged": (0, 1, 1),
        "Never": (0, 0, 0),
        "NoVpcs": (1, 0, 1),
        "NoUsers": (0, 0, 0),
    }
    assert found["Buckets"]["last"] == "2026-03-09T10:00:00Z"
    parts = {(part["element"], part["text"]): part["events"] for part in found["Buckets"]["parts"]}
    assert parts == {
        ("Action", "s3:Get*"): 1,
        ("Action", "s3:PutBucketPolicy"): 1,
        ("Action", "s3:DeleteBucket"): 0,
        ("Resource", "arn:aws:s3:::b*"): 2,
        ("Resource", "arn:aws:s3:::c*"): 0,
    }
    (condition,) = (part for part in found["Look"]["parts"] if part["element"] == "Condition")
    assert (condition["text"], condition["events"]) == ("StringEquals aws:RequestedRegion: us-east-2", 2)


def test_what_aws_perhaps_did_not_ask_is_a_hit_perhaps(tmp_path):
    """Whether an ACL that changes nothing is checked hangs on a setting of the bucket."""
    put = record("s3", "PutObject", {"bucketName": "b", "key": "k", "x-amz-acl": "private"}, eventCategory="Data")
    statements = [
        {"Sid": name, "Effect": "Allow", "Action": f"s3:{name}", "Resource": "*"}
        for name in ("PutObject", "PutObjectAcl")
    ]
    found = covered(logs.write(tmp_path / "log.json.gz", [put]), policy_set(tmp_path / "set.json", statements))
    assert {sid: (each["events"], each["perhaps"]) for sid, each in found.items()} == {
        "PutObject": (1, 0),
        "PutObjectAcl": (0, 1),
    }


def test_of_several_resources_a_hit_is_of_each(tmp_path):
    """Without a type of resource AWS asks for `*`, or for the root of the service: what matches one of them is a hit perhaps."""
    listed = record("sqs", "ListQueues", {})
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": "sqs:*", "Resource": resource}
        for sid, resource in (("All", "*"), ("Queues", "arn:aws:sqs:*:*:*"))
    ]
    found = covered(logs.write(tmp_path / "log.json.gz", [listed]), policy_set(tmp_path / "set.json", statements))
    assert {sid: (each["events"], each["perhaps"]) for sid, each in found.items()} == {"All": (1, 0), "Queues": (0, 1)}


def test_parts_have_their_places(log, tmp_path):
    """Line and column of a part are those in the policy's text."""
    policies = policy_set(tmp_path / "set.json", STATEMENTS)
    (policy,) = json.loads(logs.run(log, "--baseline", policies, "--coverage", "--format", "json").stdout)["coverage"]
    lines = policy["text"].splitlines()
    for statement in policy["statements"]:
        for part in statement["parts"]:
            shown = part["text"].split(" ")[1].rstrip(":") if part["element"] == "Condition" else part["text"]
            assert lines[part["line"] - 1][part["column"] - 1 :].startswith(f'"{shown}"')


def test_annotated_text(log, tmp_path):
    """The policy with hits in the margin, and the window above."""
    text = logs.run(log, "--baseline", policy_set(tmp_path / "set.json", STATEMENTS), "--coverage").stdout
    assert "hits in 2026-03-02 to 2026-03-09, and when last" in text


def test_statements_of_one_line_all_have_their_hits(log, tmp_path):
    """A policy without line breaks: no statement's hits stand for another's."""
    document = {"Version": "2012-10-17", "Statement": [*STATEMENTS[:2], STATEMENTS[3]]}
    policy = tmp_path / "one-line.json"
    policy.write_text(json.dumps(document), encoding="utf-8")
    text = logs.run(log, "--identity", policy, "--coverage").stdout
    (line,) = [line for line in text.splitlines() if '"Sid": "Buckets"' in line]
    assert line.partition("│")[0].strip() == "2, 2, never"


def test_unused(log, tmp_path):
    """What was never hit, as JSON, with the window; and when the rest was last."""
    target = tmp_path / "unused.json"
    result = logs.run(log, "--baseline", policy_set(tmp_path / "set.json", STATEMENTS), "--unused", target)
    assert result.exit_code == 0, result.output
    unused = json.loads(target.read_text(encoding="utf-8"))
    assert unused["window"] == {"first": "2026-03-02T08:15:00Z", "last": "2026-03-09T10:00:00Z"}
    assert [each["sid"] for each in unused["statements"]] == ["Never", "NoUsers"]
    assert [each["pattern"] for each in unused["patterns"]] == ["s3:DeleteBucket", "arn:aws:s3:::c*"]
    assert {each["sid"]: each["last"] for each in unused["used"]}["Look"] == "2026-03-02T08:15:00Z"


def test_minimised_loses_nothing(log, tmp_path):
    """The minimised set compiles, is smaller, and decides the log as before; Deny statements stay."""
    policies, target = policy_set(tmp_path / "set.json", STATEMENTS), tmp_path / "small.json"
    result = logs.run(log, "--baseline", policies, "--minimise", target)
    assert "decides all 6 calls as before" in result.stdout
    (made,) = json.loads(target.read_text(encoding="utf-8"))["policies"]
    assert [(each["Sid"], each["Action"]) for each in made["document"]["Statement"]] == [
        ("Buckets", ["s3:GetBucketPolicy", "s3:PutBucketPolicy"]),
        ("Look", ["ec2:DescribeInstances", "ec2:DescribeVpcs"]),
        ("Tagged", ["ec2:StopInstances"]),
        ("NoVpcs", ["ec2:DescribeVpcs"]),
        ("NoUsers", ["iam:*"]),
    ]
    ostiary.compile(ostiary.PolicySet.load(target))
    compared = json.loads(logs.run(log, "--baseline", policies, "--candidate", target, "--format", "json").stdout)
    assert compared["revoked"]["certain"] == compared["gained"]["most"] == 0


@pytest.mark.parametrize(("sid", "lost"), [("Buckets", 2), ("Look", 1)])
def test_removing_a_used_statement_shows_its_events(sid, lost, log, tmp_path):
    """Without a statement that decided, exactly the events that it decided are revoked."""
    policies, target = policy_set(tmp_path / "set.json", STATEMENTS), tmp_path / "small.json"
    logs.run(log, "--baseline", policies, "--minimise", target)
    small = json.loads(target.read_text(encoding="utf-8"))
    statements = small["policies"][0]["document"]["Statement"]
    small["policies"][0]["document"]["Statement"] = [each for each in statements if each["Sid"] != sid]
    (tmp_path / "less.json").write_text(json.dumps(small), encoding="utf-8")
    report = json.loads(
        logs.run(log, "--baseline", target, "--candidate", tmp_path / "less.json", "--format", "json").stdout
    )
    assert report["revoked"] == {"certain": lost, "most": lost}
    shown = {sample["event_id"] for row in report["rows"] if row["change"] == "REVOKED" for sample in row["samples"]}
    wanted = {"Buckets": RECORDS[:2], "Look": RECORDS[2:3]}[sid]
    assert shown == {each["eventID"] for each in wanted}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(range(len(STATEMENTS))), min_size=1, unique=True))
def test_any_minimised_set_loses_nothing(tmp_path_factory, chosen):
    """Whatever the policies are."""
    folder = tmp_path_factory.getbasetemp() / "minimised"
    log = logs.write(folder / "logs" / "log.json.gz", RECORDS)
    policies = policy_set(folder / "set.json", [STATEMENTS[number] for number in chosen])
    result = logs.run(log, "--baseline", policies, "--minimise", folder / "small.json")
    assert result.exit_code == 0, result.output
    assert "decides all 6 calls as before" in result.stdout


def test_output_that_cannot_be_written(log, tmp_path):
    """A file that cannot be written is a usage error that names it, after the report."""
    policies = policy_set(tmp_path / "set.json", STATEMENTS)
    for option in ("--unused", "--minimise"):
        result = logs.run(log, "--baseline", policies, option, tmp_path / "no" / "such" / "folder.json")
        assert result.exit_code == 2
        assert "cannot write" in result.stderr


def test_statements_keep_their_numbers():
    """Coverage compiles without the passes that merge and drop, and still speaks of the same statements."""
    policies = ostiary.PolicySet()
    statements = [
        *STATEMENTS,
        {**STATEMENTS[0], "Sid": "Again"},
        {**STATEMENTS[3], "Sid": "AgainToo", "Resource": ["*", "*"]},
    ]
    for number in range(3):
        document = {"Version": "2012-10-17", "Statement": statements[number:]}
        policies.attach(document, type="identity", name=f"P{number % 2}")
        policies.attach(document, type="scp", name="Other")
    engine = ostiary.compile(policies, layers=["identity"])
    side = Policies("set", engine, Question((PolicyType.IDENTITY,)), policies)
    covered = Coverage(side, tuple(sorted(condition_keys(engine.program)))).hits()
    assert [each.statement for policy in covered for each in policy.statements] == list(engine.statements)
    for ref, (_, statement) in zip(engine.statements, side.statements, strict=True):
        assert statement.sid is not None
        assert statement.sid.value == ref.sid
