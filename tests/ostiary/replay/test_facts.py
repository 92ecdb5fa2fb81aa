"""Facts that are supplied besides the log: they settle what was open, and never change what was settled."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ostiary.replay import logs
from tests.ostiary.replay.logs import Json, deny, record, session
from tests.ostiary.replay.test_compare import ALLOW_ALL, side

from ostiary.cloudtrail.guesses import NO_FACTS, AccountFacts, EndpointFacts, Facts, ResourceFacts, iam_names
from ostiary.replay.analysis import replay
from ostiary.replay.cases import NO_TIME, Called, cases
from ostiary.replay.decide import Answer, Judge
from ostiary.replay.question import Outside
from ostiary.replay.sides import Sides

BUCKET = ("s3", "PutBucketPolicy", {"bucketName": "b"})
ROLE = f"arn:aws:iam::{logs.ACCOUNT}:role/teams/Red"
ENDPOINT = "vpce-0123456789abcdef0"
ORGANIZATION = "o-a1b2c3d4e5"

CASES = (
    ("principal-org", {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, {"organization": ORGANIZATION, "accounts": {logs.ACCOUNT: {}}}, True),
    ("other-org", {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}, {"accounts": {logs.ACCOUNT: {"organization": "o-zzzzzzzzzz"}}}, False),
    ("standalone", {"Null": {"aws:PrincipalOrgID": "true"}}, {"accounts": {logs.ACCOUNT: {"standalone": True}}}, True),
    ("org-path", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/*"}}, {"organization": ORGANIZATION, "accounts": {logs.ACCOUNT: {"path": ["r-ab12", "ou-ab12-11111111"]}}}, True),
    ("org-path-text", {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/r-ab12/"}}, {"organization": ORGANIZATION, "accounts": {logs.ACCOUNT: {"path": f"{ORGANIZATION}/r-ab12/"}}}, True),
    ("resource-org", {"StringEquals": {"aws:ResourceOrgID": ORGANIZATION}}, {"organization": ORGANIZATION, "accounts": {logs.ACCOUNT: {}}}, True),
    ("principal-tag", {"StringEquals": {"aws:PrincipalTag/Team": "red"}}, {"principals": {ROLE: {"tags": {"team": "red"}}}}, True),
    ("no-such-tag", {"Null": {"aws:PrincipalTag/team": "true"}}, {"principals": {ROLE: {"tags": {}}}}, True),
    ("resource-tag", {"StringEquals": {"aws:ResourceTag/env": "prod"}}, {"resources": {"arn:aws:s3:::*": {"tags": {"env": "test"}}, "arn:aws:s3:::b": {"tags": {"env": "prod"}}}}, True),
    ("resource-account", {"StringEquals": {"aws:ResourceAccount": logs.OTHER}}, {"resources": {"arn:aws:s3:::b": {"account": logs.OTHER}}}, True),
    ("vpc", {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, {"endpoints": {ENDPOINT: {"vpc": "vpc-1"}}}, True),
    ("endpoint-org", {"StringEquals": {"aws:VpceOrgID": ORGANIZATION}}, {"organization": ORGANIZATION, "accounts": {logs.OTHER: {}}, "endpoints": {ENDPOINT: {"account": logs.OTHER}}}, True),
    ("any-key", {"Bool": {"aws:SecureTransport": "true"}}, {"keys": {"aws:SecureTransport": "true"}}, True),
    ("absent-key", {"Null": {"aws:FederatedProvider": "true"}}, {"keys": {"aws:FederatedProvider": None}}, True),
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "facts", "denied"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_fact_settles(condition, facts, denied, tmp_path):
    """Without the fact the call is open (or its owner taken to be the caller), with it the answer is certain."""
    call = record(*BUCKET, by=session("teams/Red"), vpcEndpointId=ENDPOINT)
    log = logs.write(tmp_path / "logs" / "log.json.gz", [call])
    scp = logs.policy(tmp_path / "scp.json", deny("s3:*", Condition=condition))
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(facts), encoding="utf-8")
    without = json.loads(logs.run(log, "--scp", scp, "--format", "json").stdout)["answer"]
    result = logs.run(log, "--scp", scp, "--facts", file, "--format", "json")
    report = json.loads(result.stdout)
    assert (report["answer"]["stopped"], report["answer"]["perhaps"]) == (int(denied), 0)
    if "account" not in str(facts.get("resources")):
        assert without["perhaps"] == 1
    assert report["facts"]


def test_yaml_says_the_same(tmp_path):
    """Account ids and `no` need no quotes in YAML."""
    log = logs.write(tmp_path / "log.json.gz", [record(*BUCKET)])
    scp = logs.policy(
        tmp_path / "scp.json", deny("s3:*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}})
    )
    file = tmp_path / "facts.yaml"
    file.write_text(f"organization: {ORGANIZATION}\naccounts:\n  {logs.ACCOUNT}: {{}}\n", encoding="utf-8")
    report = json.loads(logs.run(log, "--scp", scp, "--facts", file, "--format", "json").stdout)
    assert report["answer"]["at_most"] == 0
    assert report["facts"] == ["1 account"]


WRONG = (
    ("{", "facts.json"),
    ('{"organisation": "o-a1b2c3d4e5"}', "did you mean `organization`"),
    ('{"organization": "abc"}', "not the id of an organization"),
    ('{"accounts": {"12": {}}}', "twelve digits"),
    ('{"accounts": {"111122223333": {}}}', "which organization"),
    ('{"accounts": {"111122223333": {"standalone": true, "organization": "o-a1b2c3d4e5"}}}', "stands alone"),
    ('{"organization": "o-a1b2c3d4e5", "accounts": {"111122223333": {"path": ["ou-1"]}}}', "no path"),
    ('{"principals": {"alice": {"tags": {}}}}', "ARN of a user or role"),
    ('{"principals": {"arn:aws:iam::111122223333:user/alice": {}}}', "no `tags`"),
    ('{"resources": {"bucket": {"tags": {}}}}', "not an ARN"),
    ('{"resources": {"arn:aws:s3:::b": {}}}', "nothing is said"),
    ('{"endpoints": {"vpc-1": {}}}', "VPC endpoint"),
    ('{"keys": {"SecureTransport": "true"}}', "condition key"),
    ('{"keys": {"aws:SecureTransport": true}}', "put it in quotes"),
    ('{"iam": ["role/x"]}', "ARN of a user, role, group or policy"),
)


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_facts(text, says, tmp_path):
    """What is wrong with facts is said with its place, before anything is replayed."""
    log = logs.write(tmp_path / "log.json.gz", [record(*BUCKET)])
    scp = logs.policy(tmp_path / "scp.json", deny("s3:*"))
    (tmp_path / "facts.json").write_text(text, encoding="utf-8")
    result = logs.run(log, "--scp", scp, "--facts", tmp_path / "facts.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr.replace("\n", " ")
    assert "facts.json" in result.stderr.replace("\n", "")


def test_ranking_says_how_to_supply(tmp_path):
    """What the ranking asks for is where the file of facts takes it, and supplying it settles what the ranking promised."""
    calls = [record(*BUCKET), record(*BUCKET, by=session("teams/Red")), record("ec2", "DescribeInstances", {})]
    log = logs.write(tmp_path / "log.json.gz", calls)
    scp = logs.policy(
        tmp_path / "scp.json", deny("s3:*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}})
    )
    text = logs.run(log, "--scp", scp).stdout
    assert "--facts, `accounts`" in text
    (missing,) = json.loads(logs.run(log, "--scp", scp, "--format", "json").stdout)["missing"]
    assert (missing["calls"], missing["alone"], missing["together"], missing["supply"]["section"]) == (
        2,
        2,
        2,
        "accounts",
    )


CONDITIONS = tuple(case[1] for case in CASES)
STATEMENTS = st.lists(st.sampled_from(range(len(CONDITIONS))), min_size=1, max_size=3, unique=True)
FACTS = st.builds(
    Facts,
    st.just({}),
    st.dictionaries(
        st.sampled_from((logs.ACCOUNT, logs.OTHER)),
        st.sampled_from((AccountFacts(ORGANIZATION, f"{ORGANIZATION}/r-ab12/"), AccountFacts(standalone=True), AccountFacts("o-zzzzzzzzzz"))),
    ),
    st.dictionaries(st.just(ROLE), st.sampled_from(({"team": "red"}, {}, {"team": "blue"}))),
    st.dictionaries(st.sampled_from(("arn:aws:s3:::b", "arn:aws:s3:::*")), st.sampled_from((ResourceFacts(tags={"env": "prod"}), ResourceFacts(tags={})))),
    st.dictionaries(st.just(ENDPOINT), st.sampled_from((EndpointFacts("vpc-1"), EndpointFacts("vpc-2", logs.OTHER)))),
    st.dictionaries(st.sampled_from(("aws:securetransport", "aws:federatedprovider")), st.sampled_from(("true", "false", None))),
)  # fmt: skip
CALLS = [
    record(*BUCKET, by=session("teams/Red"), vpcEndpointId=ENDPOINT),
    record(*BUCKET),
    record("s3", "GetObject", {"bucketName": "c", "key": "k"}, vpcEndpointId="vpce-99"),
    record("s3", "ListBuckets", {}),
]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STATEMENTS, FACTS)
def test_knowing_more_flips_no_answer(tmp_path_factory, chosen, facts):
    """A call that was decided without facts is decided alike with them."""
    log = logs.write(tmp_path_factory.getbasetemp() / "facts" / "log.json.gz", CALLS)
    statements: list[Json] = [deny("s3:*", sid=f"S{number}", Condition=CONDITIONS[number]) for number in chosen]
    policies = side(ALLOW_ALL, *statements)
    before, after = (_answers(log, Sides(None, policies), each) for each in (NO_FACTS, facts))
    assert len(before) == len(after) == len(CALLS)
    for known, more in zip(before, after, strict=True):
        assert known is Answer.INDETERMINATE or known is more


def _answers(log: Path, sides: Sides, facts: Facts) -> list[Answer]:
    keys = tuple(sorted(sides.keys))
    judge = Judge(sides.asked.engine, sides.asked.question, keys)
    found = []
    for batch in cases([log], sides.keys, facts=facts):
        for number in batch.case:
            case = batch.table.cases[number]
            assert isinstance(case.what, Called)
            verdict = judge.judge(case, case.what)
            assert not isinstance(verdict, Outside)
            found.append(verdict.answer)
        assert NO_TIME not in batch.time
    return found


def test_paths_come_with_the_policies(tmp_path):
    """Policies that are attached to a role say its path, which the record of a call about it lacks."""
    call = record("iam", "PutRolePolicy", {"roleName": "Red", "policyName": "p"})
    log = logs.write(tmp_path / "log.json.gz", [call])
    statement = deny("iam:*", Resource=ROLE)
    found = replay([log], Sides(None, side(ALLOW_ALL, statement)))
    assert found.revoked.most - found.revoked.certain == 1
    known = replay([log], Sides(None, side(ALLOW_ALL, statement)), facts=Facts(iam_names([ROLE])))
    assert known.revoked.certain == 1
