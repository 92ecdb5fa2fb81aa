"""Logs for the replay: the example logs, as many times as wanted, every copy with event ids of its own.

In: `examples/logs`. Out: gzip files of some ten thousand events in a folder, and how many events they hold.
Events that were delivered twice stay twice within their copy.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples"
_PER_FILE = 10_000
_IDS = ("eventID", "requestID", "sharedEventID")


def write(folder: Path, copies: int) -> int:
    """Writes the logs into a folder that is there; the number of events."""
    records = list(_records())
    waiting: list[dict[str, Any]] = []
    files = events = 0
    for copy in range(copies):
        waiting += [
            {key: _renamed(value, copy) if key in _IDS else value for key, value in record.items()}
            for record in records
        ]
        if len(waiting) >= _PER_FILE or copy == copies - 1:
            name = f"111122223333_CloudTrail_us-east-1_20260302T{files:04}Z_{files:016}.json.gz"
            text = json.dumps({"Records": waiting}, separators=(",", ":"))
            (folder / name).write_bytes(gzip.compress(text.encode(), 6, mtime=0))
            events += len(waiting)
            files += 1
            waiting = []
    return events


def _records() -> Iterator[dict[str, Any]]:
    for path in sorted((EXAMPLES / "logs").rglob("*.json.gz")):
        data = json.loads(gzip.decompress(path.read_bytes()))
        yield from data.get("Records", ())


def _renamed(value: object, copy: int) -> object:
    if not isinstance(value, str):
        return value
    made = hashlib.md5(f"{copy}/{value}".encode(), usedforsecurity=False).hexdigest()
    return f"{made[:8]}-{made[8:12]}-4{made[13:16]}-8{made[17:20]}-{made[20:]}"
