"""A workload made ready: the policy set, the engine, requests, and what may be asked of them before time counts.

In: a `Workload`. Out: `Prepared`, whose parts are made once, when they are first asked for.
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import ostiary
from benchmarks.record import Agreement
from benchmarks.timing import clock, quiet
from benchmarks.workloads import Request, Workload
from ostiary_runtime.request import parse_resource

CLEAR = "the clear evaluator"
# The clear evaluator asks every statement: of so many statements in all, so that large workloads do not take hours.
_MOST_ASKED = 4_000_000
_FEWEST_ASKED = 40
Answer = Callable[[Request], object]


class Prepared:
    """What the models measure. `parse_ns` and `compile_ns`: the processor time that making the parts took, once."""

    def __init__(self, workload: Workload, seed: int, count: int) -> None:
        self.workload = workload
        self.seed = seed
        self.count = count
        self.parse_ns = 0
        self.compile_ns = 0
        self._expected: list[bool] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @cached_property
    def policies(self) -> ostiary.PolicySet:
        """The policies, parsed."""
        with quiet():
            started = clock()
            policies = policy_set(self.workload)
            self.parse_ns = clock() - started
        return policies

    @cached_property
    def engine(self) -> ostiary.Engine:
        """The engine that all models share but those that need a fresh one."""
        policies = self.policies
        with quiet():
            started = clock()
            engine = ostiary.compile(policies, layers=self.workload.layers)
            self.compile_ns = clock() - started
        return engine

    def fresh_engine(self) -> ostiary.Engine:
        """An engine of the same program that has never been asked."""
        return ostiary.Engine(self.engine.program)

    @cached_property
    def program(self) -> Path:
        """The saved program."""
        self._folder = tempfile.TemporaryDirectory(prefix="ostiary-benchmark-")
        path = Path(self._folder.name) / "workload.ostiary"
        self.engine.save(path)
        return path

    @cached_property
    def requests(self) -> list[Request]:
        """Requests with distinct resources."""
        return self.workload.requests(self.seed, self.count)

    @cached_property
    def residual(self) -> float:
        """The share of requests whose leaf is not constant, so that something of the request is still tested."""
        return residual_share(self.engine, self.requests[: max(200, min(2000, 2_000_000 // self.workload.statements))])

    def asked(self, count: int) -> int:
        """How much the clear evaluator is asked: `count`, or less where there are very many statements."""
        return min(count, self.count, max(_FEWEST_ASKED, _MOST_ASKED // self.workload.statements))

    def expected(self, count: int) -> list[bool]:
        """What the clear evaluator says to the first requests, to `asked(count)` of them."""
        wanted = self.requests[: self.asked(count)]
        for request in wanted[len(self._expected) :]:
            self._expected.append(self.engine.authorize_plainly(*request).allowed)
        return self._expected[: len(wanted)]

    def close(self) -> None:
        """Removes what was saved."""
        if self._folder is not None:
            self._folder.cleanup()


def policy_set(workload: Workload) -> ostiary.PolicySet:
    """The policies of a workload, parsed and attached."""
    policies = ostiary.PolicySet()
    for policy in workload.policies:
        policies.attach(policy.document, type=policy.type, to=policy.to, name=policy.name)
    for account, path in workload.places:
        policies.place(account, path=path)
    return policies


def agreement(answer: Answer, requests: Sequence[Request], expected: Sequence[bool], against: str = CLEAR) -> Agreement:
    """Asks each request and compares; keeps the first that differs."""
    same = 0
    example = None
    for request, want in zip(requests, expected, strict=False):
        got = bool(answer(request))
        same += got is want
        if got is not want and example is None:
            said = {True: "allows", False: "denies"}
            example = f"{said[got]}, {against} {said[want]}: {request}"
    return Agreement(min(len(requests), len(expected)), same, against, example)


def residual_share(engine: ostiary.Engine, requests: Sequence[Request]) -> float:
    """The share of requests whose leaf is no constant. Makes the leaves from the engine's parts: there is no call for it."""
    known: dict[tuple[int, str, int], bool] = {}
    return sum(not _constant(engine, request, known) for request in requests) / len(requests)


def _constant(engine: ostiary.Engine, request: Request, known: dict[tuple[int, str, int], bool]) -> bool:
    """Whether a request's leaf is a constant; `known`: by row, header and stretch, since building a leaf takes long."""
    principal, action, text, _ = request
    engine.authorize(*request)
    row = engine._askers[principal].rows[action]  # noqa: SLF001
    resource = parse_resource(text)
    view = row.header(resource)
    node = view.index.node(resource.fields[5]) if resource.fields else 0
    key = id(row), resource.header, node
    if key not in known:
        known[key] = isinstance(engine._workshop.cell(view, node), ostiary.Decision)  # noqa: SLF001
    return known[key]


def renewed(requests: Sequence[Request]) -> list[Request]:
    """The same requests in new text objects, so that no hash of a text is known yet; the names of condition keys stay.

    That is what an authorizer has in hand: it has just put the texts together, and names the keys in its code.
    """
    return [
        (_anew(principal), _anew(action), _anew(resource), {key: _value(value) for key, value in context.items()})
        for principal, action, resource, context in requests
    ]


def _anew(text: str) -> str:
    return (text + "_")[:-1]


def _value(value: object) -> object:
    return _anew(value) if isinstance(value, str) else value
