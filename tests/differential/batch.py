"""Tables of generated requests: every row is decided as the single engine decides it, deciding statement included.

    python -m tests.differential.batch --rows 1000000 --seed 0

For each policy set of `tests.strategies.generate` requests are made that nearly match it, and mixed: the principal of one with the
action of another, the resource of a third and the context of a fourth. They go into tables that are chunked, sliced and
encoded in ways chosen by the seed; every table is decided twice, the second time in another order by the engine that has
learnt from the first. The exit code is 1 if there was a difference.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from tests import batches
from tests.engines import compile_engine
from tests.oracle.model import PolicySet, Request
from tests.strategies.generate import generate

import ostiary

MADE, MIXED = 40, 400  # requests of a policy set that are generated, and rows that are mixed from them
SHOWN = 10
PAUSE = 10  # seconds between two lines about how far it is


@dataclass(frozen=True, slots=True)
class Difference:
    """A row on which the batch does not say what the single engine says."""

    seed: int
    policies: PolicySet
    row: dict[str, Any]
    missing: str
    wanted: batches.Answer
    got: batches.Answer

    def __str__(self) -> str:
        return f"seed {self.seed}: single {self.wanted}, batch {self.got}, missing={self.missing}\n{self.row}"


def mixed(requests: list[Request], count: int, rng: random.Random) -> list[Request]:
    """Requests put together from parts of requests."""
    made = []
    for _ in range(count):
        first, second, third, fourth = rng.choices(requests, k=4)
        made.append(
            replace(
                first,
                action=second.action if rng.random() < 0.5 else first.action,
                resource=third.resource if rng.random() < 0.5 else first.resource,
                context=fourth.context if rng.random() < 0.5 else first.context,
            )
        )
    return made


def tables(seed: int, rows: int = MIXED) -> tuple[PolicySet, ostiary.Engine, list[tuple[pa.Table, Any]]]:
    """A policy set, its engine, and tables of about so many rows together."""
    rng = random.Random(seed)
    policies, requests = generate(seed, requests=MADE)
    requests = [request for request in requests if batches.fits(request)]
    engine = compile_engine(policies)
    kinds: dict[object, list[Request]] = defaultdict(list)
    for request in [*requests, *mixed(requests, rows - MADE, rng)] if requests else []:
        if batches.fits(request):
            kinds[batches.kind(request)].append(request)
    made = []
    for alike in kinds.values():
        table, missing = batches.table(alike, engine)
        made.append((table, missing))
    return policies, engine, made


def encoded(table: pa.Table, rng: random.Random) -> pa.Table:
    """The same table with columns encoded and cut in other ways."""
    pieces = [table]
    for _ in range(rng.choice([0, 0, 1, 3])):
        cut = rng.randrange(table.num_rows + 1)
        pieces = [part for piece in pieces for part in (piece.slice(0, cut), piece.slice(cut))]
    choice = rng.random()
    return pa.concat_tables([recoded(piece.combine_chunks(), random.Random(choice)) for piece in pieces])


def recoded(piece: pa.Table, rng: random.Random) -> pa.Table:
    columns = {}
    for name in piece.column_names:
        column = piece.column(name)
        if pa.types.is_string(column.type):
            way = rng.randrange(5)
            if way == 1:
                column = column.cast(pa.large_string())
            elif way == 2:
                column = column.dictionary_encode()
            elif way == 3:
                column = column.cast(pa.dictionary(pa.int16(), pa.string()))
            elif way == 4:
                column = column.cast(pa.string_view())
        columns[name] = column
    return pa.table(columns)


def differences(seed: int, rows: int = MIXED, outcomes: Counter[object] | None = None) -> Iterator[Difference]:
    policies, engine, made = tables(seed, rows)
    other = ostiary.Engine(engine.program)
    rng = random.Random(seed)
    for table, missing in made:
        wanted = list(batches.single(other, table, missing))
        if outcomes is not None:
            outcomes.update(f"{effect}, {'certain' if certain else 'not certain'}" for effect, certain, _ in wanted)
        order = list(range(table.num_rows))
        for _ in range(2):
            asked = encoded(table.take(pa.array(order, pa.int64())), rng)
            got = engine.authorize_batch(asked, missing=missing).to_pylist()
            for place, answer in zip(order, got, strict=True):
                said = (answer["effect"], answer["certain"], answer["statement"])
                if said != wanted[place]:
                    row = table.slice(place, 1).to_pylist()[0]
                    yield Difference(seed, policies, row, missing, wanted[place], said)
            rng.shuffle(order)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential.batch", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=MIXED, help="rows for each policy set")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = told = time.monotonic()
    outcomes: Counter[object] = Counter()
    found = sets = 0
    while outcomes.total() < options.rows:
        for difference in differences(options.seed + sets, options.each, outcomes):
            found += 1
            if found <= SHOWN:
                print(difference, flush=True)
        sets += 1
        if time.monotonic() - told > PAUSE:
            told = time.monotonic()
            print(f"{outcomes.total():,} rows, {found} differences", file=sys.stderr, flush=True)
    print(
        f"{outcomes.total():,} rows of {sets:,} policy sets, each decided twice, in {time.monotonic() - started:.0f} s"
    )
    for outcome, count in outcomes.most_common():
        print(f"  {outcome!s:28} {count:10,}  {100 * count / max(1, outcomes.total()):5.1f} %")
    print(f"{found} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
