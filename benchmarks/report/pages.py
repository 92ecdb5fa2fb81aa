"""Pages: a record as Markdown tables with plots, and the table of the README.

In: a record. Out: texts, and the files `README.md` and `*.svg` of a folder.
Invariant: everything shown comes from the record, so that the committed pages can be held to the committed record.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from benchmarks.goals import judged
from benchmarks.record import OURS, Record, Row
from benchmarks.report.plots import Point, Series, curves
from benchmarks.report.text import amount, figure, goal_figure
from benchmarks.timing import IN_MS

_PEERS = ("naive loop", "naive loop by bucket", "cedarpy", "vakt", "moto", "pycasbin", "iam-simulate")
_SHOWN = (
    ("documentation", "policies of the CloudTrail guide"),
    ("role", "a role, conditions on nearly all"),
    ("layers", "the same under all seven types of policy"),
    ("managed", "ten AWS managed policies"),
    ("gateway-1000", "a gateway's bucket policies"),
    ("mixed-1000", "25 services, broad guard-rails"),
    ("gateway-10000", "a gateway's bucket policies"),
    ("mixed-10000", "25 services, broad guard-rails"),
)
# Beside a figure that is of another commit than the record.
_MARK = " †"


def readme_table(record: Record) -> str:
    """What the README shows, between its headings: how it was measured, the table."""
    lines = [
        (
            f"{_commands(record)}, one core of a shared virtual machine, {record.versions['python']}; medians, "
            "every request on a resource of its own and in new strings."
        ),
        (
            f"The ratio is to a dictionary look-up by three strings in the same run ({record.machine['reference_ns'][1]:.0f} ns), "
            "since machines differ."
        ),
        "",
        "| workload | statements | still tested | `is_allowed` | ratio | naive loop | best other library |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, about in _SHOWN:
        row = record.row("single-cold", name, "is_allowed")
        if row is None:
            continue
        earlier = f" (at commit `{row.other_commit}`)" if row.other_commit else ""
        naive = record.row("peers", name, "decide", "naive loop")
        best = _best([found for peer in _PEERS[2:] if (found := record.row("peers", name, "decide", peer))])
        lines.append(
            f"| {about}{earlier} | {row.statements:,} | {_share(row)} | {figure(row.measure, spread=False)} | {'-' if row.measure.ratio is None else amount(row.measure.ratio)} | "
            f"{figure(naive.measure, spread=False) if naive else '-'} | "
            f"{f'{best.subject} {figure(best.measure, spread=False)}' if best else '-'} |"
        )
    buckets = record.row("peers", "gateway-1000", "decide", "naive loop by bucket")
    if buckets is not None:
        lines += [
            "",
            (
                "With a dictionary from bucket to policies before it, as the author of a gateway would write it, the loop takes "
                f"{figure(buckets.measure, spread=False)} on the gateway of 1,000."
            ),
        ]
    return "\n".join([*lines, ""])


def _best(rows: Sequence[Row]) -> Row | None:
    """The fastest of those whose answers are all ours."""
    right = [row for row in rows if row.agreement.whole]
    return min(right, key=lambda row: row.measure.median, default=None)


def pages(record: Record) -> dict[str, str]:
    """The files of a report by their names."""
    pictures = dict(_pictures(record))
    sections = [
        *_head(record),
        *_goals(record),
        *_plots(pictures),
        *_growth(record),
        *_single(record),
        *_peers(record),
        *_batch(record),
        *_others(record),
        *_skipped(record),
    ]
    return {"README.md": "\n".join([*sections, ""]), **pictures}


def write_pages(record: Record, folder: Path) -> list[Path]:
    """Writes the files of a report; a picture that the record does not give any more is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(record)
    for old in folder.glob("*.svg"):
        if old.name not in made:
            old.unlink()
    written = []
    for name, text in made.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _head(record: Record) -> list[str]:
    low, median, high = record.machine["reference_ns"]
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    rows = [row for row in record.rows if row.subject == OURS]
    asked = sum(row.agreement.asked for row in rows)
    same = sum(row.agreement.same for row in rows)
    return [
        "# Measured",
        "",
        (
            f"Made by `python -m benchmarks report` from [recorded.json](recorded.json), which {_commands(record)} wrote on "
            f"{record.started[:10]} at commit `{record.commit}`."
        ),
        (
            "[METHODOLOGY](../../benchmarks/METHODOLOGY.md) says how it is measured, how policies were translated for others, and "
            "what this does not show."
        ),
        "",
        (
            f"Machine: {record.machine['processor']}, {record.machine['cores']} cores, shared with other work (load "
            f"{record.machine['load']} at the start)."
        ),
        f"Versions: {versions}.",
        f"Reference operation (`dict.get` with three strings): {median} ns, middle half {low} to {high} ns.",
        (
            "Every time is a median with the middle half of the samples in brackets; every ratio is to the reference operation beside "
            "the sample."
        ),
        f"Agreement: of {asked:,} answers of Ostiary that were compared in these rows, {same:,} are right.",
        *_earlier(record),
        "",
    ]


