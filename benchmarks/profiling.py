"""Profiles: which functions a model's time goes to, for goals that are missed.

    python -m benchmarks profile WORKLOAD MODEL

In: a prepared workload and a model. Out: functions with their share of the time, by what they do themselves and by what they call.
A profile slows calls and not what C does between them: shares are hints, times are not given.
"""

import cProfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ostiary
from benchmarks.prepared import Prepared
from benchmarks.settings import Settings

MODELS = ("compile", "load", "first-touch", "single", "batch")
_PACKAGES = ("ostiary", "ostiary_grammar", "ostiary_compiler", "ostiary_runtime")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a function took of the whole: `own` by itself, `whole` with what it called; both as shares."""

    function: str
    calls: int
    own: float
    whole: float


def profile(prepared: Prepared, model: str, settings: Settings) -> list[Spent]:
    """Where the time of a model goes, most first; ValueError for a model that has none to show."""
    work = _work(prepared, model, settings)
    profiler = cProfile.Profile(time.thread_time)
    profiler.runcall(work)
    calls: dict[str, int] = defaultdict(int)
    own: dict[str, float] = defaultdict(float)
    whole: dict[str, float] = defaultdict(float)
    # Generated leaves all have one name, under which `pstats` would keep but one of them.
    for each in profiler.getstats():
        name = each.code if isinstance(each.code, str) else _named(each.code.co_filename, each.code.co_name)
        calls[name] += each.callcount
        own[name] += each.inlinetime
        whole[name] += each.totaltime
    total = sum(own.values()) or 1.0
    most_first = sorted(own, key=lambda name: -own[name])
    return [Spent(name, calls[name], own[name] / total, whole[name] / total) for name in most_first]


def _named(file: str, name: str) -> str:
    parts = Path(file).with_suffix("").parts
    for place, part in enumerate(parts):
        if part in _PACKAGES and part not in parts[place + 1 :]:
            return f"{'.'.join(parts[place:])}:{name}"
    return f"{Path(file).stem}:{name}"


def _work(prepared: Prepared, model: str, settings: Settings) -> Callable[[], object]:
    engine, requests = prepared.engine, prepared.requests
    match model:
        case "compile":
            policies, layers = prepared.policies, prepared.workload.layers
            return lambda: ostiary.compile(policies, layers=layers)
        case "load":
            program = prepared.program
            return lambda: ostiary.load(program)
        case "first-touch":
            fresh = prepared.fresh_engine()
            return lambda: [fresh.is_allowed(*request) for request in requests]
        case "single":
            _ = [engine.is_allowed(*request) for request in requests]
            return lambda: [engine.is_allowed(*request) for request in requests]
        case "batch":
            from benchmarks import tables  # numpy and pyarrow are optional

            table = tables.high(prepared.workload, prepared.seed, settings.rows)
            engine.authorize_batch(table)
            return lambda: engine.authorize_batch(table)
        case _:
            raise ValueError(f"`{model}` cannot be profiled; give one of {', '.join(MODELS)}")
