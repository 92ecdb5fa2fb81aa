"""Finding the prefixes of a text among many."""

from hypothesis import given
from hypothesis import strategies as st

from ostiary_compiler.checks.prefixes import Prefixes

WORDS = st.text(alphabet="ab", max_size=5)


@given(st.lists(WORDS, max_size=6), WORDS)
def test_like_looking_at_each(prefixes: list[str], text: str) -> None:
    """The shortest prefix, as trying one after the other finds it."""
    found = Prefixes((prefix, prefix) for prefix in prefixes).of(text)
    assert found == min((prefix for prefix in prefixes if text.startswith(prefix)), key=len, default=None)


def test_absurd_prefixes_are_left_out() -> None:
    """They would cost more than they tell."""
    assert Prefixes([("a" * 1000, 1)]).of("a" * 2000) is None
