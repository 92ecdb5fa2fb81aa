"""A child that is forked while other threads meet new callers can still meet callers of its own."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from tests.runtime.building import allow, identity, outcome


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # forking beside threads is what is tested
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_waits_for_no_thread_that_it_does_not_have():
    """An engine holds no lock that a child could inherit as held."""
    made = identity(allow())
    stop = threading.Event()

    def meet() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            outcome(
                made, f"arn:aws:iam::111122223333:user/u{number}", f"s3:Do{number % 50}", f"arn:aws:sqs:r{number}:1:q"
            )

    threads = [threading.Thread(target=meet) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, 5)
                status = 1
                try:
                    new = "arn:aws:iam::111122223333:user/new"
                    status = 0 if made.is_allowed(new, "s3:GetObject", "arn:aws:s3:::b") else 2
                finally:
                    os._exit(status)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
