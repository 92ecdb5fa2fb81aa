"""Decisions: never truthy for a denial, never changed, and readable."""

from __future__ import annotations

import dataclasses

import pytest

from ostiary_grammar.terms import Effect, PolicyType
from ostiary_runtime.decision import Decision, Doubt, StatementRef, Undecided, allow, deny, lacking

REF = StatementRef(0, "App", "identity", "app.json", 2, "Sid", "Allow", 12, 5)
UNKNOWN = Undecided("aws:sourceip", Doubt.KEY_NOT_KNOWN, REF)


@pytest.mark.parametrize(
    "decision, effect, allowed",
    [
        (allow(PolicyType.IDENTITY, (REF,)), Effect.ALLOW, True),
        (allow(None, ()), Effect.ALLOW, True),
        (deny(PolicyType.SCP, (REF,)), Effect.EXPLICIT_DENY, False),
        (lacking(PolicyType.IDENTITY), Effect.IMPLICIT_DENY, False),
        (deny(PolicyType.SCP, (REF,), (UNKNOWN,)), Effect.EXPLICIT_DENY, False),
    ],
)
def test_truth(decision: Decision, effect: Effect, allowed: bool):
    assert (decision.effect, decision.allowed, bool(decision)) == (effect, allowed, allowed)
    assert decision.certain is (decision.undecided == ())


@pytest.mark.parametrize("effect", [Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY])
def test_a_denial_is_not_allowed_unless_somebody_says_so(effect: Effect):
    assert not Decision(effect)


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(Decision)])
def test_nothing_can_be_changed(field: str):
    """A decision is handed out again and again."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(lacking(PolicyType.SCP), field, True)


def test_texts():
    assert str(REF) == "App Sid (app.json:12:5)"
    assert "statement 2" in str(dataclasses.replace(REF, sid=""))
    assert str(UNKNOWN).startswith("aws:sourceip (key-not-known")


def test_codes_of_doubts_are_stable():
    """They are part of what callers may match on."""
    assert [each.value for each in Doubt] == [
        "key-not-known",
        "variable-not-known",
        "variable-unresolved",
        "operator-undecidable",
        "resource-not-known",
        "action-pattern",
        "resource-pattern",
        "principal-not-known",
        "principal-pattern",
        "attachment-not-known",
    ]
