"""The rows of a replay as a table: which columns there are, of which type, and what they mean.

In: a `Row`. Out: one plain value for each of `COLUMNS`.
Invariant: the columns are part of the interface: they are added to at the end, but not renamed, dropped or moved.
Not here: how a format writes a value.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from ostiary.replay.findings import Row

Value = str | int | tuple[str, ...] | tuple[int, ...] | None


class Kind(enum.Enum):
    """The type of a column."""

    CODE = "code"
    """A text of a small closed set."""
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """A time as CloudTrail writes it: ISO 8601 in UTC; empty if none of the events says."""
    TEXTS = "texts"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `of` gives its value, None where it does not apply."""

    name: str
    kind: Kind
    meaning: str
    of: Callable[[Row], Value]


COLUMNS = (
    Column(
        "change",
        Kind.CODE,
        "REVOKED, MAYBE_REVOKED, GAINED, MAYBE_GAINED or UNCHANGED",
        lambda row: row.change.value,
    ),
    Column(
        "baseline",
        Kind.CODE,
        "what the baseline says: granted, denied or unknown",
        lambda row: row.baseline.value,
    ),
    Column(
        "candidate",
        Kind.CODE,
        "what the candidate says: granted, denied or unknown",
        lambda row: row.candidate.value,
    ),
    Column("principal", Kind.TEXT, "the ARN of the role or user", lambda row: row.principal),
    Column("action", Kind.TEXT, "the action", lambda row: row.action),
    Column("resource", Kind.TEXT, "a pattern that covers the resources", lambda row: row.resource),
    Column("events", Kind.NUMBER, "how many calls", lambda row: row.events),
    Column("already_denied", Kind.NUMBER, "of these, denied in the log", lambda row: row.already),
    Column("first", Kind.TIME, "the first of them", lambda row: row.first),
    Column("last", Kind.TIME, "the last of them", lambda row: row.last),
    Column(
        "policy",
        Kind.TEXT,
        "the policy of the statement that decides",
        lambda row: row.statement.policy if row.statement else None,
    ),
    Column(
        "policy_type",
        Kind.CODE,
        "the type of policy that decides, or that lacks an Allow",
        lambda row: row.statement.type if row.statement else row.layer,
    ),
    Column(
        "sid",
        Kind.TEXT,
        "the statement's Sid; empty if it has none",
        lambda row: row.statement.sid if row.statement else None,
    ),
    Column(
        "statement",
        Kind.NUMBER,
        "the statement's place in its policy, from 0",
        lambda row: row.statement.index if row.statement else None,
    ),
    Column(
        "effect",
        Kind.CODE,
        "the statement's effect",
        lambda row: row.statement.effect if row.statement else None,
    ),
    Column(
        "source",
        Kind.TEXT,
        "the file of the statement",
        lambda row: row.statement.source if row.statement else None,
    ),
    Column("line", Kind.NUMBER, "where it starts, from 1", lambda row: row.statement.line if row.statement else None),
    Column(
        "column",
        Kind.NUMBER,
        "where it starts in that line, from 1",
        lambda row: row.statement.column if row.statement else None,
    ),
    Column(
        "missing",
        Kind.TEXTS,
        "the facts that are missing, as fact=reason",
        lambda row: tuple(f"{each.fact}={each.reason}" for each in row.missing),
    ),
    Column("accounts", Kind.TEXTS, "the accounts of the calls", lambda row: row.accounts),
    Column(
        "sample_events",
        Kind.TEXTS,
        "ids of some of the calls",
        lambda row: tuple(each.event_id for each in row.samples),
    ),
    Column(
        "sample_files",
        Kind.TEXTS,
        "the log files that hold them, in the same order",
        lambda row: tuple(each.file for each in row.samples),
    ),
)
