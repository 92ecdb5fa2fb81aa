"""How messages quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.wording import character_name, either, pointer_to, quoted, visible

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))


@given(ANYTHING)
def test_nothing_raw_gets_into_a_message(text):
    """No control, format, surrogate or line-breaking character is left."""
    for shown in (visible(text), quoted(text)):
        assert all(
            each.isprintable() or each in "\u00a0\u1680\u202f\u205f\u3000" or "\u2000" <= each <= "\u200a"
            for each in shown
        )
        shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日", "plain é 日"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\u2028", "\\u2028"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_cannot_be_shown_is_escaped(text, shown):
    assert visible(text) == shown


def test_a_quote_is_short():
    assert quoted("x" * 1000) == "`" + "x" * 45 + "...`"


def test_words_are_joined():
    assert [either(["a"]), either(["a", "b"]), either(["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


def test_a_character_has_a_name():
    assert character_name("\u00a0") == "U+00A0 (no-break space)"
    assert character_name("\x00") == "U+0000"


def test_a_pointer_escapes_its_own_signs():
    """RFC 6901: `~` is `~0`, `/` is `~1`."""
    assert pointer_to(pointer_to("", "a/b~c"), 0) == "/a~1b~0c/0"
