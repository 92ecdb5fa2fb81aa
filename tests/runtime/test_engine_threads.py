"""One engine for many threads: while memos fill, overflow and are dropped, every answer is that of a fresh engine."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, BOB, OTHER, ROLE, SESSION, allow, deny, engine

from ostiary_runtime import engine as engine_module
from ostiary_runtime import intervals, tables, workshop
from ostiary_runtime.context import Spellings
from ostiary_runtime.engine import Engine
from ostiary_runtime.entries import ActionClasses
from ostiary_runtime.generate import Generator
from ostiary_runtime.memos import Memo
from ostiary_runtime.stretches import HeaderIndex

PATH_ROLE = f"arn:aws:iam::{ACCOUNT}:role/eng/dev"
PARTS = [
    (allow(Action="s3:Get*", Resource=["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q*"]), "identity", None),
    (deny(Condition={"NumericGreaterThan": {"s3:max-keys": "50"}}), "identity", ALICE),
    (allow(Condition={"StringLike": {"aws:UserAgent": "*7"}}), "identity", ROLE),
    (allow(Principal={"AWS": BOB}, Condition={"StringEquals": {"s3:prefix": "${aws:username}"}}), "resource", None),
    (deny(Principal="*", Resource="arn:aws:s3:::*secret"), "resource", None),
]


@pytest.fixture
def low_caps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every memo holds next to nothing, and threads are switched as often as can be."""
    for owner in (Spellings, ActionClasses, Generator, HeaderIndex, Memo):
        monkeypatch.setattr(owner, "CAP", 2)
    for module, name, cap in (
        (engine_module, "MOST_ASKERS", 2),
        (engine_module, "MOST_SCOPES", 2),
        (engine_module, "MOST_ACTIONS", 2),
        (tables, "MOST_HEADERS", 2),
        (workshop, "MOST_CELLS", 10),
        (intervals, "_CHAINS_CAP", 2),
    ):
        monkeypatch.setattr(module, name, cap)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def questions(seed: int, count: int) -> list[tuple[Any, ...]]:
    rng = random.Random(seed)
    callers = [ALICE, BOB, SESSION, ROLE, f"arn:aws:iam::{OTHER}:user/eve", "*", "ec2.amazonaws.com"]
    resources = [
        "arn:aws:s3:::b/k",
        "arn:aws:s3:::b/secret",
        "*",
        *(f"arn:aws:sqs:r{n}:{ACCOUNT}:q{n}" for n in range(9)),
    ]
    contexts: list[dict[str, object]] = [{}, {"s3:prefix": "bob"}, {"AWS:PrincipalARN": PATH_ROLE}, {"s3:max-keys": 60}]
    contexts += [{"aws:UserAgent": f"agent {number}", "S3:max-keys": str(number)} for number in range(9)]
    return [
        (
            rng.choice(callers),
            f"s3:{rng.choice(['GetObject', 'getobject', 'PutObject', 'GetX'])}",
            rng.choice(resources),
            rng.choice(contexts),
        )
        for _ in range(count)
    ]


def answer(made: Engine, question: tuple[Any, ...]) -> tuple[object, ...]:
    decision = made.authorize(*question)
    assert made.is_allowed(*question) is decision.allowed
    return decision.effect, decision.certain, decision.layer


def test_threads_that_hammer_one_engine(low_caps: None):
    asked = questions(1, 150)
    fresh = engine(*PARTS)
    expected = [answer(fresh, each) for each in asked]
    shared = engine(*PARTS)

    def hammer(start: int) -> int:
        order = list(range(len(asked)))
        random.Random(start).shuffle(order)
        for number in order:
            assert answer(shared, asked[number]) == expected[number], asked[number]
        return len(order)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hammer, range(8))) == 8 * len(asked)


def test_low_caps_alone_change_no_answer(low_caps: None):
    made = engine(*PARTS)
    for question in questions(2, 300):
        clear = made.authorize_plainly(*question)
        assert answer(made, question) == (clear.effect, clear.certain, made.authorize(*question).layer)


def test_many_threads_meet_a_new_engine_at_once():
    """All of them build the same rows and leaves; none sees half of one."""
    for seed in range(5):
        asked = questions(seed, 20)
        expected = [answer(engine(*PARTS), each) for each in asked]
        shared = engine(*PARTS)
        start = Barrier(8)

        def meet(_: int, shared: Engine = shared, asked: Any = asked, start: Barrier = start) -> list[object]:
            start.wait()
            return [answer(shared, each) for each in asked]

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(meet, range(8))) == [expected] * 8
