"""Starting a fresh process: the same interpreter, the same import path, and its JSON answer.

In: a module of this package and its arguments. Out: what it printed.
"""

import json
import os
import subprocess
import sys
from typing import Any


def fresh(module: str, *arguments: object) -> dict[str, Any]:
    """Runs `python -m benchmarks.children.MODULE` and reads its answer; RuntimeError with its words if it fails."""
    run = subprocess.run(
        [sys.executable, "-m", f"benchmarks.children.{module}", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    if run.returncode:
        raise RuntimeError(f"benchmarks.children.{module} failed: {run.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(run.stdout)
    return found
