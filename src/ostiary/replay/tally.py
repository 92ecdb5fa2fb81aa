"""What a replay has counted so far: plain counters that can be added up.

In: one thing at a time that reading, mapping or judging came to. Out: a `Tally`.
Invariant: `read` is the sum of judged, outside, excluded, unmapped and damaged, whatever was counted, and merging two tallies
gives what counting everything into one would have given (but for which keys a full table keeps).
Not here: sentences about it (`ostiary.render`).
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from ostiary.cloudtrail.damage import Damage, DamageKind, Skipped, SkipReason
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.outcome import Outcome
from ostiary.cloudtrail.record import Record
from ostiary.replay.decide import Answer, Missing, Verdict
from ostiary.replay.question import Outside
from ostiary.replay.ranking import MOST_KEYS, Ranking, cut
from ostiary_runtime.decision import StatementRef

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z", re.ASCII)
# Places of damage that are kept to be named.
MOST_DAMAGES = 100


@dataclass(slots=True)
class Span:
    """The first and the last time that something was seen, as the log writes them; empty if no event had a time."""

    first: str = ""
    last: str = ""

    def add(self, time: str | None) -> None:
        """Widens the span; a text that is no time counts as none."""
        if time and _TIME.fullmatch(time):
            self.first = min(self.first or time, time)
            self.last = max(self.last, time)

    def merge(self, other: "Span") -> None:
        """Widens the span by another."""
        self.add(other.first)
        self.add(other.last)


@dataclass(frozen=True, slots=True)
class Who:
    """What denied calls are grouped by: caller, action, and the statement that denies (None: `layer` allows nothing)."""

    principal: str
    action: str
    statement: StatementRef | None
    layer: str | None


@dataclass(slots=True)
class Group:
    """Calls that were denied, or perhaps would be, for one reason; `already` of them were denied in the log too."""

    calls: int = 0
    already: int = 0
    span: Span = field(default_factory=Span)
    event: str = ""

    @property
    def stopped(self) -> int:
        """Calls that the log does not show as denied."""
        return self.calls - self.already

    def add(self, record: Record, *, already: bool) -> None:
        """Counts a call; the first one's id stands for all."""
        self.calls += 1
        self.already += already
        self.span.add(record.time)
        if not self.event or (self.already == self.calls - 1 and not already):
            self.event = cut(record.event_id or "")

    def merge(self, other: "Group") -> None:
        """Adds another group's calls."""
        if not self.event or (not self.stopped and other.stopped):
            self.event = other.event
        self.calls += other.calls
        self.already += other.already
        self.span.merge(other.span)


@dataclass(slots=True)
class Groups:
    """Groups by their key, with a cap; what comes after it is counted together."""

    found: dict[Who, Group] = field(default_factory=dict)
    others: Group = field(default_factory=Group)

    def of(self, key: Who) -> Group:
        """The group of a key, or that of all others when there are too many."""
        group = self.found.get(key)
        if group is None:
            if len(self.found) >= MOST_KEYS:
                return self.others
            group = self.found[key] = Group()
        return group

    def merge(self, other: "Groups") -> None:
        """Adds other groups."""
        for key, group in other.found.items():
            self.of(key).merge(group)
        self.others.merge(other.others)

    def ranked(self) -> list[tuple[Who, Group]]:
        """The groups, those that stop most first."""
        return sorted(
            self.found.items(),
            key=lambda item: (
                -item[1].stopped,
                -item[1].calls,
                item[0].principal,
                item[0].action,
                str(item[0].statement),
            ),
        )


@dataclass(slots=True)
class Tally:
    """The counts of a replay, or of a part of one."""

    files: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)
    judged: Counter[tuple[Answer, Outcome]] = field(default_factory=Counter)
    outside: Counter[Outside] = field(default_factory=Counter)
    excluded: Counter[Exclusion] = field(default_factory=Counter)
    unmapped: Ranking[tuple[str, str]] = field(default_factory=Ranking)
    damaged: Counter[DamageKind] = field(default_factory=Counter)
    damages: list[Damage] = field(default_factory=list)
    denied: Groups = field(default_factory=Groups)
    doubtful: Groups = field(default_factory=Groups)
    missing: Ranking[Missing] = field(default_factory=Ranking)
    alone: Ranking[Missing] = field(default_factory=Ranking)
    accounts: Ranking[str] = field(default_factory=Ranking)
    services: Ranking[str] = field(default_factory=Ranking)
    span: Span = field(default_factory=Span)

    def skip(self, skipped: Skipped) -> None:
        """Counts a file that is not read for events."""
        self.skipped[skipped.reason] += 1

    def damage(self, damage: Damage) -> None:
        """Counts something that could not be read."""
        self.damaged[damage.kind] += 1
        if len(self.damages) < MOST_DAMAGES:
            self.damages.append(damage)

    def exclude(self, record: Record, reason: Exclusion) -> None:
        """Counts a record that is no authorization request."""
        self._see(record)
        self.excluded[reason] += 1

    def unmap(self, record: Record) -> None:
        """Counts a record whose operation leads to no IAM action."""
        self._see(record)
        self.unmapped.add((cut(record.source or ""), cut(record.name or "")))

    def leave_out(self, record: Record, reason: Outside) -> None:
        """Counts a call that is not part of the question."""
        self._see(record)
        self.outside[reason] += 1

    def judge(self, record: Record, verdict: Verdict, outcome: Outcome) -> None:
        """Counts a call with what the policies say and how it ended in the log."""
        self._see(record)
        self.judged[verdict.answer, outcome] += 1
        self.services.add(verdict.action.partition(":")[0])
        if verdict.answer is Answer.ALLOW:
            return
        key = Who(cut(verdict.who), cut(verdict.action), verdict.statement, verdict.layer)
        groups = self.denied if verdict.answer is Answer.DENY else self.doubtful
        groups.of(key).add(record, already=outcome is Outcome.DENIED)
        if verdict.answer is Answer.INDETERMINATE:
            for missing in verdict.missing:
                self.missing.add(Missing(cut(missing.fact), missing.reason))
            if len(verdict.missing) == 1:
                self.alone.add(Missing(cut(verdict.missing[0].fact), verdict.missing[0].reason))

    def _see(self, record: Record) -> None:
        """Notes when and where a record was written."""
        self.span.add(record.time)
        if record.account:
            self.accounts.add(cut(record.account))

    def merge(self, other: "Tally") -> None:
        """Adds what another tally has counted."""
        self.files += other.files
        self.skipped.update(other.skipped)
        self.judged.update(other.judged)
        self.outside.update(other.outside)
        self.excluded.update(other.excluded)
        self.damaged.update(other.damaged)
        self.unmapped.merge(other.unmapped)
        self.missing.merge(other.missing)
        self.alone.merge(other.alone)
        self.accounts.merge(other.accounts)
        self.services.merge(other.services)
        self.damages.extend(other.damages[: MOST_DAMAGES - len(self.damages)])
        self.denied.merge(other.denied)
        self.doubtful.merge(other.doubtful)
        self.span.merge(other.span)

    @property
    def records(self) -> int:
        """Records that were read: each is judged, outside, excluded or unmapped."""
        return self.judged.total() + self.outside.total() + self.excluded.total() + self.unmapped.total

    @property
    def read(self) -> int:
        """Records, and places where something could not be read."""
        return self.records + self.damaged.total()

    def answered(self, answer: Answer, *, already: bool | None = None) -> int:
        """Calls with this answer; `already`: only those that the log shows as denied, or does not."""
        return sum(
            count
            for (each, outcome), count in self.judged.items()
            if each is answer and already in (None, outcome is Outcome.DENIED)
        )
