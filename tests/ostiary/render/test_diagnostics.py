"""Diagnostics look the same for everyone, and say the same in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ostiary.render.golden import same_as_golden
from tests.ostiary.render.screens import printed, span_of

from ostiary import Diagnostic, Severity
from ostiary.render.diagnostics_json import diagnostics_json
from ostiary.render.diagnostics_text import print_diagnostics, summary
from ostiary_grammar.diagnostics import Label

GOLDEN = Path(__file__).parent / "golden"
TEXT = '{\n  "Action": ["s3:Get*" "s3:List*"]\n}\n'
FOUND = [
    Diagnostic(
        "missing-comma",
        Severity.ERROR,
        "missing `,`",
        span_of(TEXT, '"s3:Get*"'),
        "/Action/0",
        (Label(span_of(TEXT, '"s3:List*"'), "before this"),),
        "add a comma",
    ),
    Diagnostic("broad", Severity.SECURITY, "allows much", span_of(TEXT, "Action")),
    Diagnostic("odd", Severity.WARNING, "looks odd", span_of(TEXT, "{")),
    Diagnostic("note", Severity.INFO, "nothing to point at", help="nothing to do"),
]


def test_text():
    same_as_golden(printed(lambda screen: print_diagnostics(FOUND, screen)), GOLDEN / "diagnostics.txt")


def test_json():
    same_as_golden(diagnostics_json({"policy.json": FOUND, "good.json": []}), GOLDEN / "diagnostics.json")


def test_colour_on_a_terminal_only():
    assert "\x1b[1;31merror[missing-comma]\x1b[0m" in printed(lambda s: print_diagnostics(FOUND, s), terminal=True)
    assert "\x1b" not in printed(lambda s: print_diagnostics(FOUND, s))


@pytest.mark.parametrize(
    ("files", "found", "line"),
    [
        (1, [], "1 file: nothing found"),
        (2, FOUND[:1] * 2, "2 files: 2 errors"),
        (3, FOUND, "3 files: 1 error, 1 security finding, 1 warning, 1 note"),
    ],
)
def test_summary(files: int, found: list[Diagnostic], line: str):
    assert summary(files, found) == line


def test_json_is_plain_ascii():
    """So it is safe on any terminal, and any reader gets back what the policy said."""
    text = diagnostics_json({"\x1b[2J.json": [Diagnostic("c", Severity.ERROR, "許\u202e\x9b")]})
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["files"][0]["diagnostics"][0]["message"] == "許\u202e\x9b"
