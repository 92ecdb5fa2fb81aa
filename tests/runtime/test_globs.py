"""Globs: the matchers say what a naive matcher says, and no pattern makes them slow."""

from __future__ import annotations

import time
from typing import Self

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary_grammar.pattern import STAR, Glob, Literal, Variable, Wild
from ostiary_grammar.variables import parse_template
from ostiary_runtime.globs import _general, has_variables, is_exact, is_prefix, literal_prefix, matcher

ALPHABET = "ab:/\n\0\ud800\U0010ffff"
PATTERNS = st.text(alphabet="ab:\n\U0010ffff**??", max_size=12)
TEXTS = st.text(alphabet=ALPHABET, max_size=14)


def glob_of(text: str) -> Glob:
    return parse_template(text, variables=False, wildcards=True)


def naive(pattern: str, text: str) -> bool:
    """A set of places, one step per character of the pattern."""
    places = {0}
    for character in pattern:
        if character == "*":
            places = {after for at in places for after in range(at, len(text) + 1)}
        elif character == "?":
            places = {at + 1 for at in places if at < len(text)}
        else:
            places = {at + 1 for at in places if text[at : at + 1] == character}
    return len(text) in places


@st.composite
def near_matches(draw: st.DrawFn) -> tuple[str, str]:
    """A pattern, and a text that it matches, perhaps with one character less or more."""
    pattern = draw(PATTERNS)
    text = ""
    for character in pattern:
        if character == "*":
            text += draw(st.text(alphabet=ALPHABET, max_size=3))
        elif character == "?":
            text += draw(st.sampled_from(ALPHABET))
        else:
            text += character
    if draw(st.booleans()) and text:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(["", "a", "b"])) + text[at + 1 :]
    return pattern, text


@given(near_matches())
@example(("a*a", "a"))
@example(("a*a*a", "aa"))
@example(("ab*b*ba", "ababa"))
@example(("*?", ""))
@example(("?*?", "a"))
@example(("a?*b", "ab"))
@example(("*a?b*", "aaab"))
@example(("*a?", "aaa"))
@example(("??*??", "aaa"))
def test_agrees_with_a_naive_matcher_on_near_matches(pair: tuple[str, str]):
    pattern, text = pair
    assert matcher(glob_of(pattern))(text) == naive(pattern, text)


@given(PATTERNS, TEXTS)
def test_agrees_with_a_naive_matcher_on_anything(pattern: str, text: str):
    assert matcher(glob_of(pattern))(text) == naive(pattern, text)


@given(near_matches())
def test_the_special_matchers_agree_with_the_general_one(pair: tuple[str, str]):
    """A fast path is only a fast path."""
    pattern, text = pair
    assert matcher(glob_of(pattern))(text) == _general(glob_of(pattern))(text)


@given(st.lists(st.sampled_from([Wild.STAR, Wild.STAR, Wild.ANY, Literal("a"), Literal("ba")]), max_size=8), TEXTS)
def test_neighbouring_stars_are_no_trap(tokens: list[Literal | Wild], text: str):
    """Stars that stand for variables need not be joined; literals are, everywhere."""
    glob: Glob = ()
    for token in tokens:
        if not (glob and isinstance(glob[-1], Literal) and isinstance(token, Literal)):
            glob += (token,)
    written = "".join(token.text if isinstance(token, Literal) else token.value for token in glob)
    assert matcher(glob)(text) == naive(written, text)


@pytest.mark.parametrize(
    "pattern, text, matches",
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "line\nbreak", True),
        ("a?c", "a\nc", True),
        ("?", "", False),
        ("?", "\U0001f511", True),  # one code point, whatever its size in UTF-16
        ("adm", "admin", False),
        ("*min", "admin", True),
        ("Adm*", "admin", False),
        ("[a-z]*", "abc", False),  # nothing else is special
        ("a.c", "abc", False),
        ("é", "e\u0301", False),  # no Unicode normalisation
    ],
)
def test_wildcards_mean_what_iam_says(pattern: str, text: str, matches: bool):
    """iam-semantics.md 6.5 and 10.26."""
    assert matcher(glob_of(pattern))(text) is matches


HOSTILE = [
    ("*a" * 40 + "b", "a" * 10_000),
    ("*a?" * 20 + "*b", "a" * 10_000),
    ("*" + "?a" * 30 + "*b", "a" * 10_000),
    ("a*" * 2_000 + "b", "a" * 10_000),
    ("*" + "?" * 5_000 + "*b", "a" * 10_000),
    ("*" + "a" * 4_000 + "?*b", "a" * 10_000),
    ("*ab" * 1_000, "ab" * 999 + "a" * 8_000),
]


@pytest.mark.parametrize("pattern, text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_patterns_do_not_blow_up(pattern: str, text: str):
    """Backtracking would take longer than the universe lasts; a generous bound tells that apart from a slow machine."""
    start = time.monotonic()
    assert not matcher(glob_of(pattern))(text)
    assert time.monotonic() - start < 5


class CountingText(str):
    """Counts the questions that a matcher puts to a text."""

    __slots__ = ("questions",)

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.questions = 0
        return made

    def find(self, *arguments: object) -> int:
        self.questions += 1
        return super().find(*arguments)

    def startswith(self, *arguments: object) -> bool:
        self.questions += 1
        return super().startswith(*arguments)


@pytest.mark.parametrize("pattern", ["*a*a*a*b", "*a?a*a?b*", "a*aa*b", "*a?*a?*a?b"])
def test_the_work_grows_with_the_text_alone(pattern: str):
    """Ten times the text is at most about ten times the questions."""
    asked = []
    for length in (1_000, 10_000):
        text = CountingText("a" * length)
        assert not _general(glob_of(pattern))(text)
        asked.append(text.questions)
    assert asked[1] <= 12 * asked[0] + 100


def test_a_variable_has_no_matcher():
    """A variable that was not filled must not pass for text, nor for a wildcard."""
    with pytest.raises(ValueError):
        _general((Variable("aws:username"),))


@pytest.mark.parametrize(
    "text, exact, prefix, head",
    [
        ("", True, False, ""),
        ("a", True, False, "a"),
        ("*", False, True, ""),
        ("a*", False, True, "a"),
        ("a*b", False, False, "a"),
        ("?*", False, False, ""),
        ("*a", False, False, ""),
        ("a?", False, False, "a"),
    ],
)
def test_shapes(text: str, exact: bool, prefix: bool, head: str):
    glob = glob_of(text)
    assert (is_exact(glob), is_prefix(glob), literal_prefix(glob)) == (exact, prefix, head)
    assert not has_variables(glob)


def test_variables_are_seen():
    assert has_variables((Literal("a"), Variable("aws:username")))
    assert not has_variables(STAR)
