"""Conformance reports as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

adapter   the command
topics    for each topic: topic, cases, agree, certain, certain_asked, unsupported, failed
total     the same, of all cases
cases     every case: id, topic, status, want, got, want_certain, got_certain, why, src, detail
"""

import json
from dataclasses import asdict

from ostiary.conform.model import Report, Result


def report_json(report: Report) -> str:
    """A report, as one JSON object."""
    data = {
        "adapter": report.adapter,
        "topics": [{"topic": topic, **asdict(score)} for topic, score in report.topics.items()],
        "total": asdict(report.total),
        "cases": [_result_data(each) for each in report.results],
    }
    return json.dumps(data, indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def _result_data(result: Result) -> dict[str, object]:
    case = result.case
    return {
        "id": case.id,
        "topic": case.topic,
        "status": result.status.value,
        "want": case.want,
        "got": result.got,
        "want_certain": case.certain,
        "got_certain": result.certain,
        "why": case.why,
        "src": case.src,
        "detail": result.detail,
    }
