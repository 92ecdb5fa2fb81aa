"""Makes a large log of a small one: the records of some folders again and again, with ids, times and addresses of their own.

    python -m benchmarks.replicate_logs SOURCE... TARGET --events 1000000 --files 100
    python -m benchmarks.replicate_logs SOURCE... TARGET --events 100000 --files 10 --distinct

`--distinct` also gives each event a session and a request parameter of its own: the worst that a log can do to what is remembered.
Written are gzip files of `{"Records": [...]}` in the order of time, as a trail would deliver them over ninety days.
"""

import argparse
import gzip
import ipaddress
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ostiary.cloudtrail.files import LogFile, find_log_files
from ostiary.cloudtrail.reading import read_records
from ostiary.cloudtrail.record import Record

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = timedelta(days=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="+")
    parser.add_argument("target", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    replicate(
        options.source, options.target, options.events, options.files, distinct=options.distinct, seed=options.seed
    )


def replicate(
    sources: Sequence[Path], target: Path, events: int, files: int, *, distinct: bool = False, seed: int = 1
) -> None:
    """Writes `events` events into `files` files below `target`."""
    random.seed(seed)
    templates = [template(record, distinct=distinct) for record in originals(sources)]
    target.mkdir(parents=True, exist_ok=True)
    written = 0
    for number in range(files):
        count = events * (number + 1) // files - written
        lines = [filled(random.choice(templates), written + row, events) for row in range(count)]
        data = b'{"Records":[' + b",".join(lines) + b"]}"
        path = target / f"111122223333_CloudTrail_us-east-1_{number:05}.json.gz"
        path.write_bytes(gzip.compress(data, 6, mtime=0))
        written += count


def originals(sources: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The complete records of the folders; those without the usual fields are left out."""
    for found in find_log_files(sources):
        for piece in read_records(found) if isinstance(found, LogFile) else ():
            if isinstance(piece, Record) and {"eventVersion", "eventID", "eventTime", "userIdentity"} <= set(
                piece.data
            ):
                yield dict(piece.data)


def template(record: dict[str, Any], *, distinct: bool) -> tuple[bytes, ...]:
    """The record as JSON, cut where a value of its own goes in: `id`, `request`, `time`, `address`, `own`."""
    made = {**record, "eventID": "\0id\0", "requestID": "\0request\0", "eventTime": "\0time\0"}
    if is_address(record.get("sourceIPAddress")):
        made["sourceIPAddress"] = "\0address\0"
    if distinct and isinstance(record["userIdentity"], dict):
        made["userIdentity"] = {**record["userIdentity"], "accessKeyId": "ASIA\0own\0"}
        if isinstance(record.get("requestParameters"), dict):
            made["requestParameters"] = {**record["requestParameters"], "clientToken": "\0own\0"}
    return tuple(json.dumps(made, separators=(",", ":")).replace("\\u0000", "\0").encode().split(b"\0"))


def filled(pieces: tuple[bytes, ...], number: int, events: int) -> bytes:
    """The event number so-and-so of so many."""
    time = START + WINDOW * (number / events)
    values = {
        b"id": random_uuid(),
        b"request": random_uuid(),
        b"time": time.strftime("%Y-%m-%dT%H:%M:%SZ").encode(),
        b"address": f"203.0.113.{random.randrange(256)}".encode(),
        b"own": f"{number:012}".encode(),
    }
    return b"".join(values[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def random_uuid() -> bytes:
    return str(uuid.UUID(int=random.getrandbits(128), version=4)).encode()


def is_address(value: object) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main()
