"""How one diagnostic is shown. Broken policies and what they look like are in `test_errors`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.diagnostics import Diagnostic, Label, Severity
from ostiary_grammar.excerpt import excerpt
from ostiary_grammar.span import Source, Span


def diagnostic(text, start, end, *labels, name="p.json", **given):
    source = Source(name, text)
    placed = tuple(Label(Span(source, begin, stop), words) for begin, stop, words in labels)
    return Diagnostic("a-code", Severity.WARNING, "what is wrong", Span(source, start, end), labels=placed, **given)


def shown(*args, width=100, **given):
    return "\n".join(excerpt(diagnostic(*args, **given), width=width))


def test_a_diagnostic_is_headline_place_line_and_help():
    assert (
        shown("ab\ncdef\n", 4, 6, pointer="/x", help="do this")
        == """\
warning[a-code]: what is wrong
 --> p.json:2:2 (/x)
  |
2 | cdef
  |  ^^
  = help: do this"""
    )


def test_a_place_between_two_characters_is_one_caret():
    assert shown("abc", 3, 3).splitlines()[-1] == "  |    ^"
    assert shown("", 0, 0).splitlines()[-2:] == ["1 |", "  | ^"]


def test_a_place_over_several_lines_is_shown_on_its_first():
    assert shown("ab\ncd", 1, 5).splitlines()[-2:] == ["1 | ab", "  |  ^"]


def test_labels_stand_in_the_order_of_the_text():
    """Lines between are left out; numbers are aligned."""
    text = "one\n" * 11
    assert (
        shown(text, 40, 43, (0, 3, "first"), (4, 5, "second"))
        == """\
warning[a-code]: what is wrong
  --> p.json:11:1
   |
 1 | one
   | --- first
 2 | one
   | - second
...
11 | one
   | ^^^"""
    )


def test_a_label_may_stand_in_another_text():
    """Which is then named."""
    other = Label(Span(Source("other.json", "xyz"), 1, 2), "there")
    source = Source("p.json", "abc")
    found = Diagnostic("a-code", Severity.ERROR, "what is wrong", Span(source, 0, 1), labels=(other,))
    assert excerpt(found)[2:] == ("  |", "1 | abc", "  | ^", " ::: other.json", "1 | xyz", "  |  - there")


def test_a_finding_about_no_text_has_no_excerpt():
    found = Diagnostic("a-code", Severity.INFO, "what is wrong", help="do this")
    assert excerpt(found) == ("info[a-code]: what is wrong", "  = help: do this")
    found = Diagnostic("a-code", Severity.INFO, "what is wrong", pointer="/x")
    assert excerpt(found) == ("info[a-code]: what is wrong", " --> (/x)")


def test_a_long_line_is_cut_around_the_place():
    line, mark = shown("x" * 500 + "HERE" + "y" * 500, 500, 504, width=60).splitlines()[-2:]
    assert line == "1 | ..." + "x" * 20 + "HERE" + "y" * 36 + "..."
    assert mark.index("^") == line.index("HERE")
    assert mark.strip("| ") == "^^^^"


def test_places_far_apart_have_a_window_each():
    lines = shown("FIRST" + "x" * 500 + "HERE", 505, 509, (0, 5, "first"), width=60).splitlines()
    assert lines[3].startswith("1 | FIRSTxx")
    assert lines[5].endswith("xHERE")
    assert lines[6].index("^") == lines[5].index("HERE")


@pytest.mark.parametrize(
    ("before", "width"),
    [("abc", 3), ("\t", 4), ("日本", 4), ("ｆ", 2), ("e\u0301", 1), ("\x1b", 4), ("\u202e", 6), ("é", 1), ("\r", 2)],
)
def test_a_caret_stands_under_its_character(before, width):
    """Tabs, wide, combining and escaped characters before it are counted in columns."""
    text = before + "X"
    mark = shown(text, len(before), len(text)).splitlines()[-1]
    assert mark == "  | " + " " * width + "^"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40), st.data())
def test_nothing_of_the_text_is_printed_raw(text, data):
    """No terminal escape, line break or reordering gets through, from text, name, message or help."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    source = Source(text, text)
    span = Span(source, start, end)
    found = Diagnostic("a-code", Severity.ERROR, text, span, pointer=text, labels=(Label(span, text),), help=text)
    for line in excerpt(found, width=20):
        assert all(each.isprintable() or each.isspace() for each in line)
        assert not set(line) & set("\n\r\t\x0b\x0c\x1b\x1c\x1d\x1e\x85\u2028\u2029")
