"""Batches: `authorize_batch` on Arrow tables, beside hand-written pyarrow masks and SQL made from the policies.

    low / high    few distinct resources, or none twice            strings / dictionary   plain columns, or dictionary-encoded
In: a prepared workload. Out: rows in nanoseconds for one table row, on one core, with a warm engine: the first round, in which leaves
are built, is thrown away.
Agreement: effects of rows all over the table with the clear evaluator's, under all layers of every row with single decisions;
for masks and SQL, every row with ours.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks.peers.duck import duck
from benchmarks.peers.masks import masks
from benchmarks.peers.plain import Missing, Untranslatable
from benchmarks.prepared import CLEAR, Prepared
from benchmarks.record import OURS, Agreement, Row, Skip
from benchmarks.settings import Settings
from benchmarks.timing import Sample, measure, take_turns
from benchmarks.workloads import Request
from ostiary import Decision

try:
    import numpy as np
    import pyarrow as pa

    from benchmarks import tables

    MISSING = None
except ImportError:
    MISSING = "numpy and pyarrow are not installed: pip install '.[batch]'"

PEERS = ("masks", "DuckDB")
# Workloads of which every row is compared with single decisions.
EVERY_ROW = ("layers",)
_CHUNK = 50_000
# Statements from which on peers get fewer rows: they take many microseconds for each.
_MANY = 500
_FEWER = 5


def run(prepared: Prepared, settings: Settings) -> Iterator[Row | Skip]:
    name = prepared.workload.name
    if MISSING is not None:
        yield Skip("batch", name, OURS, MISSING)
        return
    peers: dict[str, Any] = {}
    for peer, build in zip(PEERS, (masks, duck), strict=True):
        try:
            peers[peer] = build(prepared.workload)
        except (Missing, Untranslatable) as why:
            yield Skip("batch", name, peer, str(why))
    with _one_core():
        for kind, make in (("low", tables.low), ("high", tables.high)):
            table = make(prepared.workload, prepared.seed, settings.rows)
            yield from _ours(prepared, settings, kind, table)
            yield from _peers(prepared, settings, peers, kind, table)


def _ours(prepared: Prepared, settings: Settings, kind: str, table: Any) -> Iterator[Row]:
    decide = prepared.engine.authorize_batch
    inputs = {f"{kind} strings": table, f"{kind} dictionary": tables.encoded(table)}
    agreed = {call: _agreement(prepared, settings, decide(given), given) for call, given in inputs.items()}
    subjects = {call: partial(_per_row, partial(decide, given), len(given)) for call, given in inputs.items()}
    for call, samples in take_turns(subjects, settings.batch_rounds).items():
        yield _row(prepared, OURS, call, measure(samples), agreed[call], len(table))


def _agreement(prepared: Prepared, settings: Settings, found: Any, table: Any) -> Agreement:
    """Effects of rows all over the table with the clear evaluator's.

    Where all layers are asked, every row too, with the single engine's, deciding statement included.
    """
    rows = sorted({int(row) for row in np.linspace(0, len(table) - 1, prepared.asked(settings.sample))})
    effects = found.column("effect").take(pa.array(rows)).to_pylist()
    requests = tables.requests_of(table, rows)
    wanted = [prepared.engine.authorize_plainly(*request).effect.value for request in requests]
    agreed = _compared(effects, wanted, requests, CLEAR)
    if prepared.workload.name not in EVERY_ROW or not agreed.whole:
        return agreed
    asked = same = 0
    for start in range(0, len(table), _CHUNK):
        part = list(range(start, min(start + _CHUNK, len(table))))
        requests = tables.requests_of(table, part)
        chunk = found.slice(start, len(part))
        answers = list(zip(chunk.column("effect").to_pylist(), chunk.column("statement").to_pylist(), strict=True))
        single = [_answer(prepared.engine.authorize(*request)) for request in requests]
        compared = _compared(answers, single, requests, f"single decisions; of {len(rows)} {CLEAR}")
        asked, same = asked + compared.asked, same + compared.same
        agreed = Agreement(asked, same, compared.against, compared.example)
        if not compared.whole:
            break
    return agreed


def _answer(decision: Decision) -> tuple[str, int | None]:
    return decision.effect.value, decision.statements[0].number if decision.statements else None


def _compared(got: Sequence[object], wanted: Sequence[object], requests: Sequence[Request], against: str) -> Agreement:
    wrong = [place for place, (mine, yours) in enumerate(zip(got, wanted, strict=True)) if mine != yours]
    example = f"{got[wrong[0]]}, {against} {wanted[wrong[0]]}: {requests[wrong[0]]}" if wrong else None
    return Agreement(len(got), len(got) - len(wrong), against, example)


def _peers(prepared: Prepared, settings: Settings, peers: Mapping[str, Any], kind: str, table: Any) -> Iterator[Row]:
    if not peers:
        return
    few = prepared.workload.statements >= _MANY
    given = table.slice(0, max(1_000, len(table) // _FEWER)).combine_chunks() if few else table
    ours = _allowed(prepared.engine.authorize_batch(given))
    loaded = {name: peer.load(given) if name == "DuckDB" else given for name, peer in peers.items()}
    agreed = {name: _same_rows(np.asarray(peer.decide(loaded[name])), ours, given) for name, peer in peers.items()}
    subjects: dict[str, Sample] = {
        name: partial(_per_row, partial(peer.decide, loaded[name]), len(given)) for name, peer in peers.items()
    }
    for name, samples in take_turns(subjects, min(3, settings.batch_rounds), warm_up=0).items():
        yield _row(prepared, name, f"{kind} strings", measure(samples), agreed[name], len(given))


def _same_rows(answers: Any, ours: Any, table: Any) -> Agreement:
    wrong = np.flatnonzero(answers != ours)
    example = None
    if len(wrong):
        row = int(wrong[0])
        example = f"allowed is {int(answers[row])}, ours is {int(ours[row])}: {tables.requests_of(table, [row])[0]}"
    return Agreement(len(ours), len(ours) - len(wrong), "our decision", example)


def _allowed(found: Any) -> Any:
    column = found.column("effect")
    return np.asarray(pa.compute.equal(column, pa.scalar("Allow")).cast(pa.int8()))


@contextmanager
def _one_core() -> Iterator[None]:
    """Holds pyarrow to one thread within."""
    before = pa.cpu_count()
    pa.set_cpu_count(1)
    try:
        yield
    finally:
        pa.set_cpu_count(before)


def _per_row(decide: Callable[[], object], rows: int) -> float:
    started = time.process_time_ns()  # of all threads, though there should be one: nothing is hidden in another
    decide()
    return (time.process_time_ns() - started) / rows


def _row(prepared: Prepared, subject: str, call: str, measured: Any, agreed: Agreement, rows: int) -> Row:
    workload = prepared.workload
    note = f"{rows:,} rows"
    return Row("batch", workload.name, subject, call, workload.statements, prepared.residual, measured, agreed, note)