def _earlier(record: Record) -> list[str]:
    """Which figures are not of the record's own commit."""
    commits = dict.fromkeys(f"`{row.other_commit}`" for row in record.rows if row.other_commit)
    if not commits:
        return []
    return [
        (
            f"Figures with{_MARK} are not of this record: they were measured before, at commit {', '.join(commits)}, by another run; "
            "so are their points in the plots."
        )
    ]


def _marked(text: str, *rows: Row | None) -> str:
    """A figure, with the mark if some row from which it comes is of another commit."""
    return text + _MARK * any(row is not None and row.other_commit for row in rows)


def _commands(record: Record) -> str:
    """The command of a record; a run in parts is named by what all have in common."""
    parts = record.command.split("; ")
    words = zip(*(part.split() for part in parts), strict=False)
    common = [same[0] for same in takewhile(lambda each: len(set(each)) == 1, words)]
    if common[-1:] == ["--model"] and len(parts) > 1:  # the models differ
        common.pop()
    return f"`{' '.join(common)}`" + ("" if len(parts) == 1 else f" (in {len(parts)} parts)")


def _goals(record: Record) -> list[str]:
    lines = [
        "## Goals",
        "",
        "What is missed is explained in [misses.md](misses.md).",
        "",
        "| goal | accept | aim | figure | |",
        "|---|---|---|---|---|",
    ]
    for each in judged(record):
        goal = each.goal
        bound = "≥" if goal.more_is_better else "≤"
        rows = [record.row(goal.model, goal.workload, goal.call, subject) for subject in (OURS, goal.against or OURS)]
        lines.append(
            f"| {goal.name} ({goal.kind.value}) | {bound} {amount(goal.accept)} | {bound} {amount(goal.aim)} | "
            f"{_marked(goal_figure(each), *rows)} | {each.verdict.value} |"
        )
    return [*lines, ""]


def _plots(pictures: dict[str, str]) -> list[str]:
    if not pictures:
        return []
    return ["## How it grows", "", *(line for name in pictures for line in (f"![{name}]({name})", ""))]


