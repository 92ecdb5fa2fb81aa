"""The page of diagnostics in the docs is the one that the rules make."""

from tests.compiler.checks.checking import ROOT

from ostiary_compiler.checks import RULES
from ostiary_compiler.checks.reference import reference_page
from ostiary_grammar.codes import Code


def test_page_is_current() -> None:
    """Renew it with `python -m ostiary_compiler.checks.reference > docs/diagnostics.md`, and read it."""
    assert (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8") == reference_page()


def test_page_has_every_code() -> None:
    """Whatever code a message shows, the page has it."""
    page = reference_page()
    for rule in RULES:
        assert f"### {rule.code}\n" in page
    for code in Code:
        assert f"- `{code.value}`" in page
