"""Several processes give what one gives, in the same order, also when one of them dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.ostiary.ingest.damaged import rows
from tests.ostiary.replay.logs import record, write

from ostiary.cloudtrail.damage import DamageKind
from ostiary.ingest import pool
from ostiary.ingest.run import Reading, cases, processes

KEYS = frozenset({"aws:SourceIp"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(12):
        name = ("ListBuckets", "GetObject", "DeleteObject")[number % 3]
        records = [
            record("s3", name, {"bucketName": f"b{number % 4}", "key": "k"}, eventID=f"e{place}")
            for place in range(number)
        ]
        write(tmp_path / "logs" / f"{number:02}.json.gz", records)
    (tmp_path / "logs" / "broken.json").write_text('{"Records":[{"eventName":')
    return tmp_path / "logs"


def test_as_one_process(folder, tmp_path):
    assert rows([folder], KEYS, jobs=3) == rows([folder], KEYS)
    assert rows([folder], KEYS, jobs=2, cache=tmp_path / "kept") == rows([folder], KEYS)


def test_a_process_that_dies(folder, monkeypatch):
    """The file that it was reading ends with a damage; all others are read."""
    started = []
    inner = subprocess.Popen

    def popen(command, **options):
        if not started:
            code = "import pickle, os, sys; pickle.load(sys.stdin.buffer); pickle.load(sys.stdin.buffer); os._exit(9)"
            command = [sys.executable, "-c", code]
        started.append(inner(command, **options))
        return started[-1]

    monkeypatch.setattr(pool.subprocess, "Popen", popen)
    found, damages, _ = rows([folder], KEYS, jobs=2)
    assert {damage.kind for damage in damages} == {DamageKind.UNREADABLE, DamageKind.TRUNCATED}
    assert next(iter(damages)).message == "the process that read the file ended with code 9"
    first = min(path.name for path in folder.iterdir())
    expected = [row for row in rows([folder], KEYS)[0] if Path(row[0].file).name != first]
    assert found == expected
    assert len(started) == 3


def test_stopped(folder):
    count = 0

    def stopped() -> bool:
        return count > 0

    for _ in cases([folder], KEYS, reading=Reading(jobs=2), stopped=stopped):
        count += 1
    assert count == 1


def test_processes_end_with_the_run(folder, monkeypatch):
    started = []
    inner = subprocess.Popen
    monkeypatch.setattr(
        pool.subprocess, "Popen", lambda *given, **options: started.append(inner(*given, **options)) or started[-1]
    )
    batches = cases([folder], KEYS, reading=Reading(jobs=2))
    next(batches)
    batches.close()
    assert [process.returncode for process in started] == [-signal.SIGKILL] * 2


def test_processes_end_without_the_run(folder):
    """Nobody is left when the run is killed."""
    code = f"""
from ostiary.ingest.run import Reading, cases
from ostiary.ingest import pool
import sys, time
inner = pool.Pool._start
def start(self):
    worker = inner(self)
    print(worker.process.pid, flush=True)
    return worker
pool.Pool._start = start
for batch in cases([{str(folder)!r}], frozenset(), reading=Reading(jobs=2)):
    time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert run.stdout is not None
    workers = [int(run.stdout.readline()) for _ in range(2)]
    run.kill()
    run.wait()
    run.stdout.close()
    until = time.monotonic() + 30
    while any(map(alive, workers)):
        assert time.monotonic() < until
        time.sleep(0.05)


def alive(process: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_how_many(tmp_path):
    files = [str(write(tmp_path / f"{number}.json.gz", [])) for number in range(3)]
    assert processes(1, files) == 1
    assert processes(2, files) == 2
    assert processes(8, files) == 3
    assert processes(0, files) == 1
