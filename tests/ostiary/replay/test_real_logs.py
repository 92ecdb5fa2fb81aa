"""Real logs against real service control policies: no crash, no silence, and accounts that add up."""

import json
from pathlib import Path

import pytest
from tests.ostiary.replay.logs import assert_adds_up

import ostiary
from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.record import Record
from ostiary.policies import attach_scp
from ostiary.render.replay_json import replay_json
from ostiary.replay.analysis import replay
from ostiary.replay.cases import Called, cases
from ostiary.replay.decide import Answer, Judge
from ostiary.replay.question import Outside, Question
from ostiary.replay.sides import Policies, Sides
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


def sides_of(path: Path) -> Sides:
    policies = ostiary.PolicySet()
    attach_scp(policies, path, full_aws_access=True)
    engine = ostiary.compile(policies, layers=["scp"])
    return Sides(None, Policies(path.name, engine, Question((PolicyType.SCP,), (path.name,)), policies))


def name_of(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_whole_replay_adds_up(folder):
    """Every record that reading yields is counted once, in every part of the report."""
    (region_guard,) = (path for path in SCPS if path.name == REGIONS)
    found = replay([folder], sides_of(region_guard))
    pieces = [piece for file in find_log_files([folder]) if isinstance(file, LogFile) for piece in read_log(file)]
    records = sum(each.events for each in found.counts if each.kind != "damaged")
    assert records == sum(isinstance(piece, Record) for piece in pieces)
    assert_adds_up(json.loads(replay_json(found)))


@pytest.mark.parametrize("folder", SETS, ids=name_of)
def test_every_policy_has_an_answer(folder):
    """Each policy judges each case, and whatever it leaves open has a fact that is missing."""
    sides = []
    for path in SCPS:
        if path.name in NO_POLICY:
            with pytest.raises(PolicyError):
                sides_of(path)
        else:
            sides.append(sides_of(path))
    keys = frozenset(key for each in sides for key in each.keys)
    tables = dict.fromkeys(batch.table for batch in cases([folder], keys))
    judges = [Judge(each.asked.engine, each.asked.question, tuple(sorted(keys))) for each in sides]
    for case in (case for table in tables for case in table.cases):
        if not isinstance(case.what, Called):
            continue
        for judge in judges:
            verdict = judge.judge(case, case.what)
            if isinstance(verdict, Outside):
                continue
            assert bool(verdict.missing) == (verdict.answer is Answer.INDETERMINATE), (judge.question, case)
            assert verdict.answer is not Answer.DENY or verdict.statement is not None, (judge.question, case)
