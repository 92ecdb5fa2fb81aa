"""Programs and engines for the tests of the runtime, from small documents.

The stages of the compiler are called one by one, without its checks: what the checks refuse may still be in a saved
program, so the runtime has to hold for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ostiary_compiler.emit import emit
from ostiary_compiler.lower import lower
from ostiary_compiler.passes import run
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.context import Reader
from ostiary_runtime.engine import Engine
from ostiary_runtime.program import Program
from ostiary_runtime.request import Principal

ACCOUNT = "111122223333"
OTHER = "444455556666"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/dev"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/s1"
FAY = f"arn:aws:sts::{ACCOUNT}:federated-user/fay"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TRAIL = "cloudtrail.amazonaws.com"
ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
EVERYONE = {"Principal": "*"}

Attached = tuple[dict[str, Any], str, str | None]
"""A statement, the type of its policy, and what the policy is attached to."""


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**elements: Any) -> dict[str, Any]:
    return {**ALLOW, **elements}


def deny(**elements: Any) -> dict[str, Any]:
    return {**DENY, **elements}


def policy_set(*attached: Attached) -> PolicySet:
    """A set of policies with one statement each, named `p0`, `p1`..."""
    policies = PolicySet()
    for number, (statement, type_, target) in enumerate(attached):
        policies.attach(document(statement), type=type_, to=target, name=f"p{number}")
    return policies


def program_of(policies: PolicySet, layers: Iterable[str] | None = None) -> Program:
    asked = frozenset(PolicyType) if layers is None else frozenset(map(PolicyType, layers))
    return emit(run(lower(policies, asked)))


def program(*attached: Attached, layers: Iterable[str] | None = None) -> Program:
    return program_of(policy_set(*attached), layers)


def engine(*attached: Attached, layers: Iterable[str] | None = None) -> Engine:
    return Engine(program(*attached, layers=layers))


def identity(*statements: Mapping[str, Any]) -> Engine:
    """An engine with one identity policy for every caller, and nothing else asked."""
    policies = PolicySet()
    policies.attach(document(*statements), type="identity", name="p0")
    return Engine(program_of(policies, ["identity"]))


def reader(context: Mapping[str, object] | None = None, missing: Any = "absent") -> Reader:
    return Reader(context or {}, {}, None, missing)


def outcome(
    engine: Engine,
    principal: str | Principal,
    action: str,
    resource: Any,
    context: Mapping[str, object] | None = None,
    **options: Any,
) -> str:
    """The effect in a word, with a `?` behind it if it is not certain."""
    decision = engine.authorize(principal, action, resource, context or {}, **options)
    return decision.effect.value + ("" if decision.certain else "?")


def plain_outcome(
    engine: Engine,
    principal: str | Principal,
    action: str,
    resource: Any,
    context: Mapping[str, object] | None = None,
    **options: Any,
) -> str:
    """The same by the clear twin, without index, memo and generated code."""
    decision = engine.authorize_plainly(principal, action, resource, context or {}, **options)
    return decision.effect.value + ("" if decision.certain else "?")
