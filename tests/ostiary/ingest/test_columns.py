"""Access logs of other makers: one file says what their fields mean."""

import gzip
import json

import pytest
from click.testing import CliRunner
from tests.ostiary.replay.logs import deny, policy, record

from ostiary.cli import main
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.mapping import Excluded, Unmapped
from ostiary.cloudtrail.outcome import Outcome
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.ingest.columns import filled, read_columns
from ostiary.ingest.run import Reading, cases
from ostiary_grammar.errors import PolicyError

pq = pytest.importorskip("pyarrow.parquet")
pa = pytest.importorskip("pyarrow")

MINIO = """
principal: "arn:aws:iam::111122223333:user/{accessKey}"
action:
  of: "{api.name}"
  table: {GetObject: "s3:GetObject", PutObject: "s3:PutObject", ListObjectsV2: "s3:ListBucket"}
resource: ["arn:aws:s3:::{api.bucket}/{api.object}", "arn:aws:s3:::{api.bucket}"]
account: "111122223333"
time: "{time}"
id: "{requestID}"
outcome: {of: "{api.statusCode}", denied: ["403"]}
context: {aws:SourceIp: "{remotehost}", aws:UserAgent: "{userAgent}"}
"""
KEYS = frozenset({"aws:SourceIp", "aws:UserAgent", "aws:PrincipalArn", "aws:ResourceAccount"})


def minio(name="GetObject", status=200, **fields):
    api = {"name": name, "bucket": "b", "object": "k", "statusCode": status}
    return {
        "version": "1",
        "time": "2026-03-02T08:15:00.5Z",
        "api": api,
        "remotehost": "192.0.2.1",
        "accessKey": "alice",
        "requestID": "16A",
        **fields,
    }


def columns(folder, text):
    (folder / "columns.yaml").write_text(text)
    return read_columns(folder / "columns.yaml")


def read(paths, said, keys=KEYS):
    found, damages = [], []
    for batch in cases(paths, keys, reading=Reading(columns=said)):
        found += [(batch.seen(row), batch.table.cases[batch.case[row]], batch.table) for row in range(len(batch))]
        damages += batch.damages
    return found, damages


def test_audit_log_of_a_gateway(tmp_path):
    said = columns(tmp_path, MINIO)
    rows = [
        minio(),
        minio("ListObjectsV2", 403, api={"name": "ListObjectsV2", "bucket": "b", "statusCode": 403}, requestID="16B"),
        minio("Heal", requestID="16C"),
    ]
    rows.append(minio(accessKey=None, requestID="16D"))
    (tmp_path / "audit").write_text("\n".join(json.dumps(row) for row in rows) + "\nnot json\n")
    found, damages = read([tmp_path / "audit"], said)
    (seen, got, table), (_, listed, _), (_, heal, _), (_, nobody, _) = found
    (request,) = got.what.requests
    assert (request.principal, request.action, request.resource) == (
        "arn:aws:iam::111122223333:user/alice",
        "s3:GetObject",
        "arn:aws:s3:::b/k",
    )
    assert (seen.event_id, seen.time) == ("16A", "2026-03-02T08:15:00.500000Z")
    assert table.asked(request) == {
        "aws:principalarn": "arn:aws:iam::111122223333:user/alice",
        "aws:resourceaccount": "111122223333",
        "aws:sourceip": "192.0.2.1",
        "aws:useragent": NOT_KNOWN,
    }
    assert (listed.what.requests[0].resource, listed.what.outcome) == ("arn:aws:s3:::b", Outcome.DENIED)
    assert heal.what == Unmapped("the log's own", "Heal")
    assert nobody.what == Excluded(Exclusion.CALLER_UNKNOWN, "s3:GetObject")
    assert [damage.message for damage in damages] == ["a line that is no JSON object"]


