"""The scanners and the pattern grammars read every text alike."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary_grammar import action, arn, patterns_reference, variables

# rich in what means something somewhere; pieces as well as characters, so that whole variables occur
CHARACTERS = ["*", "?", "${", "}", "$", "{", ":", ",", "'", '"', " ", "/", "\n", "\u2003", "a", "Z", "é"]
WORDS = [
    "arn",
    "aws",
    "${*}",
    "${?}",
    "${$}",
    "${aws:username}",
    "${aws:PrincipalTag/t, 'none'}",
    ", '",
    "'}",
    "arn:aws:s3:::",
]
PIECES = st.sampled_from(CHARACTERS + WORDS)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(alphabet="*?${}:,' aB", max_size=20)
ARNS = st.lists(TEXTS, min_size=1, max_size=7).map(lambda fields: ":".join(["arn", *fields]))


@pytest.mark.parametrize("with_variables", [True, False])
@pytest.mark.parametrize("with_wildcards", [True, False])
@given(text=TEXTS)
@example(text="${a, ''}")
@example(text="${a, 'b}c'}${d")
@example(text="${ }${}${a b}***?")
@example(text="${a\n}")
def test_a_template_is_what_its_grammar_says(with_variables, with_wildcards, text):
    """`variables.parse_template` and `variable.lark` make one tree."""
    options = {"variables": with_variables, "wildcards": with_wildcards}
    assert variables.parse_template(text, **options) == patterns_reference.parse_template(text, **options)


@given(text=TEXTS)
@example(text="*")
@example(text="*:*")
@example(text="**")
@example(text="*\n")
@example(text="")
@example(text="a:")
def test_an_action_is_what_its_grammar_says(text):
    """`action.parse_action` and `action.lark` make one tree."""
    assert action.parse_action(text) == patterns_reference.parse_action(text)


@pytest.mark.parametrize("with_variables", [True, False])
@given(text=TEXTS | ARNS)
@example(text="*")
@example(text="**")
@example(text="arn:aws")
@example(text="arn:aws:")
@example(text="arn:aws:s3:${a:b}::c")
@example(text="arn:::::")
@example(text="arn:aws:s3:::b/${k, 'x:y'}")
def test_a_resource_is_what_its_grammar_says(with_variables, text):
    """`arn.parse_resource` and `arn.lark` make one tree."""
    read = arn.parse_resource(text, variables=with_variables)
    assert read == patterns_reference.parse_resource(text, variables=with_variables)
