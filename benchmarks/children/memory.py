"""A fresh process that loads a saved program, decides many distinct requests, and says what memory that took.

    python -m benchmarks.children.memory PROGRAM WORKLOAD SEED COUNT COMPARED TRACED

Prints JSON: MB of the process before the load, after it, and after the decisions (resident; with `TRACED` 1 also what Python
allocated for the engine, by tracemalloc, which slows everything); the answers to the first `COMPARED` requests.
"""

import json
import os
import random
import sys
import tracemalloc
from pathlib import Path

from benchmarks.workloads import workload
from ostiary_runtime.codec import from_bytes
from ostiary_runtime.engine import Engine


def resident() -> float:
    """Resident memory of this process in MB, as Linux tells it; 0 elsewhere."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(program: str, name: str, seed: str, count: str, compared: str, traced: str) -> None:
    draw, rng = workload(name).draw, random.Random(int(seed))  # the policies are let go: the program stands for them
    before = resident()
    if traced == "1":
        tracemalloc.start()
    engine = Engine(from_bytes(Path(program).read_bytes()))
    loaded = resident()
    answers: list[bool] = []
    for number in range(int(count)):
        answer = engine.is_allowed(*draw(rng, number))
        if len(answers) < int(compared):
            answers.append(answer)
    found = {
        "before_mb": before,
        "loaded_mb": loaded,
        "after_mb": resident(),
        "traced_mb": tracemalloc.get_traced_memory()[0] / 1e6 if traced == "1" else None,
        "answers": answers,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
