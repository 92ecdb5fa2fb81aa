"""A decision with its question: what the renderers of decisions are handed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary_grammar.span import Span
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Decision


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked of which policies, and what they say.

    `layers` are the types of policy that were asked, `beside` the policies that AWS attaches beside the given ones.
    `missing` is the state of context keys that were not given. `spans` says where statements stand in their texts, by
    statement number; where the texts are not at hand (a saved program) it is empty.
    """

    decision: Decision
    principal: str
    action: str
    resource: str
    resource_account: str | None
    missing: str
    layers: tuple[PolicyType, ...]
    beside: tuple[str, ...] = ()
    spans: Mapping[int, Span] = field(default_factory=dict)
