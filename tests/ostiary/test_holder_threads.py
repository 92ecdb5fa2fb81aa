"""Holders under threads: while engines are replaced, every request is decided by one of them as a whole."""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import ostiary
from ostiary import EngineHolder, Reloaded

USERS = [f"arn:aws:iam::111122223333:user/u{number}" for number in range(6)]
KEY = "arn:aws:s3:::b/k"
READ, WRITE = "s3:GetObject", "s3:PutObject"


def policy(action: str, mark: str) -> dict[str, Any]:
    """One of two policies that differ on both questions: reading is allowed, or writing is."""
    other = WRITE if action == READ else READ
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": f"Allow{mark}", "Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b/*"},
            {
                "Sid": f"Deny{mark}",
                "Effect": "Deny",
                "Action": other,
                "Resource": "*",
                "Condition": {"StringLike": {"aws:UserAgent": "*"}},
            },
        ],
    }


PAIR = (policy(READ, "A"), policy(WRITE, "B"))


@pytest.fixture(autouse=True)
def quick_switches() -> Iterator[None]:
    """Threads are switched as often as can be."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def put(path: Path, document: object) -> None:
    draft = path.with_name("draft")
    draft.write_text(json.dumps(document), encoding="utf-8")
    draft.replace(path)


@pytest.fixture
def watched(tmp_path: Path) -> tuple[Path, EngineHolder]:
    path = tmp_path / "p.json"
    put(path, PAIR[0])
    return path, ostiary.watch(path, interval=0.001)


@pytest.mark.parametrize("follow", ["refresh", "thread"])
def test_no_answer_is_torn(watched: tuple[Path, EngineHolder], follow: str):
    """Both questions to one engine are answered by one policy, and the digest is that of the engine."""
    path, held = watched
    digests = {ostiary.compile(json.loads(json.dumps(each))).digest for each in PAIR}
    names = {ostiary.watch(path).digest}
    stop = threading.Event()
    seen: set[tuple[bool, bool]] = set()

    def hammer(start: int) -> int:
        count = 0
        while not stop.is_set():
            count += 1
            engine, digest = held.current
            user, context = USERS[(start + count) % len(USERS)], {"aws:UserAgent": f"a{count % 50}"}
            pair = engine.is_allowed(user, READ, KEY, context), engine.is_allowed(user, WRITE, KEY, context)
            decision = engine.authorize(user, READ, KEY, context)
            assert decision.allowed is pair[0]
            assert [each.sid for each in decision.statements] == ["AllowA" if pair[0] else "DenyB"]
            assert pair[0] is not pair[1]
            assert held.is_allowed(user, READ, KEY, context) in (True, False)
            seen.add(pair)
            if count % 64 == 0:
                assert engine.digest == digest
        return count

    with ThreadPoolExecutor(7) as pool:
        work = [pool.submit(hammer, start) for start in range(6)]
        try:
            if follow == "thread":
                held.start()
            events = 0
            for number in range(20):
                put(path, PAIR[number % 2])
                if follow == "refresh":
                    events += isinstance(held.refresh(), Reloaded)
                else:
                    wanted = number % 2 == 0
                    while held.is_allowed(USERS[0], READ, KEY, {"aws:UserAgent": "a"}) is not wanted:
                        pass
                names.add(held.digest)
        finally:
            held.stop()
            stop.set()
        assert all(each.result(timeout=60) > 0 for each in work)
    assert seen == {(True, False), (False, True)}
    assert len(names) == len(digests) == 2
    if follow == "refresh":
        assert events == 19  # all but the first, which was there


def test_many_threads_refresh_at_once(watched: tuple[Path, EngineHolder]):
    """One of them replaces the engine; the others find it done."""
    path, held = watched
    for number in range(1, 9):
        put(path, PAIR[number % 2])
        start = threading.Barrier(6)

        def refresh(_: int, start: threading.Barrier = start) -> object:
            start.wait()
            return held.refresh()

        with ThreadPoolExecutor(6) as pool:
            events = [event for event in pool.map(refresh, range(6)) if event is not None]
        assert len(events) == 1
        assert isinstance(events[0], Reloaded)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_while_a_thread_refreshes(watched: tuple[Path, EngineHolder]):
    """The lock that is held at that moment is held by nobody in the child, which can refresh and start a thread."""
    path, held = watched
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def child() -> None:
        event = held.refresh()
        held.start()
        held.stop()
        sender.send((isinstance(event, Reloaded), held.is_allowed(USERS[0], WRITE, KEY)))

    held.start()
    try:
        with held._lock:
            put(path, PAIR[1])
            process = context.Process(target=child)
            process.start()
            assert receiver.poll(60)
            assert receiver.recv() == (True, True)
            process.join(60)
    finally:
        held.stop()
