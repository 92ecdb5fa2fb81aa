"""What a workload is: policies as data, and requests drawn from a seed.

In: nothing. Out: `Workload`, `Policy`, `Request`, and the context that every workload shares.
Invariant: this package imports nothing of the product, so that a fresh process can draw requests beside a loaded program and
be measured. The same seed gives the same requests.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Request = tuple[str, str, str, dict[str, object]]
"""Principal, action, resource, context."""

Draw = Callable[[random.Random, int], Request]
"""Makes the request of a number; requests of different numbers have different resources."""

ACCOUNT = "111122223333"
REGION = "eu-west-1"

# One in twelve callers comes from elsewhere; the addresses, tags and times are as many as an hour of an authorizer shows.
_ADDRESSES = tuple(
    f"10.{number % 7}.{number % 5}.{number % 250}" if number % 12 else f"203.0.113.{number % 250}"
    for number in range(600)
)
_TEAMS = ("blue", "blue", "green", "red")
_REGIONS = (REGION, REGION, REGION, REGION, REGION, "eu-central-1", "eu-central-1", "us-east-1")
_SECURE = ("true", "true", "true", "true", "true", "true", "true", "false")


@dataclass(frozen=True, slots=True)
class Policy:
    """One document (as JSON would hold it), of one type, attached to one target; None: everyone, or everything."""

    document: dict[str, Any]  # a policy document
    type: str
    to: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Workload:
    """Policies, the layers that are asked, where accounts stand, and how requests are drawn.

    `names_one_caller`: all requests come from one principal, so that its user name may be put in where a policy has a variable.
    """

    name: str
    about: str
    policies: tuple[Policy, ...]
    layers: tuple[str, ...]
    draw: Draw
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    names_one_caller: bool = True

    @property
    def statements(self) -> int:
        """How many statements all documents hold."""
        return sum(len(policy.document["Statement"]) for policy in self.policies)

    def stream(self, seed: int) -> Iterator[Request]:
        """Requests without end, each with a resource of its own."""
        rng = random.Random(seed)
        number = 0
        while True:
            yield self.draw(rng, number)
            number += 1

    def requests(self, seed: int, count: int) -> list[Request]:
        """The first requests of a stream."""
        stream = self.stream(seed)
        return [next(stream) for _ in range(count)]


def document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """A policy document of the current version."""
    return {"Version": "2012-10-17", "Statement": statements}


def context(rng: random.Random) -> dict[str, object]:
    """Five condition keys, as an authorizer gathers them; one request in some differs from what conditions ask."""
    return {
        "aws:SourceIp": rng.choice(_ADDRESSES),
        "aws:SecureTransport": rng.choice(_SECURE),
        "aws:RequestedRegion": rng.choice(_REGIONS),
        "aws:PrincipalTag/team": rng.choice(_TEAMS),
        "aws:CurrentTime": f"2026-03-01T12:00:{rng.randrange(60):02}Z",
    }


CONDITIONS: tuple[dict[str, Any], ...] = (
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}},
    {"StringEquals": {"aws:PrincipalTag/team": ["blue", "green"]}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringLike": {"aws:RequestedRegion": "eu-*"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2024-01-01T00:00:00Z"}},
)
"""One condition for each kind of operator that the workloads use."""
