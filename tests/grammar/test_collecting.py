"""Blocks without garbage collection: the collector comes back as it was, whatever happens."""

import gc
import os
import threading
from collections.abc import Iterator

import pytest

import ostiary
from ostiary_grammar.collecting import uncollected


@pytest.fixture(autouse=True)
def _collector_as_it_was() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_the_collector_is_off_within_and_on_again():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_block_within_a_block_ends_nothing():
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    with uncollected():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_an_error_in_the_block_brings_the_collector_back():
    with pytest.raises(ZeroDivisionError), uncollected():
        _ = 1 / 0
    assert gc.isenabled()


@pytest.mark.parametrize("first_out", [0, 1])
def test_blocks_of_threads_that_overlap(first_out):
    """Whichever ends first: the collector is on when all have ended."""
    inside, leave = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

    def hold(number: int) -> None:
        with uncollected():
            inside[number].set()
            leave[number].wait(10)

    threads = [threading.Thread(target=hold, args=(number,)) for number in range(2)]
    for number, thread in enumerate(threads):
        thread.start()
        assert inside[number].wait(10)
    assert not gc.isenabled()
    for number in (first_out, 1 - first_out):
        leave[number].set()
        threads[number].join(10)
    assert gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_forked_amid_a_block_of_another_thread_has_its_collector():
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with uncollected():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    child = os.fork()
    if child == 0:
        os._exit(0 if gc.isenabled() else 1)
    _, status = os.waitpid(child, 0)
    assert not gc.isenabled()  # here the block goes on
    leave.set()
    thread.join(10)
    assert os.waitstatus_to_exitcode(status) == 0
    assert gc.isenabled()


def test_compiling_and_loading_leave_the_collector_on(tmp_path):
    engine = ostiary.compile(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    assert gc.isenabled()
    engine.save(tmp_path / "program")
    ostiary.load(tmp_path / "program")
    assert gc.isenabled()
    with pytest.raises(ostiary.PolicyError):
        ostiary.compile({"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]})
    assert gc.isenabled()
