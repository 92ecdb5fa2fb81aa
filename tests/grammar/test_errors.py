"""Every broken text gives its errors, at their places: `errors.jsonl`, and `golden/*.txt` for how they look.

A golden file is renewed with

    OSTIARY_RENEW_GOLDEN=1 python -m pytest tests/grammar/test_errors.py

and read before it is committed.
"""

import json
import os
from pathlib import Path

import pytest

from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import has_errors
from ostiary_grammar.excerpt import excerpt
from ostiary_grammar.parser import parse_policy
from ostiary_grammar.span import Source

HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (HERE / "errors.jsonl").read_text(encoding="utf-8").splitlines()]
GOLDEN = [case for case in CASES if case["golden"]]
RENEW = os.environ.get("OSTIARY_RENEW_GOLDEN") == "1"


def diagnostics(case):
    parsed = parse_policy(Source("policy.json", case["text"]))
    assert parsed.document is None
    return parsed.diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_broken_text_gives_its_errors(case):
    """All errors come in one run, in reading order, each with code, line, column and JSON pointer; no document comes."""
    found = diagnostics(case)
    places = [[each.code, each.span.position.line, each.span.position.column, each.pointer] for each in found]
    assert places == case["want"], case["why"]
    assert has_errors(found)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["id"])
def test_errors_look_as_agreed(case):
    """Message, source line, carets and help are those of the golden file."""
    shown = "\n\n".join("\n".join(excerpt(each)) for each in diagnostics(case)) + "\n"
    path = HERE / "golden" / f"{case['id']}.txt"
    if RENEW:
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_every_golden_file_has_a_case():
    assert {path.stem for path in (HERE / "golden").glob("*.txt")} == {case["id"] for case in GOLDEN}


def test_every_code_has_a_case():
    """A code that nothing gives is dead, or untested. Limits have tests of their own (`test_limits`)."""
    covered = {code for case in CASES for code, *_ in case["want"]}
    assert covered == {code.value for code in Code} - {Code.LIMIT.value, Code.TOO_MANY_ERRORS.value}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_message_is_written_in_the_house_style(case):
    """Lower case, no full stop, printable, in one line; what to do is in the help."""
    for each in diagnostics(case):
        assert each.message[0] in "`\u201c" or each.message[0].islower() or each.message.startswith(("U+", "JSON"))
        assert not each.message.endswith(".")
        assert all(character.isprintable() for character in each.message)
        assert all(character.isprintable() for character in each.help or "")
