"""Running: every case is put to the adapter, and its answer compared with the wanted one.

In: cases and a command. Out: a `Report`. An adapter that fails `MOST_FAILURES` times in a row is asked no more, and the cases
that are left are reported as not asked.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from ostiary.conform.model import Case, Report, Result, Status
from ostiary.conform.process import Adapter, Reply, Sort

MOST_FAILURES = 10
_ANSWERS = {"decision": ("Allow", "ExplicitDeny", "ImplicitDeny", "Invalid"), "validity": ("Valid", "Invalid")}
_KEYS = {"decision": "effect", "validity": "validity"}


def run(
    cases: Iterable[Case],
    command: Sequence[str],
    *,
    timeout: float = 10.0,
    progress: Callable[[Result], None] = lambda _: None,
) -> Report:
    """Puts the cases to an adapter. Raises OSError if the command cannot be started."""
    results: list[Result] = []
    failures = 0
    with Adapter(command, timeout) as adapter:
        for case in cases:
            if failures >= MOST_FAILURES:
                results.append(Result(case, Status.NOT_ASKED, detail=f"after {failures} failures in a row"))
                continue
            result = judge(case, adapter.ask(json.dumps(case.question)))
            if result.status in (Status.MALFORMED, Status.WRONG_ID):
                adapter.drop()  # what else it has written would be taken for the next answer
            fails = result.status in (Status.MALFORMED, Status.WRONG_ID, Status.CRASH, Status.TIMEOUT)
            failures = failures + 1 if fails else 0
            results.append(result)
            progress(result)
    return Report(" ".join(command), tuple(results))


def judge(case: Case, reply: Reply) -> Result:
    """What a reply to a case is worth."""
    match reply.sort:
        case Sort.TIMEOUT:
            return Result(case, Status.TIMEOUT, detail=reply.text)
        case Sort.ENDED:
            return Result(case, Status.CRASH, detail=reply.text)
        case Sort.LINE:
            return _judge_line(case, reply.text.strip())


def _judge_line(case: Case, line: str) -> Result:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return Result(case, Status.MALFORMED, detail=f"not JSON: {line[:200]}")
    if not isinstance(answer, dict):
        return Result(case, Status.MALFORMED, detail=f"not an object: {line[:200]}")
    if answer.get("id") != case.id:
        return Result(case, Status.WRONG_ID, detail=f"the answer is to {answer.get('id')!r}")
    for status, key in ((Status.UNSUPPORTED, "unsupported"), (Status.ERROR, "error")):
        if answer.get(key) is not None:
            return Result(case, status, detail=str(answer[key])[:500])
    ask = str(case.question["ask"])
    got, certain = answer.get(_KEYS[ask]), answer.get("certain")
    if got not in _ANSWERS[ask]:
        return Result(case, Status.MALFORMED, detail=f"no `{_KEYS[ask]}` of {', '.join(_ANSWERS[ask])}: {line[:200]}")
    if certain is not None and not isinstance(certain, bool):
        return Result(case, Status.MALFORMED, got, detail=f"`certain` is neither true nor false: {line[:200]}")
    unsure = None not in (case.certain, certain) and certain is not case.certain
    status = Status.AGREES if got == case.want and not unsure else Status.DISAGREES
    return Result(case, status, got, certain)
