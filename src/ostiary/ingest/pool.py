"""Files read by several processes, and their parts in the order of the files.

In: files. Out: each file with its parts, and the cases that their numbers stand for.
Invariant: what comes out is what one process would have given. Each process is at most so many parts ahead, so memory is bounded.
When a process dies, the file it was reading ends with a damage, and another process goes on behind it.
"""

import pickle
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ostiary.cloudtrail.damage import Damage, DamageKind
from ostiary.ingest.cases import Case
from ostiary.ingest.plain import Numbers, Part, Rows
from ostiary.ingest.readers import ReadingOptions
from ostiary.ingest.worker import Task, command

# Files that a process has before it, and parts that wait for their turn.
MOST_FILES = 3
MOST_PARTS = 8
_SECONDS = 0.1


class StoppedError(Exception):
    """The run was stopped."""


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    parts: "queue.Queue[Part | None]" = field(default_factory=lambda: queue.Queue(MOST_PARTS))
    files: deque[str] = field(default_factory=deque)
    known: list[Case] = field(default_factory=list)

    def read(self, path: str) -> None:
        """Gives the process a file."""
        self.files.append(path)
        assert self.process.stdin is not None
        with suppress(OSError):  # it is dead; whoever waits for its parts will see
            self.process.stdin.write(pickle.dumps(path))
            self.process.stdin.flush()


class Pool:
    """A number of processes that read files. To be closed."""

    def __init__(self, jobs: int, options: ReadingOptions, stopped: Callable[[], bool]) -> None:
        self._jobs = jobs
        self._task = pickle.dumps(Task(options))
        self._stopped = stopped
        self._workers: list[_Worker] = []
        self._closed = False

    def parts(self, files: Iterator[str]) -> Iterator[tuple[str, Part, list[Case]]]:
        """The parts of the files, in order; `StoppedError` if the run is stopped meanwhile."""
        order: deque[tuple[str, int]] = deque()
        self._workers = [self._start() for _ in range(self._jobs)]
        free = deque(number for _ in range(MOST_FILES) for number in range(self._jobs))
        while True:
            while free:
                path = next(files, None)
                if path is None:
                    break
                number = free.popleft()
                self._workers[number].read(path)
                order.append((path, number))
            if not order:
                return
            path, number = order.popleft()
            yield from self._parts_of(path, number)
            free.append(number)

    def _parts_of(self, path: str, number: int) -> Iterator[tuple[str, Part, list[Case]]]:
        while True:
            worker = self._workers[number]
            part = self._next(worker)
            if part is None:
                part = self._replace(number)
            if part.restarted:
                worker.known.clear()
            worker.known += part.cases
            yield path, part, worker.known
            if part.last:
                if worker.files and worker is self._workers[number]:
                    worker.files.popleft()
                return

    def _next(self, worker: _Worker) -> Part | None:
        while True:
            if self._stopped():
                raise StoppedError
            try:
                return worker.parts.get(timeout=_SECONDS)
            except queue.Empty:
                continue

    def _replace(self, number: int) -> Part:
        """A new process for one that died; the end of the file that it was reading."""
        dead = self._workers[number]
        path, *others = dead.files
        self._end(dead)
        worker = self._workers[number] = self._start()
        for other in others:
            worker.read(other)
        message = f"the process that read the file ended with code {dead.process.returncode}"
        rows = Rows(damages=[Damage(path, DamageKind.UNREADABLE, message)])
        return rows.part(Numbers(), last=True)

    def _start(self) -> _Worker:
        process = subprocess.Popen(  # noqa: S603  # this Python with our own code
            command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        worker = _Worker(process)
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(self._task)
            process.stdin.flush()
        threading.Thread(target=self._receive, args=(worker,), daemon=True).start()
        return worker

    def _receive(self, worker: _Worker) -> None:
        """Takes what a process sends, as long as somebody wants it."""
        stream: Any = worker.process.stdout
        part: Part | None
        while not self._closed:
            try:
                part = pickle.load(stream)  # noqa: S301  # from a process that this one started
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                part = None
            while not self._closed:
                with suppress(queue.Full):
                    worker.parts.put(part, timeout=_SECONDS)
                    break
            if part is None:
                return

    def close(self) -> None:
        """Ends all processes."""
        self._closed = True
        for worker in self._workers:
            self._end(worker)

    def _end(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.wait()
        for stream in (worker.process.stdin, worker.process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
