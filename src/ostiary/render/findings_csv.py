"""The rows of a replay as CSV, safe to open in a spreadsheet.

In: `Findings`. Out: text with a header line and one line for each row, as `findings_table.COLUMNS` says.
Invariant: no cell is one that a spreadsheet would take for a formula: text that begins with `=`, `+`, `-`, `@` or their
full-width forms gets an apostrophe in front. Control characters are written as escapes, so a row is a line.
"""

import csv
import io

from ostiary.render.findings_table import COLUMNS, Value
from ostiary.replay.findings import Findings
from ostiary_grammar.wording import visible

# A spreadsheet runs what begins so (OWASP, "CSV Injection"); white space before it may be trimmed on the way in.
_FORMULA_STARTS = tuple(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_LIST_SEPARATOR = ";"


def findings_csv(findings: Findings) -> str:
    """The rows, in their order; lists are joined by semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in COLUMNS)
    for row in findings.rows:
        writer.writerow(_cell(column.of(row)) for column in COLUMNS)
    return out.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case int():
            return str(value)
        case str():
            return guarded(value)
        case tuple():
            return guarded(_LIST_SEPARATOR.join(map(str, value)))


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = visible(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text
