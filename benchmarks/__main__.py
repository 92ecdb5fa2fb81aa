"""Benchmarks of single decisions, and of reading policies.

    python -m benchmarks list
    python -m benchmarks run [WORKLOAD...] [--requests N] [--rounds N] [--json FILE]
    python -m benchmarks parse [--rounds N]

Every row is checked before it is timed: each request is decided by the clear evaluator too, and on workloads that it knows by
a naive loop over regular expressions. Times are medians over rounds, each as nanoseconds and as a ratio to the reference
operation (a dictionary look-up by three strings) timed in the same round, since machines differ and are shared.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import ostiary
from benchmarks.naive import NaiveEvaluator
from benchmarks.workloads import WORKLOADS, Request, Workload
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source

SEED = 7
Ask = Callable[..., object]


def per_call(ask: Ask, requests: Sequence[Request]) -> float:
    started = time.perf_counter()
    for principal, action, resource, context in requests:
        ask(principal, action, resource, context)
    return (time.perf_counter() - started) / len(requests) * 1e9


def reference_operation(rounds: int = 20_000) -> float:
    table = {("a", "b", "c"): 1}
    key, look_up = ("a", "b", "c"), table.get
    started = time.perf_counter()
    for _ in range(rounds):
        look_up(key)
    return (time.perf_counter() - started) / rounds * 1e9


def parse(rounds: int) -> dict[str, Any]:
    """Reading the role's policy, as text: to a syntax tree with places, and by `json.loads`, which keeps none."""
    (attachment,) = WORKLOADS["role"](SEED, 1).policies.attachments
    text = attachment.document.source.text
    times: dict[str, list[float]] = {"tree": [], "json": []}
    for _ in range(rounds):
        started = time.perf_counter()
        load_policy(Source("role", text))
        read = time.perf_counter()
        json.loads(text)
        times["tree"].append((read - started) * 1e3)
        times["json"].append((time.perf_counter() - read) * 1e3)
    return {"characters": len(text), **{f"{name}_ms": round(statistics.median(ms), 3) for name, ms in times.items()}}


def naive_for(workload: Workload) -> NaiveEvaluator | None:
    """The naive loop, where it knows the workload's kind of policy."""
    if workload.layers != ("identity",):
        return None
    statements = [
        each
        for attachment in workload.policies.attachments
        for each in json.loads(attachment.document.source.text)["Statement"]
    ]
    return NaiveEvaluator(statements, workload.requests[0][0].rpartition("/")[2])


def run(workload: Workload, rounds: int) -> dict[str, Any]:
    started = time.perf_counter()
    engine = ostiary.compile(workload.policies, layers=workload.layers)
    compiled = time.perf_counter() - started
    first = per_call(engine.is_allowed, workload.requests)
    clear = [engine.authorize_plainly(*request).allowed for request in workload.requests[:2000]]
    agree = sum(engine.is_allowed(*request) == want for request, want in zip(workload.requests, clear, strict=False))
    naive = naive_for(workload)
    naive_agree = None
    if naive is not None:
        pairs = [(naive.is_allowed(*request), engine.is_allowed(*request)) for request in workload.requests[:2000]]
        naive_agree = f"{sum(mine == ours for mine, ours in pairs)}/{len(pairs)}"
    times: dict[str, list[tuple[float, float]]] = {"is_allowed": [], "authorize": [], "naive": []}
    for _ in range(rounds):
        reference = reference_operation()
        times["is_allowed"].append((per_call(engine.is_allowed, workload.requests), reference))
        times["authorize"].append((per_call(engine.authorize, workload.requests), reference))
        if naive is not None:
            times["naive"].append((per_call(naive.is_allowed, workload.requests[:2000]), reference))
    row: dict[str, Any] = {
        "workload": workload.name,
        "statements": workload.statements,
        "compile_ms": round(compiled * 1e3, 1),
        "first_pass_ns": round(first),
        "allowed_share": round(sum(clear) / len(clear), 2),
        "agreement_clear": f"{agree}/{len(clear)}",
        "agreement_naive": naive_agree,
    }
    for name, measured in times.items():
        if measured:
            row[f"{name}_ns"] = round(statistics.median(ns for ns, _ in measured))
            row[f"{name}_ratio"] = round(statistics.median(ns / reference for ns, reference in measured), 1)
    return row


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name the workloads")
    runner = commands.add_parser("run", help="check and time workloads")
    runner.add_argument("workloads", nargs="*", choices=[*WORKLOADS, []], metavar="WORKLOAD")
    runner.add_argument("--requests", type=int, default=12_000)
    runner.add_argument("--rounds", type=int, default=7)
    runner.add_argument("--json", metavar="FILE")
    reader = commands.add_parser("parse", help="time reading a policy")
    reader.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    if options.command == "list":
        print("\n".join(WORKLOADS))
        return 0
    if options.command == "parse":
        print(json.dumps(parse(options.rounds)))
        return 0
    rows = [run(WORKLOADS[name](SEED, options.requests), options.rounds) for name in options.workloads or WORKLOADS]
    for row in rows:
        print(json.dumps(row))
    if options.json:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "ostiary": ostiary.__version__}
        with open(options.json, "w", encoding="utf-8") as file:  # noqa: PTH123  # a plain report
            json.dump({"machine": machine, "seed": SEED, "rows": rows}, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
