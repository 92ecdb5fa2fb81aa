"""Workloads: policies as data and generators of requests.

    documentation   the developer group of the CloudTrail guide
    role            40 statements as a realistic role has them, conditions on nearly all
    layers          the same role under every type of policy
    gateway-N       N bucket policies of an S3-style gateway
    mixed-N         N statements over 25 services with broad guard-rails
    managed         ten AWS managed policies, where a collection of them is at hand
    wildcards       several stars against long texts of one letter
Invariant: imports nothing of the product (see `model`).
"""

from collections.abc import Callable

from benchmarks.workloads.documentation import documentation
from benchmarks.workloads.gateway import gateway
from benchmarks.workloads.managed import NotHere, managed
from benchmarks.workloads.mixed import mixed
from benchmarks.workloads.model import Request, Workload
from benchmarks.workloads.roles import layers, role
from benchmarks.workloads.wildcards import wildcards

__all__ = ["FIXED", "SIZED", "NotHere", "Request", "Workload", "workload"]

FIXED: dict[str, Callable[[], Workload]] = {
    "documentation": documentation,
    "role": role,
    "layers": layers,
    "managed": managed,
    "wildcards": wildcards,
}
SIZED: dict[str, Callable[[int], Workload]] = {"gateway": gateway, "mixed": mixed}
MOST_STATEMENTS = 1_000_000


def workload(name: str) -> Workload:
    """The workload of a name; ValueError if there is none, `NotHere` if it cannot be made on this machine."""
    if name in FIXED:
        return FIXED[name]()
    family, _, size = name.rpartition("-")
    if family in SIZED and size.isascii() and size.isdigit() and 0 < int(size) <= MOST_STATEMENTS:
        return SIZED[family](int(size))
    known = ", ".join([*FIXED, *(f"{each}-N" for each in SIZED)])
    raise ValueError(f"there is no workload `{name}`; there are {known}")
