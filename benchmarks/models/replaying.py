"""Replay: events a second of `ostiary replay` on gzipped logs, beside the least that any reader must do.

In: settings. Out: nanoseconds for one event of the whole command (JSON report included), and of the floor: unpacking the files and
finding where each record ends (isal and msgspec), nothing more.
Agreement: the counts by answer and outcome are those of the example logs, as many times as there are copies.
"""

import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from benchmarks import logs
from benchmarks.record import OURS, Agreement, Row, Skip
from benchmarks.settings import Settings
from benchmarks.timing import Sample, measure, take_turns
from ostiary.cli import main

WORKLOAD = "example logs"
FLOOR = "floor"
_SCP = logs.EXAMPLES / "policies" / "scp-region-guard.json"


def run(settings: Settings) -> Iterator[Row | Skip]:
    with tempfile.TemporaryDirectory(prefix="ostiary-benchmark-") as name:
        folder = Path(name)
        one, many = folder / "one", folder / "many"
        one.mkdir()
        many.mkdir()
        logs.write(one, 1)
        events = logs.write(many, settings.copies)
        agreed = _agreement(_replay(one), _replay(many), settings.copies)
        subjects: dict[str, Sample] = {OURS: lambda: _timed(lambda: _replay(many), events)}
        floor = _floor(many)
        if floor is None:
            yield Skip("replay", WORKLOAD, FLOOR, "isal and msgspec are not installed: pip install '.[replay]'")
        else:
            subjects[FLOOR] = lambda: _timed(floor, events)
        note = f"{events:,} events"
        for subject, samples in take_turns(subjects, min(5, settings.rounds)).items():
            found = (
                agreed if subject == OURS else Agreement(events, floor() if floor else 0, "events that were written")
            )
            call = "command" if subject == OURS else "unpack and split"
            yield Row("replay", WORKLOAD, subject, call, 1, None, measure(samples), found, note)


def _replay(folder: Path) -> dict[str, Any]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        main(["replay", str(folder), "--scp", str(_SCP), "--format", "json"], standalone_mode=False)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def _agreement(one: dict[str, Any], many: dict[str, Any], copies: int) -> Agreement:
    want = {key: calls * copies for key, calls in _counts(one).items()}
    got = _counts(many)
    wrong = sum(abs(got[key] - want.get(key, 0)) for key in got.keys() | want.keys())
    asked = sum(want.values())
    example = f"counted {dict(got)}, wanted {want}" if wrong else None
    return Agreement(asked, max(0, asked - wrong), f"one copy, {copies} times", example)


def _counts(report: dict[str, Any]) -> Counter[str]:
    counts = Counter({f"{each['answer']}, was {each['outcome']}": each["calls"] for each in report["judged"]})
    counts.update({name: report["accounting"][name] for name in ("outside", "excluded", "unmapped", "damaged")})
    return counts


def _floor(folder: Path) -> Any:
    try:
        import msgspec
        from isal import isal_zlib  # both are of the replay extra
    except ImportError:
        return None

    class Log(msgspec.Struct):
        Records: list[msgspec.Raw]

    decoder = msgspec.json.Decoder(Log)

    def floor() -> int:
        return sum(
            len(decoder.decode(isal_zlib.decompress(path.read_bytes(), wbits=31)).Records)
            for path in sorted(folder.iterdir())
        )

    return floor


def _timed(what: Any, events: int) -> float:
    started = time.perf_counter_ns()
    what()
    return (time.perf_counter_ns() - started) / events
