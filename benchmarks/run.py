"""The run: a plan to a record, row by row.

In: a plan and settings. Out: a `Record`; each row is told to a listener as soon as it is there.
Invariant: a model that fails is not skipped over: its exception ends the run. What cannot be measured here is a `Skip`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    plan: Mapping[str, tuple[str, ...]],
    settings: Settings,
    *,
    replay: bool,
    command: str,
    listener: Listener,
    save: Callable[[Record], None] = lambda _: None,
) -> Record:
    """Measures everything in a plan. `save` is handed the record as far as it is there after each workload, and at the end."""
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = time.monotonic()
    where, there, head = machine(), versions(), commit()
    used = {key: value for key, value in asdict(settings).items() if key != "node"}
    rows: list[Row] = []
    skipped: list[Skip] = []
    references: list[float] = []

    def take(found: Row | Skip) -> None:
        if isinstance(found, Row):
            found = rounded(found)
            rows.append(found)
        else:
            skipped.append(found)
        listener(found)

    def record() -> Record:
        references.extend(reference_sample() for _ in range(11))
        reference = [round(each, 1) for each in spread(references)]
        took = {**used, "seconds": round(time.monotonic() - began)}
        found = {**where, "reference_ns": reference}
        return Record(started, command, found, there, head, took, tuple(rows), tuple(skipped))

    for name, models in plan.items():
        for found in _workload(name, models, settings):
            take(found)
        save(record())
    if replay:
        for found in replaying.run(settings):
            take(found)
    whole = record()
    save(whole)
    return whole


def _workload(name: str, models: Iterable[str], settings: Settings) -> Iterator[Row | Skip]:
    """All models of one workload; what was made ready for it is let go at the end."""
    try:
        made = workload(name)
    except NotHere as why:
        yield Skip("all", name, OURS, str(why))
        return
    if made.statements > settings.largest:
        yield Skip("all", name, OURS, f"more than {settings.largest:,} statements are measured in a full run only")
        return
    prepared = Prepared(made, settings.seed, settings.requests)
    try:
        for model in models:
            yield from MODELS[model](prepared, settings)
    finally:
        prepared.close()


def disagreements(record: Record) -> list[Row]:
    """Rows in which an answer of ours was not what it must be. What peers answer is theirs."""
    return [row for row in record.rows if row.subject == OURS and not row.agreement.whole]
