"""What a renderer puts on a screen, as a string, and answers to render."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from rich.console import Console

import ostiary
from ostiary.render.answer import Answer
from ostiary_grammar.span import Source, Span
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.decision import Decision

ANN = "arn:aws:iam::111122223333:user/ann"
KEY = "arn:aws:s3:::app/key"


def printed(show: Callable[[Console], object], *, terminal: bool = False) -> str:
    """What `show` prints; on a terminal with colours if asked."""
    out = io.StringIO()
    show(Console(file=out, force_terminal=terminal, color_system="standard" if terminal else None, soft_wrap=True))
    return out.getvalue()


@cache
def source(text: str) -> Source:
    """One source for each text, as where a document is read."""
    return Source("policy.json", text)


def span_of(text: str, part: str) -> Span:
    """The place of a part of a text."""
    start = text.index(part)
    return Span(source(text), start, start + len(part))


def answer(
    decision: Decision,
    *,
    layers: Sequence[PolicyType] = (PolicyType.IDENTITY,),
    beside: Sequence[str] = (),
    spans: Mapping[int, Span] | None = None,
    action: str = "s3:GetObject",
    resource: str = KEY,
) -> Answer:
    return Answer(decision, ANN, action, resource, None, "absent", tuple(layers), tuple(beside), spans or {})


def ref(
    type_: str = "identity", name: str = "app.json", sid: str = "Read", effect: str = "Allow"
) -> ostiary.StatementRef:
    return ostiary.StatementRef(0, name, type_, name, 0, sid, effect, 4, 5)