def _growth(record: Record) -> list[str]:
    """What a statement costs, size by size: level columns mean that it grows in step with the statements."""
    sizes = [
        (family, row.statements, row)
        for family in ("gateway", "mixed")
        for row in sorted(record.rows, key=lambda row: row.statements)
        if row.key[0::3] == ("single-cold", "is_allowed") and row.workload.rpartition("-")[0] == family
    ]
    if not sizes:
        return []
    lines = [
        (
            "| policies | statements | still tested | a decision, ratio | compile, µs a statement | load, µs a statement | "
            "memory, kB a statement |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for family, statements, row in sizes:
        compiled = record.row("compile", row.workload, "compile")
        loaded = record.row("load", row.workload, "load")
        memory = record.row("memory", row.workload, "engine") or record.row("memory", row.workload, "process")
        lines.append(
            f"| {family} | {statements:,} | {_share(row)} | {_ratio(row)} | {_each(compiled, 1e3)} | {_each(loaded, 1e3)} | "
            f"{_each(memory, 1e3)} |"
        )
    return [*lines, ""]


def _each(row: Row | None, scale: float) -> str:
    return "-" if row is None else _marked(amount(row.measure.median * scale / row.statements), row)


def _single(record: Record) -> list[str]:
    lines = [
        "## Single decisions",
        "",
        (
            "*hot*: 500 requests again and again; *cold*: every request on a resource of its own, in new strings. "
            "*Still tested*: the share of requests whose leaf is not constant."
        ),
        "",
        "| workload | statements | still tested | | `is_allowed` | ratio | `authorize` | ratio | agrees | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in _workloads(record, "single-cold"):
        for kind in ("hot", "cold"):
            allowed = record.row(f"single-{kind}", name, "is_allowed")
            decided = record.row(f"single-{kind}", name, "authorize")
            if allowed and decided:
                lines.append(
                    f"| {name} | {allowed.statements:,} | {_share(allowed)} | {kind} | "
                    f"{_marked(figure(allowed.measure), allowed)} | {_ratio(allowed)} | "
                    f"{_marked(figure(decided.measure), decided)} | {_ratio(decided)} | {allowed.agreement} | {allowed.note} |"
                )
    return [*lines, ""]


def _peers(record: Record) -> list[str]:
    names = _workloads(record, "peers")
    if not names:
        return []
    lines = [
        "## What one would use instead, single decisions",
        "",
        "The same requests, each in the form that the library takes. *agrees*: with Ostiary's decisions; what differs stands below.",
        "",
        "| workload | who | a decision | to Ostiary | agrees | |",
        "|---|---|---|---|---|---|",
    ]
    wrong: list[str] = []
    for name in names:
        ours = record.row("single-cold", name, "is_allowed")
        if ours is not None:
            lines.append(f"| {name} | **Ostiary** | {_marked(figure(ours.measure), ours)} | 1 | {ours.agreement} | |")
        for row in (each for each in record.rows if each.model == "peers" and each.workload == name):
            lines.append(
                f"| {name} | {row.subject} | {figure(row.measure)} | {_times(row, ours)} | {row.agreement} | {row.note} |"
            )
            if row.agreement.example:
                wrong.append(f"- {row.subject} on {name}: `{row.agreement.example}`")
    return [*lines, "", *(["An answer of each that differs:", "", *wrong, ""] if wrong else [])]


def _batch(record: Record) -> list[str]:
    rows = [row for row in record.rows if row.model == "batch"]
    if not rows:
        return []
    lines = [
        "## Batches, one core",
        "",
        "*low*: few distinct resources; *high*: none twice. M rows/s in brackets by the middle half.",
        "",
        "| workload | statements | who | columns | M rows/s | ns a row | agrees | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        speed = 1e3 / row.measure.median
        bounds = f"{1e3 / row.measure.high:.3g} to {1e3 / row.measure.low:.3g}"
        lines.append(
            f"| {row.workload} | {row.statements:,} | {_who(row)} | {row.call} | {speed:.3g} ({bounds}) | "
            f"{amount(row.measure.median)} | {row.agreement} | {row.note} |"
        )
    return [*lines, ""]


def _others(record: Record) -> list[str]:
    lines = ["## Compiling, loading, first touches, memory, replay", ""]
    lines += ["| model | workload | statements | who | what | figure | agrees | |", "|---|---|---|---|---|---|---|---|"]
    for model in ("parse", "compile", "load", "first-touch", "memory", "replay"):
        for row in (each for each in record.rows if each.model == model):
            lines.append(
                f"| {row.model} | {row.workload} | {row.statements:,} | {_who(row)} | {row.call} | {figure(row.measure)} | "
                f"{row.agreement} | {row.note} |"
            )
    return [*lines, ""]


def _skipped(record: Record) -> list[str]:
    if not record.skipped:
        return []
    lines = ["## Not measured", "", "| model | workload | who | why |", "|---|---|---|---|"]
    lines += [f"| {skip.model} | {skip.workload} | {skip.subject} | {skip.why} |" for skip in record.skipped]
    return [*lines, ""]


def _pictures(record: Record) -> Iterable[tuple[str, str]]:
    """The plots for which the record has curves: at least two sizes of a family."""
    single = [
        _series(f"{family}, {kind}", record, family, f"single-{kind}", "is_allowed", _ratio_point)
        for family in ("gateway", "mixed")
        for kind in ("cold", "hot")
    ]
    times = [_series(f"{family}", record, family, "compile", "compile", _ms_point) for family in ("gateway", "mixed")]
    times += [_series("gateway, with parsing", record, "gateway", "compile", "parse and compile", _ms_point)]
    times += [_series("gateway, loading", record, "gateway", "load", "load", _ms_point)]
    memory = [
        _series(f"{family}, {call}", record, family, "memory", call, _plain_point)
        for family in ("gateway", "mixed")
        for call in ("process", "engine")
    ]
    peers = [_series("Ostiary", record, "gateway", "single-cold", "is_allowed", _us_point)]
    peers += [_series(peer, record, "gateway", "peers", "decide", _us_point, peer) for peer in _PEERS]
    count = "statements"
    for name, title, up, series in (
        ("single", "A single decision", "times the reference operation", single),
        ("compile", "Compiling and loading", "ms", times),
        ("memory", "Memory after many decisions", "MB", memory),
        ("peers", "A single decision on a gateway's policies", "µs", peers),
    ):
        drawn = [each for each in series if len(each.points) > 1]
        if drawn:
            yield f"{name}.svg", curves(title, count, up, drawn)


def _series(
    name: str,
    record: Record,
    family: str,
    model: str,
    call: str,
    point: Callable[[Row], Point | None],
    subject: str = OURS,
) -> Series:
    rows = [
        row
        for row in record.rows
        if (row.model, row.call, row.subject) == (model, call, subject) and row.workload.rpartition("-")[0] == family
    ]
    found = [point(row) for row in sorted(rows, key=lambda row: row.statements)]
    return Series(name, tuple(each for each in found if each is not None))


def _ratio_point(row: Row) -> Point | None:
    measure = row.measure
    if measure.ratio is None or measure.ratio_low is None or measure.ratio_high is None:
        return None
    return Point(row.statements, measure.ratio, measure.ratio_low, measure.ratio_high)


def _ms_point(row: Row) -> Point | None:
    return _plain_point(row, IN_MS[row.measure.unit])


def _us_point(row: Row) -> Point | None:
    return _plain_point(row, IN_MS[row.measure.unit] * 1e3)


def _plain_point(row: Row, scale: float = 1.0) -> Point | None:
    measure = row.measure
    return Point(row.statements, measure.median * scale, measure.low * scale, measure.high * scale)


def _workloads(record: Record, model: str) -> list[str]:
    return list(dict.fromkeys(row.workload for row in record.rows if row.model == model))


def _share(row: Row) -> str:
    return "-" if row.residual is None else f"{row.residual:.0%}"


def _ratio(row: Row) -> str:
    return "-" if row.measure.ratio is None else _marked(amount(row.measure.ratio), row)


def _times(row: Row, ours: Row | None) -> str:
    if ours is None or row.measure.ratio is None or not ours.measure.ratio:
        return "-"
    return f"{amount(row.measure.ratio / ours.measure.ratio)}x"


def _who(row: Row) -> str:
    return "**Ostiary**" if row.subject == OURS else row.subject
