"""Whether work grows with its input as it should, told by the ratio of two times and never by a time.

Linear work takes four times as long for four times the input, quadratic work sixteen times. The bound lies between them;
the least of several times is compared, and a slow moment of the machine gets two more chances.
"""

from __future__ import annotations

import time
from collections.abc import Callable

BOUND = 11
# Below this many seconds a time says nothing.
_FLOOR = 0.0005


def ratio(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times as long four times the input takes. `work(size)` makes ready what is timed."""
    small, large = (_least(work(each)) for each in (size, 4 * size))
    return large / max(small, _FLOOR)


def grows_linearly(work: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Whether work keeps under the bound, in one of three tries."""
    return any(ratio(work, size) <= BOUND for _ in range(3))


def _least(run: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)
