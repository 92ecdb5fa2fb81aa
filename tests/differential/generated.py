"""Generated policy sets and requests on every setting of the engine, against the oracle.

In: seeds of `tests.strategies.generate`. Out: `Difference`s, which can be made small and written as what reproduces them.
Not here: who of the two is right; the specification says that.
"""

from __future__ import annotations

import pprint
from collections.abc import Iterator
from dataclasses import dataclass

from tests.engines import SETTINGS, Bench, Said, oracle
from tests.oracle.model import PolicySet, Request
from tests.strategies.generate import generate
from tests.strategies.shrink import smallest

REQUESTS = 10  # that `generate` makes for one policy set


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair on which a setting does not say what the oracle says; `got` is an answer or what was raised."""

    seed: int
    policies: PolicySet
    request: Request
    setting: str
    wanted: Said
    got: Said | Exception

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.setting}: oracle {self.wanted}, got {self.got!r}"


def pairs(seed: int) -> Iterator[tuple[PolicySet, list[Request]]]:
    """Policy sets with their requests, from a seed on, without end."""
    while True:
        yield generate(seed, requests=REQUESTS)
        seed += 1


def differences(policies: PolicySet, requests: list[Request], seed: int = -1) -> Iterator[Difference]:
    """What the settings answer differently from the oracle. All requests share the engines, as in use."""
    bench = Bench(policies)
    for request in requests:
        wanted = oracle(bench, request)
        for name, setting in SETTINGS.items():
            if name == "oracle":
                continue
            got: Said | Exception | None
            try:
                got = setting(bench, request)
            except Exception as problem:  # noqa: BLE001  # whatever is raised is a difference to be reported
                got = problem
            if got is not None and (isinstance(got, Exception) or not got.agrees(wanted)):
                yield Difference(seed, policies, request, name, wanted, got)


def shrunk(difference: Difference) -> Difference:
    """The same difference, with all that it does not need taken away."""

    def fails(policies: PolicySet, request: Request) -> bool:
        return any(each.setting == difference.setting for each in _of_valid(policies, request))

    if not fails(difference.policies, difference.request):
        return difference  # only there after the requests before it
    policies, request = smallest(difference.policies, difference.request, fails)
    small = next(each for each in _of_valid(policies, request) if each.setting == difference.setting)
    return Difference(difference.seed, policies, request, small.setting, small.wanted, small.got)


def _of_valid(policies: PolicySet, request: Request) -> Iterator[Difference]:
    """Differences of one pair, none where taking something away has left a policy that is not valid."""
    try:
        _ = Bench(policies).engine
    except Exception:  # noqa: BLE001  # not valid, so not what is looked for
        return
    yield from differences(policies, [request])


def described(difference: Difference) -> str:
    """All that is needed to see the difference again."""
    lines = [
        str(difference),
        pprint.pformat(difference.policies, width=140),
        pprint.pformat(difference.request, width=140),
    ]
    return "\n".join(lines)
