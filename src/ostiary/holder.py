"""Engines that follow their files: `ostiary.watch` and what it gives.

In: the files of a policy set, of one policy, or of a saved program. Out: an `EngineHolder`, whose engine is replaced as a
whole when the content of a file that it was made from changes.
Invariant: a holder always holds an engine that was made from whole, valid files. What is damaged, half written, not valid
or gone leaves the engine that was there, and the caller is told; a failure never lets anything through.
Not here: how files are looked at (`filewatch`), and policies over the network.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from ostiary._loading import read_file
from ostiary.filewatch import FileState, contents, look_all
from ostiary_compiler.datafiles.reading import is_yaml
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.errors import PolicyError, ProgramError
from ostiary_grammar.limits import DEFAULT_LIMITS, Limits
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.codec import MAGIC, from_bytes
from ostiary_runtime.context import NO_CONTEXT, Context, Missing
from ostiary_runtime.decision import Decision
from ostiary_runtime.engine import Engine
from ostiary_runtime.request import Principal
from ostiary_runtime.templates import ResourceTemplate

_LOG = logging.getLogger("ostiary")
# How often files that change while they are read are read again before the next `refresh` has to.
_ATTEMPTS = 3
# Seconds; what is less would keep a processor busy with looking.
_LEAST_INTERVAL = 0.001
# A text of YAML that is cut short may be a whole one with less in it: a Deny at its end would be lost.
_YAML_SETTLE = 1.0


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Another content is in force. `digest` and `previous` are the programs' digests; equal if a bad file was put right.

    `notes`: warnings from reading a policy set.
    """

    digest: str
    previous: str
    notes: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class ReloadFailed:
    """A file has changed and cannot be used: the engine with `digest` stays in force.

    `error`: what is wrong, mostly a PolicyError or a ProgramError.
    """

    error: Exception
    digest: str

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the policies, with places; empty where the file is a saved program."""
        return self.error.diagnostics if isinstance(self.error, PolicyError) else ()


ReloadEvent = Reloaded | ReloadFailed


@dataclass(frozen=True, slots=True)
class _Held:
    """What decides at a time. Replaced as a whole, so that an engine and its digest belong together."""

    engine: Engine
    digest: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What became of reading the files: an engine, or an error; and the files on which that depends."""

    outcome: Engine | Exception
    files: frozenset[Path]
    notes: tuple[Diagnostic, ...] = ()


