"""How fast logs are read, and what they hold.

    python -m benchmarks.replay_logs table FOLDER...             a row for each folder
    python -m benchmarks.replay_logs speed FOLDER [--keys K,K]   rates, beside decompressing and decoding alone

`speed` reads the folder in this process, in rounds that take turns with the floor: the same files decompressed and decoded to the same
typed events, and nothing more. Times are processor time, medians over rounds; before, a sample is read by the slow twin and compared.
"""

import argparse
import gc
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ostiary.cloudtrail.mapping import Excluded
from ostiary.ingest.cases import Called
from ostiary.ingest.chunks import chunks
from ostiary.ingest.run import Reading, cases
from ostiary.ingest.wire import STRICT_ARRAY

KEYS = "aws:PrincipalArn,aws:RequestedRegion"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    table_ = commands.add_parser("table")
    table_.add_argument("folders", type=Path, nargs="+")
    speed_ = commands.add_parser("speed")
    speed_.add_argument("folder", type=Path)
    speed_.add_argument("--keys", default=KEYS)
    speed_.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.command == "table":
        table(options.folders)
    else:
        speed(options.folder, frozenset(filter(None, options.keys.split(","))), options.rounds)


def table(folders: Sequence[Path]) -> None:
    print("| logs | read | damaged | excluded | unmapped | mapped | with ARN | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for folder in folders:
        started = time.perf_counter()
        counts: Counter[str] = Counter()
        excluded: Counter[str] = Counter()
        for batch in cases([folder], frozenset(KEYS.split(","))):
            counts["damaged"] += len(batch.damages)
            for number in batch.case.tolist():
                what = batch.table.cases[number].what
                counts["read"] += 1
                if isinstance(what, Called):
                    counts["mapped"] += 1
                    counts["arn"] += any(request.resource not in {None, "*"} for request in what.requests)
                elif isinstance(what, Excluded):
                    excluded[what.reason.value] += 1
                else:
                    counts["unmapped"] += 1
        reasons = ", ".join(f"{count} {reason}" for reason, count in excluded.most_common()) or "none"
        seconds = time.perf_counter() - started
        print(
            f"| {folder.name} | {counts['read']:,} | {counts['damaged']} | {reasons} | {counts['unmapped']} "
            f"| {counts['mapped']:,} | {counts['arn']:,} | {seconds:.2f} |",
            flush=True,
        )


def speed(folder: Path, keys: frozenset[str], rounds: int) -> None:
    files = sorted(folder.glob("*.json.gz"))
    compare(files[0], keys)
    floors, reads = [], []
    events = 0
    for _ in range(rounds):
        started = time.process_time()
        events = floor(files)
        floors.append(time.process_time() - started)
        started = time.process_time()
        assert sum(map(len, cases([folder], keys))) == events
        reads.append(time.process_time() - started)
    least, read = statistics.median(floors), statistics.median(reads)
    ratio = statistics.median(mine / theirs for mine, theirs in zip(reads, floors, strict=True))
    scale = 1 if sys.platform == "darwin" else 1024
    print(f"{events:,} events in {len(files)} files, keys: {', '.join(sorted(keys)) or 'none'}")
    print(f"decompress and decode only: {events / least:,.0f} events/s")
    print(f"to cases:                   {events / read:,.0f} events/s, {ratio:.2f} times as long")
    print(f"peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6:,.0f} MB")


def floor(files: Sequence[Path]) -> int:
    """The same files to typed events, and nothing more."""
    gc.disable()
    events = sum(len(STRICT_ARRAY.decode(chunk.text)) for file in files for chunk in chunks(str(file)))
    gc.enable()
    return events


def compare(file: Path, keys: frozenset[str]) -> None:
    """A speed without agreement does not count."""
    fast, slow = (
        [(batch.seen(row), batch.table.cases[batch.case[row]]) for batch in read for row in range(len(batch))]
        for read in (cases([file], keys), cases([file], keys, reading=Reading(fast=False)))
    )
    assert fast == slow, file


if __name__ == "__main__":
    main()
