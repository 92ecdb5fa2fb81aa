"""The command line of the benchmarks.

    python -m benchmarks list
    python -m benchmarks run [--quick | --check] [WORKLOAD...] [--model MODEL]... [--json FILE]
    python -m benchmarks compare OLD.json NEW.json
    python -m benchmarks report FILE.json [--out FOLDER | --readme]
    python -m benchmarks profile WORKLOAD MODEL
    python -m benchmarks parse

Exit codes: 0, all is well. 1, `compare`: something is worse by more than noise. 2, a file or an argument is wrong. 3, answers
disagree: in `run` ours with the clear evaluator's, in `compare` what agreed before.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.compare import TOLERANCE, compare
from benchmarks.models import MODELS, REPLAY
from benchmarks.plans import planned, replays
from benchmarks.prepared import Prepared
from benchmarks.profiling import MODELS as PROFILED
from benchmarks.profiling import profile
from benchmarks.record import Record, RecordError, Row, Skip
from benchmarks.report.pages import readme_table, write_pages
from benchmarks.report.text import change_line, goal_lines, row_line, skip_line
from benchmarks.run import disagreements, run
from benchmarks.settings import SIZES
from benchmarks.workloads import FIXED, SIZED, workload

FINE, WORSE, WRONG_INPUT, DISAGREES = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "list":
                return _list()
            case "run":
                return _run(options, arguments)
            case "parse":
                return main(["run", "role", "--model", "parse"])
            case "profile":
                return _profile(options.workload, options.model)
            case "compare":
                return _compare(options.old, options.new, options.tolerance)
            case _:
                return _report(options)
    except (RecordError, ValueError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name workloads, models and peers")
    runner = commands.add_parser("run", help="check and measure")
    runner.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    size = runner.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="under two minutes")
    size.add_argument("--check", dest="size", action="store_const", const="check", help="what CI runs")
    runner.add_argument("--model", action="append", default=[], choices=[*MODELS, REPLAY], metavar="MODEL")
    runner.add_argument("--json", type=Path, metavar="FILE", help="write the record")
    runner.add_argument("--add", action="store_true", help="to the record in FILE, if it is of the same commit")
    runner.add_argument("--requests", type=int, metavar="N")
    runner.add_argument("--rounds", type=int, metavar="N")
    runner.add_argument("--rows", type=int, metavar="N", help="of a batch")
    runner.add_argument("--node", type=Path, metavar="FOLDER", help="where node_modules is")
    runner.set_defaults(size="full")
    comparer = commands.add_parser("compare", help="what became slower, beyond noise")
    comparer.add_argument("old", type=Path)
    comparer.add_argument("new", type=Path)
    comparer.add_argument("--tolerance", type=float, default=TOLERANCE)
    reporter = commands.add_parser("report", help="tables and plots of a record")
    reporter.add_argument("record", type=Path)
    reporter.add_argument("others", type=Path, nargs="*", metavar="OTHER", help="for rows that the record lacks")
    reporter.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    reporter.add_argument("--readme", action="store_true", help="print the README's table instead")
    profiler = commands.add_parser("profile", help="where the time of a model goes")
    profiler.add_argument("workload")
    profiler.add_argument("model", choices=PROFILED, metavar="MODEL", help=", ".join(PROFILED))
    commands.add_parser("parse", help="time reading a policy")
    return parser


def _list() -> int:
    for name, make in FIXED.items():
        print(f"{name:14} {(make.__doc__ or '').strip().splitlines()[0]}")
    for name, make_sized in SIZED.items():
        print(f"{name + '-N':14} {(make_sized.__doc__ or '').strip().splitlines()[0]}")
    print("models:       ", ", ".join([*MODELS, REPLAY]))
    return FINE


def _run(options: argparse.Namespace, arguments: Sequence[str] | None) -> int:
    given = {name: getattr(options, name) for name in ("requests", "rounds", "rows") if getattr(options, name)}
    settings = replace(SIZES[options.size], node=options.node, **given)
    if settings.requests < 500:
        raise ValueError("give at least 500 requests: that many are asked again and again by the hot model")
    plan = planned(options.size, options.workloads, options.model)
    for name in options.workloads:
        workload(name)  # a wrong name is known before anything is measured
    words = sys.argv[1:] if arguments is None else arguments

    def listen(found: Row | Skip) -> None:
        print(row_line(found) if isinstance(found, Row) else skip_line(found), flush=True)

    old = Record.read(options.json) if options.json and options.add and options.json.exists() else None

    def save(found: Record) -> None:
        if options.json:
            (found if old is None else old.with_added(found)).save(options.json)

    record = run(
        plan,
        settings,
        replay=replays(options.size, options.workloads, options.model),
        command=shlex.join(["python", "-m", "benchmarks", *_without_paths(words)]),
        listener=listen,
        save=save,
    )
    print(*goal_lines(record), sep="\n")
    low, median, high = record.machine["reference_ns"]
    print(f"reference operation {median} ns ({low} to {high}); {record.settings['seconds']} s in all")
    wrong = disagreements(record)
    for row in wrong:
        print(f"error: {' '.join(row.key)}: {row.agreement}: {row.agreement.example}", file=sys.stderr)
    return DISAGREES if wrong else FINE


def _without_paths(words: Sequence[str]) -> list[str]:
    """The words of a command without what differs from machine to machine."""
    kept: list[str] = []
    skip = False
    for word in words:
        if not skip and word not in ("--json", "--node", "--add"):
            kept.append(word)
        skip = word in ("--json", "--node")
    return kept


def _profile(name: str, model: str) -> int:
    settings = SIZES["quick"]
    prepared = Prepared(workload(name), settings.seed, settings.requests)
    try:
        spent = profile(prepared, model, settings)
    finally:
        prepared.close()
    print("own    with calls     calls  function")
    for each in spent[:20]:
        print(f"{each.own:5.1%} {each.whole:8.1%} {each.calls:12,}  {each.function}")
    return FINE


def _compare(old: Path, new: Path, tolerance: float) -> int:
    found = compare(Record.read(old), Record.read(new), tolerance=tolerance)
    for change in found.changes:
        print(change_line(change))
    for word, rows in (("only in the old record", found.gone), ("only in the new record", found.added)):
        for row in rows:
            print(f"{' '.join(row.key)}: {word}")
    return DISAGREES if found.broken else WORSE if found.worse else FINE


def _report(options: argparse.Namespace) -> int:
    record = Record.read(options.record)
    for other in options.others:
        record = record.beside(Record.read(other))
    if options.readme:
        print(readme_table(record), end="")
        return FINE
    for path in write_pages(record, options.out):
        print(path)
    return FINE


if __name__ == "__main__":
    sys.exit(main())
