"""vakt (Apache-2.0; its last release is of 2023): one policy for each statement, of its own rules.

Elements become one `RegexMatch` each over all entries; conditions its rules `In`, `RegexMatch`, `CIDR`, `Greater`, joined by `Or` and `Not`. Its
guard asks every policy of the memory store.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.peers.expressions import expression
from benchmarks.peers.plain import Condition, Missing, Plain, Untranslatable, plain_statements
from benchmarks.workloads import Request, Workload


class Vakt:
    """Asks `Guard.is_allowed`."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            import vakt  # a peer is optional
        except ImportError:
            raise Missing("vakt is not installed: pip install '.[peers]'") from None
        self._vakt = vakt
        store = vakt.MemoryStorage()
        for each in statements:
            store.add(self._policy(each))
        self._ask = vakt.Guard(store, vakt.RulesChecker()).is_allowed

    def _policy(self, statement: Plain) -> Any:
        from vakt import rules

        context: dict[str, list[Any]] = {}
        for condition in statement.conditions:
            context.setdefault(condition.key, []).append(_rule(condition))
        anyone = rules.Any()
        return self._vakt.Policy(
            statement.number,
            subjects=[anyone if statement.principals is None else rules.In(*statement.principals)],
            effect=self._vakt.DENY_ACCESS if statement.deny else self._vakt.ALLOW_ACCESS,
            actions=[_pattern(statement.actions, negated=statement.not_action, fold=True)],
            resources=[_pattern(statement.resources, negated=statement.not_resource)],
            context={key: found[0] if len(found) == 1 else rules.And(*found) for key, found in context.items()},
        )

    def request(self, request: Request) -> Any:
        principal, action, resource, context = request
        return self._vakt.Inquiry(subject=principal, action=action, resource=resource, context=context)

    def ask(self, inquiry: Any) -> bool:
        return bool(self._ask(inquiry))


def _pattern(patterns: Sequence[str], *, negated: bool, fold: bool = False) -> Any:
    from vakt import rules

    # `RegexMatch` matches at the start only
    return rules.RegexMatch(expression(patterns, negated=negated, fold=fold) + r"\Z")


def _rule(condition: Condition) -> Any:
    from vakt import rules

    match condition.operator:
        case "StringEquals" | "Bool":
            rule = rules.In(*condition.values)
        case "StringLike":
            rule = _pattern(condition.values, negated=False)
        case "IpAddress":
            rule = rules.Or(*(rules.CIDR(value) for value in condition.values))
        case "DateGreaterThan":
            rule = rules.Or(*(rules.Greater(value) for value in condition.values))
        case _:
            raise Untranslatable(f"the operator {condition.operator} is not translated")
    return rules.Not(rule) if condition.negated else rule


def vakt(workload: Workload) -> Vakt:
    return Vakt(plain_statements(workload))
