"""DuckDB (MIT): one CASE expression made from the statements, over a native table, with one thread.

Loading the table is not timed, and beside the columns it has what one would precompute: the action in lower case and the address
as an integer. Resources are compared by `starts_with`, `=` or `regexp_full_match`; the result is fetched as Arrow.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any

from benchmarks.peers.expressions import expression
from benchmarks.peers.plain import Condition, Missing, Plain, Untranslatable, plain_statements
from benchmarks.workloads import Workload


class Duck:
    """Decides a table that was loaded before."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            import duckdb  # a peer is optional
        except ImportError:
            raise Missing("duckdb is not installed: pip install '.[peers]'") from None
        self._duckdb = duckdb
        self._sql = query(statements)

    def load(self, table: Any) -> Any:
        """A connection that holds the table."""
        connection = self._duckdb.connect()
        connection.execute("SET threads = 1")
        connection.register("given", table)
        connection.execute(
            "CREATE TABLE requests AS SELECT *, lower(action) AS folded, ("
            + " + ".join(
                f"(split_part(\"aws:SourceIp\", '.', {place + 1})::UINTEGER << {shift})::UINTEGER"
                for place, shift in enumerate((24, 16, 8, 0))
            )
            + ") AS address FROM given"
        )
        return connection

    def decide(self, connection: Any) -> Any:
        return connection.sql(self._sql).to_arrow_table().column(0)


def query(statements: Sequence[Plain]) -> str:
    """The statement that decides all rows."""
    denies = [_where(each) for each in statements if each.deny]
    allows = [_where(each) for each in statements if not each.deny]
    deny = f"WHEN {' OR '.join(denies)} THEN 0 " if denies else ""
    allow = f"WHEN {' OR '.join(allows)} THEN 1 " if allows else ""
    return f"SELECT CAST(CASE {deny}{allow}ELSE 0 END AS TINYINT) AS allowed FROM requests"


def _where(statement: Plain) -> str:
    actions = _any([_matches("folded", each.lower()) for each in statement.actions])
    resources = _any([_matches("resource", each) for each in statement.resources])
    parts = [f"NOT {actions}" if statement.not_action else actions]
    if statement.principals is not None:
        parts.append(f"principal IN ({', '.join(map(_text, statement.principals))})")
    parts.append(f"NOT {resources}" if statement.not_resource else resources)
    parts.extend(map(_condition, statement.conditions))
    return "(" + " AND ".join(part for part in parts if part != "(TRUE)") + ")"


def _matches(column: str, pattern: str) -> str:
    head, star, tail = pattern.partition("*")
    if pattern == "*":
        return "TRUE"
    if "?" in pattern or (star and tail):
        return f"regexp_full_match({column}, {_text(expression([pattern]))})"
    return f"starts_with({column}, {_text(head)})" if star else f"{column} = {_text(pattern)}"


def _condition(condition: Condition) -> str:
    column = f'"{condition.key}"'
    match condition.operator:
        case "StringEquals" | "Bool":
            test = f"{column} IN ({', '.join(map(_text, condition.values))})"
        case "StringLike":
            test = _any([_matches(column, value) for value in condition.values])
        case "IpAddress":
            networks = [ipaddress.ip_network(value) for value in condition.values]
            test = _any([f"address BETWEEN {int(each[0])} AND {int(each[-1])}" for each in networks])
        case "DateGreaterThan":
            test = _any([f"{column} > {_text(value)}" for value in condition.values])
        case _:
            raise Untranslatable(f"the operator {condition.operator} is not translated")
    absent = f"{column} IS NULL"
    return f"({absent} OR NOT {test})" if condition.negated else f"coalesce({test}, FALSE)"


def _any(tests: list[str]) -> str:
    return "(" + " OR ".join(tests) + ")"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def duck(workload: Workload) -> Duck:
    return Duck(plain_statements(workload))
