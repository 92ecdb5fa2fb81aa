"""Single decisions of peers, beside ours on the very same requests.

In: a prepared workload. Out: a row for each peer that is here and can be told the policies; a skip with its reason for each other.
Agreement is with our decisions: a peer's wrong answers are counted and one is shown. How long a peer is timed is bounded, so
slow ones are timed on fewer requests; each says on how many.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks.peers import SINGLE, Missing, Peer, SinglePeer, Untranslatable
from benchmarks.peers.simulate import simulate
from benchmarks.prepared import Prepared
from benchmarks.record import OURS, Agreement, Row, Skip
from benchmarks.settings import Settings
from benchmarks.timing import Measure, Sample, clock, measure, reference_sample, take_turns
from benchmarks.workloads import Request

AGAINST = "our decision"
SIMULATE = "iam-simulate"
FEWEST = 5


def run(prepared: Prepared, settings: Settings) -> Iterator[Row | Skip]:
    ready: dict[str, SinglePeer] = {}
    for peer in SINGLE:
        made = _made(peer, prepared)
        if isinstance(made, Skip):
            yield made
        else:
            ready[peer.name] = made
    requests = prepared.requests[: settings.sample]
    ours = [prepared.engine.is_allowed(*request) for request in requests]
    subjects: dict[str, Sample] = {
        OURS: lambda: _per_ask(lambda request: prepared.engine.is_allowed(*request), requests)
    }
    found: dict[str, tuple[Agreement, str]] = {}
    for name, asked in ready.items():
        questions = [asked.request(request) for request in requests]
        # Agreement may ask more than one timed sample does, but not a slow peer for minutes.
        agreed, answered = compared(asked, questions, requests, ours, settings.peer_ms * 4)
        if not answered:
            yield Skip("peers", prepared.workload.name, name, f"it answers none of the requests: {agreed.example}")
            continue
        timed = answered[: max(FEWEST, len(answered) // 4)] if len(answered) < len(requests) else answered
        found[name] = agreed, f"{len(timed)} requests"
        subjects[name] = partial(_per_ask, asked.ask, timed)
    for name, samples in take_turns(subjects, max(3, settings.rounds // 2)).items():
        if name != OURS:  # measured by `single`; here it only takes its turn
            yield _row(prepared, name, measure(samples), *found[name])
    yield _simulated(prepared, settings, requests, ours)


def compared(
    peer: SinglePeer, questions: Sequence[Any], requests: Sequence[Request], ours: Sequence[bool], milliseconds: int
) -> tuple[Agreement, list[Any]]:
    """How far a peer's answers are ours, asked for some time; and the questions to which it had an answer.

    An exception is a wrong answer, and is not timed.
    """
    same = asked = 0
    example = None
    answered: list[Any] = []
    started = clock()
    for question, request, want in zip(questions, requests, ours, strict=True):
        try:
            got: object = peer.ask(question)
        except Exception as problem:  # noqa: BLE001  # whatever a peer raises is its answer
            got = f"raises {type(problem).__name__}: {problem}"
        else:
            answered.append(question)
        asked += 1
        same += got is want
        if got is not want and example is None:
            example = differing(got, request, want=want)
        if asked >= FEWEST and clock() - started > milliseconds * 1e6:
            break
    return Agreement(asked, same, AGAINST, example), answered


def differing(got: object, request: Request, *, want: bool) -> str:
    """A wrong answer in words."""
    said = {True: "allows", False: "denies"}
    return f"{said.get(got, got) if isinstance(got, bool) else got}, Ostiary {said[want]}: {request}"


def _made(peer: Peer, prepared: Prepared) -> SinglePeer | Skip:
    try:
        return peer.make(prepared.workload)
    except (Missing, Untranslatable) as why:
        return Skip("peers", prepared.workload.name, peer.name, str(why))


def _per_ask(ask: Any, questions: Sequence[Any]) -> float:
    started = clock()
    for question in questions:
        ask(question)
    return (clock() - started) / len(questions)


def _simulated(prepared: Prepared, settings: Settings, requests: Sequence[Request], ours: Sequence[bool]) -> Row | Skip:
    before = reference_sample()
    try:
        found = simulate(prepared.workload, requests, settings.node, settings.peer_ms)
    except (Missing, Untranslatable) as why:
        return Skip("peers", prepared.workload.name, SIMULATE, str(why))
    reference = (before + reference_sample()) / 2
    pairs = list(zip(found.answers, requests, ours, strict=False))
    wrong = [(got, request, want) for got, request, want in pairs if got is not want]
    example = differing(wrong[0][0], wrong[0][1], want=wrong[0][2]) if wrong else None
    agreed = Agreement(len(pairs), len(pairs) - len(wrong), AGAINST, example)
    times = measure([(sample, reference) for sample in found.samples])
    return _row(prepared, SIMULATE, times, agreed, f"version {found.version}, timed by node in its own process")


def _row(prepared: Prepared, name: str, times: Measure, agreed: Agreement, note: str) -> Row:
    workload = prepared.workload
    return Row("peers", workload.name, name, "decide", workload.statements, prepared.residual, times, agreed, note)
