"""What `replay` writes about unused parts of policies: the list, and the policies without them.

In: an analysis that counted hits. Out: files; for the minimised set also what it loses, by replaying it.
Invariant: a minimised set is written only if it can be read and compiled again.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from ostiary._facade import compile as compile_policies
from ostiary.cloudtrail.guesses import Facts
from ostiary.ingest.run import Reading
from ostiary.replay.analysis import Analysis, replay
from ostiary.replay.findings import Findings
from ostiary.replay.minimise import minimised, unused
from ostiary.replay.sides import Policies, Sides
from ostiary_compiler.policyset import PolicySet


def write_unused(path: Path, analysis: Analysis, findings: Findings) -> None:
    """Writes what was never hit."""
    assert analysis.coverage is not None
    _write(path, unused(analysis.coverage, findings.first, findings.last), "--unused")


def write_minimised(path: Path, analysis: Analysis, logs: Sequence[Path], facts: Facts, reading: Reading) -> Findings:
    """Writes the minimised set, and replays it beside the set that it was made of."""
    assert analysis.coverage is not None
    whole = analysis.asked
    made = minimised(analysis.coverage, whole.policies, whole.question.layers)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part.json")
    try:
        _write(draft, made.data, "--minimise")
        policies = PolicySet.load(draft)
        engine = compile_policies(policies, layers=whole.question.layers)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    stand_for = made.stand_for(policies, engine.program.layers)
    smaller = Policies(str(path), engine, whole.question, policies, stand_for)
    return replay(logs, Sides(whole, smaller), facts=facts, reading=reading)


def _write(path: Path, data: object, option: str) -> None:
    try:
        path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise click.BadParameter(f"cannot write `{path}`: {reason}", param_hint=option) from None
