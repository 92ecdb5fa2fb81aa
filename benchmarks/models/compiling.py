"""Compiling: from policies to an engine, without parsing and with it.

In: a prepared workload. Out: two rows in milliseconds.
Agreement is that of the engines that the clock saw: each decides a few requests as the clear evaluator does, and all of them
come to the same program.
"""

from collections.abc import Iterator
from functools import partial

import ostiary
from benchmarks.prepared import Prepared, agreement, policy_set
from benchmarks.record import OURS, Row
from benchmarks.settings import Settings
from benchmarks.timing import clock, measure, reference_sample, take_turns
from benchmarks.workloads import Request

# Statements above which compiling is measured by one sample, and above which other models too take fewer.
MANY = 5_000
HUGE = 20_000
_ASKED = 100


def run(prepared: Prepared, settings: Settings) -> Iterator[Row]:
    workload, policies = prepared.workload, prepared.policies
    made: dict[str, ostiary.Engine] = {}

    def compiled() -> float:
        started = clock()
        made["compile"] = ostiary.compile(policies, layers=workload.layers)
        return clock() - started

    def parsed() -> float:
        started = clock()
        made["parse and compile"] = ostiary.compile(policy_set(workload), layers=workload.layers)
        return clock() - started

    once = workload.statements > MANY
    if once:  # up to minutes each: the one time that it has to be done anyway is the sample
        made = dict.fromkeys(("compile", "parse and compile"), prepared.engine)
        reference = reference_sample()
        taken = {
            "compile": [(float(prepared.compile_ns), reference)],
            "parse and compile": [(float(prepared.parse_ns + prepared.compile_ns), reference)],
        }
    else:
        subjects = {"compile": compiled, "parse and compile": parsed}
        taken = take_turns(subjects, settings.rounds)
    expected = prepared.expected(_ASKED)
    for call, samples in taken.items():
        engine = made[call]
        agreed = agreement(partial(_ask, engine), prepared.requests, expected)
        if engine.digest != prepared.engine.digest:
            raise AssertionError(f"{workload.name}: the same policies gave another program")
        note = "one sample" if once else ""
        yield Row("compile", workload.name, OURS, call, workload.statements, None, measure(samples, "ms"), agreed, note)


def _ask(engine: ostiary.Engine, request: Request) -> bool:
    return engine.is_allowed(*request)
