"""Tables of requests: Arrow columns for batches, of few distinct resources or of all distinct ones.

In: a workload. Out: pyarrow tables with the columns of `authorize_batch`: `principal`, `action`, `resource`, and one for each
condition key. Needs pyarrow and numpy (the `batch` extra).

    low    every row repeats one of 2,000 requests, with a context drawn apart
    high   no resource comes twice
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.workloads import Request, Workload

DISTINCT = 2_000
_CHUNK = 50_000


def low(workload: Workload, seed: int, rows: int) -> Any:
    """A table of few distinct requests."""
    rng = np.random.default_rng(seed)
    requests = workload.requests(seed, DISTINCT)
    named, given = _columns(requests)
    which, context = rng.integers(0, DISTINCT, rows), rng.integers(0, DISTINCT, rows)
    columns = {name: column.take(pa.array(which)) for name, column in named.items()}
    return pa.table({**columns, **{name: column.take(pa.array(context)) for name, column in given.items()}})


def high(workload: Workload, seed: int, rows: int) -> Any:
    """A table in which every row has a resource of its own. Made chunk by chunk, then put together."""
    chunks = [pa.table({**named, **given}) for named, given in map(_columns, _chunks(workload, seed, rows))]
    return pa.concat_tables(chunks).combine_chunks()


def encoded(table: Any) -> Any:
    """The same table with every column dictionary-encoded."""
    return pa.table({name: table.column(name).combine_chunks().dictionary_encode() for name in table.column_names})


def requests_of(table: Any, rows: list[int]) -> list[Request]:
    """Rows as requests."""
    found: list[Request] = []
    for row in table.take(pa.array(rows)).to_pylist():
        principal, action, resource = row.pop("principal"), row.pop("action"), row.pop("resource")
        found.append((principal, action, resource, row))
    return found


def _chunks(workload: Workload, seed: int, rows: int) -> Iterator[list[Request]]:
    stream = workload.stream(seed)
    for start in range(0, rows, _CHUNK):
        yield [next(stream) for _ in range(min(_CHUNK, rows - start))]


def _columns(requests: list[Request]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of who, what, where; and those of the context."""
    principals, actions, resources, contexts = zip(*requests, strict=True)
    named = {"principal": pa.array(principals), "action": pa.array(actions), "resource": pa.array(resources)}
    return named, {key: pa.array([context[key] for context in contexts], pa.string()) for key in contexts[0]}
