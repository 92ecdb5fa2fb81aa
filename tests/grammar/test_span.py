"""Places in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.span import Places, Source


@given(st.text(alphabet="a\n\r\u2028", max_size=30), st.lists(st.integers(0, 30)), st.booleans())
def test_places_counted_on_are_those_of_the_list_of_lines(text: str, offsets: list[int], ascending: bool) -> None:
    """In whatever order they are asked for."""
    asked = [offset for offset in (sorted(offsets) if ascending else offsets) if offset <= len(text)]
    places, source = Places(text), Source("p.json", text)
    positions = [source.position(offset) for offset in asked]
    assert [places.of(offset) for offset in asked] == [(each.line, each.column) for each in positions]
