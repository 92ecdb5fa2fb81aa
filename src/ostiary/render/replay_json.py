"""A replay as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

interrupted    true if this is only what was read until Ctrl-C
question       asked, policies, beside, management_accounts, literal, and all of it in sentences
answer         calls, stopped, perhaps, at_most: calls that the log does not show as denied, and what became of them;
               already_denied: the same for those that it does
accounting     read = judged + outside + excluded + unmapped + damaged
judged         answer, outcome in the log, calls
denied         groups of calls that these policies deny: principal, action, statement, layer, calls, already_denied,
               first, last, event
indeterminate  the same for calls whose answer hangs on something that is not in the log
missing        what that is: fact, reason, calls, alone (calls that lack nothing else)
outside, excluded, unmapped, damaged, skipped    counts by reason; damages: the first places
accounts, services, files, window                where the records come from
others         what was counted together because a table was full; all 0 but for logs with very many names
"""

import json
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from ostiary.cloudtrail.outcome import Outcome
from ostiary.render.decision_json import statement_data
from ostiary.render.replay_text import headline, missing_words, sentences
from ostiary.replay.decide import Answer
from ostiary.replay.question import Question
from ostiary.replay.run import Replay
from ostiary.replay.tally import Groups, Tally


def replay_json(replay: Replay) -> str:
    """The replay as one JSON object."""
    tally = replay.tally
    data = {
        "interrupted": replay.interrupted,
        "headline": headline(replay),
        "question": _question(replay.question),
        "answer": {**_answer(tally, already=False), "already_denied": _answer(tally, already=True)},
        "accounting": {
            "read": tally.read,
            "judged": tally.judged.total(),
            "outside": tally.outside.total(),
            "excluded": tally.excluded.total(),
            "unmapped": tally.unmapped.total,
            "damaged": tally.damaged.total(),
        },
        "judged": [
            {"answer": answer.value, "outcome": outcome.value, "calls": tally.judged[answer, outcome]}
            for answer in Answer
            for outcome in Outcome
            if tally.judged[answer, outcome]
        ],
        "denied": _groups(tally.denied),
        "indeterminate": _groups(tally.doubtful),
        "missing": [
            {
                "fact": missing.fact,
                "reason": missing.reason,
                "message": missing_words(missing),
                "calls": count,
                "alone": tally.alone.counts.get(missing, 0),
            }
            for missing, count in tally.missing.ranked()
        ],
        "outside": _reasons(tally.outside.items()),
        "excluded": _reasons(tally.excluded.items()),
        "unmapped": [
            {"source": source, "name": name, "calls": count} for (source, name), count in tally.unmapped.ranked()
        ],
        "damaged": [{"kind": kind.value, "places": count} for kind, count in _ranked(tally.damaged)],
        "damages": [
            {"file": each.file, "kind": each.kind.value, "message": each.message, "offset": each.offset}
            for each in tally.damages
        ],
        "skipped": [{"reason": reason.value, "files": count} for reason, count in _ranked(tally.skipped)],
        "accounts": [{"account": account, "records": count} for account, count in tally.accounts.ranked()],
        "services": [{"service": service, "calls": count} for service, count in tally.services.ranked()],
        "files": tally.files,
        "window": {"first": tally.span.first or None, "last": tally.span.last or None},
        "others": {
            "denied": tally.denied.others.calls,
            "indeterminate": tally.doubtful.others.calls,
            "missing": tally.missing.others,
            "unmapped": tally.unmapped.others,
            "accounts": tally.accounts.others,
            "services": tally.services.others,
        },
    }
    return json.dumps(data, indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def _question(question: Question) -> dict[str, object]:
    return {
        "asked": [layer.value for layer in question.layers],
        "policies": list(question.given),
        "beside": list(question.beside),
        "management_accounts": list(question.management),
        "literal": question.literal,
        "sentences": list(sentences(question)),
    }


def _answer(tally: Tally, *, already: bool) -> dict[str, int]:
    stopped = tally.answered(Answer.DENY, already=already)
    perhaps = tally.answered(Answer.INDETERMINATE, already=already)
    calls = stopped + perhaps + tally.answered(Answer.ALLOW, already=already)
    return {"calls": calls, "stopped": stopped, "perhaps": perhaps, "at_most": stopped + perhaps}


def _groups(groups: Groups) -> list[dict[str, object]]:
    return [
        {
            "principal": who.principal,
            "action": who.action,
            "statement": statement_data(who.statement) if who.statement is not None else None,
            "layer": who.layer,
            "calls": group.calls,
            "already_denied": group.already,
            "first": group.span.first or None,
            "last": group.span.last or None,
            "event": group.event or None,
        }
        for who, group in groups.ranked()
    ]


class _Reason(Protocol):
    """A member of a closed set of reasons."""

    @property
    def value(self) -> str: ...

    @property
    def message(self) -> str: ...


def _reasons(counts: Iterable[tuple[_Reason, int]]) -> list[dict[str, object]]:
    ranked = sorted(counts, key=lambda item: (-item[1], item[0].value))
    return [{"reason": reason.value, "message": reason.message, "calls": count} for reason, count in ranked]


class _Named(Protocol):
    """A member of a closed set whose value says what it is."""

    @property
    def value(self) -> str: ...


_R = TypeVar("_R", bound=_Named)


def _ranked(counts: Mapping[_R, int]) -> list[tuple[_R, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].value))
