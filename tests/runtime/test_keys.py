"""The usual spelling of keys: AWS's own for global keys, the policy's for all others; never another key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.terms import fold
from ostiary_runtime.keys import usual_spelling


@pytest.mark.parametrize(
    "written, usual",
    [
        ("AWS:SOURCEIP", "aws:SourceIp"),
        ("aws:sourceip", "aws:SourceIp"),
        ("aws:UserName", "aws:username"),
        ("AWS:PrincipalTag/Team", "aws:PrincipalTag/Team"),
        ("aws:principaltag/Team", "aws:PrincipalTag/Team"),
        ("AWS:requesttag/a/B", "aws:RequestTag/a/B"),
        ("s3:Prefix", "s3:Prefix"),
        ("aws:Unheard", "aws:Unheard"),
    ],
)
def test_spellings(written: str, usual: str):
    assert usual_spelling(fold(written), written) == usual


@given(st.sampled_from(["aws:", "AWS:principaltag/", "aws:SourceIp", "s3:"]), st.text())
def test_a_spelling_folds_to_its_key(start: str, rest: str):
    """Otherwise a value could be read from another key."""
    written = start + rest
    assert fold(usual_spelling(fold(written), written)) == fold(written)
