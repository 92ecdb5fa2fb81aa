"""A judge says the same on the engine's index, tables and generated code as on the clear evaluator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ostiary
from ostiary.ingest.cases import CaseTable
from ostiary.policies import attach_files, attach_scp
from ostiary.replay import decide
from ostiary.replay.cases import Called, cases
from ostiary.replay.decide import Answer, Judge, Verdict
from ostiary.replay.question import Question
from ostiary_grammar.terms import PolicyType

ROOT = Path(__file__).parents[3]
LOGS = ROOT.parent / "shared" / "data" / "cloudtrail"
PUBLISHED = sorted((ROOT.parent / "shared" / "data" / "policies" / "scp-examples").rglob("*.json"))
# it holds a comment, and is no JSON
NO_POLICY = {"deny-service-specific-credential-by-type.json"}
EXAMPLES = ROOT / "examples"
SCPS = sorted((EXAMPLES / "policies").glob("scp-*.json"))
IDENTITY = sorted((EXAMPLES / "policies").glob("cloudtrail-*.json"))


class Clear(ostiary.Engine):
    """An engine that asks the clear evaluator."""

    def authorize(self, *arguments: Any, **options: Any) -> ostiary.Decision:
        return self.authorize_plainly(*arguments, **options)


def compiled(layer: PolicyType, *paths: Path) -> ostiary.Engine:
    policies = ostiary.PolicySet()
    if layer is PolicyType.SCP:
        for path in paths:
            attach_scp(policies, path, full_aws_access=path is paths[0])
    else:
        attach_files(policies, paths, type=layer.value)
    return ostiary.compile(policies, layers=[layer.value])


ENGINES = [
    *(pytest.param(PolicyType.SCP, (path,), id=path.stem) for path in SCPS),
    pytest.param(PolicyType.SCP, tuple(SCPS), id="all-scps"),
    pytest.param(PolicyType.IDENTITY, tuple(IDENTITY), id="identity"),
]


@pytest.fixture(scope="module")
def tables() -> tuple[CaseTable, ...]:
    """The cases of the example logs, with every condition key that one of the policies asks for."""
    engines = [compiled(*param.values[:1], *param.values[1]) for param in ENGINES]
    keys = frozenset(key for engine in engines for key in decide.condition_keys(engine.program))
    return tuple(dict.fromkeys(batch.table for batch in cases([EXAMPLES / "logs"], keys)))


@pytest.mark.parametrize(("layer", "paths"), ENGINES)
def test_example_logs(tables, layer, paths, monkeypatch):
    """Single policies and all of them together; some leave calls open."""
    monkeypatch.setattr(decide, "Engine", Clear)
    answers = compare(compiled(layer, *paths), layer, tables)
    assert answers
    open_ = layer is PolicyType.IDENTITY or [path.stem for path in paths] == ["scp-own-team-only"]
    assert (Answer.INDETERMINATE in answers) is open_


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not LOGS.is_dir(), reason="the shared logs are not there")
def test_real_logs(monkeypatch):
    """All published SCPs together, which name many conditions that a log leaves open."""
    engine = compiled(PolicyType.SCP, *(path for path in PUBLISHED if path.name not in NO_POLICY))
    monkeypatch.setattr(decide, "Engine", Clear)
    keys = decide.condition_keys(engine.program)
    tables = tuple(dict.fromkeys(batch.table for batch in cases([LOGS], keys)))
    assert compare(engine, PolicyType.SCP, tables) == set(Answer)


def compare(engine: ostiary.Engine, layer: PolicyType, tables: tuple[CaseTable, ...]) -> set[Answer]:
    """Judges all cases in both ways; which answers there were. Of several statements that decide alike either may be named."""
    question = Question((layer,))
    fast, slow = (Judge(each, question, tables[0].keys) for each in (engine, Clear(engine.program)))
    answers = set()
    for case in (case for table in tables for case in table.cases):
        if not isinstance(case.what, Called):
            continue
        one, other = fast.judge(case, case.what), slow.judge(case, case.what)
        if not isinstance(one, Verdict) or not isinstance(other, Verdict):
            assert one is other, case
            continue
        assert said(one) == said(other), case
        answers.add(one.answer)
    return answers


def said(verdict: Verdict) -> tuple[object, ...]:
    """All but which statement is named."""
    effect = verdict.statement.effect if verdict.statement is not None else None
    return verdict.answer, verdict.who, verdict.request, verdict.layer, verdict.missing, verdict.doubts, effect
