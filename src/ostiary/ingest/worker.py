"""A process that reads files: what `pool` starts.

In: on standard input, a `Task` and then paths, each as a pickle. Out: on standard output, `Part`s, each as a pickle.
Invariant: it ends when its input ends, or when nobody reads what it writes; Ctrl-C is for the process that started it.
"""

import os
import pickle
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ostiary.cloudtrail.damage import Damage, DamageKind
from ostiary.cloudtrail.files import LogFile
from ostiary.ingest.plain import Numbers, Rows
from ostiary.ingest.readers import ReadingOptions, reader_of


@dataclass(frozen=True, slots=True)
class Task:
    """How to read."""

    options: ReadingOptions


def main() -> None:
    """Reads until there is no more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # what anything else prints must not come between the parts
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):
        _work(sys.stdin.buffer, out)


def _work(tasks: BinaryIO, out: BinaryIO) -> None:
    options = pickle.load(tasks).options  # noqa: S301  # from the process that started this one
    reader = reader_of(options)
    while True:
        try:
            path = pickle.load(tasks)  # noqa: S301
        except EOFError:
            return
        try:
            for part in reader.parts(LogFile(path)):
                pickle.dump(part, out, protocol=5)
                out.flush()
        except MemoryError:
            rows = Rows(damages=[Damage(path, DamageKind.TOO_LARGE, "there is not enough memory to read the file")])
            pickle.dump(rows.part(Numbers(), last=True), out, protocol=5)
            out.flush()
            reader = reader_of(options)


def command() -> list[str]:
    """The command line of a worker that imports from where this process does."""
    paths = [path or str(Path.cwd()) for path in sys.path]
    return [
        sys.executable,
        "-c",
        f"import sys; sys.path[:] = {paths!r}; from ostiary.ingest.worker import main; main()",
    ]
