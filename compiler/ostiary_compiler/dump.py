"""Every form on the way from policies to the program, as text: what cannot be printed cannot be reviewed.

In: a policy set and the layers that are asked. Out: the listing of one stage, deterministic, a line per element.
Invariant: what policies say is printed with every other than printable character escaped, so one line stays one line.
Not here: the DAG, which `dag` builds and the renderers draw.
"""

import enum
from collections.abc import Iterable, Iterator
from typing import assert_never

from ostiary_compiler.compile import check_set
from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_compiler.passes import run
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.diagnostics import has_errors
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.pattern import ActionPattern, Glob, Literal, Variable, Wild
from ostiary_grammar.syntax import Clause, ConditionClause, Document, PrincipalClause, Statement, Text
from ostiary_grammar.terms import PolicyType
from ostiary_grammar.wording import visible
from ostiary_runtime.intervals import IntervalIndex
from ostiary_runtime.program import ConditionTest, PrincipalTest, Program, ResourceTest
from ostiary_runtime.program import Statement as Row

Lines = Iterator[str]


class Stage(enum.Enum):
    """The forms that can be printed, in order."""

    SYNTAX = "syntax"
    """The syntax trees, with the place of every element."""
    NORMAL = "normal"
    """The normal form: every text parsed, every element explicit."""
    PASSES = "passes"
    """The normal form after the passes."""
    INDEX = "index"
    """The intervals of actions and of resource parts, with the patterns that may match there."""
    PROGRAM = "program"
    """The tables of the program."""


def dump(policies: PolicySet, layers: Iterable[PolicyType], stage: Stage) -> str:
    """The listing of one stage. Raises PolicyError for documents that are not valid for their type, except for syntax."""
    asked = frozenset(layers)
    if stage is Stage.SYNTAX:
        return _text(line for attachment in policies.attachments for line in document_lines(attachment.document))
    diagnostics = check_set(policies)
    if has_errors(diagnostics):
        raise PolicyError(diagnostics)
    normal = lower(policies, asked)
    match stage:
        case Stage.NORMAL:
            return _text(normal_lines(normal))
        case Stage.PASSES:
            return _text(normal_lines(run(normal)))
        case Stage.INDEX:
            return _text(index_lines(emit(run(normal))))
        case Stage.PROGRAM:
            return _text(program_lines(emit(run(normal))))
        case _ as never:
            assert_never(never)


def _text(lines: Iterable[str]) -> str:
    return "\n".join(map(visible, lines))


def document_lines(document: Document) -> Lines:
    """The syntax tree of a document, each element with its line and column."""
    yield f"document {document.source.name}"
    yield from _member("Version", document.version, 1)
    yield from _member("Id", document.id, 1)
    for index, statement in enumerate(document.statements):
        yield f"  statement {index} at {statement.span.position}"
        yield from _statement_lines(statement)


def _statement_lines(statement: Statement) -> Lines:
    yield from _member("Sid", statement.sid, 2)
    yield from _member("Effect", statement.effect, 2)
    yield from _principal_lines(statement.principal)
    yield from _clause_lines("Action", statement.action)
    yield from _clause_lines("Resource", statement.resource)
    yield from _condition_lines(statement.condition)


def _member(name: str, text: Text | None, depth: int) -> Lines:
    if text is not None:
        yield f"{'  ' * depth}{name} {_placed(text)}"


def _placed(text: Text) -> str:
    return f'"{text.value}" at {text.span.position}'


def _clause_lines(name: str, clause: Clause | None) -> Lines:
    if clause is not None:
        yield f"    {'Not' if clause.negated else ''}{name} at {clause.key.position}"
        for item in clause.items:
            yield f"      {_placed(item)}"


def _principal_lines(clause: PrincipalClause | None) -> Lines:
    if clause is None:
        return
    yield f"    {'Not' if clause.negated else ''}Principal at {clause.key.position}"
    if clause.word is not None:
        yield f"      {_placed(clause.word)}"
    for entry in clause.entries:
        yield f"      {_placed(entry.kind)}"
        for value in entry.values:
            yield f"        {_placed(value)}"


def _condition_lines(clause: ConditionClause | None) -> Lines:
    if clause is None:
        return
    yield f"    Condition at {clause.key.position}"
    for block in clause.operators:
        yield f"      {_placed(block.operator)}"
        for test in block.tests:
            yield f"        {_placed(test.key)}"
            for value in test.values:
                yield f"          {value.kind.value} {value.text} at {value.span.position}"


def normal_lines(normal: NormalSet) -> Lines:
    """The normal form, statement by statement."""
    yield f"asked: {_layers(normal.layers)}"
    for policy in normal.policies:
        yield from _policy_lines(policy)
    yield from _organization_lines(normal)


def _policy_lines(policy: NormalPolicy) -> Lines:
    yield f"{policy.type.value} policy {policy.name}, attached to {_targets(policy.targets)}"
    if policy.covers is not None:
        yield f"  covers {_some(map(resource_text, policy.covers))}"
    for statement in policy.statements:
        yield f"  {_effect(deny=statement.deny)} {statement.sid or f'statement {statement.index}'} at {statement.span.position}"
        yield from _normal_statement_lines(statement)


def _normal_statement_lines(statement: NormalStatement) -> Lines:
    if statement.dead is not None:
        yield f"    can never match: {statement.dead}"
    if statement.shadowed_by is not None:
        yield f"    needless beside statement {statement.shadowed_by}"
    if statement.principal is not None:
        yield f"    {principal_text(statement.principal)}"
    yield f"    action {_none_of(negated=statement.not_action)}{_some(map(action_text, statement.actions))}"
    if statement.resources is not None:
        yield f"    resource {_none_of(negated=statement.not_resource)}{_some(map(resource_text, statement.resources))}"
    for condition in statement.conditions:
        yield f"    if {condition_text(condition)}"


