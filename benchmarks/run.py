"""The run: a plan to a record, row by row.

In: a plan and settings. Out: a `Record`; each row is told to a listener as soon as it is there.
Invariant: a model that fails is not skipped over: its exception ends the run. What cannot be measured here is a `Skip`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from benchmarks.machine import commit, machine, versions
from benchmarks.models import MODELS, replaying
from benchmarks.prepared import Prepared
from benchmarks.record import OURS, Record, Row, Skip, rounded
from benchmarks.settings import Settings
from benchmarks.timing import reference_sample, spread
from benchmarks.workloads import NotHere, workload

Listener = Callable[[Row | Skip], None]


def run(
    plan: Mapping[str, tuple[str, ...]], settings: Settings, *, replay: bool, command: str, listener: Listener
) -> Record:
    """Measures everything in a plan."""
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = time.monotonic()
    where = machine()
    rows: list[Row] = []
    skipped: list[Skip] = []

    def take(found: Row | Skip) -> None:
        if isinstance(found, Row):
            found = rounded(found)
            rows.append(found)
        else:
            skipped.append(found)
        listener(found)

    for name, models in plan.items():
        try:
            made = workload(name)
        except NotHere as why:
            take(Skip("all", name, OURS, str(why)))
            continue
        if made.statements > settings.largest:
            take(Skip("all", name, OURS, f"more than {settings.largest:,} statements are measured in a full run only"))
            continue
        prepared = Prepared(made, settings.seed, settings.requests)
        try:
            for model in models:
                for found in MODELS[model](prepared, settings):
                    take(found)
        finally:
            prepared.close()
    if replay:
        for found in replaying.run(settings):
            take(found)
    low, median, high = spread([reference_sample() for _ in range(31)])
    used = {key: value for key, value in asdict(settings).items() if key != "node"}
    return Record(
        started,
        command,
        {**where, "reference_ns": [round(each, 1) for each in (low, median, high)]},
        versions(),
        commit(),
        {**used, "seconds": round(time.monotonic() - began)},
        tuple(rows),
        tuple(skipped),
    )


def disagreements(record: Record) -> list[Row]:
    """Rows in which an answer of ours was not what it must be. What peers answer is theirs."""
    return [row for row in record.rows if row.subject == OURS and not row.agreement.whole]
