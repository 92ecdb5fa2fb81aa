"""Lowering: from syntax trees to the normal form.

In: a policy set whose documents are valid for their types. Out: `NormalSet`. Equal documents of one type and name become
one policy with several targets.
"""

from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.action import parse_action
from ostiary_grammar.arn import parse_resource, split_arn
from ostiary_grammar.pattern import STAR, ResourceForm, ResourcePattern
from ostiary_grammar.syntax import Clause, ConditionClause, Document, PrincipalClause, Statement
from ostiary_grammar.terms import PolicyType, fold, parse_operator
from ostiary_runtime.keys import usual_spelling
from ostiary_runtime.program import ConditionTest, PrincipalTest, ResourceTest

# Types whose incomplete ARNs AWS documents as padded with `*`; elsewhere a match of one is Unknown (10.2).
_PADDED = frozenset({PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION})


def lower(policies: PolicySet, layers: frozenset[PolicyType]) -> NormalSet:
    """The normal form of a policy set."""
    grouped: dict[tuple[PolicyType, str, Document], list[str | None]] = {}
    for attachment in policies.attachments:
        key = (attachment.type, attachment.name, attachment.document)
        targets = grouped.setdefault(key, [])
        if attachment.target not in targets:
            targets.append(attachment.target)
    normal = tuple(
        _policy(document, type_, name, tuple(targets)) for (type_, name, document), targets in grouped.items()
    )
    return NormalSet(layers, normal, policies.memberships, policies.accounts)


def _policy(document: Document, type_: PolicyType, name: str, targets: tuple[str | None, ...]) -> NormalPolicy:
    variables = document.version is not None and document.version.value == "2012-10-17"
    statements = tuple(
        _statement(index, statement, type_, variables=variables) for index, statement in enumerate(document.statements)
    )
    covers = _covers(targets) if type_ is PolicyType.RESOURCE else None
    return NormalPolicy(name, type_, document.source.name, targets, covers, statements)


def _statement(index: int, statement: Statement, type_: PolicyType, *, variables: bool) -> NormalStatement:
    return NormalStatement(
        index=index,
        sid=statement.sid.value if statement.sid is not None else "",
        deny=statement.effect is not None and statement.effect.value == "Deny",
        actions=tuple(parse_action(item.value) for item in statement.action.items) if statement.action else (),
        not_action=statement.action is not None and statement.action.negated,
        resources=_resources(statement.resource, type_, variables=variables),
        not_resource=statement.resource is not None and statement.resource.negated,
        principal=_principal(statement.principal),
        conditions=_conditions(statement.condition, variables=variables),
        span=statement.span,
    )


def _resources(clause: Clause | None, type_: PolicyType, *, variables: bool) -> tuple[ResourceTest, ...] | None:
    if clause is None:
        return None
    return tuple(
        resource_test(parse_resource(item.value, variables=variables), documented=type_ in _PADDED)
        for item in clause.items
    )


def resource_test(pattern: ResourcePattern, *, documented: bool) -> ResourceTest:
    """The test of a pattern; `documented`: AWS says that short ARNs are padded here."""
    written = len(pattern.fields)
    if pattern.form is not ResourceForm.ARN:
        return ResourceTest(pattern.text, pattern.form, (), 0, unsure=False)
    padded = (*pattern.fields, *(STAR,) * (5 - written))
    return ResourceTest(pattern.text, pattern.form, padded, written, unsure=written < 5 and not documented)


def _covers(targets: tuple[str | None, ...]) -> tuple[ResourceTest, ...] | None:
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
    return tuple(resource_test(parse_resource(text, variables=False), documented=True) for text in texts)


def _principal(clause: PrincipalClause | None) -> PrincipalTest | None:
    if clause is None:
        return None
    if clause.word is not None:
        return PrincipalTest(clause.negated, star=clause.word.value == "*")
    values: dict[str, list[str]] = {}
    for entry in clause.entries:
        values.setdefault(entry.kind.value, []).extend(text.value for text in entry.values)
    aws = values.get("AWS", [])
    accounts = [account for text in aws if (account := _account(text))]
    arns = [text for text in aws if text.startswith("arn:") and not _account(text)]
    unique_ids = [text for text in aws if not text.startswith("arn:") and text != "*" and not _account(text)]
    return PrincipalTest(
        clause.negated,
        aws_star="*" in aws,
        accounts=tuple(dict.fromkeys(accounts)),
        arns=tuple(arns),
        unique_ids=tuple(unique_ids),
        services=tuple(values.get("Service", ())),
        federated=tuple(values.get("Federated", ())),
        canonical_users=tuple(values.get("CanonicalUser", ())),
    )


def _account(text: str) -> str | None:
    """The account that an account id or root ARN names (iam-semantics.md 4.1)."""
    if len(text) == 12 and text.isdecimal():
        return text
    fields = split_arn(text)
    if len(fields) == 6 and fields[2] == "iam" and fields[5] == "root":
        return fields[4]
    return None


def _conditions(clause: ConditionClause | None, *, variables: bool) -> tuple[ConditionTest, ...]:
    if clause is None:
        return ()
    tests = []
    for block in clause.operators:
        form = parse_operator(block.operator.value)
        if form is None:
            continue  # an unknown operator without keys restricts nothing (1.4); with keys the document is not valid
        for test in block.tests:
            values = tuple(value.text for value in test.values)
            folded = fold(test.key.value)
            tests.append(ConditionTest(form, folded, usual_spelling(folded, test.key.value), values, variables))
    return tuple(tests)
