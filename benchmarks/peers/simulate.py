"""iam-simulate (npm `@cloud-copilot/iam-simulate`, AGPL-3.0): run as a program of its own, by node, with a timing loop of its own.

No code of it is part of this repository, nor linked with it. It validates every request against AWS's service data, explains
every statement, and answers asynchronously: it is a simulator, not an authorizer, and its times include all of that. The
statements of callers go in as one identity policy, those of buckets as one resource policy.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.moto import statement_json
from benchmarks.peers.plain import Missing, Plain, Untranslatable, plain_statements
from benchmarks.workloads import Request, Workload

PACKAGE = "@cloud-copilot/iam-simulate"
_SCRIPT = Path(__file__).with_name("simulate.mjs")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the program found: answers (a text where it refused), and nanoseconds per decision, sample by sample."""

    version: str
    answers: tuple[bool | str, ...]
    samples: tuple[float, ...]


def simulate(workload: Workload, requests: Sequence[Request], folder: Path | None, milliseconds: int) -> Simulated:
    """Runs the program over requests; `Missing` if node or the package is not there."""
    node = shutil.which("node")
    if node is None:
        raise Missing("node is not installed")
    place = folder or Path.cwd()
    if not (place / "node_modules" / PACKAGE).is_dir():
        raise Missing(f"{PACKAGE} is not installed: npm install {PACKAGE}, and give its folder with --node")
    statements = plain_statements(workload)
    if workload.name.startswith("mixed"):
        raise Untranslatable("its services are invented, and iam-simulate refuses actions that AWS does not have")
    run = subprocess.run(
        [node, str(_SCRIPT), str(place.resolve())],
        input=json.dumps(_question(workload, statements, requests, milliseconds)),
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        env={"PATH": os.environ.get("PATH", "")},
    )
    if run.returncode:
        raise Missing(f"{PACKAGE} failed: {run.stderr.strip()[-300:]}")
    found = json.loads(run.stdout)
    return Simulated(found["version"], tuple(found["answers"]), tuple(found["samples"]))


def _question(
    workload: Workload, statements: Sequence[Plain], requests: Sequence[Request], milliseconds: int
) -> dict[str, Any]:
    own = [statement_json(each) for each in statements if each.principals is None]
    shared = [statement_json(each) for each in statements if each.principals is not None]
    return {
        "identityPolicies": [{"name": workload.name, "policy": _document(own)}] if own else [],
        "resourcePolicy": _document(shared) if shared else None,
        "requests": requests,
        "account": requests[0][0].split(":")[4],
        "milliseconds": milliseconds,
    }


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
