"""A child that is forked while another thread meets a new caller can still meet callers of its own."""

from __future__ import annotations

import os
import signal

import pytest
from tests.runtime.building import ALICE, BOB, allow, identity, outcome


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.xfail(strict=True, reason="the child inherits the lock as held, by a thread that it does not have")
@pytest.mark.parametrize("lock", ["engine", "row"])
def test_a_child_does_not_wait_for_a_thread_that_is_not_there(lock: str):
    made = identity(allow())
    outcome(made, ALICE, "s3:GetObject", "*")
    held = made._lock if lock == "engine" else made._askers[ALICE].rows["s3:GetObject"]._lock
    with held:  # as another thread would at this moment
        child = os.fork()
        if child == 0:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            status = 1
            try:
                asks = (BOB if lock == "engine" else ALICE, "s3:GetObject", "arn:aws:s3:::b")
                status = 0 if made.is_allowed(*asks) else 2
            finally:
                os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
