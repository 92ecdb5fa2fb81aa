"""Records made by hand, for what is done with records."""

from benchmarks.record import OURS, Agreement, Record, Row, Skip
from benchmarks.timing import Measure

AGREED = Agreement(10, 10, "the clear evaluator")


def measured(ratio: float, *, spread: float = 0.02, unit: str = "ns", samples: int = 5) -> Measure:
    """A measure around a ratio, with a reference of 50 ns."""
    low, high = ratio * (1 - spread), ratio * (1 + spread)
    return Measure(unit, ratio * 50, low * 50, high * 50, samples, ratio, low, high)


def row(
    ratio: float = 5.0,
    *,
    model: str = "single-cold",
    workload: str = "gateway-10",
    call: str = "is_allowed",
    subject: str = OURS,
    statements: int = 10,
    measure: Measure | None = None,
    agreement: Agreement = AGREED,
    note: str = "",
) -> Row:
    return Row(model, workload, subject, call, statements, 0.25, measure or measured(ratio), agreement, note)


def record(*rows: Row, skipped: tuple[Skip, ...] = ()) -> Record:
    return Record(
        started="2026-11-24T10:00:00Z",
        command="python -m benchmarks run",
        machine={
            "processor": "some processor",
            "cores": 2,
            "architecture": "x86_64",
            "system": "Linux",
            "load": 1.0,
            "reference_ns": [49.0, 50.0, 52.0],
        },
        versions={"python": "CPython 3.11.7", "ostiary": "0.1.0"},
        commit="0123456789ab",
        settings={"size": "full", "seed": 7, "rounds": 5, "requests": 500, "seconds": 1},
        rows=rows,
        skipped=skipped,
    )
