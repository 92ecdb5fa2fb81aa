"""Two sides of a comparison: what a change is called, that it can be turned round, and that no change is found where there is none."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session

import ostiary
from ostiary.replay.analysis import replay
from ostiary.replay.findings import Change, Findings
from ostiary.replay.question import Question
from ostiary.replay.sides import Policies, Sides
from ostiary_grammar.terms import PolicyType

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ORGANIZATION = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
TEAM = {"StringNotEquals": {"aws:PrincipalTag/team": "red"}}
MAY_GRANT = {**ALLOW_ALL, "Sid": "Organization", "Condition": ORGANIZATION}
MAY_GRANT_TOO = {**ALLOW_ALL, "Sid": "Team", "Condition": TEAM}
_DENIED = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:PutBucketPolicy"


def side(*statements: Json, kind: str = "scp", name: str = "policy.json") -> Policies:
    policies = ostiary.PolicySet()
    policies.attach({"Version": "2012-10-17", "Statement": list(statements)}, type=kind, name=name)
    question = Question((PolicyType(kind),), (name,))
    return Policies(name, ostiary.compile(policies, layers=[kind]), question, policies)


def changes(found: Findings) -> dict[Change, int]:
    counted: dict[Change, int] = {}
    for row in found.rows:
        counted[row.change] = counted.get(row.change, 0) + row.events
    return counted


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    before: tuple[Json, ...]
    after: tuple[Json, ...]
    change: Change


CASES = (
    Case("taken", (ALLOW_ALL,), (ALLOW_ALL, deny("s3:*")), Change.REVOKED),
    Case("given", (ALLOW_ALL, deny("s3:*")), (ALLOW_ALL,), Change.GAINED),
    Case("nothing", (ALLOW_ALL,), (ALLOW_ALL, deny("ec2:*")), Change.UNCHANGED),
    Case("perhaps-taken", (ALLOW_ALL,), (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION)), Change.MAYBE_REVOKED),
    Case("perhaps-given", (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION)), (ALLOW_ALL,), Change.MAYBE_GAINED),
    Case(
        "same-doubt",
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION)),
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION), deny("ec2:*", sid="More")),
        Change.UNCHANGED,
    ),
    Case(
        "more-doubt",
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION)),
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION), deny("s3:*", Condition=TEAM, sid="Team")),
        Change.MAYBE_REVOKED,
    ),
    Case(
        "less-doubt",
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION), deny("s3:*", Condition=TEAM, sid="Team")),
        (ALLOW_ALL, deny("s3:*", Condition=ORGANIZATION)),
        Change.MAYBE_GAINED,
    ),
    Case("fewer-may-grant", (MAY_GRANT, MAY_GRANT_TOO), (MAY_GRANT,), Change.MAYBE_REVOKED),
    Case("more-may-grant", (MAY_GRANT,), (MAY_GRANT, MAY_GRANT_TOO), Change.MAYBE_GAINED),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_change(case, tmp_path):
    """What each pair of policies does to one call."""
    log = logs.write(tmp_path / "log.json.gz", [record("s3", "PutBucketPolicy", {"bucketName": "b"})])
    found = replay([log], Sides(side(*case.before), side(*case.after)))
    (row,) = found.rows
    assert row.change is case.change
    assert bool(row.missing) == (case.change in {Change.MAYBE_REVOKED, Change.MAYBE_GAINED})
    assert (row.action, row.resource) == ("s3:PutBucketPolicy", "arn:aws:s3:::b")


@dataclass(frozen=True, slots=True)
class Logged:
    """A call that AWS decided, and what policies that allow everything make of it."""

    id: str
    fields: Json
    kind: str
    change: Change
    denies: bool = False


LOGGED = (
    Logged("allowed", {}, "identity", Change.UNCHANGED),
    Logged("allowed-denied", {}, "identity", Change.REVOKED, denies=True),
    Logged("denied-by-named", {"errorMessage": f"{_DENIED} because no identity-based policy allows the s3:PutBucketPolicy action"}, "identity", Change.GAINED),
    Logged("denied-by-other", {"errorMessage": f"{_DENIED} with an explicit deny in a service control policy"}, "identity", Change.UNCHANGED),
    Logged("denied-by-nobody", {"errorMessage": "Access Denied"}, "identity", Change.MAYBE_GAINED),
    Logged("denied-and-denied", {"errorMessage": "Access Denied"}, "identity", Change.UNCHANGED, denies=True),
    Logged("scps-grant-nothing", {"errorMessage": "Access Denied"}, "scp", Change.UNCHANGED),
    Logged("throttled", {"errorCode": "ThrottlingException"}, "scp", Change.UNCHANGED),
    Logged("throttled-denied", {"errorCode": "ThrottlingException"}, "scp", Change.MAYBE_REVOKED, denies=True),
    Logged("no-such-thing", {"errorCode": "NoSuchBucket"}, "scp", Change.REVOKED, denies=True),
)  # fmt: skip


@pytest.mark.parametrize("case", LOGGED, ids=lambda case: case.id)
def test_change_from_the_log(case, tmp_path):
    """What AWS decided is an answer of all policies; a candidate is no answer for those that it does not ask."""
    fields = {"errorCode": "AccessDenied", **case.fields} if "errorMessage" in case.fields else case.fields
    log = logs.write(tmp_path / "log.json.gz", [record("s3", "PutBucketPolicy", {"bucketName": "b"}, **fields)])
    policies = side(ALLOW_ALL, *([deny("s3:*")] if case.denies else []), kind=case.kind)
    (row,) = replay([log], Sides(None, policies)).rows
    assert row.change is case.change
    (turned,) = replay([log], Sides(policies, None)).rows
    opposite = {"REVOKED": "GAINED", "GAINED": "REVOKED"}
    kind = case.change.value.removeprefix("MAYBE_")
    assert turned.change.value.removeprefix("MAYBE_") == opposite.get(kind, kind)


STATEMENTS = st.lists(
    st.sampled_from(
        (
            ALLOW_ALL,
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b*", "Sid": "Bucket"},
            deny("s3:PutObject", sid="Objects", Resource="arn:aws:s3:::b/private/*"),
            deny("ec2:*", sid="Region", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-2"}}),
            deny("s3:*", sid="Organization", Condition=ORGANIZATION),
            {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": TEAM, "Sid": "Team"},
        )
    ),
    min_size=1,
    max_size=4,
    unique_by=id,
)
RECORDS = [
    record("ec2", "DescribeInstances", {}),
    record("ec2", "DescribeInstances", {}, awsRegion="eu-west-1", by=session("teams/Red")),
    record("s3", "PutObject", {"bucketName": "b", "key": "private/k"}),
    record("s3", "PutBucketPolicy", {"bucketName": "b"}, errorCode="AccessDenied"),
    record("s3", "ListBuckets", {}),
]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STATEMENTS, STATEMENTS)
def test_sides_can_be_turned_round(tmp_path_factory, before, after):
    """Turned round, what was revoked is gained; a set beside itself changes nothing; nothing is lost on the way."""
    log = logs.write(tmp_path_factory.getbasetemp() / "sides" / "log.json.gz", RECORDS)
    one, other = side(*before, kind="identity"), side(*after, kind="identity", name="other.json")
    there, back = changes(replay([log], Sides(one, other))), changes(replay([log], Sides(other, one)))
    assert sum(there.values()) == sum(back.values()) == len(RECORDS)
    assert there.get(Change.REVOKED) == back.get(Change.GAINED)
    assert there.get(Change.GAINED) == back.get(Change.REVOKED)
    maybe = (Change.MAYBE_REVOKED, Change.MAYBE_GAINED)
    assert sum(there.get(each, 0) for each in maybe) == sum(back.get(each, 0) for each in maybe)
    assert set(changes(replay([log], Sides(one, one)))) == {Change.UNCHANGED}


def test_policies_are_added_to_the_baseline(tmp_path):
    """`--baseline SET --scp FILE`: what the SCP takes from the set; `--candidate` replaces it as a whole."""
    log = logs.write(tmp_path / "log.json.gz", RECORDS)
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    as_it_is = tmp_path / "set.json"
    as_it_is.write_text(
        json.dumps(
            {
                "layers": ["identity"],
                "policies": [
                    {
                        "type": "identity",
                        "to": f"arn:aws:iam::{logs.ACCOUNT}:user/alice",
                        "name": "A",
                        "document": allowed,
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    scp = logs.policy(tmp_path / "scp.json", deny("s3:*", "ec2:*"))
    result = logs.run(log, "--baseline", as_it_is, "--scp", scp, "--format", "json", "--fail-on", "revoked")
    assert result.exit_code == 4, result.output
    report = json.loads(result.stdout)
    assert {(row["change"], row["events"]) for row in report["rows"] if row["change"] == "REVOKED"} == {("REVOKED", 1)}
    assert report["revoked"] == {"certain": 3, "most": 3}
    assert report["baseline"] == str(as_it_is)
    assert report["question"]["policies"] == [str(scp)]
    # of the calls that the log does not show as denied, those of ec2 and of the other caller have no policy there
    told = f"{as_it_is} denies 2 calls that the log does not show as denied: is it what was in force?"
    assert told in logs.run(log, "--baseline", as_it_is, "--scp", scp).stdout
    fitting = tmp_path / "fitting.json"
    everyone = {"type": "identity", "name": "A", "document": {"Version": "2012-10-17", "Statement": [ALLOW_ALL]}}
    fitting.write_text(json.dumps({"layers": ["identity"], "policies": [everyone]}), encoding="utf-8")
    compared = logs.run(log, "--baseline", fitting, "--scp", scp).stdout
    assert compared.startswith(f"Compared with {fitting}")
    assert "does not show as denied" not in compared
    unchanged = logs.run(log, "--baseline", as_it_is, "--candidate", as_it_is, "--fail-on", "maybe")
    assert unchanged.exit_code == 0
    assert "would revoke none of 5 calls" in unchanged.stdout


WRONG = (
    (("--baseline", "set.json"), "nothing is compared"),
    (("--baseline", "log"), "no policy"),
    (("--candidate", "log"), "--baseline"),
    (("--baseline", "set.json", "--candidate", "log", "--scp", "scp.json"), "not both"),
    (("--baseline", "set.json", "--baseline", "log", "--scp", "scp.json"), "stands alone"),
    (("--baseline", "nowhere.json", "--scp", "scp.json"), "nowhere.json"),
)


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[says for _, says in WRONG])
def test_sides_that_do_not_go_together(arguments, says, tmp_path, monkeypatch):
    """What cannot be compared is a usage error that says why."""
    monkeypatch.chdir(tmp_path)
    log = logs.write(tmp_path / "log.json.gz", RECORDS)
    logs.policy(tmp_path / "scp.json", deny("s3:*"))
    (tmp_path / "set.json").write_text('{"policies": []}', encoding="utf-8")
    result = logs.run(log, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


FAILING = (
    ("revoked", deny("s3:*"), False, 4),
    ("maybe", deny("s3:*"), False, 4),
    ("revoked", deny("s3:*", Condition=ORGANIZATION), False, 0),
    ("maybe", deny("s3:*", Condition=ORGANIZATION), False, 4),
    ("maybe", deny("sqs:*"), False, 0),
    ("revoked", deny("s3:*"), True, 4),
    ("revoked", deny("sqs:*"), True, 3),
)


@pytest.mark.parametrize(("fail_on", "statement", "damaged", "code"), FAILING)
def test_fail_on(fail_on, statement, damaged, code, tmp_path):
    """What is revoked weighs more than damage; what is not for certain counts only if that was asked."""
    logs.write(tmp_path / "logs" / "log.json.gz", RECORDS)
    if damaged:
        (tmp_path / "logs" / "bad.json").write_bytes(b"no log")
    scp = logs.policy(tmp_path / "scp.json", statement)
    assert logs.run(tmp_path / "logs", "--scp", scp, "--fail-on", fail_on).exit_code == code
