"""Timing: samples in turn with a reference operation, and what they come to.

In: things to call. Out: `Measure`: the median and the middle half, as they are and as ratios to the reference operation.

The reference operation is `dict.get` with a tuple of three texts. Each sample stands between two short runs of it, and its
ratio is to their mean: what slows the whole machine for a while slows both. Subjects take turns, round by round, and the
first round is thrown away. The garbage collector is off while a sample is taken. The clock is the processor time of the
thread: on a shared machine the time in which others run would be most of what a wall clock shows.
Not here: what is called, and whether its answers are right.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

clock = time.thread_time_ns
"""Processor time of this thread, in nanoseconds. Reading it takes longer than reading a wall clock: not for single calls."""

Sample = Callable[[], float]
"""Takes one sample and gives nanoseconds per operation."""

_LOOKUPS = 20_000


@dataclass(frozen=True, slots=True)
class Measure:
    """What samples of one thing come to. `low` and `high` are the first and third quartile.

    `unit` is `ns` (of one decision, or one row), `ms`, `us` or `MB`; lower is better in all. The ratios are to the reference operation
    in the same rounds; None for what is no time.
    """

    unit: str
    median: float
    low: float
    high: float
    samples: int
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None


def reference_sample() -> float:
    """One sample of the reference operation, in nanoseconds, loop included as in every other sample."""
    table = {("arn:aws:iam::111122223333:user/ann", "s3:GetObject", "arn:aws:s3:::bucket/key"): 1}
    keys = list(table) * _LOOKUPS
    look_up = table.get
    started = clock()
    for key in keys:
        look_up(key)
    return (clock() - started) / _LOOKUPS


@contextmanager
def quiet() -> Iterator[None]:
    """No garbage collection within."""
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def take_turns(
    subjects: Mapping[str, Sample], rounds: int, *, warm_up: int = 1
) -> dict[str, list[tuple[float, float]]]:
    """Samples of each subject with the reference at that time, round by round; `warm_up` rounds are thrown away."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in subjects}
    with quiet():
        for number in range(warm_up + rounds):
            for name, sample in subjects.items():
                before = reference_sample()
                nanoseconds = sample()
                reference = (before + reference_sample()) / 2
                if number >= warm_up:
                    taken[name].append((nanoseconds, reference))
    return taken


_SCALE = {"ns": 1.0, "us": 1e-3, "ms": 1e-6}
IN_MS = {unit: 1e-6 / scale for unit, scale in _SCALE.items()}
"""How many milliseconds each unit of time is."""


def measure(samples: Sequence[tuple[float, float]], unit: str = "ns") -> Measure:
    """What samples with their references come to; `unit` is what the nanoseconds are shown in."""
    times = spread([nanoseconds * _SCALE[unit] for nanoseconds, _ in samples])
    ratios = spread([nanoseconds / reference for nanoseconds, reference in samples])
    return Measure(unit, times[1], times[0], times[2], len(samples), ratios[1], ratios[0], ratios[2])


def plain_measure(values: Sequence[float], unit: str) -> Measure:
    """What values without a reference come to."""
    low, median, high = spread(values)
    return Measure(unit, median, low, high, len(values))


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile; with fewer than four values the least and the greatest in their place."""
    median = statistics.median(values)
    if len(values) < 4:
        return min(values), median, max(values)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, median, high


def per_call(ask: Callable[..., object], requests: Sequence[Sequence[object]]) -> float:
    """Nanoseconds for one call, the loop included: `ask(*request)` with four arguments."""
    started = clock()
    for principal, action, resource, context in requests:
        ask(principal, action, resource, context)
    return (clock() - started) / len(requests)
