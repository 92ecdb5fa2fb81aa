"""The checks of policy documents: whether AWS saves them, and what in them is doubtful.

    check_document(document, type) -> diagnostics
    iam_message(diagnostics) -> what IAM answers, or None

`rules.RULES` lists the rules, each a function in a module of this package; `rule` says what one is.
"""

from ostiary_compiler.checks.check import check_document
from ostiary_compiler.checks.iam_answers import UNRECORDED, iam_message
from ostiary_compiler.checks.rule import Finding, Rule, RuleDoc
from ostiary_compiler.checks.rules import RULES
from ostiary_compiler.checks.screen import Screen
from ostiary_compiler.checks.subject import Subject

__all__ = [
    "RULES",
    "UNRECORDED",
    "Finding",
    "Rule",
    "RuleDoc",
    "Screen",
    "Subject",
    "check_document",
    "iam_message",
]