class EngineHolder:
    """An engine that follows its files. Made by `ostiary.watch`; safe to share between threads.

    `refresh` looks at the files once; between `start` and `stop`, or inside `with`, a thread does so every `interval`
    seconds. Whoever decides takes `engine` once per request: it never changes under the request.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        layers: Iterable[str | PolicyType] | None,
        limits: Limits,
        prepare: Callable[[Engine], object] | None,
        on_event: Callable[[ReloadEvent], object] | None,
        interval: float,
        settle: float | None,
    ) -> None:
        self._paths = tuple(paths)
        self._layers = tuple(layers) if layers is not None else None
        self._limits = limits
        self._prepare = prepare
        self._on_event = on_event
        self._interval = interval
        self._settle = settle
        self._kind: _Kind | None = None
        self._states: dict[Path, FileState] = {}
        self._pending: tuple[dict[Path, str | None], float] | None = None
        self._problem: Exception | None = None
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        attempt = self._attempt()
        if attempt is None:
            raise ProgramError(f"`{self._paths[0]}` changes while it is read: put files in place as a whole")
        if isinstance(attempt.outcome, Exception):
            raise attempt.outcome
        self._held = _Held(attempt.outcome, attempt.outcome.digest)

    @property
    def engine(self) -> Engine:
        """The engine in force. Take it once per request, and again for the next."""
        return self._held.engine

    @property
    def digest(self) -> str:
        """The digest of the program in force, in hexadecimal (see `Engine.digest`), without computing it anew."""
        return self._held.digest

    @property
    def current(self) -> tuple[Engine, str]:
        """The engine in force with its digest, as they belong together."""
        held = self._held
        return held.engine, held.digest

    @property
    def problem(self) -> Exception | None:
        """Why the files as they are now are not in force; None if they are."""
        return self._problem

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are looked at: those given, and those that a policy set names."""
        return tuple(sorted(self._states))

    def is_allowed(
        self,
        principal: str | Principal,
        action: str,
        resource: str,
        context: Context = NO_CONTEXT,
        *,
        resource_account: str | None = None,
        missing: Missing = "absent",
    ) -> bool:
        """`Engine.is_allowed` of the engine in force."""
        return self._held.engine.is_allowed(
            principal, action, resource, context, resource_account=resource_account, missing=missing
        )

    def authorize(
        self,
        principal: str | Principal,
        action: str,
        resource: str | ResourceTemplate,
        context: Context = NO_CONTEXT,
        *,
        resource_account: str | None = None,
        missing: Missing = "absent",
    ) -> Decision:
        """`Engine.authorize` of the engine in force."""
        return self._held.engine.authorize(
            principal, action, resource, context, resource_account=resource_account, missing=missing
        )

    def refresh(self) -> ReloadEvent | None:
        """Looks at the files once; if their content has changed, reads them and replaces the engine, or keeps it.

        Returns what happened, None if nothing did, after `on_event` was told; what `on_event` raises comes out here, with
        the holder in order. Never raises for what is wrong in a file. Costs one `stat` per file while nothing changes.
        """
        if self._process != os.getpid():  # after a fork the lock may be held by a thread that is not here
            self._process, self._lock = os.getpid(), threading.Lock()
        with self._lock:
            event = self._refresh()
        if event is not None and self._on_event is not None:
            self._on_event(event)
        return event

    def start(self) -> None:
        """Starts the thread that refreshes; nothing if it runs. A forked process has no threads: start it there again."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._follow, args=(self._stop,), name=f"ostiary-watch {self._paths[0].name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread that refreshes, and waits for it; the engine stays in force."""
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(max(self._interval, _LEAST_INTERVAL)):
            try:
                self.refresh()
            except Exception:  # noqa: BLE001  # `on_event` is not ours, and the thread has to go on
                _LOG.exception("`on_event` has failed")

    def _refresh(self) -> ReloadEvent | None:
        states = look_all(self._states, self._states)
        now = contents(states)
        if now == contents(self._states):
            self._states, self._pending = states, None
            return None
        settle = self._settle if self._settle is not None else _YAML_SETTLE if any(map(is_yaml, states)) else 0.0
        if settle > 0:
            if self._pending is None or self._pending[0] != now:
                self._pending = (now, time.monotonic())
                return None
            if time.monotonic() - self._pending[1] < settle:
                return None
        self._pending = None
        attempt = self._attempt()
        if attempt is None:
            return None
        previous = self._held.digest
        if isinstance(attempt.outcome, Exception):
            self._problem = attempt.outcome
            return ReloadFailed(attempt.outcome, previous)
        digest = attempt.outcome.digest
        if digest != previous:  # an engine with the same program has its memos warm
            self._held = _Held(attempt.outcome, digest)
        self._problem = None
        return Reloaded(digest, previous, attempt.notes)

    def _attempt(self) -> _Attempt | None:
        """Reads the files as they stand at one moment; None if they never stand still."""
        known = dict(self._states)
        for _ in range(_ATTEMPTS):
            before = look_all({*known, *self._paths}, known)
            started = time.time_ns()
            attempt = self._load()
            known = look_all(attempt.files, before)
            if all(_unchanged(state, before.get(path), started) for path, state in known.items()):
                self._states = known
                return attempt
        return None

    def _load(self) -> _Attempt:
        files = set(self._paths)
        try:
            engine, notes = self._read(files)
            if self._prepare is not None:
                self._prepare(engine)
        except Exception as problem:  # noqa: BLE001  # whatever went wrong, the engine that was there must stay
            return _Attempt(problem, frozenset(files))
        return _Attempt(engine, frozenset(files), notes)

    def _read(self, files: set[Path]) -> tuple[Engine, tuple[Diagnostic, ...]]:
        """The engine of the files, and what was noted on the way; `files` takes in those that a set names."""
        self._kind = self._kind_of()
        if self._kind == "program":
            return Engine(from_bytes(read_file(self._paths[0]))), ()
        # Only here, so that a host which follows a saved program never imports lark and networkx.
        from ostiary._sources import lone_policy, policy_sets

        if self._kind == "policy":
            return lone_policy(self._paths[0], self._layers, self._limits), ()
        return policy_sets(self._paths, self._layers, self._limits, files)

    def _kind_of(self) -> "_Kind":
        """What the files hold; where that cannot be seen, what they held before, or else policies."""
        if len(self._paths) > 1:
            return "set"
        path = self._paths[0]
        data = read_file(path)
        if data.startswith(MAGIC):
            return "program"
        if is_yaml(path) or data.startswith(b"\x1f\x8b"):
            return "set"
        try:
            top = json.loads(data)
        except (ValueError, RecursionError):
            return self._kind or ("set" if b'"policies"' in data else "policy")
        return "policy" if isinstance(top, dict) and "Statement" in top and "policies" not in top else "set"


_Kind = Literal["program", "policy", "set"]


def watch(
    *paths: str | os.PathLike[str],
    layers: Iterable[str | PolicyType] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    prepare: Callable[[Engine], object] | None = None,
    on_event: Callable[[ReloadEvent], object] | None = None,
    interval: float = 1.0,
    settle: float | None = None,
) -> EngineHolder:
    """An engine that follows its files.

    `paths`: one saved program, one policy in JSON, which counts as the identity policy of every caller, or any number of
    policy sets and account details, which make up one set (see `PolicySet.load`); the files that a set names are followed
    too. A folder says of no policy whom it binds; write a set that names its files. `layers`: as for `ostiary.compile`.

    `prepare` is called with each new engine before it is put in place, to warm it; what it raises counts as a failure.
    `on_event` is told `Reloaded` or `ReloadFailed`, from the thread that refreshes. `interval`: seconds between two looks
    of that thread, once started. `settle`: for how many seconds changed files must have been left alone before they are
    read; by default 1 where YAML is among them, since half of a YAML file may be valid, else 0.

    Raises PolicyError, LimitError or ProgramError if the files are bad now: there is no engine to hold yet.
    """
    if not paths:
        raise ProgramError("no file to watch is given")
    return EngineHolder(
        map(Path, paths),
        layers=layers,
        limits=limits,
        prepare=prepare,
        on_event=on_event,
        interval=interval,
        settle=settle,
    )


def _unchanged(after: FileState, before: FileState | None, started: int) -> bool:
    """Whether what was read in between can only have been what stands there now."""
    return after.content == before.content if before is not None else after.older_than(started)