def index_lines(program: Program) -> Lines:
    """The index: for each interval of the code-point order, the patterns that texts in it may match."""
    yield "actions"
    yield from _interval_lines(program.action_index, [pattern.text for pattern in program.actions])
    for header in program.headers:
        yield f"resources under arn:{':'.join(map(_glob, header.fields))}:"
        yield from _interval_lines(header.tails, [resource_text(test) for test in program.resources])


def _interval_lines(index: IntervalIndex, patterns: list[str]) -> Lines:
    lows = ["", *index.bounds]
    highs = [*index.bounds, None]
    for low, high, node in zip(lows, highs, index.nodes, strict=True):
        end = "the end" if high is None else f'"{high}"'
        found = _some(f"{number} {patterns[number]}" for number in index.chain(node))
        yield f'  "{low}" to {end}: {found}'


def program_lines(program: Program) -> Lines:
    """The tables of the program, each row under its number."""
    yield f"asked: {_layers(program.layers)}"
    yield from _table(
        "policies",
        (f"{each.type.value} {each.name}, attached to {_targets(each.targets)}" for each in program.policies),
    )
    yield from _table("statements", map(_row_text, program.statements))
    yield from _table("actions", (f"{each.text}{_unsure(not each.certain)}" for each in program.actions))
    yield from _table("resources", map(resource_text, program.resources))
    yield from _table("principals", map(principal_text, program.principals))
    yield from _table("conditions", map(condition_text, program.conditions))
    yield from _organization_lines(program)


def _table(name: str, rows: Iterable[str]) -> Lines:
    yield name
    for number, row in enumerate(rows):
        yield f"  {number} {row}"


def _row_text(row: Row) -> str:
    parts = [f"{_effect(deny=row.deny)} policy {row.policy} statement {row.index} at {row.line}:{row.column}"]
    if row.sid:
        parts.append(f"sid {row.sid}")
    if row.principal is not None:
        parts.append(f"principal {row.principal}")
    parts.append(f"{'not ' if row.not_action else ''}actions {_numbers(row.actions)}")
    if row.resources is not None:
        parts.append(f"{'not ' if row.not_resource else ''}resources {_numbers(row.resources)}")
    if row.covers is not None:
        parts.append(f"covers {_numbers(row.covers)}")
    if row.conditions:
        parts.append(f"conditions {_numbers(row.conditions)}")
    return ", ".join(parts)


def _organization_lines(form: NormalSet | Program) -> Lines:
    for user, group in form.memberships:
        yield f"member {user} of {group}"
    for account in form.accounts:
        path = " / ".join((*account.path, account.id))
        yield f"account {path}{' (management)' if account.management else ''}"


def action_text(pattern: ActionPattern) -> str:
    """An action pattern in one line, folded."""
    if not (pattern.service and pattern.name):
        return f"{pattern.text} (never)"
    return f"{_glob(pattern.service)}:{_glob(pattern.name)}{_unsure(not pattern.certain)}"


def condition_text(test: ConditionTest) -> str:
    """A condition test in one line."""
    values = _some(f'"{value}"' for value in test.values)
    return f"{test.form} {test.shown} {values}{'' if test.variables else ' (variables are text)'}"


def principal_text(test: PrincipalTest) -> str:
    """A Principal or NotPrincipal element in one line, its entries by kind."""
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("account", test.accounts),
        ("arn", test.arns),
        ("unique id", test.unique_ids),
        ("service", test.services),
        ("federated", test.federated),
        ("canonical user", test.canonical_users),
    )
    entries = [f"{kind} {value}" for kind, values in kinds for value in values]
    stars = [text for text, there in (("everyone", test.star), ("everyone by AWS", test.aws_star)) if there]
    return f"principal {_none_of(negated=test.negated)}{_some([*stars, *entries])}"


def resource_text(test: ResourceTest) -> str:
    """A resource pattern in one line: the padded fields where it is an ARN."""
    padded = f"arn:{':'.join(map(_glob, test.fields))}" if test.fields else test.text
    return f"{padded}{_unsure(test.unsure)}{f' ({test.form.value})' if not test.fields else ''}"


def _glob(glob: Glob) -> str:
    """A glob as policies write it: what stands for itself is escaped where it could be taken for a wildcard."""
    return "".join(map(_token, glob))


def _token(token: Literal | Wild | Variable) -> str:
    match token:
        case Literal(text):
            return "".join(f"${{{each}}}" if each in "*?" else each for each in text)
        case Wild():
            return token.value
        case Variable(key, default):
            return f"${{{key}}}" if default is None else f"${{{key}, '{default}'}}"
        case _ as never:
            assert_never(never)


def _layers(layers: Iterable[PolicyType]) -> str:
    asked = frozenset(layers)
    return _some(type_.value for type_ in PolicyType if type_ in asked)


def _targets(targets: Iterable[str | None]) -> str:
    return _some("everyone" if target is None else target for target in targets)


def _effect(*, deny: bool) -> str:
    return "Deny" if deny else "Allow"


def _none_of(*, negated: bool) -> str:
    return "none of " if negated else ""


def _unsure(unsure: object) -> str:
    return " (undocumented)" if unsure else ""


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers)) or "none"


def _some(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "nothing"
