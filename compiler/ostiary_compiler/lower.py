"""Lowering: from syntax trees to the normal form.

In: a policy set whose documents are valid for their types. Out: `NormalSet`. Equal documents of one type and name become
one policy with several targets. Not here: what single texts come to (`readings`).
"""

from collections import Counter

from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_compiler.policyset import Attachment, PolicySet
from ostiary_compiler.readings import Readings
from ostiary_grammar.arn import split_arn
from ostiary_grammar.making import maker
from ostiary_grammar.syntax import Clause, ConditionClause, Document, PrincipalClause, Statement
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.program import ConditionTest, PrincipalTest, ResourceTest

# Types whose incomplete ARNs AWS documents as padded with `*`; elsewhere a match of one is Unknown (10.2).
_PADDED = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION})
_WITH_VARIABLES = "2012-10-17"

_make_policy = maker(NormalPolicy)
_make_statement = maker(NormalStatement)
_make_principal = maker(PrincipalTest)


def lower(policies: PolicySet, layers: frozenset[PolicyType]) -> NormalSet:
    """The normal form of a policy set."""
    readings = Readings()
    lowerings: dict[tuple[PolicyType, bool], _Lowering] = {}
    normal: list[NormalPolicy] = []
    for document, type_, name, targets in _grouped(policies.attachments):
        key = type_, document.version is not None and document.version.value == _WITH_VARIABLES
        lowering = lowerings.get(key) or lowerings.setdefault(key, _Lowering(readings, *key))
        normal.append(lowering.policy(document, name, targets))
    return NormalSet(layers, tuple(normal), policies.memberships, policies.accounts)


def _grouped(
    attachments: tuple[Attachment, ...],
) -> list[tuple[Document, PolicyType, str, tuple[str | None, ...]]]:
    """The documents in order of first use, with all that each is attached to."""
    # PERF: documents are compared only where two of one type have one name, and each object once: hashing a tree takes long
    bearers = Counter(
        (type_, name) for type_, name, _ in {(each.type, each.name, id(each.document)) for each in attachments}
    )
    equal: dict[int, Document] = {}
    known: dict[Document, Document] = {}
    grouped: dict[tuple[PolicyType, str, int], tuple[Document, dict[str | None, None]]] = {}
    for each in attachments:
        document = each.document
        if bearers[each.type, each.name] > 1:
            if id(document) not in equal:
                equal[id(document)] = known.setdefault(document, document)
            document = equal[id(document)]
        _, targets = grouped.setdefault((each.type, each.name, id(document)), (each.document, {}))
        targets[each.target] = None
    return [(document, type_, name, tuple(targets)) for (type_, name, _), (document, targets) in grouped.items()]


class _Lowering:
    """What holds for all documents of a type and version. `variables`: whether the version knows them."""

    def __init__(self, readings: Readings, type_: PolicyType, variables: bool) -> None:  # noqa: FBT001  # a key's part
        self._readings = readings
        self._type = type_
        self._variables = variables
        self._tests = readings.resources(variables=variables, documented=type_ in _PADDED)
        self._covered = readings.resources(variables=False, documented=True)

    def policy(self, document: Document, name: str, targets: tuple[str | None, ...]) -> NormalPolicy:
        statements = tuple(map(self._statement, range(len(document.statements)), document.statements))
        covers = self._covers(targets) if self._type is PolicyType.RESOURCE else None
        return _make_policy(name, self._type, document.source.name, targets, covers, statements)

    def _statement(self, index: int, statement: Statement) -> NormalStatement:
        action, resource = statement.action, statement.resource
        actions = self._readings.actions
        return _make_statement(
            index=index,
            sid=statement.sid.value if statement.sid is not None else "",
            deny=statement.effect is not None and statement.effect.value == "Deny",
            actions=tuple([actions[item.value] for item in action.items]) if action is not None else (),
            not_action=action is not None and action.negated,
            resources=self._resources(resource),
            not_resource=resource is not None and resource.negated,
            principal=self._principal(statement.principal),
            conditions=self._conditions(statement.condition),
            span=statement.span,
        )

    def _resources(self, clause: Clause | None) -> tuple[ResourceTest, ...] | None:
        tests = self._tests
        return tuple([tests[item.value] for item in clause.items]) if clause is not None else None

    def _covers(self, targets: tuple[str | None, ...]) -> tuple[ResourceTest, ...] | None:
        """What a resource policy is attached to. A policy of a bucket covers the bucket's objects too (10.50)."""
        if None in targets:
            return None
        texts: list[str] = []
        for target in targets:
            text = str(target)
            texts.append(text)
            fields = split_arn(text)
            if len(fields) == 6 and fields[2] == "s3" and "/" not in fields[5] and ":" not in fields[5]:
                texts.append(f"{text}/*")
        return tuple([self._covered[text] for text in texts])

    def _principal(self, clause: PrincipalClause | None) -> PrincipalTest | None:
        if clause is None:
            return None
        if clause.word is not None:
            return PrincipalTest(clause.negated, star=clause.word.value == "*")
        values: dict[str, list[str]] = {}
        for entry in clause.entries:
            values.setdefault(entry.kind.value, []).extend([text.value for text in entry.values])
        named = values.get("AWS", [])
        accounts: dict[str, None] = {}
        arns: list[str] = []
        unique_ids: list[str] = []
        if self._readings.arns.issuperset(named):  # PERF: as nearly always where principals are many
            arns, named = named, []
        for text in named:
            account = self._readings.accounts[text]
            if account:
                accounts[account] = None
            elif text.startswith("arn:"):
                self._readings.arns.add(text)
                arns.append(text)
            elif text != "*":
                unique_ids.append(text)
        return _make_principal(
            clause.negated,
            aws_star="*" in named,
            accounts=tuple(accounts),
            arns=tuple(arns),
            unique_ids=tuple(unique_ids),
            services=tuple(values.get("Service", ())),
            federated=tuple(values.get("Federated", ())),
            canonical_users=tuple(values.get("CanonicalUser", ())),
        )

    def _conditions(self, clause: ConditionClause | None) -> tuple[ConditionTest, ...]:
        if clause is None:
            return ()
        tests = (
            self._readings.condition(
                block.operator.value,
                test.key.value,
                tuple([value.text for value in test.values]),
                variables=self._variables,
            )
            for block in clause.operators
            for test in block.tests
        )
        # an unknown operator without keys restricts nothing (1.4); with keys the document is not valid
        return tuple([test for test in tests if test is not None])
