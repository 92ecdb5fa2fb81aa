"""Peers: what one would use instead, each told the same policies in its own language.

    plain         what all translations start from        expressions   patterns and conditions, made ready
    naive         by hand: a loop of regular expressions   cedar casbin vakt moto   libraries, in this process
    simulate      iam-simulate, in a process of its own    masks duck    whole tables: pyarrow by hand, SQL
Each module's docstring describes its translation. None is needed to use or to test Ostiary; what is not installed is skipped
with a line that says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.peers.casbin import casbin
from benchmarks.peers.cedar import cedar
from benchmarks.peers.moto import moto
from benchmarks.peers.naive import by_bucket, naive
from benchmarks.peers.plain import Missing, Untranslatable
from benchmarks.peers.vakt import vakt
from benchmarks.workloads import Request, Workload

__all__ = ["SINGLE", "Missing", "Peer", "SinglePeer", "Untranslatable"]


class SinglePeer(Protocol):
    """A peer that holds a workload's policies."""

    def request(self, request: Request, /) -> Any:
        """A request as the peer takes it; not timed."""

    def ask(self, request: Any, /) -> bool:
        """Whether it is allowed; timed."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer for single decisions; `make` raises `Missing` or `Untranslatable`."""

    name: str
    licence: str
    make: Callable[[Workload], SinglePeer]


SINGLE = (
    Peer("naive loop", "ours", naive),
    Peer("naive loop by bucket", "ours", by_bucket),
    Peer("cedarpy", "Apache-2.0", cedar),
    Peer("vakt", "Apache-2.0", vakt),
    Peer("moto", "Apache-2.0", moto),
    Peer("pycasbin", "Apache-2.0", casbin),
)
