"""The sample events of findings, whole: read again at the end, for the few that are shown.

In: `Findings`, whose samples name an event and its file. Out: the same with the events' JSON, as far as they are found.
Invariant: at most `MOST_READ` events and damages are read again, those of the first rows first; a file that is no longer there, or is no
file, leaves its samples as they are.
Not here: which events are samples (`analysis`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ostiary.cloudtrail.files import LogFile
from ostiary.cloudtrail.formats import read_log
from ostiary.cloudtrail.record import Record
from ostiary.ingest.run import STANDARD_INPUT
from ostiary.replay.findings import Findings, Sample

MOST_READ = 200_000
"""How many events, and damages between them, are read again at most: some ten seconds."""

_Key = tuple[str, str]


def with_records(findings: Findings) -> Findings:
    """The findings with the JSON of their sample events."""
    wanted: dict[str, set[str]] = {}
    for sample in _samples(findings):
        if sample.event_id and not sample.record and sample.file != STANDARD_INPUT:  # which can be read once
            wanted.setdefault(sample.file, set()).add(sample.event_id)
    found = dict(_read(wanted))
    if not found:
        return findings
    calibration = findings.calibration
    if calibration is not None:
        told = (replace(each, samples=_filled(each.samples, found)) for each in calibration.contradictions)
        calibration = replace(calibration, contradictions=tuple(told))
    return replace(
        findings,
        rows=tuple(replace(row, samples=_filled(row.samples, found)) for row in findings.rows),
        calibration=calibration,
    )


def _samples(findings: Findings) -> Iterator[Sample]:
    for row in findings.rows:
        yield from row.samples
    if findings.calibration is not None:
        for told in findings.calibration.contradictions:
            yield from told.samples


def _read(wanted: dict[str, set[str]]) -> Iterator[tuple[_Key, str]]:
    """The events that are wanted, by file and id; a file is read up to the last of them."""
    left = MOST_READ
    for file, ids in wanted.items():
        for piece in read_log(LogFile(file)):
            left -= 1
            if isinstance(piece, Record) and piece.event_id in ids:
                ids.discard(piece.event_id)
                yield (file, piece.event_id), json.dumps(piece.data, ensure_ascii=False, default=str)
            if not ids or left <= 0:
                break
        if left <= 0:
            return


def _filled(samples: Iterable[Sample], found: dict[_Key, str]) -> tuple[Sample, ...]:
    return tuple(replace(each, record=found.get((each.file, each.event_id), each.record)) for each in samples)
