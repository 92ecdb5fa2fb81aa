"""A program as columns of JSON: one list for each field of each table, and back.

In: a `Program`, or the JSON value of a file that is not trusted. Out: the other one.
Invariant: a value is checked before it is believed: its type, its range, its form, and that columns of one table are
equally long. What is wrong raises ValueError, TypeError, KeyError or IndexError, which `codec` turns into ProgramError.
PERF: columns are checked as a whole, by functions in C, which is what loading mostly does (benchmark: load).
Not here: the file around them, and the index, which is made anew from the patterns.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any, TypeVar

from ostiary_grammar.making import maker
from ostiary_grammar.pattern import ActionPattern, Glob, Literal, ResourceForm, Token, Variable, Wild
from ostiary_grammar.terms import PolicyType, parse_operator
from ostiary_runtime.index import header_pattern, index_actions
from ostiary_runtime.program import (
    Account,
    ConditionTest,
    HeaderPattern,
    Policy,
    PrincipalTest,
    Program,
    ResourceTest,
    Statement,
)

# JSON values of a file that is not trusted.
Json = Any
Column = list[Any]
T = TypeVar("T")

# PERF: loading is mostly the making of these (benchmark: load)
_make_policy = maker(Policy)
_make_statement = maker(Statement)
_make_resource = maker(ResourceTest)
_make_principal = maker(PrincipalTest)
_TYPES = {each.value: each for each in PolicyType}
_FORMS = {each.value: each for each in ResourceForm}
_STATEMENT = (
    "policy",
    "index",
    "sid",
    "deny",
    "actions",
    "not_action",
    "resources",
    "not_resource",
    "covers",
    "principal",
    "conditions",
    "line",
    "column",
    "start",
    "end",
)
_PRINCIPAL = (
    "negated",
    "star",
    "aws_star",
    "accounts",
    "arns",
    "unique_ids",
    "services",
    "federated",
    "canonical_users",
)


def to_columns(program: Program) -> list[object]:
    """The tables of a program, in a fixed order."""
    headers = {fields: number for number, fields in enumerate(dict.fromkeys(map(_header, program.resources)))}
    policies, actions, resources = program.policies, program.actions, program.resources
    conditions, accounts = program.conditions, program.accounts
    return [
        sorted(layer.value for layer in program.layers),
        [
            [each.name for each in policies],
            [each.type.value for each in policies],
            [each.source for each in policies],
            [each.targets for each in policies],
        ],
        [[getattr(each, field) for each in program.statements] for field in _STATEMENT],
        [
            [each.text for each in actions],
            [_glob_row(each.service) for each in actions],
            [_glob_row(each.name) for each in actions],
            [each.certain for each in actions],
        ],
        [[_glob_row(glob) for glob in fields] for fields in headers],
        [
            [each.text for each in resources],
            [each.form.value for each in resources],
            [headers[_header(each)] for each in resources],
            [_glob_row(each.fields[4] if each.fields else ()) for each in resources],
            [each.written for each in resources],
            [each.unsure for each in resources],
        ],
        [[getattr(each, field) for each in program.principals] for field in _PRINCIPAL],
        [
            [str(each.form) for each in conditions],
            [each.key for each in conditions],
            [each.shown for each in conditions],
            [each.values for each in conditions],
            [each.variables for each in conditions],
        ],
        [[member for member, _ in program.memberships], [group for _, group in program.memberships]],
        [
            [each.id for each in accounts],
            [each.path for each in accounts],
            [each.management for each in accounts],
        ],
    ]


def from_columns(tables: Json) -> Program:
    """The program of tables that are not trusted."""
    layers, policies, statements, actions, headers, resources, principals, conditions, memberships, accounts = _parts(
        tables, 10
    )
    made_policies = _policies(policies)
    made_actions = _actions(actions)
    made_resources, made_headers = _resources(_headers(headers), resources)
    made_principals = _principals(principals)
    made_conditions = _conditions(conditions)
    counts = (len(made_policies), len(made_actions), len(made_resources), len(made_principals), len(made_conditions))
    return Program(
        layers=frozenset(_TYPES[layer] for layer in _texts(_list(layers))),
        policies=made_policies,
        statements=_statements(statements, counts),
        actions=made_actions,
        resources=made_resources,
        principals=made_principals,
        conditions=made_conditions,
        memberships=_memberships(memberships),
        accounts=_accounts(accounts),
        action_index=index_actions(made_actions),
        headers=made_headers,
    )


def _header(test: ResourceTest) -> tuple[Glob, ...]:
    return test.fields[:4]


def _policies(table: Json) -> tuple[Policy, ...]:
    names, types, sources, targets = _columns(table, 4)
    rows = _lists(targets)
    _texts([target for row in rows for target in row if target is not None])
    return tuple(
        map(_make_policy, _texts(names), [_TYPES[type_] for type_ in _texts(types)], _texts(sources), map(tuple, rows))
    )


def _statements(table: Json, counts: tuple[int, int, int, int, int]) -> tuple[Statement, ...]:
    policies, actions, resources, principals, conditions = counts
    (policy, index, sid, deny, acts, not_action, ress, not_resource, covers, principal, conds, *places) = _columns(
        table, 15
    )
    _below(principal, principals, optional=True)
    for column in (index, *places):
        _counts(column)
    return tuple(
        map(
            _make_statement,
            _below(policy, policies),
            index,
            _texts(sid),
            _truths(deny),
            _numbers(acts, actions),
            _truths(not_action),
            _optional_numbers(ress, resources),
            _truths(not_resource),
            _optional_numbers(covers, resources),
            principal,
            _numbers(conds, conditions),
            *places,
        )
    )


def _actions(table: Json) -> tuple[ActionPattern, ...]:
    texts, services, names, certain = _columns(table, 4)
    made = tuple(map(ActionPattern, _texts(texts), map(_glob, services), map(_glob, names), _truths(certain)))
    if any(isinstance(token, Variable) for each in made for token in (*each.service, *each.name)):
        raise ValueError("an action pattern holds a policy variable")
    return made


def _headers(table: Json) -> list[tuple[Glob, ...]]:
    """What resources have before their resource part: four fields, or nothing where the pattern is no ARN."""
    made = [tuple(map(_glob, fields)) for fields in _lists(_list(table))]
    if any(len(fields) not in (0, 4) for fields in made) or any(
        isinstance(token, Variable) for fields in made for glob in fields for token in glob
    ):
        raise ValueError("a resource pattern has the wrong fields")
    if len(set(made)) < len(made):
        raise ValueError("a resource pattern stands twice")
    return made


def _resources(
    headers: list[tuple[Glob, ...]], table: Json
) -> tuple[tuple[ResourceTest, ...], tuple[HeaderPattern, ...]]:
    """The patterns, and their index; the same as `index_resources` makes, without comparing their headers again."""
    texts, forms, numbers, tails, written, unsure = _columns(table, 6)
    made_forms = [_FORMS[form] for form in _texts(forms)]
    fields: list[tuple[Glob, ...]] = []
    filed: dict[int, list[tuple[int, Glob]]] = {}
    for form, number, tail in zip(made_forms, _below(numbers, len(headers)), tails, strict=True):
        header, glob = headers[number], _glob(tail)
        if (form is ResourceForm.ARN) is not bool(header) or (glob and not header):
            raise ValueError("a resource pattern has the wrong fields")
        if header:
            filed.setdefault(number, []).append((len(fields), glob))
            fields.append((*header, glob))
        else:
            fields.append(())
    made = tuple(map(_make_resource, _texts(texts), made_forms, fields, _below(written, 6), _truths(unsure)))
    return made, tuple(header_pattern(headers[number], under) for number, under in filed.items())


def _principals(table: Json) -> tuple[PrincipalTest, ...]:
    negated, star, aws_star, *lists = _columns(table, 9)
    return tuple(map(_make_principal, _truths(negated), _truths(star), _truths(aws_star), *map(_text_rows, lists)))


def _conditions(table: Json) -> tuple[ConditionTest, ...]:
    operators, keys, shown, values, variables = _columns(table, 5)
    forms = list(map(parse_operator, _texts(operators)))
    known = [form for form in forms if form is not None]
    if len(known) < len(forms):
        raise ValueError("a condition has no operator")
    return tuple(map(ConditionTest, known, _texts(keys), _texts(shown), _text_rows(values), _truths(variables)))


def _memberships(table: Json) -> tuple[tuple[str, str], ...]:
    members, groups = _columns(table, 2)
    return tuple(zip(_texts(members), _texts(groups), strict=True))


def _accounts(table: Json) -> tuple[Account, ...]:
    numbers, paths, management = _columns(table, 3)
    return tuple(map(Account, _texts(numbers), _text_rows(paths), _truths(management)))


def _glob_row(glob: Glob) -> object:
    """A plain text stands for itself. Else a list: a literal is a text, `*` is 0, `?` is 1, a variable is [key, default]."""
    if len(glob) == 1 and isinstance(glob[0], Literal):
        return glob[0].text
    row: list[object] = []
    for token in glob:
        match token:
            case Literal(text):
                row.append(text)
            case Wild.STAR:
                row.append(0)
            case Wild.ANY:
                row.append(1)
            case Variable(key, default):
                row.append([key, default])
    return row


def _glob(row: Json) -> Glob:
    # PERF: plain texts and prefixes are what nearly all patterns are (benchmark: load)
    if row.__class__ is str:
        if not row:
            raise ValueError("a pattern is not in its simplest form")
        return (Literal(row),)
    parts = _list(row)
    if len(parts) == 2 and parts[0].__class__ is str and parts[0] and parts[1].__class__ is int and parts[1] == 0:
        return Literal(parts[0]), Wild.STAR
    tokens: list[Token] = []
    for each in parts:
        if each.__class__ is str:
            tokens.append(Literal(each))
        elif each.__class__ is int and each in (0, 1):
            tokens.append(Wild.ANY if each else Wild.STAR)
        else:
            tokens.append(_variable(each))
    if len(tokens) == 1 and isinstance(tokens[0], Literal):
        raise ValueError("a pattern is not in its simplest form")
    for first, second in pairwise(tokens):
        if isinstance(first, Literal) and (isinstance(second, Literal) or not first.text):
            raise ValueError("a pattern is not in its simplest form")
    if tokens and isinstance(tokens[-1], Literal) and not tokens[-1].text:
        raise ValueError("a pattern is not in its simplest form")
    return tuple(tokens)


def _variable(value: Json) -> Variable:
    match value:
        case [str(key), None | str() as default]:
            return Variable(key, default)
        case _:
            raise ValueError("a pattern holds what is no token")


def _list(value: Json) -> Column:
    if value.__class__ is not list:
        raise TypeError("a list is missing")
    made: Column = value
    return made


def _parts(value: Json, length: int) -> Sequence[Json]:
    row = _list(value)
    if len(row) != length:
        raise ValueError(f"a row has {len(row)} parts instead of {length}")
    return row


def _columns(table: Json, count: int) -> Sequence[Column]:
    """The columns of a table, which are equally long."""
    columns = list(map(_list, _parts(table, count)))
    if len(set(map(len, columns))) > 1:
        raise ValueError("a table has columns of different lengths")
    return columns


def _only(values: Iterable[Json], kind: type[T], what: str) -> None:
    if not set(map(type, values)) <= {kind}:
        raise TypeError(f"a {what} is missing")


def _texts(column: Column) -> list[str]:
    _only(column, str, "text")
    return column


def _truths(column: Column) -> list[bool]:
    _only(column, bool, "truth value")
    return column


def _lists(column: Column) -> list[Column]:
    _only(column, list, "list")
    return column


def _counts(column: Column) -> list[int]:
    _only(column, int, "number")
    if column and min(column) < 0:
        raise ValueError("a number is negative")
    return column


def _below(column: Column, limit: int, *, optional: bool = False) -> list[int]:
    """Numbers from 0 on below a limit; with `optional`, or None."""
    numbers = _counts([number for number in column if number is not None] if optional else column)
    if numbers and max(numbers) >= limit:
        raise ValueError(f"number {max(numbers)} is out of range")
    return column


def _numbers(column: Column, limit: int) -> Iterable[tuple[int, ...]]:
    rows = _lists(column)
    _below(list(chain.from_iterable(rows)), limit)
    return map(tuple, rows)


def _optional_numbers(column: Column, limit: int) -> Iterable[tuple[int, ...] | None]:
    rows = _lists([row for row in column if row is not None])
    _below(list(chain.from_iterable(rows)), limit)
    return [None if row is None else tuple(row) for row in column]


def _text_rows(column: Column) -> Iterable[tuple[str, ...]]:
    rows = _lists(column)
    _texts(list(chain.from_iterable(rows)))
    return map(tuple, rows)
