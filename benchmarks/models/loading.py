"""Loading a saved program in a fresh process that never imports the parser.

In: a prepared workload. Out: rows in milliseconds for the import of the runtime, the load, and the first decision after it.
Fails if the process holds lark, networkx or the compiler: then it is not what is claimed.
"""

from collections.abc import Iterator

from benchmarks.children.start import fresh
from benchmarks.models.compiling import HUGE
from benchmarks.prepared import CLEAR, Prepared
from benchmarks.record import OURS, Agreement, Row
from benchmarks.settings import Settings
from benchmarks.timing import measure

_ASKED = 100


def run(prepared: Prepared, settings: Settings) -> Iterator[Row]:
    name = prepared.workload.name
    processes = 1 if prepared.workload.statements > HUGE else settings.processes
    found = [fresh("load", prepared.program, name, prepared.seed, _ASKED) for _ in range(processes)]
    for each in found:
        if each["strangers"]:
            raise AssertionError(f"loading a program imported {', '.join(each['strangers'])}")
    expected = prepared.expected(_ASKED)
    same = sum(got is want for got, want in zip(found[-1]["answers"], expected, strict=False))
    agreed = Agreement(len(expected), same, CLEAR)
    kilobytes = prepared.program.stat().st_size / 1e3
    for call, key in (("import", "import_ns"), ("load", "load_ns"), ("first decision", "first_ns")):
        samples = [(each[key], each["reference_ns"]) for each in found]
        note = f"{kilobytes:.0f} kB" if call == "load" else ""
        yield Row("load", name, OURS, call, prepared.workload.statements, None, measure(samples, "ms"), agreed, note)
