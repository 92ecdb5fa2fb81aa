"""Groups: what the events of a replay are counted by, each with a number.

In: what a case came to. Out: numbers of groups, and the columns of when and where their events were seen.
Invariant: a table of rows that is full gives rows of one change a number together, so nothing is lost from the sums.
Not here: how many events a group has (`analysis`).
"""

from dataclasses import dataclass

from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.replay.columns import Columns
from ostiary.replay.compare import Compared
from ostiary.replay.decide import Missing
from ostiary.replay.findings import Access, Change
from ostiary.replay.question import Outside
from ostiary.replay.ranking import MOST_KEYS, cut
from ostiary.replay.resource_class import class_of
from ostiary_runtime.decision import StatementRef

# Events that stand for a row; one is enough where nothing changed.
SAMPLES = {Change.UNCHANGED: 1}
MOST_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class RowKey:
    """What calls are grouped by."""

    change: Change
    baseline: Access
    candidate: Access
    principal: str
    action: str
    resource: str
    statement: StatementRef | None
    layer: str | None
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What is counted without a row, by kind and reason."""

    kind: str
    reason: Outside | Exclusion | None


@dataclass(frozen=True, slots=True)
class Foreign:
    """The resource account's copy of a call from another account, asked of RCPs alone.

    It counts if the caller's own account has no trail among the logs, which is known at the end; else the copy there was asked everything.
    """

    key: RowKey
    caller: str


Group = RowKey | Foreign | Apart | Change  # a Change: rows beyond the cap
AT_CALLER = Apart("outside", Outside.CALLER_SIDE)
COPY = Apart("excluded", Exclusion.SHARED_COPY)


def row_key(result: Compared) -> RowKey:
    """The row that a case belongs to."""
    request = result.request
    resource = request.resource if request.resource is not None else request.resource_pattern
    return RowKey(
        result.change,
        result.baseline,
        result.candidate,
        cut(result.who),
        request.action,
        class_of(request.action, resource or "*"),
        result.statement,
        result.layer,
        tuple(Missing(cut(each.fact), each.reason) for each in result.missing),
    )


class Groups:
    """All groups so far, by number."""

    def __init__(self) -> None:
        self.all: list[Group] = []
        self.columns = Columns()
        self._numbers: dict[Group, int] = {}
        self._rows = 0

    def number(self, group: Group) -> int:
        """The number of a group, which may be a new one; or that of all rows beyond the cap."""
        number = self._numbers.get(group)
        if number is not None:
            return number
        key = group.key if isinstance(group, Foreign) else group if isinstance(group, RowKey) else None
        if key is not None:
            if self._rows >= MOST_KEYS:
                return self.number(key.change if isinstance(group, RowKey) else AT_CALLER)
            self._rows += 1
        number = self._numbers[group] = len(self.all)
        self.all.append(group)
        samples = SAMPLES.get(key.change, MOST_SAMPLES) if key is not None else 0
        self.columns.want(number, samples, timeline=key is not None)
        return number
