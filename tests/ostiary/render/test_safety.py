"""Whatever policies, requests and files say, no renderer hands a terminal anything but printable characters and line breaks."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.render.screens import answer, printed, ref

from ostiary import Diagnostic, Doubt, Severity, Undecided
from ostiary.render.decision_json import decision_json
from ostiary.render.decision_text import print_decision
from ostiary.render.diagnostics_text import print_diagnostics
from ostiary_grammar.span import Source, Span
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import allow

HOSTILE = st.text(max_size=40) | st.sampled_from(
    ["\x1b[2J", "\x9b31m", "a\rb", "\u202eevil", "\u2028", "\x00", "\ud800"]
)


def is_safe(text: str) -> bool:
    return all(
        each == "\n" or unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for each in text
    )


@given(name=HOSTILE, sid=HOSTILE, word=HOSTILE, text=HOSTILE.filter(bool))
def test_decisions(name: str, sid: str, word: str, text: str):
    statement = ref("identity", name, sid)
    decision = allow(PolicyType.IDENTITY, (statement,), (Undecided(word, Doubt.KEY_NOT_KNOWN, statement),))
    spans = {0: Span(Source(name, text), 0, len(text))}
    given_ = answer(decision, spans=spans, action=word, resource=word)
    assert is_safe(printed(lambda screen: print_decision(given_, screen)))
    assert is_safe(decision_json(given_))


@given(name=HOSTILE, message=HOSTILE, text=HOSTILE.filter(bool))
def test_diagnostics(name: str, message: str, text: str):
    found = Diagnostic("code", Severity.ERROR, message, Span(Source(name, text), 0, 1), message, (), message)
    assert is_safe(printed(lambda screen: print_diagnostics([found], screen)))
