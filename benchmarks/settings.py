"""Settings: how much a run measures. Three sizes, as data.

check   what CI runs: agreement, and ratios to look at; under forty seconds
quick   under two minutes on two cores
full    what is recorded; half an hour
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """`requests` and `rounds`: of single decisions. `rows` and `batch_rounds`: of batches. `decisions`: of the memory model.
    `processes`: fresh processes for load. `engines`: fresh engines for first touches. `sample`: answers compared with the clear
    evaluator. `peer_ms`: how long one sample of a peer may take. `largest`: statements above which no workload is made.
    `copies`: of the example logs in a replay. `node`: the folder that holds `node_modules`.
    """

    size: str
    requests: int
    rounds: int
    rows: int
    batch_rounds: int
    decisions: int
    processes: int
    engines: int
    sample: int
    peer_ms: int
    largest: int
    copies: int
    seed: int = 7
    node: Path | None = None


SIZES = {
    "check": Settings(
        "check", requests=2_000, rounds=3, rows=20_000, batch_rounds=2, decisions=20_000, processes=1, engines=1,
        sample=500, peer_ms=20, largest=100, copies=2,
    ),
    "quick": Settings(
        "quick", requests=3_000, rounds=5, rows=50_000, batch_rounds=3, decisions=50_000, processes=2, engines=2,
        sample=300, peer_ms=15, largest=1_000, copies=5,
    ),
    "full": Settings(
        "full", requests=12_000, rounds=11, rows=1_000_000, batch_rounds=5, decisions=1_000_000, processes=5, engines=3,
        sample=2_000, peer_ms=150, largest=100_000, copies=20,
    ),
}  # fmt: skip
