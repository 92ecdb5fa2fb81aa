"""Hand-written pyarrow: one mask for each statement, over a table of requests.

Written as one would who knows pyarrow well: the action column is dictionary-encoded once, each statement looks at the
resource only of rows whose action it names, and at conditions only of rows that are left; conditions are evaluated on the
distinct values of a column. Only the encoding and the masks are timed; the functions are made beforehand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.expressions import Holds, expression, tests
from benchmarks.peers.plain import Missing, Plain, plain_statements
from benchmarks.workloads import Workload


@dataclass(frozen=True, slots=True)
class _Statement:
    deny: bool
    principals: frozenset[str] | None
    match_action: Any  # fullmatch of a compiled expression
    resources: tuple[str, ...]
    not_resource: bool
    conditions: list[tuple[str, Holds]]


class Masks:
    """Decides a table: an int8 array of 1 for allowed rows."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            import numpy as np
            import pyarrow as pa
            from pyarrow import compute  # all of the batch extra
        except ImportError:
            raise Missing("pyarrow is not installed: pip install '.[batch]'") from None
        self._np, self._pa, self._pc = np, pa, compute
        self._statements = [
            _Statement(
                each.deny,
                None if each.principals is None else frozenset(each.principals),
                re.compile(expression(each.actions, negated=each.not_action, fold=True)).fullmatch,
                each.resources,
                each.not_resource,
                tests(each),
            )
            for each in statements
        ]

    def decide(self, table: Any) -> Any:
        np, pc = self._np, self._pc
        columns: dict[str, tuple[list[Any], Any]] = {}

        def encoded(name: str) -> tuple[list[Any], Any]:
            if name not in columns:
                column = table.column(name).combine_chunks()
                found = column if self._pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
                columns[name] = found.dictionary.to_pylist(), np.asarray(found.indices)
            return columns[name]

        def on(name: str, holds: Any, rows: Any) -> Any:
            values, codes = encoded(name)
            truth = np.fromiter((bool(holds(value)) for value in values), np.bool_, len(values))
            return truth[codes[rows]]

        resources = table.column("resource").combine_chunks()
        if self._pa.types.is_dictionary(resources.type):
            resources = resources.cast(resources.type.value_type)
        denied = np.zeros(table.num_rows, np.bool_)
        allowed = np.zeros(table.num_rows, np.bool_)
        everything = np.arange(table.num_rows)
        for each in self._statements:
            rows = everything[on("action", each.match_action, everything)]
            if each.principals is not None and len(rows):
                rows = rows[on("principal", each.principals.__contains__, rows)]
            if not len(rows):
                continue
            if each.resources != ("*",):
                matches = self._resource(resources.take(self._pa.array(rows)), each)
                rows = rows[np.asarray(matches)]
            for key, holds in each.conditions:
                if len(rows):
                    rows = rows[on(key, holds, rows)]
            (denied if each.deny else allowed)[rows] = True
        return (allowed & ~denied).view(np.int8)

    def _resource(self, texts: Any, statement: _Statement) -> Any:
        pc = self._pc
        found = None
        for pattern in statement.resources:
            head, star, tail = pattern.partition("*")
            if "?" in pattern or (star and tail):
                part = pc.match_substring_regex(texts, "^" + expression([pattern]) + "$")
            else:
                part = pc.starts_with(texts, head) if star else pc.equal(texts, pattern)
            found = part if found is None else pc.or_(found, part)
        return pc.invert(found) if statement.not_resource else found


def masks(workload: Workload) -> Masks:
    return Masks(plain_statements(workload))
