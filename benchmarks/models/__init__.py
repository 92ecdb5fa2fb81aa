"""Models: what is measured of a workload. Each is a function from a prepared workload to rows.

    parse        text to syntax trees                      compile   policies to an engine, with and without parsing
    load         a saved program, in a fresh process       first-touch   the first requests of a fresh engine, one by one
    single       `is_allowed` and `authorize`, hot and cold   peers   the same requests, asked of what one would use instead
    batch        Arrow tables, beside masks and SQL        memory    after many decisions, in a fresh process
    replay       logs (no workload)
Building and using are apart, and each row carries its agreement.
"""

from collections.abc import Callable, Iterator

from benchmarks.models import batch, compiling, first, loading, memory, parsing, peers, single
from benchmarks.prepared import Prepared
from benchmarks.record import Row, Skip
from benchmarks.settings import Settings

MODELS: dict[str, Callable[[Prepared, Settings], Iterator[Row | Skip]]] = {
    "parse": parsing.run,
    "compile": compiling.run,
    "load": loading.run,
    "first-touch": first.run,
    "single": single.run,
    "peers": peers.run,
    "batch": batch.run,
    "memory": memory.run,
}
REPLAY = "replay"
