"""The big run: generated pairs of policy set and request, on every setting of the engine against the oracle.

    python -m tests.differential --pairs 200000 --seed 1000000

Prints how far it is, every difference made small, and how many answers of which kind there were. The exit code is 1 if there
was a difference. Seeds are consecutive: the policy set of a pair is made by `tests.strategies.generate.generate(seed)`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import islice

from tests.batches import fits
from tests.differential.generated import REQUESTS, described, differences, pairs, shrunk
from tests.engines import SETTINGS
from tests.oracle.decide import decide

SHOWN = 20  # differences that are made small and printed; all are counted
PAUSE = 10  # seconds between two lines about how far it is


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sets = -(-options.pairs // REQUESTS)
    started = told = time.monotonic()
    outcomes: Counter[str] = Counter()
    by_setting: Counter[str] = Counter()
    done = tables = 0
    for offset, (policies, requests) in enumerate(islice(pairs(options.seed), sets)):
        for difference in differences(policies, requests, options.seed + offset):
            by_setting[difference.setting] += 1
            if by_setting.total() <= SHOWN:
                print(described(shrunk(difference)), flush=True)
        for request in requests:
            answer = decide(policies, request)
            outcomes[f"{answer.effect}, {'certain' if answer.certain else 'not certain'}"] += 1
        done += len(requests)
        tables += sum(map(fits, requests))
        if time.monotonic() - told > PAUSE:
            told = time.monotonic()
            rate = done / (told - started)
            print(f"{done:,} pairs, {by_setting.total()} differences, {rate:,.0f} pairs/s", file=sys.stderr, flush=True)
    print(f"{done:,} pairs of {sets:,} policy sets on {len(SETTINGS)} settings in {time.monotonic() - started:.0f} s")
    print(f"  {'of them asked as a table':28} {tables:10,}  {100 * tables / max(1, done):5.1f} %")
    for outcome, count in outcomes.most_common():
        print(f"  {outcome:28} {count:10,}  {100 * count / max(1, done):5.1f} %")
    print(f"{by_setting.total()} differences {dict(by_setting) if by_setting else ''}".rstrip())
    return 1 if by_setting else 0


if __name__ == "__main__":
    sys.exit(main())
