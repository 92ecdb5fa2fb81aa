"""Real logs against real service control policies: no crash, no silence, and accounts that add up."""

import json
from pathlib import Path

import pytest
from tests.ostiary.replay.logs import assert_adds_up

import ostiary
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.mapping import Mapped, map_record
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record
from ostiary.policies import attach_scp
from ostiary.render.replay_json import replay_json
from ostiary.replay.decide import Answer, Judge
from ostiary.replay.question import Outside, Question
from ostiary.replay.run import replay
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.terms import PolicyType

DATA = Path(__file__).parents[3].parent / "shared" / "data"
SETS = sorted(path for path in (DATA / "cloudtrail").glob("*") if path.is_dir())
SCPS = sorted((DATA / "policies" / "scp-examples").rglob("*.json"))
# one of the published policies holds a comment, and is no JSON
NO_POLICY = {"deny-service-specific-credential-by-type.json"}
REGIONS = "Deny-access-to-AWS-based-on-the-requested-AWS-region.json"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not SETS or not SCPS, reason="the shared logs and policies are not there"),
]


def judge_of(path: Path) -> Judge:
    policies = ostiary.PolicySet()
    attach_scp(policies, path, full_aws_access=True)
    return Judge(ostiary.compile(policies, layers=["scp"]), Question((PolicyType.SCP,), (path.name,)))


def name_of(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_whole_replay_adds_up(folder):
    """Every record that reading yields is counted once, in every part of the report."""
    (region_guard,) = (path for path in SCPS if path.name == REGIONS)
    result = replay([folder], judge_of(region_guard))
    pieces = [piece for file in find_log_files([folder]) if isinstance(file, LogFile) for piece in read_records(file)]
    assert result.tally.records == sum(isinstance(piece, Record) for piece in pieces)
    assert_adds_up(json.loads(replay_json(result)))


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_every_policy_has_an_answer(folder):
    """Each policy judges each event, and whatever it leaves open has a fact that is missing."""
    mapped = [
        (piece, event.requests)
        for file in find_log_files([folder])
        if isinstance(file, LogFile)
        for piece in read_records(file)
        if isinstance(piece, Record) and isinstance(event := map_record(piece), Mapped)
    ]
    for path in SCPS:
        if path.name in NO_POLICY:
            with pytest.raises(PolicyError):
                judge_of(path)
            continue
        judge = judge_of(path)
        for record, requests in mapped:
            verdict = judge.judge(record, requests)
            if isinstance(verdict, Outside):
                continue
            assert bool(verdict.missing) == (verdict.answer is Answer.INDETERMINATE), (path, record.event_id)
            assert verdict.answer is not Answer.DENY or verdict.statement is not None, (path, record.event_id)
