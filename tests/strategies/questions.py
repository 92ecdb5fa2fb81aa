"""The generators as hypothesis strategies: failing examples shrink by themselves.

`questions()` gives whole policy sets with a few requests, as `generate` does by seed. The others give one thing and something that
nearly matches it, for tests of one part.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.oracle.model import PolicySet, Request
from tests.strategies import conditions, patterns, vocabulary
from tests.strategies.conditions import Notes
from tests.strategies.documents import document
from tests.strategies.generate import question
from tests.strategies.policy_sets import effects, scene
from tests.strategies.source import Drawn

TYPES = ("identity", "boundary", "session", "resource", "scp", "rcp", "endpoint")


@st.composite
def questions(draw: st.DrawFn, requests: int = 2) -> tuple[PolicySet, list[Request]]:
    return question(Drawn(draw), requests)


@st.composite
def actions(draw: st.DrawFn) -> tuple[str, str]:
    """An action pattern of an identity policy, and an action that it matches or nearly."""
    source = Drawn(draw)
    action = vocabulary.action_name(source, source.pick(list(vocabulary.CATALOGUE)))
    pattern = patterns.action_pattern(source, action, "identity")
    return pattern, patterns.action_from(source, pattern, [action])


@st.composite
def resources(draw: st.DrawFn, policy_type: str = "identity") -> tuple[str, str]:
    """A resource pattern, and a resource that it matches or nearly; variables are filled as for user alice with team red."""
    source = Drawn(draw)
    arn = vocabulary.resource_arn(source, source.pick(list(vocabulary.CATALOGUE)), vocabulary.A1)
    pattern = patterns.resource_pattern(source, arn, policy_type, variables=True)
    known = {"aws:username": "alice", "aws:principaltag/team": "red", "aws:principalaccount": vocabulary.A1}
    resource = patterns.resource_from(source, pattern, arn, variables=known)
    return pattern, patterns.mutated_resource(source, resource) if source.chance(20) else resource


@st.composite
def condition_blocks(draw: st.DrawFn) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """A Condition element, and a context that meets it or nearly."""
    source = Drawn(draw)
    notes = Notes()
    persons = [vocabulary.user(source, vocabulary.A1)]
    block = conditions.block(source, notes, persons, "identity")
    return block, conditions.context(source, notes)


@st.composite
def documents(draw: st.DrawFn, policy_type: str | None = None) -> tuple[str, dict[str, Any]]:
    """A policy type and a document that is valid for it."""
    source = Drawn(draw)
    kind = policy_type or source.pick(TYPES)
    chosen = ["Deny"] * source.number(1, 2) if kind == "rcp" else effects(source, deny=40)
    return kind, document(source, scene(source), kind, chosen)
