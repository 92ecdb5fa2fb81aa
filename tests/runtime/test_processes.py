"""Engines in other processes: forked, started anew, pickled. They decide as the one that they came from."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, BOB, ROLE, SESSION, allow, deny, engine
from tests.runtime.deciding import answers, asked, keep

from ostiary_grammar.errors import ProgramError
from ostiary_runtime import engine as engine_module
from ostiary_runtime import tables, workshop
from ostiary_runtime.engine import Engine
from ostiary_runtime.request import Principal

# Newer Pythons warn that a process with threads is forked, which is what is tested.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PARTS = [
    (allow(Action="s3:Get*", Resource=["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q*"]), "identity", None),
    (deny(Condition={"NumericGreaterThan": {"s3:max-keys": "50"}}), "identity", ALICE),
    (allow(Principal={"AWS": BOB}, Condition={"StringLike": {"s3:prefix": "${aws:username}*"}}), "resource", None),
]
QUESTIONS = [
    (principal, action, text, context)
    for principal in (ALICE, BOB, Principal(SESSION, role=ROLE))
    for action in ("s3:GetObject", "s3:PutObject")
    for text in ("arn:aws:s3:::b/k", f"arn:aws:sqs:r:{ACCOUNT}:q", "*")
    for context in ({}, {"s3:prefix": "bob/"}, {"S3:MAX-KEYS": 60})
]


def expected() -> list[str]:
    return [repr(engine(*PARTS).authorize(*each)) for each in QUESTIONS]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_engines_go_to_processes(method: str):
    """As an argument of a call, and once for a worker; a process that is started anew needs no parser."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not know `{method}`")
    made = engine(*PARTS)
    before = [repr(made.authorize(*each)) for each in QUESTIONS]  # its memos are warm
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context, initializer=keep, initargs=(made,)) as pool:
        process, digest, found, parser = pool.submit(asked, made, QUESTIONS).result(timeout=120)
        assert pool.submit(answers, QUESTIONS).result(timeout=120) == before
    assert process != os.getpid()
    assert (digest, found) == (made.digest, before)
    assert before == expected()
    assert parser is (method == "fork")


def test_a_fork_while_threads_decide():
    """A child has one thread and whatever its memory held at that moment; that is a whole engine."""
    made = engine(*PARTS)
    stop = threading.Event()
    context = multiprocessing.get_context("fork")

    def hammer(start: int) -> None:
        number = start
        while not stop.is_set():
            number = (number + 1) % 60
            made.authorize(ALICE, f"s3:Get{number}", f"arn:aws:sqs:r{number}:{ACCOUNT}:q", {"s3:prefix": f"{number}"})

    threads = [threading.Thread(target=hammer, args=(start * 20,)) for start in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            receiver, sender = context.Pipe(duplex=False)
            child = context.Process(target=lambda sender=sender: sender.send(asked(made, QUESTIONS)[2]))
            child.start()
            assert receiver.poll(120)
            assert receiver.recv() == expected()
            child.join(120)
            assert child.exitcode == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_pickles_hold_the_program_and_no_memo():
    """A used engine is pickled to the same bytes as a fresh one."""
    made = engine(*PARTS)
    fresh = pickle.dumps(made)
    for each in QUESTIONS:
        made.authorize(*each)
    assert pickle.dumps(made) == fresh
    for again in (pickle.loads(fresh), copy.copy(made), copy.deepcopy(made)):
        assert again.digest == made.digest
        assert [repr(again.authorize(*each)) for each in QUESTIONS] == expected()


def test_a_damaged_pickle_is_an_error_of_its_own():
    function, (data,) = engine(*PARTS).__reduce__()
    with pytest.raises(ProgramError):
        function(data[:-1])


@pytest.fixture
def low_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_ASKERS", "MOST_SCOPES", "MOST_ACTIONS"):
        monkeypatch.setattr(engine_module, name, 2)
    monkeypatch.setattr(tables, "MOST_HEADERS", 2)
    monkeypatch.setattr(workshop, "MOST_CELLS", 20)


def state(made: Engine) -> tuple[Any, ...]:
    """What an engine keeps, by its size: callers, scopes, rows, cells."""
    rows = [row for scope in made._scopes.values() for row in scope.rows.values()]
    return len(made._askers), len(made._scopes), len(rows), sum(len(row.cells[1]) for row in rows)


def test_engines_do_not_know_of_one_another(low_caps: None):
    """What one is asked, warmed for, or forgets, leaves another one as it was; equal programs included."""
    quiet, twin = engine(*PARTS), engine(*PARTS)
    other = engine((deny(), "identity", None))
    quiet.warm(["s3:GetObject"], principals=[ALICE], resources=["arn:aws:s3:::b/k"])
    before = state(quiet)
    for number in range(200):
        for made in (twin, other):
            made.authorize(f"arn:aws:iam::{ACCOUNT}:user/{number}", f"s3:Get{number}", f"arn:aws:s3:r{number}::b/k")
        twin.warm([f"s3:Get{number}"])
    assert state(quiet) == before
    for each in QUESTIONS:
        assert not other.is_allowed(*each)
        assert repr(quiet.authorize(*each)) == repr(twin.authorize(*each))
    assert [repr(quiet.authorize(*each)) for each in QUESTIONS] == expected()
