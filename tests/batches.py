"""Requests of `tests.oracle.model` as Arrow tables.

In: requests, and the engine that is to decide them. Out: a table, and the `missing` argument that goes with it; and what the
single engine says of its rows.
A table cannot say of a single value that it is not known, so such requests are put the other way round: `missing="unknown"`,
and what is absent has a column of nulls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import pyarrow as pa
from tests.oracle import model

import ostiary
from ostiary_runtime.batch.stream import asked_keys
from ostiary_runtime.request import parse_caller

# What a request implies when its context does not mention it.
IMPLIED = frozenset(parse_caller("*").derived) | {"aws:resourceaccount"}

Answer = tuple[str, bool, int | None]
"""Effect, whether it is certain, and the number of the deciding statement."""


def fits(request: model.Request) -> bool:
    """Whether a table can ask this: principals by ARN alone, and nothing that the request implies said to be not known."""
    bare = request.role is None and request.federated_by is None and request.unique_id is None
    return bare and not any(value is model.UNKNOWN and key.lower() in IMPLIED for key, value in request.context.items())


def kind(request: model.Request) -> object:
    """Equal for requests that can stand in one table."""
    unknown = frozenset(key.lower() for key, value in request.context.items() if value is model.UNKNOWN)
    exact = unknown or request.missing == "unknown"
    mentioned = frozenset(key.lower() for key in request.context if exact or key.lower() in IMPLIED)
    lists = frozenset(key.lower() for key, value in request.context.items() if isinstance(value, LISTS))
    return request.missing, unknown, mentioned, lists


def table(requests: Sequence[model.Request], engine: ostiary.Engine) -> tuple[pa.Table, Literal["absent", "unknown"]]:
    """The table of requests that mention the same keys, in any spelling, and have the same keys not known."""
    first = requests[0]
    unknown = {key.lower() for key, value in first.context.items() if value is model.UNKNOWN}
    names = dict.fromkeys(key for request in requests for key in request.context)
    columns: dict[str, Any] = {
        "principal": pa.array([request.principal for request in requests], pa.string()),
        "action": pa.array([request.action for request in requests], pa.string()),
        "resource": pa.array([request.resource for request in requests], pa.string()),
    }
    owners = {request.resource_account for request in requests}
    if owners != {None}:
        columns["resource_account"] = pa.array([request.resource_account for request in requests], pa.string())
    mentioned: dict[str, str] = {}
    for name in names:
        mentioned[name.lower()] = name  # of two spellings the last one counts
    for key, name in mentioned.items():
        if key not in unknown:
            columns[name] = column([_value(request, key) for request in requests])
    missing = first.missing
    if unknown and missing == "absent":
        missing = "unknown"
        for key in dict.fromkeys(asked_keys(engine.program)):
            if key not in mentioned and key not in IMPLIED:
                columns[key] = pa.nulls(len(requests), pa.string())
    assert missing in ("absent", "unknown")
    return pa.table(columns), missing


def single(engine: ostiary.Engine, table: pa.Table, missing: Literal["absent", "unknown"]) -> Iterator[Answer]:
    """What the single engine says of each row."""
    known: dict[str, Answer] = {}
    for row in table.to_pylist():
        key = repr(row)
        if key not in known:
            context = dict(row)
            principal, action, resource = (context.pop(name) for name in ("principal", "action", "resource"))
            owner = context.pop("resource_account", None)
            decision = engine.authorize(principal, action, resource, context, resource_account=owner, missing=missing)
            statement = decision.statements[0].number if decision.statements else None
            known[key] = (decision.effect.value, decision.certain, statement)
        yield known[key]


def _value(request: model.Request, key: str) -> Any:
    """The value of a folded key: of two spellings the last one counts."""
    return next((value for name, value in reversed(request.context.items()) if name.lower() == key), None)


LISTS = (list, tuple, set, frozenset)


def column(values: Iterable[Any]) -> pa.Array:
    """An array of context values: of their own type if they have one in common, else of texts."""
    plain = [list(value) if isinstance(value, LISTS) else value for value in values]
    if any(isinstance(value, list) for value in plain):
        lists = [value if value is None or isinstance(value, list) else [value] for value in plain]
        return pa.array(
            [None if each is None else [text(member) for member in each] for each in lists], pa.list_(pa.string())
        )
    kinds = {type(value) for value in plain if value is not None}
    if len(kinds) == 1 and kinds <= {bool, float}:
        return pa.array(plain)
    return pa.array([None if value is None else text(value) for value in plain], pa.string())


def text(value: object) -> str:
    """A value's text as requests carry it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
