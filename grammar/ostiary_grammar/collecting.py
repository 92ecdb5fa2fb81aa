"""Garbage collection held back while a great many objects are made and none of them in circles.

In: a block of work. Out: the same work, without Python's collector walking all that it has made so far again and again, which
takes as long as all else where policies are thousands. Reference counts free what is dropped, within the block too.
Invariant: whoever switched the collector off switches it on again, however blocks of several threads overlap, and whatever
they raise; a collector that was off before stays off; and a process that is forked amid a block of another thread has its
collector on, since that thread is not there to do it.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

_holding: set[int] = set()
"""The threads that have switched the collector off and will switch it on."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection within, in any thread; for work that ends soon."""
    if not gc.isenabled():
        yield
        return
    thread = get_ident()
    _holding.add(thread)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        _holding.discard(thread)


def _go_on() -> None:
    if _holding:
        _holding.clear()
        gc.enable()


if hasattr(os, "register_at_fork"):  # where processes can fork
    os.register_at_fork(after_in_child=_go_on)
