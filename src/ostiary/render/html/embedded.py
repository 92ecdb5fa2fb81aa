"""The rows and sample events as JSON inside the page, for its script.

In: `Findings`. Out: `Embedded`: the JSON, and the numbers by which the rest of the page refers to what is in it.
Invariant: the JSON is ASCII without `<`, so nothing in it can end its element; every text but a sample's record has its control
characters written as escapes. Names are stored once; the records of sample events stop at `MOST_RECORDS` characters.
"""

import json
from collections.abc import Hashable
from typing import Generic, TypeVar

from ostiary.render.findings_words import (
    access_words,
    place_words,
    reason_words,
    settled_by,
    short_names,
    statement_words,
)
from ostiary.render.replay_text import missing_words
from ostiary.replay.decide import Missing
from ostiary.replay.findings import Access, Change, Contradiction, Findings, Row, Sample
from ostiary_grammar.wording import visible
from ostiary_runtime.decision import StatementRef

MOST_RECORDS = 4_000_000
"""How many characters of event records a page holds; what comes after that is there by its id and file."""

Reason = tuple[StatementRef | None, str | None]
_K = TypeVar("_K", bound=Hashable)
_CHANGES = tuple(Change)
_ACCESSES = tuple(Access)


class Numbered(Generic[_K]):
    """Things with numbers, in the order in which they were met."""

    def __init__(self) -> None:
        self._numbers: dict[_K, int] = {}

    def number(self, thing: _K) -> int:
        """Its number, which is a new one the first time."""
        return self._numbers.setdefault(thing, len(self._numbers))

    def find(self, thing: _K) -> int | None:
        """Its number, if it has one."""
        return self._numbers.get(thing)

    def all(self) -> list[_K]:
        """All of them, by number."""
        return list(self._numbers)


class Embedded:
    """What the script gets.

    `principals`, `actions`, `reasons` and `facts` are the numbers of those that a row has; `records` are the sample events
    that are there whole, `bare` those of which there is only the id.
    """

    def __init__(self, findings: Findings) -> None:
        self.principals, self.actions, self.resources = Numbered[str](), Numbered[str](), Numbered[str]()
        self.accounts, self.files = Numbered[str](), Numbered[str]()
        self.reasons, self.facts = Numbered[Reason](), Numbered[Missing]()
        self.records = self.bare = 0
        self._samples: list[list[object]] = []
        self._room = MOST_RECORDS
        self._files = short_names({row.statement.source for row in findings.rows if row.statement is not None})
        self._data = self._all(findings)
        self._by_statement: dict[StatementRef, list[int]] = {}
        for number, (statement, _) in enumerate(self.reasons.all()):
            if statement is not None:
                self._by_statement.setdefault(statement, []).append(number)

    def json(self) -> str:
        """The data as the text of a script element."""
        written = json.dumps(self._data, separators=(",", ":"))  # ASCII only, so no U+2028 either
        return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

    def of_statement(self, statement: StatementRef) -> str | None:
        """The filter for the rows that a statement decides; None if there are none."""
        numbers = self._by_statement.get(statement)
        return f"reason:{','.join(map(str, numbers))}" if numbers else None

    def reason(self, statement: StatementRef | None, layer: str | None) -> tuple[str, str, str]:
        """What decides a row: its name for the table, the place of a statement in short, and the whole place."""
        if statement is None:
            return reason_words(None, layer), "", ""
        name = statement_words(statement)
        if not statement.sid and statement.policy != statement.source:
            name = f"{statement.policy} {name}"
        return name, place_words(statement, self._files), place_words(statement)

    def _all(self, findings: Findings) -> dict[str, object]:
        rows = [self._row(row) for row in findings.rows]
        contradictions = findings.calibration.contradictions if findings.calibration is not None else ()
        told = [self._contradiction(each) for each in contradictions]
        return {
            "changes": [[each.value, each.label] for each in _CHANGES],
            "accesses": [access_words(each) for each in _ACCESSES],
            "intervals": [visible(each) for each in findings.intervals],
            "rows": rows,
            "contradictions": told,
            "samples": self._samples,
            "principals": _visible(self.principals),
            "actions": _visible(self.actions),
            "resources": _visible(self.resources),
            "accounts": _visible(self.accounts),
            "files": _visible(self.files),
            "reasons": [[visible(words) for words in self.reason(*each)] for each in self.reasons.all()],
            "facts": [
                [visible(each.fact), visible(missing_words(each)), visible(settled_by(each))]
                for each in self.facts.all()
            ],
        }

    def _row(self, row: Row) -> list[object]:
        """A row as the script's `Row` takes it apart: the order is the same there."""
        return [
            _CHANGES.index(row.change),
            self.principals.number(row.principal),
            self.actions.number(row.action),
            self.resources.number(row.resource),
            self.reasons.number((row.statement, row.layer)),
            row.events,
            row.already,
            visible(row.first),
            visible(row.last),
            _ACCESSES.index(row.baseline),
            _ACCESSES.index(row.candidate),
            [self.accounts.number(each) for each in row.accounts],
            [self.facts.number(each) for each in row.missing],
            [self._sample(each) for each in row.samples],
            [number for place, events in enumerate(row.timeline) if events for number in (place, events)],
        ]

    def _contradiction(self, each: Contradiction) -> dict[str, object]:
        return {
            "action": visible(each.action),
            "principal": visible(each.principal),
            "resource": visible(each.resource),
            "logged": access_words(each.logged),
            "ours": access_words(each.ours),
            "error": visible(each.error),
            "why": visible(each.why),
            "reason": visible(reason_words(each.statement, each.layer)),
            "events": each.events,
            "samples": [self._sample(sample) for sample in each.samples],
        }

    def _sample(self, sample: Sample) -> int:
        record = sample.record if len(sample.record) <= self._room else ""
        self._room -= len(record)
        self.records += bool(record)
        self.bare += not record
        self._samples.append([visible(sample.event_id), visible(sample.time), self.files.number(sample.file), record])
        return len(self._samples) - 1


def _visible(names: Numbered[str]) -> list[str]:
    return [visible(each) for each in names.all()]
