"""Policy sets that say the same, or a little more, in other words; and what an engine answers to them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from tests.engines import Said, call, compile_engine, said
from tests.oracle.model import Attachment, PolicySet, Request
from tests.strategies.generate import generate

import ostiary

SEEDS = st.integers(0, 10**9)
Statement = dict[str, Any]


def drawn(seed: int, requests: int = 6) -> tuple[random.Random, PolicySet, list[Request]]:
    """A generator, a policy set and requests that nearly match it."""
    policies, asked = generate(seed, requests=requests)
    return random.Random(seed), policies, asked


def answers(engine: ostiary.Engine, requests: Iterable[Request]) -> list[Said]:
    return [said(call(request).on(engine.authorize)) for request in requests]


def ask(policies: PolicySet, requests: Iterable[Request]) -> list[Said]:
    return answers(compile_engine(policies), requests)


def statements(attachment: Attachment) -> list[Statement]:
    found = attachment.document["Statement"]
    return list(found) if isinstance(found, list) else [found]


def with_statements(attachment: Attachment, made: list[Statement]) -> Attachment:
    return replace(attachment, document={**attachment.document, "Statement": made})


def each_attachment(policies: PolicySet, change: Callable[[Attachment], Attachment]) -> PolicySet:
    return replace(policies, attachments=tuple(map(change, policies.attachments)))


def each_statement(policies: PolicySet, change: Callable[[Statement], Statement]) -> PolicySet:
    return each_attachment(policies, lambda each: with_statements(each, [change(made) for made in statements(each)]))


def shuffled_lists(rng: random.Random, value: Any) -> Any:
    """All lists inside a value in another order: actions, resources, principals, condition values."""
    if isinstance(value, dict):
        return {key: shuffled_lists(rng, inner) for key, inner in shuffled(rng, value.items())}
    if isinstance(value, list):
        return [shuffled_lists(rng, inner) for inner in shuffled(rng, value)]
    return value


def shuffled(rng: random.Random, values: Iterable[Any]) -> list[Any]:
    made = list(values)
    rng.shuffle(made)
    return made


def in_other_case(rng: random.Random, text: str) -> str:
    return "".join(rng.choice((letter.lower(), letter.upper())) if letter.isascii() else letter for letter in text)
