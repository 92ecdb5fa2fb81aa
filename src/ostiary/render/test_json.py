"""Policy tests as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

files     for each file: file, tests, and diagnostics (what is wrong or doubtful; with an error, nothing of the file ran)
tests     name, line, column, passed, misses ("effect", "by", "certain"), principal, action, resource,
          resource_account, missing, want, by, certain, decision (as of `ostiary decide --format json`), explanation
summary   tests, passed, failed, files, broken_files
"""

import json
from collections.abc import Sequence

from ostiary.policytest.model import FileResult, Outcome
from ostiary.policytest.parts import shown_principal
from ostiary.render.decision_json import decision_data
from ostiary.render.diagnostics_json import diagnostic_data


def results_json(results: Sequence[FileResult]) -> str:
    """What became of every file, as one JSON object."""
    tests = sum(len(result.outcomes) for result in results)
    failed = sum(len(result.failed) for result in results)
    data = {
        "files": [
            {
                "file": result.file,
                "tests": [_outcome_data(outcome) for outcome in result.outcomes],
                "diagnostics": [diagnostic_data(each) for each in (*result.errors, *result.notes)],
            }
            for result in results
        ],
        "summary": {
            "tests": tests,
            "passed": tests - failed,
            "failed": failed,
            "files": len(results),
            "broken_files": sum(1 for result in results if result.errors),
        },
    }
    return json.dumps(data, indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def _outcome_data(outcome: Outcome) -> dict[str, object]:
    test = outcome.test
    position = test.at.position
    return {
        "name": test.name,
        "line": position.line,
        "column": position.column,
        "passed": outcome.passed,
        "misses": [miss.value for miss in outcome.misses],
        "principal": shown_principal(test.principal),
        "action": test.action,
        "resource": test.resource,
        "resource_account": test.resource_account,
        "missing": test.missing,
        "want": test.want.value,
        "by": test.by,
        "certain": test.certain,
        "decision": decision_data(outcome.decision),
        "explanation": list(outcome.explanation),
    }
