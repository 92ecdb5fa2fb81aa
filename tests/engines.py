"""Policy sets and requests of `tests.oracle.model` put to the product, on every setting of the engine.

In: the oracle's forms. Out: `Said`, what a setting answers, in the oracle's words; None where it cannot be asked. `SETTINGS` lists
the settings.
Not here: which answer is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tests import batches
from tests.oracle import model
from tests.oracle.decide import decide

import ostiary
from ostiary_runtime.codec import from_bytes, to_bytes


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. None: the setting does not say it. `allowed` is what a yes-or-no call answers."""

    effect: str | None
    certain: bool | None
    allowed: bool

    def agrees(self, other: Said) -> bool:
        """Whether two answers say the same, as far as both say it."""
        return (
            self.allowed == other.allowed
            and (None in (self.effect, other.effect) or self.effect == other.effect)
            and (None in (self.certain, other.certain) or self.certain == other.certain)
        )


def policy_set(policies: model.PolicySet) -> ostiary.PolicySet:
    """The set as the product takes it."""
    made = ostiary.PolicySet()
    for each in policies.attachments:
        made.attach(each.document, type=each.type, to=each.to, name=each.name or None)
    for member, group in policies.memberships:
        made.join(member, group)
    for number, account in policies.accounts.items():
        made.place(number, path=account.path, management=account.management)
    return made


def compile_engine(policies: model.PolicySet) -> ostiary.Engine:
    return ostiary.compile(policy_set(policies), layers=policies.layers)


def context(values: Mapping[str, Any]) -> dict[str, object]:
    """The request context, with the product's own mark for what is not known."""
    return {key: ostiary.UNKNOWN if value is model.UNKNOWN else value for key, value in values.items()}


def principal(request: model.Request) -> str | ostiary.Principal:
    """The bare ARN where nothing more is known, since that is the engine's shorter way."""
    if request.role is None and request.federated_by is None and request.unique_id is None:
        return request.principal
    return ostiary.Principal(
        request.principal, role=request.role, federated_by=request.federated_by, unique_id=request.unique_id
    )


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a call that decides."""

    principal: str | ostiary.Principal
    action: str
    resource: str
    context: dict[str, object]
    resource_account: str | None
    missing: Literal["absent", "unknown"]

    def on(self, decides: Callable[..., Any]) -> Any:
        if self.resource_account is None and self.missing == "absent":
            return decides(self.principal, self.action, self.resource, self.context)  # the hot path
        return decides(
            self.principal,
            self.action,
            self.resource,
            self.context,
            resource_account=self.resource_account,
            missing=self.missing,
        )


def call(request: model.Request) -> Call:
    assert request.missing in ("absent", "unknown")
    return Call(
        principal(request),
        request.action,
        request.resource,
        context(request.context),
        request.resource_account,
        request.missing,
    )


class Bench:
    """One policy set, ready to be asked on any setting; what a setting needs is made when it is first used."""

    def __init__(self, policies: model.PolicySet) -> None:
        self.policies = policies

    @cached_property
    def engine(self) -> ostiary.Engine:
        return compile_engine(self.policies)

    @cached_property
    def plain(self) -> ostiary.Engine:
        return ostiary.Engine(self.engine.program)

    @cached_property
    def loaded(self) -> ostiary.Engine:
        return ostiary.Engine(from_bytes(to_bytes(self.engine.program)))


def oracle(bench: Bench, request: model.Request) -> Said:
    answer = decide(bench.policies, request)
    return Said(answer.effect, answer.certain, answer.effect == "Allow")


def fresh(bench: Bench, request: model.Request) -> Said:
    """An engine that has seen nothing yet."""
    return said(call(request).on(ostiary.Engine(bench.engine.program).authorize))


def warm(bench: Bench, request: model.Request) -> Said:
    """The second answer of an engine that keeps what it has learnt."""
    asked = call(request)
    asked.on(bench.engine.authorize)
    return said(asked.on(bench.engine.authorize))


def plainly(bench: Bench, request: model.Request) -> Said:
    """The clear evaluator, without index and memos."""
    return said(call(request).on(bench.plain.authorize_plainly))


def loaded(bench: Bench, request: model.Request) -> Said:
    """A program that was saved and read again."""
    return said(call(request).on(bench.loaded.authorize))


def is_allowed(bench: Bench, request: model.Request) -> Said:
    """The yes-or-no call, on a warm engine the second time."""
    asked = call(request)
    first, second = (asked.on(bench.engine.is_allowed) for _ in range(2))
    assert first is second
    return Said(None, None, first)


def batch(bench: Bench, request: model.Request) -> Said | None:
    """A table of one row, on a warm engine the second time; with the statement that the single engine names."""
    if not batches.fits(request):
        return None
    table, missing = batches.table([request], bench.engine)
    first, second = (bench.engine.authorize_batch(table, missing=missing).to_pylist() for _ in range(2))
    assert first == second
    (row,) = second
    assert (row["effect"], row["certain"], row["statement"]) == next(batches.single(bench.engine, table, missing))
    return Said(row["effect"], row["certain"], row["effect"] == "Allow")


def said(decision: ostiary.Decision) -> Said:
    assert decision.allowed == (decision.effect is ostiary.Effect.ALLOW) == bool(decision)
    return Said(decision.effect.value, decision.certain, decision.allowed)


Setting = Callable[[Bench, model.Request], Said | None]
SETTINGS: dict[str, Setting] = {
    setting.__name__: setting for setting in (oracle, fresh, warm, plainly, loaded, is_allowed, batch)
}
