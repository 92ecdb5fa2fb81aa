"""What a replay found as JSON, complete. The keys are part of the interface: they are added to, but not renamed or dropped.

interrupted    true if this is only what was read until Ctrl-C
headline       the answer in one sentence
baseline, candidate    what was compared: names, or `log` for what AWS did
question       asked, policies, beside, management_accounts, literal, and all of it in sentences
answer         calls, stopped, perhaps, at_most: calls that the log does not show as denied, and what became of them;
               already_denied: the same for those that it does, by the candidate's answer alone
revoked, gained    certain and most: bounds of the events
accounting     read = judged + outside + excluded + unmapped + damaged
counts         the same with reasons: kind, reason, label, events; their sum is `read`
rows           distinct tuples: change, baseline, candidate, principal, action, resource (a class), statement, layer, missing, events,
               already_denied, first, last, accounts, samples (event_id, time, file), timeline (events by interval)
intervals      the starts of the timeline's intervals
others_by_change   events of rows beyond the cap
judged         answer, outcome in the log, calls
denied         groups of calls that the candidate denies: principal, action, statement, layer, calls, already_denied,
               first, last, event
indeterminate  the same for calls whose answer hangs on something that is not in the log
missing        what would settle changes that are not certain: fact, reason, message, calls, alone (calls that lack nothing else),
               together (calls that are settled when this and all facts before it are known), supply (section of a file of facts,
               null if none helps, and how)
outside, excluded, unmapped, damaged, skipped    counts by reason; damages: the first places
accounts, services, files, window                where the records come from
blind          services of which the policies name data events and the log has none: service, actions, statements
coverage       policies with text and hits: name, type, text, statements (statement, events, perhaps, decided, first, last, parts);
               empty unless it was asked for
calibration    rows (action, agrees, open, contradicts, layer_named, layer_agrees) and contradictions; null unless it was asked for
facts          what was supplied besides the log
seconds        how long it took
others         what was counted together because a table was full; all 0 but for logs with very many names
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.render.decision_json import statement_data
from ostiary.render.replay_text import answered, headline, missing_words, sentences
from ostiary.replay.decide import Missing
from ostiary.replay.findings import Access, Bounds, Calibration, Change, Findings, PolicyHits, Row, Sample
from ostiary.replay.question import Outside, Question
from ostiary.replay.supply import how_to_supply
from ostiary_runtime.decision import StatementRef

_ANSWERS = {Access.GRANTED: "allowed", Access.DENIED: "denied", Access.UNKNOWN: "indeterminate"}


def replay_json(findings: Findings) -> str:
    """The findings as one JSON object."""
    return json.dumps(replay_data(findings), indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def replay_data(findings: Findings) -> dict[str, object]:
    """The findings as plain data."""
    crowded = dict(findings.crowded)
    kinds = {
        kind: sum(each.events for each in findings.counts if each.kind == kind)
        for kind in ("judged", "outside", "excluded", "unmapped", "damaged")
    }
    others = dict(findings.others)
    return {
        "interrupted": findings.interrupted,
        "headline": headline(findings),
        "baseline": findings.baseline,
        "candidate": findings.candidate,
        "question": _question(findings.question),
        "answer": {**_answer(findings, already=False), "already_denied": _answer(findings, already=True)},
        "revoked": _bounds(findings.revoked),
        "gained": _bounds(findings.gained),
        "accounting": {"read": findings.read, **kinds},
        "counts": [
            {"kind": each.kind, "reason": each.reason, "label": each.label, "events": each.events}
            for each in findings.counts
        ],
        "rows": [_row(row) for row in findings.rows],
        "intervals": list(findings.intervals),
        "others_by_change": {change.value: events for change, events in findings.others},
        "judged": [
            {"answer": _ANSWERS[access], "outcome": outcome.value, "calls": events}
            for access, outcome, events in findings.answers
        ],
        "denied": _groups(findings.rows, Access.DENIED),
        "indeterminate": _groups(findings.rows, Access.UNKNOWN),
        "missing": [
            {
                **_missing(each.missing),
                "message": missing_words(each.missing),
                "calls": each.events,
                "alone": each.alone,
                "together": each.together,
                "supply": {"section": how_to_supply(each.missing).section, "how": how_to_supply(each.missing).how},
            }
            for each in findings.missing
        ],
        "outside": _reasons(findings, "outside"),
        "excluded": _reasons(findings, "excluded"),
        "unmapped": [{"source": source, "name": name, "calls": count} for source, name, count in findings.unmapped],
        "damaged": [{"kind": each.reason, "places": each.events} for each in findings.counts if each.kind == "damaged"],
        "damages": [
            {"file": each.file, "kind": each.kind.value, "message": each.message, "offset": each.offset}
            for each in findings.damages
        ],
        "skipped": [{"reason": reason.value, "files": count} for reason, count in findings.skipped],
        "accounts": [{"account": account, "records": count} for account, count in findings.accounts],
        "services": [{"service": service, "calls": count} for service, count in findings.services],
        "files": findings.files,
        "window": {"first": findings.first or None, "last": findings.last or None},
        "blind": [
            {
                "service": each.service,
                "actions": list(each.actions),
                "statements": [statement_data(ref) for ref in each.statements],
            }
            for each in findings.blind
        ],
        "coverage": [_policy(each) for each in findings.coverage],
        "calibration": _calibration(findings.calibration) if findings.calibration is not None else None,
        "facts": list(findings.facts),
        "seconds": round(findings.seconds, 3),
        "others": {
            "denied": sum(events for change, events in others.items() if change is Change.REVOKED),
            "indeterminate": sum(others.get(change, 0) for change in (Change.MAYBE_REVOKED, Change.MAYBE_GAINED)),
            "missing": crowded.get("missing", 0),
            "unmapped": crowded.get("unmapped", 0),
            "accounts": crowded.get("accounts", 0),
            "services": crowded.get("services", 0),
        },
    }


def _policy(policy: PolicyHits) -> dict[str, object]:
    return {
        "name": policy.name,
        "type": policy.type,
        "text": policy.text,
        "statements": [
            {
                "statement": _statement(each.statement),
                "events": each.events,
                "perhaps": each.perhaps,
                "decided": each.decided,
                "first": each.first or None,
                "last": each.last or None,
                "parts": [
                    {
                        "element": part.element,
                        "text": part.text,
                        "line": part.line,
                        "column": part.column,
                        "events": part.events,
                        "first": part.first or None,
                        "last": part.last or None,
                    }
                    for part in each.parts
                ],
            }
            for each in policy.statements
        ],
    }


def _calibration(calibration: Calibration) -> dict[str, object]:
    return {
        "rows": [
            {
                "action": each.action,
                "agrees": each.agrees,
                "open": each.open,
                "contradicts": each.contradicts,
                "layer_named": each.layer_named,
                "layer_agrees": each.layer_agrees,
            }
            for each in calibration.rows
        ],
        "contradictions": [
            {
                "action": each.action,
                "principal": each.principal,
                "resource": each.resource,
                "logged": each.logged.value,
                "ours": each.ours.value,
                "error": each.error or None,
                "cause": each.cause,
                "why": each.why,
                "statement": _statement(each.statement),
                "layer": each.layer,
                "events": each.events,
                "samples": [_sample(sample) for sample in each.samples],
            }
            for each in calibration.contradictions
        ],
    }


def _sample(sample: Sample) -> dict[str, object]:
    return {"event_id": sample.event_id or None, "time": sample.time or None, "file": sample.file}


def _question(question: Question) -> dict[str, object]:
    return {
        "asked": [layer.value for layer in question.layers],
        "policies": list(question.given),
        "beside": list(question.beside),
        "management_accounts": list(question.management),
        "literal": question.literal,
        "sentences": list(sentences(question)),
    }


def _bounds(bounds: Bounds) -> dict[str, int]:
    return {"certain": bounds.certain, "most": bounds.most}


def _answer(findings: Findings, *, already: bool) -> dict[str, int]:
    calls = answered(findings, *Access, already=already)
    stopped = answered(findings, Access.DENIED, already=already)
    perhaps = answered(findings, Access.UNKNOWN, already=already)
    return {"calls": calls, "stopped": stopped, "perhaps": perhaps, "at_most": stopped + perhaps}


def _row(row: Row) -> dict[str, object]:
    return {
        "change": row.change.value,
        "baseline": row.baseline.value,
        "candidate": row.candidate.value,
        "principal": row.principal,
        "action": row.action,
        "resource": row.resource,
        "statement": _statement(row.statement),
        "layer": row.layer,
        "missing": [_missing(each) for each in row.missing],
        "events": row.events,
        "already_denied": row.already,
        "first": row.first or None,
        "last": row.last or None,
        "accounts": list(row.accounts),
        "samples": [_sample(each) for each in row.samples],
        "timeline": list(row.timeline),
    }


def _missing(missing: Missing) -> dict[str, str]:
    return {"fact": missing.fact, "reason": missing.reason}


def _statement(ref: StatementRef | None) -> dict[str, object] | None:
    return dict(statement_data(ref)) if ref is not None else None


@dataclass(slots=True)
class _Group:
    """Rows that differ in nothing but what the log says, and the resource."""

    calls: int = 0
    already: int = 0
    first: str = ""
    last: str = ""
    event: str = ""
    event_denied: bool = True

    def add(self, row: Row) -> None:
        self.calls += row.events
        self.already += row.already
        self.first = min(self.first or row.first, row.first or self.first)
        self.last = max(self.last, row.last)
        event = next((sample.event_id for sample in row.samples if sample.event_id), "")
        if event and (not self.event or (self.event_denied and not row.already)):
            self.event, self.event_denied = event, bool(row.already)


def _groups(rows: Iterable[Row], access: Access) -> list[dict[str, object]]:
    groups: dict[tuple[str, str, StatementRef | None, str | None], _Group] = {}
    for row in rows:
        if row.candidate is access:
            key = (row.principal, row.action, row.statement, row.layer)
            groups.setdefault(key, _Group()).add(row)
    ranked = sorted(
        groups.items(),
        key=lambda item: (item[1].already - item[1].calls, -item[1].calls, item[0][0], item[0][1], str(item[0][2])),
    )
    return [
        {
            "principal": principal,
            "action": action,
            "statement": _statement(statement),
            "layer": layer,
            "calls": group.calls,
            "already_denied": group.already,
            "first": group.first or None,
            "last": group.last or None,
            "event": group.event or None,
        }
        for (principal, action, statement, layer), group in ranked
    ]


def _reasons(findings: Findings, kind: str) -> list[dict[str, object]]:
    reasons = Outside if kind == "outside" else Exclusion
    return [
        {"reason": each.reason, "message": reasons(each.reason).message, "calls": each.events}
        for each in findings.counts
        if each.kind == kind
    ]
