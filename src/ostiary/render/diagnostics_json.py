"""Diagnostics as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

    files         for each file: file, and diagnostics
    diagnostics   code, severity, message, pointer, help, labels, and the place: line, column, end_line, end_column
    summary       how many files and findings there are: files, error, security, warning, info

Lines and columns count from 1, in code points; the end is exclusive. A finding about no text has null places.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.span import Span


def diagnostics_json(found: Mapping[str, Sequence[Diagnostic]]) -> str:
    """What was found in each file, as one JSON object."""
    counts = Counter(each.severity for diagnostics in found.values() for each in diagnostics)
    data = {
        "files": [
            {"file": file, "diagnostics": [diagnostic_data(each) for each in diagnostics]}
            for file, diagnostics in found.items()
        ],
        "summary": {"files": len(found), **{severity.value: counts[severity] for severity in Severity}},
    }
    return json.dumps(data, indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic, ready for JSON."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "pointer": diagnostic.pointer,
        **_place(diagnostic.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in diagnostic.labels],
        "help": diagnostic.help,
    }


def _place(span: Span | None) -> dict[str, object]:
    if span is None:
        return {"line": None, "column": None, "end_line": None, "end_column": None}
    start, end = span.position, span.source.position(span.end)
    return {"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column}
