"""What is checked: a document, what is known about its use, and the places of its elements.

In: a syntax tree. Out: a `Subject` whose entries carry their JSON pointers, made once for all rules.
Invariant: pointers name elements as the text has them (`/Statement/Action` where the statement or the action is no list).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ostiary_compiler.quotas import DEFAULT_QUOTAS, Quotas
from ostiary_grammar.span import Span
from ostiary_grammar.syntax import Clause, Document, KeyTest, PrincipalClause, Statement, Text, Value
from ostiary_grammar.terms import Family, OperatorForm, PolicyType, fold, parse_operator
from ostiary_grammar.wording import pointer_to

VERSION_2012 = "2012-10-17"
VERSION_2008 = "2008-10-17"
EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement and where it stands."""

    node: Statement
    pointer: str

    @property
    def allows(self) -> bool:
        return self.node.effect is not None and self.node.effect.value == "Allow"

    @property
    def denies(self) -> bool:
        return self.node.effect is not None and self.node.effect.value == "Deny"

    @property
    def conditional(self) -> bool:
        """Whether a condition restricts anything."""
        condition = self.node.condition
        return condition is not None and any(block.tests for block in condition.operators)

    @property
    def start(self) -> Span:
        """The statement's opening brace: where to point when something is missing."""
        return opening(self.node.span)

    def actions_of(self) -> Iterator["PlacedText"]:
        return _entries(self, "Action", self.node.action)

    def resources_of(self) -> Iterator["PlacedText"]:
        return _entries(self, "Resource", self.node.resource)

    def principals_of(self) -> Iterator["PlacedPrincipal"]:
        """The values of a principal map; none if the element is a word."""
        clause = self.node.principal
        if clause is None:
            return
        parent = pointer_to(self.pointer, element_name("Principal", negated=clause.negated))
        for entry in clause.entries:
            here = pointer_to(parent, entry.kind.value)
            for index, value in enumerate(entry.values):
                yield PlacedPrincipal(self, clause, entry.kind, value, here if entry.bare else pointer_to(here, index))

    def tests_of(self) -> Iterator["PlacedTest"]:
        """The tests of the condition whose operators are known."""
        if self.node.condition is None:
            return
        for block in self.node.condition.operators:
            form = parse_operator(block.operator.value)
            if form is None:
                continue
            parent = pointer_to(pointer_to(self.pointer, "Condition"), block.operator.value)
            for test in block.tests:
                yield PlacedTest(self, form, form.base.family, block.operator, test, pointer_to(parent, test.key.value))


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One entry of an Action, NotAction, Resource or NotResource element."""

    statement: PlacedStatement
    item: Text
    negated: bool
    pointer: str

    @property
    def text(self) -> str:
        return self.item.value

    @property
    def span(self) -> Span:
        return self.item.span


@dataclass(frozen=True, slots=True)
class PlacedPrincipal:
    """One value of a principal map, with the map's key (`AWS`)."""

    statement: PlacedStatement
    clause: PrincipalClause
    kind: Text
    item: Text
    pointer: str

    @property
    def text(self) -> str:
        return self.item.value

    @property
    def span(self) -> Span:
        return self.item.span


@dataclass(frozen=True, slots=True)
class PlacedTest:
    """One condition key under one operator."""

    statement: PlacedStatement
    form: OperatorForm
    family: Family
    operator: Text
    node: KeyTest
    pointer: str

    @property
    def key(self) -> str:
        """The condition key as compared: without regard to letter case."""
        return fold(self.node.key.value)

    @property
    def values(self) -> Iterator[tuple[str, Value]]:
        """The values with their pointers."""
        for index, value in enumerate(self.node.values):
            yield (self.pointer if self.node.bare else pointer_to(self.pointer, index)), value


@dataclass(frozen=True)
class Subject:
    """A document with what the rules may know about it.

    `type` None: not known, so only what holds for every type is checked. `trust`: a resource policy is the trust policy of
    a role. `managed`: an identity policy or boundary is a customer managed policy.
    """

    document: Document
    type: PolicyType | None = None
    trust: bool = False
    managed: bool = False
    quotas: Quotas = DEFAULT_QUOTAS

    @cached_property
    def statements(self) -> tuple[PlacedStatement, ...]:
        return tuple(
            PlacedStatement(node, "/Statement" if self.document.bare else f"/Statement/{index}")
            for index, node in enumerate(self.document.statements)
        )

    @cached_property
    def actions(self) -> tuple[PlacedText, ...]:
        return tuple(entry for each in self.statements for entry in each.actions_of())

    @cached_property
    def resources(self) -> tuple[PlacedText, ...]:
        return tuple(entry for each in self.statements for entry in each.resources_of())

    @cached_property
    def principals(self) -> tuple[PlacedPrincipal, ...]:
        return tuple(entry for each in self.statements for entry in each.principals_of())

    @cached_property
    def tests(self) -> tuple[PlacedTest, ...]:
        return tuple(test for each in self.statements for test in each.tests_of())

    @property
    def start(self) -> Span:
        """The document's opening brace."""
        return opening(self.document.span)

    @property
    def version(self) -> str | None:
        return self.document.version.value if self.document.version is not None else None

    @property
    def has_variables(self) -> bool:
        """Whether `${...}` means anything (iam-semantics.md 1.2)."""
        return self.version == VERSION_2012

    @property
    def is_trust(self) -> bool:
        return self.type is PolicyType.RESOURCE and self.trust

    @property
    def is_resource(self) -> bool:
        """A resource policy of something else than a role."""
        return self.type is PolicyType.RESOURCE and not self.trust

    @property
    def is_managed(self) -> bool:
        return self.type in (PolicyType.IDENTITY, PolicyType.BOUNDARY) and self.managed

    @property
    def names_principals(self) -> bool:
        """Whether statements of this type have a Principal element."""
        return self.type in (PolicyType.RESOURCE, PolicyType.RCP, PolicyType.ENDPOINT)

    @property
    def grants(self) -> bool:
        """Whether an Allow of this type may grant anything; boundaries and their like only limit."""
        return self.type in (PolicyType.IDENTITY, None) or self.is_resource

    @property
    def kind(self) -> str:
        """What messages call a document of this type."""
        match self.type:
            case PolicyType.IDENTITY:
                return "an identity policy"
            case PolicyType.BOUNDARY:
                return "a permissions boundary"
            case PolicyType.SESSION:
                return "a session policy"
            case PolicyType.RESOURCE:
                return "a trust policy" if self.trust else "a resource policy"
            case PolicyType.SCP:
                return "an SCP"
            case PolicyType.RCP:
                return "an RCP"
            case PolicyType.ENDPOINT:
                return "an endpoint policy"
            case None:
                return "a policy"


def element_name(name: str, *, negated: bool) -> str:
    """`Action` or `NotAction`."""
    return f"Not{name}" if negated else name


def opening(span: Span) -> Span:
    """The first character of a span."""
    return Span(span.source, span.start, min(span.start + 1, span.end))


def _entries(statement: PlacedStatement, name: str, clause: Clause | None) -> Iterator[PlacedText]:
    if clause is None:
        return
    parent = pointer_to(statement.pointer, element_name(name, negated=clause.negated))
    for index, item in enumerate(clause.items):
        yield PlacedText(statement, item, clause.negated, parent if clause.bare else pointer_to(parent, index))
