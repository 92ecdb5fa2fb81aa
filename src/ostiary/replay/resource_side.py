"""Calls from other accounts, in the record of the resource's account: what resource control policies say of them.

In: a case whose caller is of another account, and both sides. Out: a `Compared`, or None where no RCP is asked or binds the call.
Invariant: only RCPs are asked: SCPs and identity policies of the caller's account are not known to hold for a caller from elsewhere.
Not here: whether the caller's own record is among the logs too, and is asked everything there (`analysis`).
"""

from dataclasses import replace

from ostiary._facade import compile as compile_policies
from ostiary.replay.cases import Called, Case
from ostiary.replay.compare import Compared, compared, compared_to_log, compared_with_log
from ostiary.replay.decide import Judge, Verdict
from ostiary.replay.question import Outside
from ostiary.replay.sides import Policies, Sides, statements_as_written
from ostiary_grammar.errors import RequestError
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.request import Principal, parse_caller

_ONLY = (PolicyType.RCP,)


class ResourceSide:
    """Asks the RCPs of both sides."""

    def __init__(self, sides: Sides, keys: tuple[str, ...]) -> None:
        self._sides = sides
        self._baseline, self._candidate = (
            _judge(side, keys) if side is not None else None for side in (sides.baseline, sides.candidate)
        )

    def compare(self, case: Case, called: Called) -> Compared | None:
        """What changes for a call from another account."""
        if self._baseline is None and self._candidate is None:
            return None
        before, after = (_verdict(judge, case, called) for judge in (self._baseline, self._candidate))
        if before is None and after is None:
            return None
        who = next(verdict.who for verdict in (after, before) if verdict is not None)
        if self._sides.baseline is None:
            return compared_with_log(called, who, after, frozenset(_ONLY))
        if self._sides.candidate is None:
            return compared_to_log(called, who, before, frozenset(_ONLY))
        return compared(called, who, before, after)


def caller_account(called: Called) -> str | None:
    """The account of the caller of a call."""
    request = called.requests[0]
    try:
        return parse_caller(Principal(request.principal, request.role, request.federated_by)).account
    except RequestError:
        return None


def _judge(side: Policies, keys: tuple[str, ...]) -> Judge | None:
    if PolicyType.RCP not in side.question.layers or side.question.layers == _ONLY:
        return None
    engine = compile_policies(side.policies, layers=_ONLY)
    return Judge(engine, replace(side.question, layers=_ONLY), keys, statements_as_written(side.policies, engine))


def _verdict(judge: Judge | None, case: Case, called: Called) -> Verdict | None:
    verdict = judge.judge(case, called) if judge is not None else None
    return None if isinstance(verdict, Outside) else verdict
