"""Memory after many decisions on distinct resources, in a fresh process that loads the saved program.

In: a prepared workload. Out: rows in MB: the process as a whole (interpreter and all), what it grew by the decisions, and
what Python allocated for the engine (tracemalloc). Requests are drawn one by one and kept nowhere.
"""

from collections.abc import Iterator
from typing import Any

from benchmarks.children.start import fresh
from benchmarks.models.compiling import HUGE
from benchmarks.prepared import CLEAR, Prepared
from benchmarks.record import OURS, Agreement, Row, Skip
from benchmarks.settings import Settings
from benchmarks.timing import plain_measure

_COMPARED = 200
_TRACED_LESS = 5


def run(prepared: Prepared, settings: Settings) -> Iterator[Row | Skip]:
    name = prepared.workload.name

    def child(*, traced: bool) -> dict[str, Any]:
        return fresh("memory", prepared.program, name, prepared.seed, decisions[traced], _COMPARED, int(traced))

    decisions = {False: settings.decisions, True: settings.decisions // _TRACED_LESS}
    plain = child(traced=False)
    # Tracing slows everything several times over.
    traced = child(traced=True) if prepared.workload.statements <= HUGE else None
    expected = prepared.expected(_COMPARED)
    values: dict[str, tuple[float, list[bool]]] = {}
    if plain["after_mb"]:
        values["process"] = plain["after_mb"], plain["answers"]
        values["growth"] = plain["after_mb"] - plain["loaded_mb"], plain["answers"]
    else:
        yield Skip("memory", name, OURS, "resident memory is read from /proc, which this system lacks")
    if traced is not None:
        values["engine"] = traced["traced_mb"], traced["answers"]
    for call, (value, answers) in values.items():
        same = sum(got is want for got, want in zip(answers, expected, strict=False))
        yield Row(
            "memory",
            name,
            OURS,
            call,
            prepared.workload.statements,
            prepared.residual,
            plain_measure([value], "MB"),
            Agreement(min(len(expected), len(answers)), same, CLEAR),
            f"after {decisions[call == 'engine']:,} decisions",
        )
