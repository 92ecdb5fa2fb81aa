"""`python -m tests.flood --count 1000000 [NAME...]`: every flood with so many requests; exit code 1 if one does harm.

A flood does harm if an answer is wrong, if the second half of it adds more than 32 MiB, or if a decision at its end takes
more than four times as long as one when nothing was known yet.
"""

from __future__ import annotations

import argparse
import sys

from tests.flood.floods import FLOODS, Flood, Result, flooded_engine, long_floods, run

MIB = 2**20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.flood", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only floods with this in their name")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--long", type=int, default=100_000, help="characters of the long texts")
    given = parser.parse_args()
    print(f"{'flood':24}{'requests':>10}{'wrong':>7}{'MiB half':>10}{'MiB end':>9}{'us cold':>9}{'us late':>9}")
    harm = 0
    for flood, count in (
        *((flood, given.count) for flood in FLOODS),
        *((flood, max(given.count // 200, 1)) for flood in long_floods(given.long)),
    ):
        if not given.names or any(name in flood.name for name in given.names):
            harm += show(flood, run(flood, count, flooded_engine()), count)
    return 1 if harm else 0


def show(flood: Flood, result: Result, count: int) -> bool:
    harmful = result.wrong > 0 or result.end - result.middle > 32 * MIB or result.late > 4 * result.cold
    print(
        f"{flood.name:24}{count:10,}{result.wrong:7}{result.middle / MIB:10.1f}{result.end / MIB:9.1f}"
        f"{result.cold * 1e6:9.2f}{result.late * 1e6:9.2f}{'  HARM' if harmful else ''}",
        flush=True,
    )
    return harmful


if __name__ == "__main__":
    sys.exit(main())
