"""Records: what a run found, as frozen data and as JSON (`record.schema.json`).

In: rows. Out: `Record`; a text that `Record.read` takes back.
Invariant: a row without agreement is not a row: every one says how many answers were compared, with what, and how many were
the same; where one differs, an example is kept.
Not here: how anything is measured.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from benchmarks.timing import Measure

FORMAT = 1
OURS = "ostiary"
_AT_COMMIT = "at commit "


class RecordError(Exception):
    """A file that is no record of this format."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many answers were compared, with what, and how many were the same; `example`: the first that was not."""

    asked: int
    same: int
    against: str
    example: str | None = None

    @property
    def whole(self) -> bool:
        """Whether something was asked and all of it agreed."""
        return 0 < self.asked == self.same

    def __str__(self) -> str:
        return f"{self.same}/{self.asked}"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: of which model, on which workload, of whom (`ostiary` or a peer), by which call."""

    model: str
    workload: str
    subject: str
    call: str
    statements: int
    residual: float | None
    measure: Measure
    agreement: Agreement
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names a row in every record."""
        return self.model, self.workload, self.subject, self.call

    @property
    def other_commit(self) -> str:
        """The commit of a row that `Record.beside` took from another record; empty for a row of the record itself."""
        _, mark, commit = self.note.rpartition(_AT_COMMIT)
        return commit.strip("`") if mark else ""


@dataclass(frozen=True, slots=True)
class Skip:
    """What was not measured, and why."""

    model: str
    workload: str
    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class Record:
    """One run: where, with what, and what came out."""

    started: str
    command: str
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    commit: str
    settings: Mapping[str, Any]
    rows: tuple[Row, ...]
    skipped: tuple[Skip, ...] = ()

    def row(self, model: str, workload: str, call: str, subject: str = OURS) -> Row | None:
        """The row of a key, if the run has it."""
        return next((row for row in self.rows if row.key == (model, workload, subject, call)), None)

    def with_added(self, other: Self) -> Self:
        """This record with the rows of another run in place of its own of the same names, and those that it lacks.

        Raises RecordError unless both are of the same commit, versions and size.
        """
        mine = (self.commit, self.versions, self.settings["size"], self.settings["seed"])
        if mine != (other.commit, other.versions, other.settings["size"], other.settings["seed"]):
            raise RecordError(
                "the record is of another commit, other versions or another size: write a record of its own"
            )
        rows = {row.key: row for row in (*self.rows, *other.rows)}
        skipped = {(skip.model, skip.workload, skip.subject): skip for skip in (*self.skipped, *other.skipped)}
        return replace(
            self,
            command=f"{self.command}; {other.command}",
            settings={**self.settings, "seconds": self.settings["seconds"] + other.settings["seconds"]},
            rows=tuple(rows.values()),
            skipped=tuple(skipped.values()),
        )

    def beside(self, other: Self) -> Self:
        """This record with the rows of another that it lacks, each marked with the commit at which it was measured."""
        keys = {row.key for row in self.rows}
        marked = (
            replace(row, note=f"{row.note}; " * bool(row.note) + f"{_AT_COMMIT}`{other.commit}`")
            for row in other.rows
            if row.key not in keys
        )
        return replace(self, rows=(*self.rows, *marked))

    def to_json(self) -> str:
        """As text, the same for the same record."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    def save(self, path: Path) -> None:
        """Writes the record."""
        path.write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The record in a file; RecordError if there is none."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as problem:
            raise RecordError(f"cannot read `{path}`: {(problem.strerror or str(problem)).lower()}") from None
        except ValueError as problem:
            raise RecordError(f"`{path}` is not JSON: {problem}") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise RecordError(
                f"`{path}` is no record of format {FORMAT}: make one with `python -m benchmarks run --json FILE`"
            )
        try:
            rows = tuple(_row(each) for each in data.pop("rows"))
            skipped = tuple(Skip(**each) for each in data.pop("skipped"))
            del data["format"]
            return cls(rows=rows, skipped=skipped, **data)
        except (KeyError, TypeError) as problem:
            raise RecordError(f"`{path}` is no whole record: {problem}") from None


def _row(data: dict[str, Any]) -> Row:
    return Row(**{**data, "measure": Measure(**data["measure"]), "agreement": Agreement(**data["agreement"])})


def rounded(row: Row) -> Row:
    """A row with as many figures as mean something."""
    measure = row.measure
    residual = None if row.residual is None else round(row.residual, 3)
    return replace(
        row,
        residual=residual,
        measure=replace(
            measure,
            median=_short(measure.median),
            low=_short(measure.low),
            high=_short(measure.high),
            ratio=_maybe_short(measure.ratio),
            ratio_low=_maybe_short(measure.ratio_low),
            ratio_high=_maybe_short(measure.ratio_high),
        ),
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _maybe_short(value: float | None) -> float | None:
    return None if value is None else _short(value)
