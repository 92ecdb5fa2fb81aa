"""First touches: what the first requests of an engine cost, one by one, when nothing is built yet.

In: a prepared workload. Out: rows in microseconds for the first decision, and for the median, the 99th percentile and the
longest of a first pass over distinct resources. Each is the median over several fresh engines.
Reading the clock takes some hundred nanoseconds; what two readings without anything between them take is taken off.
"""

import statistics
from collections.abc import Iterator

import ostiary
from benchmarks.prepared import Prepared, agreement, renewed
from benchmarks.record import OURS, Row
from benchmarks.settings import Settings
from benchmarks.timing import clock, measure, quiet, reference_sample
from benchmarks.workloads import Request


def run(prepared: Prepared, settings: Settings) -> Iterator[Row]:
    found: dict[str, list[tuple[float, float]]] = {"first": [], "p50": [], "p99": [], "max": []}
    engine = prepared.fresh_engine()
    for _ in range(settings.engines):
        engine = prepared.fresh_engine()
        requests = renewed(prepared.requests)
        reference = reference_sample()
        times = _pass(engine, requests)
        reference = (reference + reference_sample()) / 2
        found["first"].append((times[0], reference))
        times.sort()
        found["p50"].append((times[len(times) // 2], reference))
        found["p99"].append((times[len(times) * 99 // 100], reference))
        found["max"].append((times[-1], reference))
    expected = prepared.expected(settings.sample)
    agreed = agreement(lambda request: engine.is_allowed(*request), prepared.requests, expected)
    for call, samples in found.items():
        yield Row(
            "first-touch",
            prepared.workload.name,
            OURS,
            call,
            prepared.workload.statements,
            prepared.residual,
            measure(samples, "us"),
            agreed,
            f"over {len(prepared.requests)} requests",
        )


def _pass(engine: ostiary.Engine, requests: list[Request]) -> list[float]:
    times: list[float] = []
    ask, note = engine.is_allowed, times.append
    with quiet():
        idle = statistics.median([-(clock() - clock()) for _ in range(1000)])
        for principal, action, resource, context in requests:
            started = clock()
            ask(principal, action, resource, context)
            note(max(0.0, clock() - started - idle))
    return times
