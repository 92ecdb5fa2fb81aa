"""Single decisions: `is_allowed` and `authorize`, hot and cold.

    hot    500 requests, again and again, the same text objects
    cold   every request on a resource of its own, and every text but the names of condition keys a new object
In: a prepared workload. Out: four rows. Ratios are to the reference operation beside them; each row notes what the loop and
a call that does nothing take of it, which no implementation in Python can go below.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks.prepared import Prepared, agreement, renewed
from benchmarks.record import OURS, Row
from benchmarks.settings import Settings
from benchmarks.timing import Sample, measure, per_call, take_turns
from benchmarks.workloads import Request

HOT = 500


def run(prepared: Prepared, settings: Settings) -> Iterator[Row]:
    engine, requests = prepared.engine, prepared.requests
    expected = prepared.expected(settings.sample)
    agreed = {
        "is_allowed": agreement(lambda request: engine.is_allowed(*request), requests, expected),
        "authorize": agreement(lambda request: engine.authorize(*request).allowed, requests, expected),
    }
    for request in requests:  # every leaf is there before time counts: what the first touch costs is a model of its own
        engine.is_allowed(*request)
    hot = requests[:HOT] * max(1, len(requests) // HOT)
    calls = {"is_allowed": engine.is_allowed, "authorize": engine.authorize}
    subjects: dict[str, Sample] = {f"hot {name}": partial(per_call, ask, hot) for name, ask in calls.items()}
    subjects |= {f"cold {name}": partial(_cold, ask, requests) for name, ask in calls.items()}
    subjects |= {"hot floor": partial(per_call, _nothing, hot), "cold floor": partial(_cold, _nothing, requests)}
    measures = {name: measure(samples) for name, samples in take_turns(subjects, settings.rounds).items()}
    floors = {kind: measures.pop(f"{kind} floor").ratio for kind in ("hot", "cold")}
    for name, found in measures.items():
        kind, _, call = name.partition(" ")
        yield Row(
            f"single-{kind}",
            prepared.workload.name,
            OURS,
            call,
            prepared.workload.statements,
            prepared.residual,
            found,
            agreed[call],
            f"{floors[kind]:.1f} of it the loop and a call of nothing",
        )


def _nothing(_1: object, _2: object, _3: object, _4: object = None, _5: object = None, _6: object = None) -> bool:
    """As many arguments as `is_allowed` has."""
    return True


def _cold(ask: Callable[..., object], requests: Sequence[Request]) -> float:
    return per_call(ask, renewed(requests))
