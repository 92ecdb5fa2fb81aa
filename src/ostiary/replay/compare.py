"""Two answers to one case side by side: what the candidate does to calls that the baseline let through, or did not.

In: what the log says of a case, and the verdicts of one or two sets of policies. Out: a `Compared`.
Invariant: REVOKED and GAINED hold for certain under what is asked; equal verdicts, and equal doubts, are no change; a change that
is not certain has at least one fact that is missing.
Not here: deciding (`decide`), and counting (`analysis`).

What AWS did in the log is an answer under *all* policies of that day. So a call that was denied there is gained only if the
candidate asks the type of policy that denied it, which the message may name; policies that only restrict grant nothing.
"""

from dataclasses import dataclass

from ostiary.cloudtrail.outcome import Outcome
from ostiary.replay.cases import Called, CaseRequest
from ostiary.replay.decide import Answer, Missing, Verdict
from ostiary.replay.findings import Access, Change
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import StatementRef

OUTCOME_UNCLEAR = "outcome-unclear"
"""The reason of a missing fact: the call failed in the log for a reason that says nothing about policies."""
LAYER_NOT_NAMED = "denying-policy-not-named"
"""The reason of a missing fact: the call was denied in the log, and by which type of policy is not said."""

_GRANTING = frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE})
_ACCESS = {Answer.ALLOW: Access.GRANTED, Answer.DENY: Access.DENIED, Answer.INDETERMINATE: Access.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says to a case. `verdict` is None for the log, and where none of its policies binds the call."""

    access: Access
    verdict: Verdict | None = None

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The facts on which it hangs."""
        return self.verdict.missing if self.verdict is not None else ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with its change, and what decided: `request` and `statement` of the side that makes the difference."""

    change: Change
    baseline: Access
    candidate: Access
    who: str
    request: CaseRequest
    statement: StatementRef | None
    layer: str | None
    missing: tuple[Missing, ...]


def side_of(verdict: Verdict | None) -> Side:
    """The side of policies; None: none of them binds the call."""
    return Side(Access.GRANTED) if verdict is None else Side(_ACCESS[verdict.answer], verdict)


def log_side(called: Called) -> Side:
    """What AWS did."""
    match called.outcome:
        case Outcome.ALLOWED | Outcome.LIKELY_ALLOWED:
            return Side(Access.GRANTED)
        case Outcome.DENIED:
            return Side(Access.DENIED)
        case Outcome.UNCLEAR:
            return Side(Access.UNKNOWN)


def compared(called: Called, who: str, baseline: Verdict | None, candidate: Verdict | None) -> Compared:
    """The change between two sets of policies; a side is None where none of its policies binds the call."""
    before, after = side_of(baseline), side_of(candidate)
    change = _CHANGES[before.access, after.access]
    if change is None:
        change = _both_open(baseline, candidate)
    return _compared(called, who, change, before, after, _joined(before.missing, after.missing))


def compared_with_log(called: Called, who: str, candidate: Verdict | None, asked: frozenset[PolicyType]) -> Compared:
    """The change from what AWS did to what policies say; `asked`: the types of policy that they are."""
    before, after = log_side(called), side_of(candidate)
    change, missing = _from_log(called, before.access, after, asked)
    return _compared(called, who, change, before, after, missing)


def compared_to_log(called: Called, who: str, baseline: Verdict | None, asked: frozenset[PolicyType]) -> Compared:
    """The change from what policies say to what AWS did: the other way round."""
    before, after = side_of(baseline), log_side(called)
    change, missing = _from_log(called, after.access, before, asked)
    return _compared(called, who, _REVERSED[change], before, after, missing)


def _from_log(
    called: Called, logged: Access, policies: Side, asked: frozenset[PolicyType]
) -> tuple[Change, tuple[Missing, ...]]:
    match logged:
        case Access.GRANTED:
            change = _CHANGES[logged, policies.access] or Change.UNCHANGED
            return change, policies.missing
        case Access.UNKNOWN:
            if policies.access is Access.GRANTED:
                return Change.UNCHANGED, ()
            unclear = Missing("outcome", OUTCOME_UNCLEAR)
            return Change.MAYBE_REVOKED, _joined((unclear,), policies.missing)
        case Access.DENIED:
            return _from_denied(called, policies, asked)


def _from_denied(called: Called, policies: Side, asked: frozenset[PolicyType]) -> tuple[Change, tuple[Missing, ...]]:
    if policies.access is Access.DENIED:
        return Change.UNCHANGED, ()
    layer = called.denial.layer if called.denial is not None else None
    named = next((type_ for type_ in PolicyType if layer is not None and type_.value == layer.value), None)
    if layer is not None:
        if named not in asked:
            return Change.UNCHANGED, ()  # another policy, which is not part of the question, denied it
        return (Change.GAINED if policies.access is Access.GRANTED else Change.MAYBE_GAINED), policies.missing
    if not _GRANTING & asked:
        return Change.UNCHANGED, ()
    unnamed = Missing("denying policy", LAYER_NOT_NAMED)
    return Change.MAYBE_GAINED, _joined((unnamed,), policies.missing)


def _both_open(baseline: Verdict | None, candidate: Verdict | None) -> Change:
    """Of two answers that are open: no change if the same statements are in doubt for the same reasons."""
    before = baseline.doubts if baseline is not None else frozenset()
    after = candidate.doubts if candidate is not None else frozenset()
    new, gone = after - before, before - after
    if not new and not gone:
        return Change.UNCHANGED
    less = any(each.denies for each in new) or any(not each.denies for each in gone)
    return Change.MAYBE_REVOKED if less else Change.MAYBE_GAINED


def _compared(
    called: Called, who: str, change: Change, before: Side, after: Side, missing: tuple[Missing, ...]
) -> Compared:
    deciding = after.verdict
    if change in {Change.REVOKED, Change.MAYBE_REVOKED} and after.access is Access.GRANTED:
        deciding = before.verdict
    if deciding is None and change in {Change.GAINED, Change.MAYBE_GAINED}:
        deciding = before.verdict
    if deciding is None or (change is Change.UNCHANGED and after.access is Access.GRANTED):
        request = called.requests[0]
        statement = layer = None
    else:
        request, statement, layer = deciding.request, deciding.statement, deciding.layer
    return Compared(
        change,
        before.access,
        after.access,
        who,
        request,
        statement,
        layer,
        missing if change in _OPEN else (),
    )


def _joined(*parts: tuple[Missing, ...]) -> tuple[Missing, ...]:
    return tuple(dict.fromkeys(missing for part in parts for missing in part))


_OPEN = frozenset({Change.MAYBE_REVOKED, Change.MAYBE_GAINED})
_CHANGES: dict[tuple[Access, Access], Change | None] = {
    (Access.GRANTED, Access.GRANTED): Change.UNCHANGED,
    (Access.GRANTED, Access.DENIED): Change.REVOKED,
    (Access.GRANTED, Access.UNKNOWN): Change.MAYBE_REVOKED,
    (Access.DENIED, Access.GRANTED): Change.GAINED,
    (Access.DENIED, Access.DENIED): Change.UNCHANGED,
    (Access.DENIED, Access.UNKNOWN): Change.MAYBE_GAINED,
    (Access.UNKNOWN, Access.GRANTED): Change.MAYBE_GAINED,
    (Access.UNKNOWN, Access.DENIED): Change.MAYBE_REVOKED,
    (Access.UNKNOWN, Access.UNKNOWN): None,
}
_REVERSED = {
    Change.REVOKED: Change.GAINED,
    Change.GAINED: Change.REVOKED,
    Change.MAYBE_REVOKED: Change.MAYBE_GAINED,
    Change.MAYBE_GAINED: Change.MAYBE_REVOKED,
    Change.UNCHANGED: Change.UNCHANGED,
}
