"""The adapter as a process: one line in, one line out, and whatever else may happen.

In: the command. Out: `Reply`s. Invariant: `ask` returns within its timeout, whatever the process does; a process that did not
answer as it should is ended, and the next question starts a new one, so no answer is taken for another.
"""

import contextlib
import enum
import queue
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import IO, Self

MOST_CHARACTERS = 1_000_000
LAST_WORDS = 5


class Sort(enum.Enum):
    """What came from the process."""

    LINE = "line"
    TIMEOUT = "timeout"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Reply:
    """A line, or why there is none; `text` is then what can be told about it."""

    sort: Sort
    text: str


class Adapter:
    """An adapter that is started when it is first asked, and again after `drop`."""

    def __init__(self, command: Sequence[str], timeout: float) -> None:
        self._command = list(command)
        self._timeout = timeout
        self._running: _Running | None = None

    def ask(self, line: str) -> Reply:
        """The answer to a line. Raises OSError if the command cannot be started."""
        if self._running is None:
            self._running = _Running(self._command)
        reply = self._running.ask(line, self._timeout)
        if reply.sort is not Sort.LINE:
            self.drop()
        return reply

    def drop(self) -> None:
        """Ends the process, if there is one."""
        if self._running is not None:
            self._running.end()
            self._running = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


class _Running:
    """One process. Threads read and write, so that neither side can block this one."""

    def __init__(self, command: list[str]) -> None:
        # The command is the user's own, given to be run.
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._out: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._in: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._threads = [
            Thread(target=_read, args=(self._process.stdout, self._out.put), daemon=True),
            Thread(target=_read, args=(self._process.stderr, self._hear), daemon=True),
            Thread(target=_write, args=(self._process.stdin, self._in), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, line: str, timeout: float) -> Reply:
        self._in.put(line)
        try:
            answer = self._out.get(timeout=timeout)
        except queue.Empty:
            return Reply(Sort.TIMEOUT, f"no answer within {timeout:g} s")
        if answer is not None:
            return Reply(Sort.LINE, answer)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._threads[1].join(1)
        words = " | ".join(self._words)
        code = self._process.returncode
        how = f"ended with code {code}" if code is not None else "closed its output"
        return Reply(Sort.ENDED, f"the adapter {how}" + (f": {words}" if words else ""))

    def end(self) -> None:
        self._in.put(None)
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(1)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _hear(self, line: str | None) -> None:
        if line is not None and line.strip():
            self._words.append(line.strip())


def _read(stream: IO[str], take: Callable[[str | None], None]) -> None:
    with contextlib.suppress(OSError, ValueError):  # the stream was closed
        while line := stream.readline(MOST_CHARACTERS):
            take(line)
    take(None)


def _write(stream: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads any more: the reader will see the end
        while (line := lines.get()) is not None:
            stream.write(line + "\n")
            stream.flush()
