"""What a rule is: a code, a severity, and a function from a document to findings.

In: a `Subject`, which is a document with its type and the places of its elements. Out: `Finding`s, which become diagnostics
with the code and severity of their rule. A rule's documentation is the docstring of its function:

    What it finds, in a sentence.

    Why: why that is bad.
    Example: text in which it is found.
    Instead: what to write.

Not here: the rules themselves, and the list of them (`rules`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

from ostiary_compiler.checks.subject import Subject
from ostiary_grammar.diagnostics import Diagnostic, Label, Severity
from ostiary_grammar.span import Span

MOST_FINDINGS = 1_000
"""How often one rule speaks about one document: a text made of nothing but faults costs no more than its length."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule found what it looks for."""

    message: str
    span: Span
    pointer: str
    help: str | None = None
    labels: tuple[Label, ...] = ()


Findings = Iterator[Finding]
Check = Callable[[Subject], Findings]


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """What a rule says about itself."""

    finds: str
    why: str
    example: str
    instead: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `code` is stable and never reused; it names the pattern that is found."""

    code: str
    severity: Severity
    check: Check

    def diagnostics(self, subject: Subject, *, most: int = MOST_FINDINGS) -> Iterator[Diagnostic]:
        """What the rule has to say about a document; after `most` findings, that there are more."""
        for count, finding in enumerate(self.check(subject)):
            if count == most:
                message = f"more of `{self.code}` follows from here"
                yield Diagnostic(self.code, self.severity, message, finding.span, finding.pointer)
                return
            yield Diagnostic(
                self.code,
                self.severity,
                finding.message,
                finding.span,
                finding.pointer,
                finding.labels,
                finding.help,
            )

    @property
    def doc(self) -> RuleDoc:
        """The parts of the function's docstring."""
        finds, *rest = re.split(r"^(Why|Example|Instead): ", cleandoc(self.check.__doc__ or ""), flags=re.MULTILINE)
        parts = {name: " ".join(text.split()) for name, text in zip(rest[::2], rest[1::2], strict=True)}
        return RuleDoc(" ".join(finds.split()), parts["Why"], parts["Example"], parts["Instead"])
