"""What one would write by hand: a loop over the statements with one compiled regular expression for each element.

Two of them: over all statements, and, where every statement is about one bucket, over those of the request's bucket alone, which a
gateway finds in a dictionary. They know the elements and operators of the workloads, and nothing else: no layers, no Unknown.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.peers.expressions import expression, tests
from benchmarks.peers.plain import Plain, Untranslatable, plain_statements
from benchmarks.workloads import Request, Workload

_BUCKET = re.compile(r"arn:aws:s3:::([^/*?]+)/")


class Naive:
    """Asks every statement; a deny ends it."""

    def __init__(self, statements: Iterable[Plain]) -> None:
        self._statements = [
            (
                each.deny,
                None if each.principals is None else frozenset(each.principals),
                re.compile(expression(each.actions, negated=each.not_action, fold=True)).fullmatch,
                re.compile(expression(each.resources, negated=each.not_resource)).fullmatch,
                tests(each),
            )
            for each in statements
        ]

    def is_allowed(self, principal: str, action: str, resource: str, context: dict[str, Any]) -> bool:
        allowed = False
        for deny, principals, match_action, match_resource, conditions in self._statements:
            if principals is not None and principal not in principals:
                continue
            if not (match_action(action) and match_resource(resource)):
                continue
            if all(holds(context.get(key)) for key, holds in conditions):
                if deny:
                    return False
                allowed = True
        return allowed

    def request(self, request: Request) -> Request:
        return request

    def ask(self, request: Request) -> bool:
        return self.is_allowed(*request)


class ByBucket(Naive):
    """Finds the statements of the bucket in a dictionary first."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        buckets: dict[str, list[Plain]] = {}
        for statement in statements:
            named = {found[1] if (found := _BUCKET.match(each)) else None for each in statement.resources}
            bucket = named.pop()
            if bucket is None or named or statement.not_resource:
                raise Untranslatable("not every statement is about one bucket")
            buckets.setdefault(bucket, []).append(statement)
        self._buckets = {bucket: Naive(found) for bucket, found in buckets.items()}

    def is_allowed(self, principal: str, action: str, resource: str, context: dict[str, Any]) -> bool:
        found = self._buckets.get(resource[13:].partition("/")[0])
        return found is not None and found.is_allowed(principal, action, resource, context)


def naive(workload: Workload) -> Naive:
    return Naive(plain_statements(workload))


def by_bucket(workload: Workload) -> Naive:
    return ByBucket(plain_statements(workload))
