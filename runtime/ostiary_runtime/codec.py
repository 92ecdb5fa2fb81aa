"""The saved form of a program: bytes that say what they are, how long they are, and whether they are whole.

    magic  8 bytes   `OSTIARY` and a zero byte
    version  2 bytes, big endian
    length   8 bytes, big endian: of the payload
    digest  32 bytes: SHA-256 of the payload
    payload: JSON text in ASCII, the tables as arrays in a fixed order

Invariant: everything is checked before it is believed; damaged, truncated, foreign and hostile files raise ProgramError.
Plain data only, never pickle or marshal. The index is not saved: it is built anew from the patterns, so a file cannot
bring one that leaves a pattern out. The same program gives the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from ostiary_grammar.errors import ProgramError
from ostiary_grammar.pattern import ActionPattern, Glob, Literal, ResourceForm, Token, Variable, Wild
from ostiary_grammar.terms import PolicyType, parse_operator
from ostiary_runtime.index import index_actions, index_resources
from ostiary_runtime.program import (
    FORMAT_VERSION,
    Account,
    ConditionTest,
    Policy,
    PrincipalTest,
    Program,
    ResourceTest,
    Statement,
)

MAGIC = b"OSTIARY\0"
_HEAD = len(MAGIC) + 2 + 8 + 32
# JSON values of a file that is not trusted: checked one by one below.
_Json = Any
T = TypeVar("T")


def to_bytes(program: Program) -> bytes:
    """The saved form."""
    payload = json.dumps(_tables(program), separators=(",", ":"), ensure_ascii=True).encode("ascii")
    head = MAGIC + FORMAT_VERSION.to_bytes(2, "big") + len(payload).to_bytes(8, "big")
    return head + hashlib.sha256(payload).digest() + payload


def digest(program: Program) -> str:
    """The SHA-256 of the saved payload, in hexadecimal: equal for equal programs."""
    return to_bytes(program)[_HEAD - 32 : _HEAD].hex()


def from_bytes(data: bytes) -> Program:
    """The program of a saved form; ProgramError if it is not one, or not whole, or from another version."""
    if not data.startswith(MAGIC):
        raise ProgramError("not a saved program: it does not start as one")
    if len(data) < _HEAD:
        raise ProgramError(f"the saved program is cut short: {len(data)} bytes, and its head alone has {_HEAD}")
    version = int.from_bytes(data[8:10], "big")
    if version != FORMAT_VERSION:
        raise ProgramError(
            f"the saved program has format {version}, this version reads {FORMAT_VERSION}: compile it again"
        )
    length = int.from_bytes(data[10:18], "big")
    payload = data[_HEAD:]
    if len(payload) != length:
        raise ProgramError(f"the saved program should have {length} bytes after its head and has {len(payload)}")
    if hashlib.sha256(payload).digest() != data[18:_HEAD]:
        raise ProgramError("the saved program is damaged: its digest does not match")
    try:
        return _program(json.loads(payload.decode("ascii")))
    except ProgramError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as problem:
        raise ProgramError(f"the saved program is not well formed: {problem}") from None


def _tables(program: Program) -> list[object]:
    return [
        sorted(layer.value for layer in program.layers),
        [[each.name, each.type.value, each.source, list(each.targets)] for each in program.policies],
        [_statement_row(each) for each in program.statements],
        [[each.text, _glob_row(each.service), _glob_row(each.name), each.certain] for each in program.actions],
        [
            [each.text, each.form.value, [_glob_row(glob) for glob in each.fields], each.written, each.unsure]
            for each in program.resources
        ],
        [_principal_row(each) for each in program.principals],
        [[str(each.form), each.key, each.shown, list(each.values), each.variables] for each in program.conditions],
        [list(pair) for pair in program.memberships],
        [[each.id, list(each.path), each.management] for each in program.accounts],
    ]


def _statement_row(each: Statement) -> list[object]:
    return [
        each.policy,
        each.index,
        each.sid,
        each.deny,
        list(each.actions),
        each.not_action,
        None if each.resources is None else list(each.resources),
        each.not_resource,
        None if each.covers is None else list(each.covers),
        each.principal,
        list(each.conditions),
        each.line,
        each.column,
        each.start,
        each.end,
    ]


def _principal_row(each: PrincipalTest) -> list[object]:
    return [
        each.negated,
        each.star,
        each.aws_star,
        list(each.accounts),
        list(each.arns),
        list(each.unique_ids),
        list(each.services),
        list(each.federated),
        list(each.canonical_users),
    ]


def _glob_row(glob: Glob) -> list[object]:
    """A literal is a text, `*` is 0, `?` is 1, a variable is [key, default]."""
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


def _program(tables: _Json) -> Program:
    (layers, policies, statements, actions, resources, principals, conditions, memberships, accounts) = _row(tables, 9)
    made_policies = _each(policies, _policy)
    made_actions = _each(actions, _action)
    made_resources = _each(resources, _resource)
    made_principals = _each(principals, _principal)
    made_conditions = _each(conditions, _condition)
    counts = (len(made_policies), len(made_actions), len(made_resources), len(made_principals), len(made_conditions))
    return Program(
        layers=frozenset(PolicyType(_text(layer)) for layer in _list(layers)),
        policies=made_policies,
        statements=_each(statements, lambda row: _statement(row, counts)),
        actions=made_actions,
        resources=made_resources,
        principals=made_principals,
        conditions=made_conditions,
        memberships=_each(memberships, _pair),
        accounts=_each(accounts, _account),
        action_index=index_actions(made_actions),
        headers=index_resources(made_resources),
    )


def _policy(row: _Json) -> Policy:
    name, type_, source, targets = _row(row, 4)
    attached = tuple(None if target is None else _text(target) for target in _list(targets))
    return Policy(_text(name), PolicyType(_text(type_)), _text(source), attached)


def _statement(row: _Json, counts: tuple[int, int, int, int, int]) -> Statement:
    policies, actions, resources, principals, conditions = counts
    (policy, index, sid, deny, acts, not_action, ress, not_resource, covers, principal, conds, *places) = _row(row, 15)
    line, column, start, end = (_count(place) for place in places)
    return Statement(
        policy=_below(policy, policies),
        index=_count(index),
        sid=_text(sid),
        deny=_truth(deny),
        actions=_numbers(acts, actions),
        not_action=_truth(not_action),
        resources=None if ress is None else _numbers(ress, resources),
        not_resource=_truth(not_resource),
        covers=None if covers is None else _numbers(covers, resources),
        principal=None if principal is None else _below(principal, principals),
        conditions=_numbers(conds, conditions),
        line=line,
        column=column,
        start=start,
        end=end,
    )


def _action(row: _Json) -> ActionPattern:
    text, service, name, certain = _row(row, 4)
    made = ActionPattern(_text(text), _glob(service), _glob(name), _truth(certain))
    if any(isinstance(token, Variable) for token in (*made.service, *made.name)):
        raise ValueError("an action pattern holds a policy variable")
    return made


def _resource(row: _Json) -> ResourceTest:
    text, form, fields, written, unsure = _row(row, 5)
    made = _each(fields, _glob)
    test = ResourceTest(_text(text), ResourceForm(_text(form)), made, _below(written, 6), _truth(unsure))
    if len(made) != (5 if test.form is ResourceForm.ARN else 0) or any(
        isinstance(token, Variable) for glob in made[:4] for token in glob
    ):
        raise ValueError("a resource pattern has the wrong fields")
    return test


def _principal(row: _Json) -> PrincipalTest:
    negated, star, aws_star, *lists = _row(row, 9)
    accounts, arns, unique_ids, services, federated, canonical = (_texts(each) for each in lists)
    return PrincipalTest(
        _truth(negated), _truth(star), _truth(aws_star), accounts, arns, unique_ids, services, federated, canonical
    )


def _condition(row: _Json) -> ConditionTest:
    operator, key, shown, values, variables = _row(row, 5)
    form = parse_operator(_text(operator))
    if form is None:
        raise ValueError("a condition has no operator")
    return ConditionTest(form, _text(key), _text(shown), _texts(values), _truth(variables))


def _account(row: _Json) -> Account:
    number, path, management = _row(row, 3)
    return Account(_text(number), _texts(path), _truth(management))


def _pair(row: _Json) -> tuple[str, str]:
    first, second = _row(row, 2)
    return _text(first), _text(second)


def _glob(row: _Json) -> Glob:
    tokens: list[Token] = []
    for each in _list(row):
        if each is False or each is True:
            raise ValueError("a pattern holds what is no token")
        match each:
            case str():
                tokens.append(Literal(each))
            case 0:
                tokens.append(Wild.STAR)
            case 1:
                tokens.append(Wild.ANY)
            case [str(key), None | str() as default]:
                tokens.append(Variable(key, default))
            case _:
                raise ValueError("a pattern holds what is no token")
    for first, second in pairwise(tokens):
        if isinstance(first, Literal) and (isinstance(second, Literal) or not first.text):
            raise ValueError("a pattern is not in its simplest form")
    return tuple(tokens)


def _list(value: _Json) -> Sequence[_Json]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def _row(value: _Json, length: int) -> Sequence[_Json]:
    row = _list(value)
    if len(row) != length:
        raise ValueError(f"a row has {len(row)} parts instead of {length}")
    return row


def _each(value: _Json, make: Callable[[_Json], T]) -> tuple[T, ...]:
    return tuple(make(each) for each in _list(value))


def _text(value: _Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _texts(value: _Json) -> tuple[str, ...]:
    return _each(value, _text)


def _truth(value: _Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a truth value is missing")
    return value


def _count(value: _Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a number is missing")
    return value


def _below(value: _Json, limit: int) -> int:
    number = _count(value)
    if number >= limit:
        raise ValueError(f"number {number} is out of range")
    return number


def _numbers(values: Iterable[_Json], limit: int) -> tuple[int, ...]:
    return tuple(_below(value, limit) for value in _list(values))
