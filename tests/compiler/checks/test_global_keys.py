"""The table of global condition keys."""

import pytest

from ostiary_compiler.checks.global_keys import GLOBAL_KEYS, SYSTEM_IDENTIFIERS, global_key
from ostiary_grammar.terms import fold
from ostiary_runtime.keys import usual_spelling


def test_names_are_unique_and_spelled_as_the_runtime_spells_them() -> None:
    """One concept, one spelling."""
    names = [key.name for key in GLOBAL_KEYS]
    assert len({fold(name) for name in names}) == len(names)
    assert [usual_spelling(fold(name), name) for name in names] == names
    assert {fold(name) for name in names} >= SYSTEM_IDENTIFIERS


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("AWS:SOURCEIP", "aws:SourceIp"),
        ("aws:RequestTag/Team", "aws:RequestTag"),
        ("aws:RequestTag", "aws:RequestTag"),
        ("aws:RequestTag/a/b:c", "aws:RequestTag"),
        ("aws:SourceIp/x", None),
        ("aws:nothing", None),
        ("s3:prefix", None),
    ],
)
def test_lookup(written: str, name: str | None) -> None:
    """Letter case is ignored, and a tag key follows after the first slash where the key has one."""
    key = global_key(written)
    assert (key.name if key else None) == name
