"""pycasbin (Apache-2.0): one rule for each statement.

The fields of a rule are regular expressions over all entries of an element, matched by a function of ours that keeps them
compiled (Casbin's own `regexMatch` compiles anew beyond the 512 that Python keeps); conditions are functions, named by the
statement's number. Effect: some rule allows, none denies.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from benchmarks.peers.expressions import expression, tests
from benchmarks.peers.plain import Missing, Plain, plain_statements
from benchmarks.workloads import Request, Workload

_MODEL = """
[request_definition]
r = sub, act, obj, ctx
[policy_definition]
p = sub, act, obj, cond, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = like(r.act, p.act) && like(r.obj, p.obj) && like(r.sub, p.sub) && holds(p.cond, r.ctx)
"""


class Casbin:
    """Asks `Enforcer.enforce`."""

    def __init__(self, statements: Sequence[Plain]) -> None:
        try:
            import casbin  # a peer is optional
        except ImportError:
            raise Missing("pycasbin is not installed: pip install '.[peers]'") from None
        enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=_MODEL))
        conditions = {str(each.number): tests(each) for each in statements}

        @cache
        def compiled(pattern: str) -> Any:
            return re.compile(pattern).fullmatch

        def like(text: str, pattern: str) -> bool:
            return compiled(pattern)(text) is not None

        def holds(number: str, context: dict[str, Any]) -> bool:
            return all(test(context.get(key)) for key, test in conditions[number])

        enforcer.add_function("like", like)
        enforcer.add_function("holds", holds)
        enforcer.add_policies([_rule(each) for each in statements])
        self._ask = enforcer.enforce

    def request(self, request: Request) -> Request:
        return request

    def ask(self, request: Request) -> bool:
        return bool(self._ask(*request))


def _rule(statement: Plain) -> list[str]:
    return [
        "(?s).*" if statement.principals is None else expression(statement.principals),
        expression(statement.actions, negated=statement.not_action, fold=True),
        expression(statement.resources, negated=statement.not_resource),
        str(statement.number),
        "deny" if statement.deny else "allow",
    ]


def casbin(workload: Workload) -> Casbin:
    return Casbin(plain_statements(workload))
