"""Intervals: a look-up may name a pattern that does not match; it never omits one that does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary_grammar.pattern import STAR, Glob, Literal, Variable, Wild
from ostiary_grammar.variables import parse_template
from ostiary_runtime import intervals
from ostiary_runtime.globs import is_exact, is_prefix, matcher
from ostiary_runtime.intervals import EMPTY, build, interval_of, successor

# The edges of the code-point order: zero, around the surrogates, the last two code points.
EDGES = "\0\x01ab\ud7ff\ud800\udfff\ue000\U0010fffe\U0010ffff"
WORDS = st.text(alphabet=EDGES, max_size=4)


def glob_of(text: str) -> Glob:
    return parse_template(text, variables=False, wildcards=True)


GLOBS = st.text(alphabet=EDGES + "**?", max_size=5).map(glob_of)


def sample(glob: Glob, filling: str) -> str:
    return "".join(token.text if isinstance(token, Literal) else filling for token in glob)


@given(st.lists(GLOBS, max_size=12), WORDS, WORDS)
@example([glob_of("\U0010ffff*"), glob_of("\U0010ffff\U0010ffff*")], "", "a")
@example([glob_of("a\U0010ffff*"), glob_of("a*"), glob_of("b")], "\U0010ffff", "b")
@example([glob_of(""), glob_of("*"), glob_of("\0*")], "", "\0")
@example([glob_of("a"), glob_of("a\0"), glob_of("a\0*")], "", "a\0\0")
@example([glob_of("\ud7ff*"), glob_of("\ud800*"), glob_of("\udfff*")], "\udfff", "\ue000")
def test_never_omits_a_match(globs: list[Glob], filling: str, text: str):
    index = build(enumerate(globs))
    texts = [text, *(sample(glob, filling) for glob in globs), *(sample(glob, filling[:1] or "a") for glob in globs)]
    for each in texts:
        matching = {number for number, glob in enumerate(globs) if matcher(glob)(each)}
        assert matching <= set(index.candidates(each))


@given(st.lists(GLOBS, max_size=12), WORDS)
def test_exact_and_prefix_patterns_are_named_only_where_they_match(globs: list[Glob], text: str):
    """So that the leaves need not test them again."""
    named = set(build(enumerate(globs)).candidates(text))
    for number, glob in enumerate(globs):
        if is_exact(glob) or is_prefix(glob):
            assert (number in named) == matcher(glob)(text)


@given(st.lists(GLOBS, max_size=12))
def test_the_table_is_well_formed(globs: list[Glob]):
    """Bounds ascend strictly, every gap has a node, every pattern is filed once, and climbing ends at the root."""
    index = build(enumerate(globs))
    assert all(first < second for first, second in pairwise(index.bounds))
    assert len(index.nodes) == len(index.bounds) + 1
    assert len(index.parents) == len(index.entries)
    assert sorted(number for filed in index.entries for number in filed) == list(range(len(globs)))
    assert all(parent < node for node, parent in enumerate(index.parents) if node)
    assert all(list(index.chain(node)) == sorted(index.chain(node)) for node in index.nodes)


@given(st.lists(st.tuples(st.integers(0, 99), GLOBS), max_size=10, unique_by=lambda pair: pair[0]), st.randoms())
def test_the_order_of_patterns_does_not_matter(numbered: list[tuple[int, Glob]], random: object):
    shuffled = list(numbered)
    random.shuffle(shuffled)
    assert build(shuffled) == build(numbered)


def test_the_index_grows_linearly():
    """Two bounds at most for each distinct pattern."""
    globs = [glob_of(f"{'a' * (number % 50)}{number}{'*' if number % 2 else ''}") for number in range(2_000)]
    index = build(enumerate(globs))
    assert len(index.bounds) <= 2 * len(globs)


@pytest.mark.parametrize(
    "prefix, following",
    [
        ("", None),
        ("a", "b"),
        ("a\U0010ffff", "b"),
        ("\U0010ffff", None),
        ("\U0010ffff\U0010ffff", None),
        ("a\ud7ff", "a\ud800"),
        ("a\udfff", "a\ue000"),
        ("arn:aws:s3:::", "arn:aws:s3::;"),
    ],
)
def test_successor(prefix: str, following: str | None):
    """The least text that is greater than everything with the prefix."""
    assert successor(prefix) == following
    if following is not None:
        assert prefix + "\U0010ffff" * 3 < following


@given(GLOBS, WORDS)
def test_the_interval_of_a_glob_holds_all_its_matches(glob: Glob, filling: str):
    text = sample(glob, filling)
    if matcher(glob)(text):
        low, high = interval_of(glob)
        assert low <= text
        assert high is None or text < high


def test_a_variable_is_filed_under_the_text_before_it():
    index = build([(7, (Literal("home/"), Variable("aws:username"), Literal("/x")))])
    assert index.candidates("home/anything") == (7,)
    assert index.candidates("hom") == ()


def test_nothing_is_found_in_an_empty_index():
    assert EMPTY.candidates("") == EMPTY.candidates("\U0010ffff") == ()
    assert build([]) == EMPTY


def test_everything_finds_what_stands_at_the_root():
    index = build([(3, STAR), (1, (Wild.ANY,))])
    assert index.candidates("") == index.candidates("zzz") == (1, 3)


def test_the_memo_of_chains_stays_under_its_cap(monkeypatch: pytest.MonkeyPatch):
    """A flood of look-ups all over a large index keeps the memo small and the answers right."""
    monkeypatch.setattr(intervals, "_CHAINS_CAP", 10)
    index = build((number, glob_of(f"{number:05}*")) for number in range(1_000))
    for number in range(1_000):
        assert index.candidates(f"{number:05}x") == (number,)
        assert len(index._chains) <= 10
