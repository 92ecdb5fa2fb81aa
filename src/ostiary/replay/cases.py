"""What replay decides on: cases, which `ostiary.ingest` makes of logs; here under one name each.

In: `ostiary.ingest`. Out: its types, and `cases`, which reads logs to batches of events.
"""

from ostiary.cloudtrail.duplicates import SharedCopies
from ostiary.ingest.cases import NO_TIME, Batch, Called, Case, CaseRequest, CaseState, CaseTable, Seen, time_text
from ostiary.ingest.run import cases

__all__ = [
    "NO_TIME",
    "Batch",
    "Called",
    "Case",
    "CaseRequest",
    "CaseState",
    "CaseTable",
    "Seen",
    "SharedCopies",
    "cases",
    "time_text",
]
