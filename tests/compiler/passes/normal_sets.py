"""Normal sets before and after a pass, and whether a pass changes what is decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.runtime.building import ALICE, ROLE, TRAIL, Attached, policy_set

from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.normal import NormalSet, NormalStatement
from ostiary_compiler.passes import PASSES, Pass, run
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.engine import Engine

CALLERS = (ALICE, ROLE, TRAIL)
ACTIONS = ("s3:GetObject", "s3:PutObject", "iam:GetUser")
RESOURCES = ("*", "arn:aws:s3:::b", "arn:aws:s3:::b/k")
CONTEXTS: tuple[dict[str, Any], ...] = (
    {},
    {"aws:SourceVpce": "vpce-1"},
    {"aws:SourceVpce": "vpce-2", "aws:SecureTransport": True},
    {"aws:SourceVpce": UNKNOWN, "aws:SecureTransport": "false"},
)


def lowered(*parts: Attached, layers: Iterable[str] | None = None) -> NormalSet:
    asked = frozenset(PolicyType) if layers is None else frozenset(map(PolicyType, layers))
    return lower(policy_set(*parts), asked)


def statements(normal: NormalSet) -> list[NormalStatement]:
    return [statement for policy in normal.policies for statement in policy.statements]


def answers(engine: Engine) -> list[tuple[object, ...]]:
    """Effect, certainty and deciding layer for many questions."""
    said = []
    for caller in CALLERS:
        for action in ACTIONS:
            for resource in RESOURCES:
                for context in CONTEXTS:
                    decision = engine.authorize_plainly(caller, action, resource, context)
                    said.append((decision.effect, decision.certain, decision.layer))
    return said


def same_decisions(normal: NormalSet, step: Pass) -> bool:
    """Whether leaving the pass out gives the same answers."""
    with_it, without = (
        Engine(emit(run(normal, tuple(each for each in PASSES if kept or each is not step)))) for kept in (True, False)
    )
    return answers(with_it) == answers(without)
