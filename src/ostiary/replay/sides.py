"""What is compared: two sets of policies, or one and what AWS did in the log.

In: compiled policies with their questions. Out: `Sides`.
Invariant: at least one side is policies. A call is outside if it is outside the question of both sides taken together.
"""

from dataclasses import dataclass, replace

from ostiary.replay.decide import condition_keys
from ostiary.replay.question import Question
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.syntax import Document, Statement
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.engine import Engine

LOG = "log"
"""The name of a side that is what AWS did in the log."""


@dataclass(frozen=True, slots=True)
class WrittenPolicy:
    """A policy as it was written, with what it is attached to."""

    type: PolicyType
    name: str
    document: Document
    targets: tuple[str | None, ...]


def written(policies: PolicySet, layers: frozenset[PolicyType]) -> tuple[WrittenPolicy, ...]:
    """The policies of a set that are of the asked types, each once, in the order in which they are compiled."""
    found: dict[tuple[PolicyType, str, Document], list[str | None]] = {}
    for each in policies.attachments:
        if each.type in layers:
            found.setdefault((each.type, each.name, each.document), []).append(each.target)
    return tuple(
        WrittenPolicy(type_, name, document, tuple(dict.fromkeys(targets)))
        for (type_, name, document), targets in found.items()
    )


TypedStatement = tuple[PolicyType, Statement]
"""A statement as it was written, and the type of its policy."""


def statements_as_written(policies: PolicySet, engine: Engine) -> tuple[TypedStatement, ...]:
    """The statements of a set by their numbers in the program."""
    found = written(policies, engine.program.layers)
    return tuple(
        (found[each.policy].type, found[each.policy].document.statements[each.index])
        for each in engine.program.statements
    )


@dataclass(frozen=True, slots=True)
class Policies:
    """One side that is policies: `name` for people, `policies` as they were written.

    `stand_for`: for each statement the one by which it is known, where it was made of another; by default itself.
    """

    name: str
    engine: Engine
    question: Question
    policies: PolicySet
    stand_for: tuple[TypedStatement, ...] = ()

    @property
    def statements(self) -> tuple[TypedStatement, ...]:
        """The statements by which those of the program are known, by number."""
        return self.stand_for or statements_as_written(self.policies, self.engine)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides; None is the log."""

    baseline: Policies | None
    candidate: Policies | None

    def __post_init__(self) -> None:
        if self.baseline is None and self.candidate is None:
            raise ValueError("one side at least must be policies")

    @property
    def asked(self) -> Policies:
        """The side that the report is about: the candidate, or the baseline where the candidate is the log."""
        policies = self.candidate or self.baseline
        assert policies is not None
        return policies

    @property
    def keys(self) -> frozenset[str]:
        """The folded condition keys that either side asks for."""
        sides = [side for side in (self.baseline, self.candidate) if side is not None]
        return frozenset(key for side in sides for key in condition_keys(side.engine.program))

    @property
    def arns(self) -> frozenset[str]:
        """The ARNs of users, roles and groups that the policies of either side are attached to: they have their paths."""
        sets = [side.policies for side in (self.baseline, self.candidate) if side is not None]
        targets = {each.target for policies in sets for each in policies.attachments if each.target}
        return frozenset(targets | {arn for policies in sets for pair in policies.memberships for arn in pair})

    @property
    def question(self) -> Question:
        """What the report is about; its layers and management accounts are those of both sides."""
        asked = self.asked.question
        other = self.baseline.question if self.baseline is not None else asked
        layers = {*asked.layers, *other.layers}
        return replace(
            asked,
            layers=tuple(type_ for type_ in PolicyType if type_ in layers),
            management=tuple(dict.fromkeys((*asked.management, *other.management))),
        )

    @property
    def names(self) -> tuple[str, str]:
        """The names of baseline and candidate."""
        return (self.baseline.name if self.baseline else LOG, self.candidate.name if self.candidate else LOG)
