"""A fresh process that loads a saved program, decides, and says how long it took.

    python -m benchmarks.children.load PROGRAM WORKLOAD SEED COUNT

Prints JSON: nanoseconds of processor time for the import of the runtime, for the load, for the first decision; the reference operation; the
answers; and which of the modules that must not be there are there.
"""

import json
import sys
import time
from pathlib import Path


def main(program: str, name: str, seed: str, count: str) -> None:
    started = time.thread_time_ns()
    from ostiary_runtime.codec import from_bytes  # the import is what is measured
    from ostiary_runtime.engine import Engine

    imported = time.thread_time_ns()
    engine = Engine(from_bytes(Path(program).read_bytes()))
    loaded = time.thread_time_ns()

    from benchmarks.timing import reference_sample
    from benchmarks.workloads import workload

    requests = workload(name).requests(int(seed), int(count))
    asked = time.thread_time_ns()
    engine.is_allowed(*requests[0])
    first = time.thread_time_ns() - asked
    found = {
        "import_ns": imported - started,
        "load_ns": loaded - imported,
        "first_ns": first,
        "reference_ns": reference_sample(),
        "answers": [engine.is_allowed(*request) for request in requests],
        "strangers": sorted({"lark", "networkx", "ostiary_compiler"} & set(sys.modules)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
