"""JSON strings."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.json_text import decode_string, encode_string, lone_surrogate


@given(st.text())
def test_a_text_survives_encoding(text):
    """Encoded and decoded again, in our spelling and with every character escaped, it is the same text."""
    assert decode_string(encode_string(text)) == text
    assert decode_string(json.dumps(text)) == text
    assert lone_surrogate(encode_string(text)) is None
    assert lone_surrogate(json.dumps(text)) is None


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r'""', ""),
        (r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        (r'"\u0041\u00e9\u65e5"', "Aé日"),
        (r'"\uD83D\ude00"', "😀"),
        (r'"\\ud83d"', "\\ud83d"),
    ],
)
def test_escapes_are_decoded(literal, text):
    assert decode_string(literal) == text
    assert lone_surrogate(literal) is None


@pytest.mark.parametrize(
    ("literal", "place"),
    [
        (r'"\ud83d"', (1, 7)),
        (r'"\ude00"', (1, 7)),
        (r'"ab\ude00\ud83d"', (3, 9)),
        (r'"\ud83d\ud83d\ude00"', (1, 7)),
        (r'"\\\ud83d"', (3, 9)),
        ('"a\ud83d"', (2, 3)),
        ('"\ud83d\\ude00"', (1, 2)),
    ],
)
def test_half_a_surrogate_pair_is_found(literal, place):
    """Escaped or raw, and beside a whole pair; an escaped backslash before `u` is no escape."""
    assert lone_surrogate(literal) == place
