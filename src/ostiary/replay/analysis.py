"""The analysis: batches of events in, `Findings` out.

    findings = replay(paths, Sides(baseline=None, candidate=policies))

In: logs, read to batches of cases, and what is compared. Out: `Findings`, also when it was stopped: then of what was read so far.
Invariant: every event that was read is in exactly one of the counts, and each case is decided once. Memory does not grow with the logs.
Not here: what a case is (`ostiary.ingest`), deciding (`decide`), comparing (`compare`), showing (`ostiary.render`).
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import assert_never

import numpy as np

from ostiary.cloudtrail.damage import Damage, SkipReason
from ostiary.cloudtrail.guesses import NO_FACTS, Facts
from ostiary.cloudtrail.mapping import Excluded, Unmapped
from ostiary.cloudtrail.outcome import Outcome
from ostiary.ingest.run import ONE_PROCESS, Reading, Watcher
from ostiary.replay.blind import blind_spots
from ostiary.replay.calibrate import Calibrating
from ostiary.replay.cases import Batch, Called, Case, CaseTable, SharedCopies, cases
from ostiary.replay.columns import CaseTimes
from ostiary.replay.compare import Compared, compared, compared_to_log, compared_with_log
from ostiary.replay.coverage import Coverage
from ostiary.replay.decide import Judge, Missing, Verdict
from ostiary.replay.findings import Access, Blind, Bounds, Change, Counted, Findings, Row
from ostiary.replay.groups import AT_CALLER, COPY, Apart, Foreign, Group, Groups, RowKey, row_key
from ostiary.replay.question import Outside
from ostiary.replay.ranking import Ranking, cut
from ostiary.replay.resource_side import ResourceSide, caller_account
from ostiary.replay.settle import Lacking
from ostiary.replay.sides import Policies, Sides
from ostiary_grammar.terms import fold

Path = str | os.PathLike[str]

MOST_DAMAGES = 100
"""Places of damage that are kept to be named."""


def replay(
    paths: Iterable[Path],
    sides: Sides,
    *,
    facts: Facts = NO_FACTS,
    supplied: tuple[str, ...] = (),
    coverage: bool = False,
    calibrate: bool = False,
    watcher: Watcher | None = None,
    stopped: Callable[[], bool] = lambda: False,
    reading: Reading = ONE_PROCESS,
) -> Findings:
    """Replays all logs at and below the paths.

    `supplied` names the facts, for the report. `coverage`: count what the statements of the candidate are hit by, and `calibrate`: compare
    them with what AWS did (of the baseline where the candidate is the log). `stopped` is asked before each batch, whether to end here; KeyboardInterrupt ends it too,
    between two batches or within one: its events are then not counted. `reading`: with how many processes, and what is kept.
    """
    analysis = Analysis(sides, coverage=coverage, calibrate=calibrate, assumed=tuple(facts.keys))
    return analyse(analysis, paths, facts=facts, supplied=supplied, watcher=watcher, stopped=stopped, reading=reading)


def analyse(
    analysis: "Analysis",
    paths: Iterable[Path],
    *,
    facts: Facts = NO_FACTS,
    supplied: tuple[str, ...] = (),
    watcher: Watcher | None = None,
    stopped: Callable[[], bool] = lambda: False,
    reading: Reading = ONE_PROCESS,
) -> Findings:
    """The same with an analysis that the caller keeps, for what it counted beside the findings."""
    started = time.perf_counter()
    interrupted = False

    def asked() -> bool:
        nonlocal interrupted
        interrupted = interrupted or stopped()
        return interrupted

    try:
        for batch in cases(paths, analysis.keys, facts=facts, watcher=watcher, stopped=asked, reading=reading):
            analysis.add(batch)
    except KeyboardInterrupt:
        interrupted = True
    return analysis.findings(seconds=time.perf_counter() - started, interrupted=interrupted, facts=supplied)


class Analysis:
    """What was read so far, and what was found in it. `coverage` is None unless it was asked for."""

    def __init__(
        self, sides: Sides, *, coverage: bool = False, calibrate: bool = False, assumed: tuple[str, ...] = ()
    ) -> None:
        self._sides = sides
        self.keys = sides.keys
        keys = tuple(sorted(sides.keys))
        self.coverage = Coverage(sides.asked, keys) if coverage else None
        self._calibrating = Calibrating(sides.asked, assumed) if calibrate else None
        self._times = CaseTimes() if coverage or calibrate else None
        self._verdicts: list[Verdict | None] = []
        self._last: Verdict | None = None
        self._baseline, self._candidate = (
            Judge(side.engine, side.question, keys, side.statements) if side is not None else None
            for side in (sides.baseline, sides.candidate)
        )
        self._resource_side = ResourceSide(sides, keys)
        self._trails: set[str] = set()
        self._deferred: Counter[tuple[int, Outcome, str]] = Counter()
        self._question = sides.question
        self._asked = frozenset(sides.asked.question.layers)
        self._table = CaseTable(keys)
        self._group_of = np.zeros(0, np.int32)
        self._compared: list[Compared | None] = []
        self._counts = np.zeros(0, np.int64)
        self._groups = Groups()
        self._events: Counter[int] = Counter()
        self._already: Counter[int] = Counter()
        self._accounts_of: dict[int, dict[str, None]] = {}
        self._copies = SharedCopies()
        self._copy = self._groups.number(COPY)
        self._files = 0
        self._answers: Counter[tuple[Access, Outcome]] = Counter()
        self._unmapped: Ranking[tuple[str, str]] = Ranking()
        self._accounts: Ranking[str] = Ranking()
        self._services: Ranking[str] = Ranking()
        self._lacking = Lacking()
        self._damaged: Counter[str] = Counter()
        self._damages: list[Damage] = []
        self._skipped: Counter[SkipReason] = Counter()
        self._data_services: set[str] = set()
        self._actions: set[str] = set()

    @property
    def asked(self) -> Policies:
        """The policies that the report is about."""
        return self._sides.asked

    def add(self, batch: Batch) -> None:
        """Counts the events of a batch."""
        for damage in batch.damages:
            self._damaged[damage.kind.value] += 1
            if len(self._damages) < MOST_DAMAGES:
                self._damages.append(damage)
        for skipped in batch.skipped:
            self._skipped[skipped.reason] += 1
        self._files += batch.last and not batch.skipped
        if batch.table is not self._table:
            self._fold()
            self._table = batch.table
            self._group_of = np.zeros(0, np.int32)
            self._compared = []
            self._verdicts = []
            self._counts = np.zeros(0, np.int64)
            self._times = CaseTimes() if self._times is not None else None
        self._decide()
        if not len(batch):
            return
        groups = self._group_of[batch.case]
        repeated: list[int] = []
        for row, shared in batch.shared.items():
            counts = isinstance(self._groups.all[groups[row]], RowKey | Change)
            if counts and not self._copies.first(shared):
                groups[row] = self._copy
                repeated.append(int(batch.case[row]))
        self._groups.columns.add(groups, batch)
        if self._times is not None:
            self._times.add(batch)
        self._counts += np.bincount(batch.case, minlength=len(self._counts))
        for case in repeated:
            self._counts[case] -= 1
            self._count_apart(self._table.cases[case], self._copy, 1)

    def _decide(self) -> None:
        """Finds the groups of the cases that are new in the table."""
        known, new = len(self._compared), self._table.cases[len(self._compared) :]
        if not new:
            return
        numbers = np.zeros(len(new), np.int32)
        for place, case in enumerate(new):
            group, result = self._group(case)
            numbers[place] = self._groups.number(group)
            self._compared.append(result)
            self._verdicts.append(self._last)
        self._group_of = np.concatenate((self._group_of[:known], numbers))
        self._counts = np.concatenate((self._counts, np.zeros(len(new), np.int64)))

    def _group(self, case: Case) -> tuple[Group, Compared | None]:
        self._last = None
        match case.what:
            case Excluded(reason=reason):
                return Apart("excluded", reason), None
            case Unmapped():
                return Apart("unmapped", None), None
            case Called() as called:
                result = self._compare(case, called)
                if result is Outside.CALLER_SIDE:
                    foreign = self._resource_side.compare(case, called)
                    if foreign is not None:
                        return Foreign(row_key(foreign), cut(caller_account(called) or "")), None
                if isinstance(result, Outside):
                    return Apart("outside", result), None
                return row_key(result), result
            case _ as never:
                assert_never(never)

    def _compare(self, case: Case, called: Called) -> Compared | Outside:
        before, after = self._verdict(self._baseline, case, called), self._verdict(self._candidate, case, called)
        for side in (after, before):
            if side is Outside.NOT_A_REQUEST:
                return side
        judge = self._candidate or self._baseline
        assert judge is not None
        outside = judge.outside(case, called, self._question)
        if outside is not None:
            return outside
        verdicts = [None if isinstance(side, Outside) else side for side in (before, after)]
        self._last = verdicts[1] if self._candidate is not None else verdicts[0]
        who = next((verdict.who for verdict in reversed(verdicts) if verdict is not None), "")
        who = who or called.requests[0].role or called.requests[0].principal
        if self._baseline is None:
            return compared_with_log(called, who, verdicts[1], self._asked)
        if self._candidate is None:
            return compared_to_log(called, who, verdicts[0], self._asked)
        return compared(called, who, *verdicts)

    @staticmethod
    def _verdict(judge: Judge | None, case: Case, called: Called) -> Verdict | Outside | None:
        return judge.judge(case, called) if judge is not None else None

    def _fold(self) -> None:
        """Adds what was counted by case to the groups and lists."""
        for number in np.flatnonzero(self._counts).tolist():
            case, events = self._table.cases[number], int(self._counts[number])
            group, result = int(self._group_of[number]), self._compared[number]
            self._count_apart(case, group, events)
            if isinstance(case.what, Unmapped):
                self._unmapped.add((cut(case.what.source), cut(case.what.name)), events)
            if isinstance(self._groups.all[group], Foreign) and isinstance(case.what, Called):
                service = case.what.requests[0].action.partition(":")[0]
                self._deferred[group, case.what.outcome, service] += events
            if result is None or not isinstance(case.what, Called):
                continue
            called = case.what
            self._already[group] += events * (called.outcome is Outcome.DENIED)
            self._answers[result.candidate, called.outcome] += events
            self._services.add(result.request.action.partition(":")[0], events)
            self._beside(number, called, events)
            if result.missing:
                self._lacking.add(tuple(Missing(cut(each.fact), each.reason) for each in result.missing), events)
        self._counts[:] = 0

    def _beside(self, number: int, called: Called, events: int) -> None:
        """Counts coverage and calibration, if they were asked for."""
        if self._times is None:
            return
        verdict = self._verdicts[number]
        if self.coverage is not None:
            self.coverage.add(called, verdict, events, self._times.span(number))
        if self._calibrating is not None:
            self._calibrating.add(called, verdict, events, self._times.sample(number))

    def _count_apart(self, case: Case, group: int, events: int) -> None:
        """What is counted of every event, whatever became of it."""
        self._events[group] += events
        if case.recipient:
            self._trails.add(cut(case.recipient))
        if case.account:
            account = cut(case.account)
            self._accounts.add(account, events)
            self._accounts_of.setdefault(group, {})[account] = None
        if isinstance(case.what, Called):
            actions = [fold(request.action) for request in case.what.requests]
            self._actions.update(actions)
            if case.data:
                self._data_services.update(action.partition(":")[0] for action in actions)

    def findings(self, *, seconds: float, interrupted: bool = False, facts: tuple[str, ...] = ()) -> Findings:
        """What was found so far."""
        self._fold()
        self._settle_foreign()
        counted = [(number, group, self._events[number]) for number, group in enumerate(self._groups.all)]
        rows = [(number, group) for number, group, events in counted if isinstance(group, RowKey) and events]
        rows.sort(key=self._order)
        intervals, timelines = self._groups.columns.timelines([number for number, _ in rows])
        first, last = self._groups.columns.window()
        others: Counter[Change] = Counter()
        changed: Counter[Change] = Counter()
        for _, group, events in counted:
            if isinstance(group, Change):
                others[group] += events
            if isinstance(group, RowKey | Change):
                changed[group if isinstance(group, Change) else group.change] += events
        revoked, gained = (
            Bounds(changed[sure], changed[sure] + changed[maybe])
            for sure, maybe in ((Change.REVOKED, Change.MAYBE_REVOKED), (Change.GAINED, Change.MAYBE_GAINED))
        )
        counts = tuple(self._counted(changed, counted))
        baseline, candidate = self._sides.names
        return Findings(
            baseline=baseline,
            candidate=candidate,
            question=self._question,
            read=sum(each.events for each in counts),
            files=self._files,
            counts=counts,
            judged=changed.total(),
            revoked=revoked,
            gained=gained,
            rows=tuple(self._row(number, key, timelines[number]) for number, key in rows),
            others=tuple((change, others[change]) for change in Change if others[change]),
            missing=self._lacking.ranked(),
            first=first,
            last=last,
            intervals=intervals,
            accounts=tuple(self._accounts.ranked()),
            services=tuple(self._services.ranked()),
            blind=self._blind(),
            coverage=self.coverage.hits() if self.coverage is not None else (),
            calibration=self._calibrating.calibration() if self._calibrating is not None else None,
            facts=facts,
            seconds=seconds,
            interrupted=interrupted,
            answers=tuple(
                (access, outcome, self._answers[access, outcome])
                for access in Access
                for outcome in Outcome
                if self._answers[access, outcome]
            ),
            unmapped=tuple((*key, events) for key, events in self._unmapped.ranked()),
            damages=tuple(self._damages),
            skipped=tuple(sorted(self._skipped.items(), key=lambda item: (-item[1], item[0].value))),
            crowded=self._crowded(),
        )

    def _settle_foreign(self) -> None:
        """Counts calls from other accounts: as rows if the caller's account has no trail here, else as asked at the caller."""
        for number, group in enumerate(list(self._groups.all)):
            if not isinstance(group, Foreign):
                continue
            if group.caller in self._trails:
                self._events[self._groups.number(AT_CALLER)] += self._events.pop(number, 0)
                continue
            self._groups.all[number] = group.key
        for (number, outcome, service), events in self._deferred.items():
            key = self._groups.all[number]
            if not isinstance(key, RowKey):
                continue
            self._already[number] += events * (outcome is Outcome.DENIED)
            self._answers[key.candidate, outcome] += events
            self._services.add(service, events)
            if key.missing:
                self._lacking.add(key.missing, events)
        self._deferred.clear()

    def _order(self, row: tuple[int, RowKey]) -> tuple[object, ...]:
        number, key = row
        change = list(Change).index(key.change)
        return (
            change,
            -self._events[number],
            key.principal,
            key.action,
            key.resource,
            str(key.statement),
            str(key.missing),
        )

    def _row(self, number: int, key: RowKey, timeline: tuple[int, ...]) -> Row:
        return Row(
            change=key.change,
            baseline=key.baseline,
            candidate=key.candidate,
            principal=key.principal,
            action=key.action,
            resource=key.resource,
            statement=key.statement,
            layer=key.layer,
            missing=key.missing,
            events=self._events[number],
            already=self._already[number],
            first=self._groups.columns.first(number),
            last=self._groups.columns.last(number),
            accounts=tuple(sorted(self._accounts_of.get(number, ()))),
            samples=self._groups.columns.samples(number),
            timeline=timeline,
        )

    def _counted(self, changed: Counter[Change], counted: list[tuple[int, Group, int]]) -> Iterable[Counted]:
        for change in Change:
            if changed[change]:
                yield Counted("judged", change.value, change.label, changed[change])
        apart = [(group, events) for _, group, events in counted if isinstance(group, Apart) and events]
        for kind in ("outside", "excluded", "unmapped"):
            found = [(group.reason, events) for group, events in apart if group.kind == kind]
            for reason, events in sorted(found, key=lambda item: (-item[1], item[0].value if item[0] else "")):
                name = reason.value if reason is not None else kind
                label = reason.label if isinstance(reason, Outside) else name.replace("-", " ")
                yield Counted(kind, name, label, events)
        for name, events in sorted(self._damaged.items(), key=lambda item: (-item[1], item[0])):
            yield Counted("damaged", name, name.replace("-", " "), events)

    def _blind(self) -> tuple[Blind, ...]:
        asked = self._sides.asked
        return blind_spots(asked.engine, set(asked.question.given), self._data_services, self._actions)

    def _crowded(self) -> tuple[tuple[str, int], ...]:
        beyond = {
            "unmapped": self._unmapped.others,
            "accounts": self._accounts.others,
            "services": self._services.others,
            "missing": self._lacking.others,
        }
        return tuple((name, events) for name, events in beyond.items() if events)
