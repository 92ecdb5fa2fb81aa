"""The slow twin: cases hold what records and their mapping say."""

from tests.ostiary.replay.logs import ALICE, record, write

from ostiary.cloudtrail.damage import DamageKind
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.mapping import Excluded
from ostiary.cloudtrail.outcome import Outcome
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.ingest.cases import Called
from ostiary.ingest.run import cases

KEYS = frozenset({"aws:SourceIp", "aws:RequestedRegion", "aws:PrincipalOrgID"})


def test_a_call(tmp_path):
    log = write(tmp_path / "log.json", [record("s3", "ListBuckets", awsRegion="eu-west-1")])
    (batch,) = cases([log], KEYS)
    case = batch.table.cases[batch.case[0]]
    assert isinstance(case.what, Called)
    (request,) = case.what.requests
    assert (request.principal, request.action) == (ALICE["arn"], "s3:ListAllMyBuckets")
    assert case.what.outcome is Outcome.ALLOWED
    assert batch.table.keys == ("aws:principalorgid", "aws:requestedregion", "aws:sourceip")
    assert batch.table.asked(request)["aws:principalorgid"] is NOT_KNOWN
    assert batch.table.known(request)["aws:requestedregion"] == "eu-west-1"
    assert batch.seen(0).time == "2026-03-02T08:15:00Z"


def test_calls_that_are_alike_are_one_case(tmp_path):
    alike = [record("s3", "ListBuckets", eventTime=f"2026-03-02T08:15:0{second}Z") for second in range(5)]
    (batch,) = cases([write(tmp_path / "log.json", alike)], frozenset())
    assert len(batch) == 5
    assert len(batch.table.cases) == 1
    (batch,) = cases([tmp_path / "log.json"], frozenset({"aws:CurrentTime"}))
    assert len(batch.table.cases) == 5


def test_repetitions_are_cases_of_their_own(tmp_path):
    twice = [record("s3", "ListBuckets", eventID="11111111-2222-3333-4444-555555555555")] * 2
    write(tmp_path / "a.json", twice)
    write(tmp_path / "b.json", twice)
    batches = list(cases([tmp_path], KEYS))
    whats = [batch.table.cases[number].what for batch in batches for number in batch.case]
    assert isinstance(whats[0], Called)
    assert whats[1:] == [Excluded(Exclusion.DUPLICATE)] * 3
    assert batches[1].event_id(1) == "11111111-2222-3333-4444-555555555555"


def test_damage_and_what_is_skipped(tmp_path):
    (tmp_path / "a.json").write_text("not json")
    (tmp_path / "b.txt").write_text("notes")
    batches = list(cases([tmp_path], KEYS))
    assert [damage.kind for batch in batches for damage in batch.damages] == [DamageKind.NOT_JSON]
    assert [len(batch.skipped) for batch in batches] == [1, 0]
    assert [len(batch) for batch in batches] == [0, 0]


def test_stopped(tmp_path):
    write(tmp_path / "a.json", [record("s3", "ListBuckets")])
    assert not list(cases([tmp_path], KEYS, stopped=lambda: True))