def test_lines_of_a_web_server(tmp_path):
    said = columns(
        tmp_path,
        r"""
lines: '(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<time>[^]]+)\] "(?P<verb>\S+) /(?P<bucket>[^/ ]+)/(?P<key>\S*) [^"]*" (?P<status>\d+)'
principal: "arn:aws:iam::111122223333:user/{user}"
action: {of: "{verb}", table: {GET: "s3:GetObject"}}
resource: "arn:aws:s3:::{bucket}/{key}"
time: "{time}"
outcome: {of: "{status}", denied: ["403"], allowed: ["200"]}
context: {aws:SourceIp: "{ip}"}
""",
    )
    lines = [
        f'192.0.2.1 - alice [02/Mar/2026:08:15:00 +0100] "GET /b/k/l HTTP/1.1" {status} 5' for status in (200, 403, 500)
    ]
    (tmp_path / "access.log.gz").write_bytes(gzip.compress("\n".join([*lines, "else"]).encode()))
    found, damages = read([tmp_path / "access.log.gz"], said)
    assert [case.what.outcome for _, case, _ in found] == [Outcome.ALLOWED, Outcome.DENIED, Outcome.UNCLEAR]
    assert found[0][0].time == "2026-03-02T07:15:00Z"
    assert found[0][1].what.requests[0].resource == "arn:aws:s3:::b/k/l"
    assert len(damages) == 1


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables(tmp_path, form):
    said = columns(
        tmp_path, 'principal: "arn:aws:iam::111122223333:user/{who}"\naction: "{what}"\nresource: "{which}"\n'
    )
    rows = [
        {"who": "alice", "what": "s3:GetObject", "which": "arn:aws:s3:::b/k"},
        {"who": "bob", "what": "sqs:SendMessage", "which": ""},
    ]
    if form == "csv":
        (tmp_path / "t").write_text("who,what,which\nalice,s3:GetObject,arn:aws:s3:::b/k\nbob,sqs:SendMessage,\n")
    else:
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t")
    found, damages = read([tmp_path / "t"], said)
    assert not damages
    first, second = (case.what.requests[0] for _, case, _ in found)
    assert (first.action, first.resource, first.resource_known) == ("s3:GetObject", "arn:aws:s3:::b/k", True)
    assert (second.action, second.resource, second.resource_known) == ("sqs:SendMessage", None, False)


def test_templates():
    assert filled("{a.b}/{c}", {"a": {"b": 1}, "c": True}) == "1/true"
    assert filled("{a.b}", {"a.b": "x"}) == "x"
    assert filled("{a}", {"a": "-"}) is None
    assert filled("plain", {}) == "plain"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("action: s3:GetObject", "has no `principal`"),
        ("principal: x\naction: {of: a, table: {b: c}}", "is no action"),
        ("principal: x\naction: x\nlines: '('", "is no regular expression"),
        ("principal: x\naction: x\nlines: 'x'", "names no group"),
        ("principal: x\naction: x\nresorce: y", "has no key"),
    ],
)
def test_mistakes(tmp_path, text, problem):
    with pytest.raises(PolicyError, match=problem):
        columns(tmp_path, text)


def test_command_line(tmp_path):
    (tmp_path / "columns.yaml").write_text(MINIO)
    (tmp_path / "audit").write_text("\n".join(json.dumps(minio(requestID=str(number))) for number in range(3)))
    stop = policy(tmp_path / "p.json", deny("s3:GetObject"))
    arguments = [
        "replay",
        str(tmp_path / "audit"),
        "--columns",
        str(tmp_path / "columns.yaml"),
        "--scp",
        str(stop),
        "--format",
        "json",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert '"REVOKED"' in result.stdout


def test_standard_input(tmp_path):
    stop = policy(tmp_path / "p.json", deny("s3:ListAllMyBuckets"))
    log = json.dumps({"Records": [record("s3", "ListBuckets")]}) + "x"
    result = CliRunner().invoke(main, ["replay", "-", "--scp", str(stop), "--format", "json"], input=log.encode())
    assert result.exit_code == 3, result.output
    report = json.loads(result.stdout)
    assert '"file": "-"' in json.dumps(report)
    assert '"REVOKED"' in result.stdout
