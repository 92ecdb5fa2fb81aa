"""Resources that are known in part: a pattern says Yes only if it matches every filling, No only if it matches none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.runtime.building import ALICE, identity, outcome, reader

from ostiary_compiler.readings import resource_test
from ostiary_grammar.arn import parse_resource as parse_pattern
from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Glob, Literal, Variable
from ostiary_grammar.variables import parse_template
from ostiary_runtime.elements import match_resource
from ostiary_runtime.globs import matcher
from ostiary_runtime.match import NO, UNKNOWN, YES, Match
from ostiary_runtime.request import parse_resource
from ostiary_runtime.templates import ResourceTemplate, covers, overlaps, template_fields


def glob_of(text: str) -> Glob:
    return parse_template(text, variables=False, wildcards=True)


GLOBS = st.text(alphabet="ab/**??", max_size=7)
FILLINGS = st.lists(st.text(alphabet="ab/:\n", max_size=3), min_size=8, max_size=8)


def fill(template: Glob, fillings: list[str]) -> str:
    """One way to fill the holes; a hole for one character takes the first character of a filling."""
    left = iter(fillings)
    out = []
    for token in template:
        if isinstance(token, Literal):
            out.append(token.text)
        else:
            text = next(left, "")
            out.append(text if token.value == "*" else (text or "a")[0])
    return "".join(out)


@given(GLOBS, GLOBS, FILLINGS)
@example("a*", "a?", ["b"] * 8)
@example("*?", "*", [""] * 8)
@example("?*", "*", [""] * 8)
@example("*a", "*a", ["a"] * 8)
@example("*a*", "*a", ["", "b"] * 4)
@example("**", "*", ["x"] * 8)
@example("??", "?", ["x"] * 8)
def test_covers_and_overlaps_keep_their_promises(pattern_text: str, template_text: str, fillings: list[str]):
    """What is covered matches however it is filled; a filling that matches says that the two overlap."""
    pattern, template = glob_of(pattern_text), glob_of(template_text)
    matches = matcher(pattern)(fill(template, fillings))
    if covers(pattern, template):
        assert matches
        assert overlaps(pattern, template)
    if matches:
        assert overlaps(pattern, template)


@given(GLOBS, GLOBS)
def test_overlap_has_no_direction(first: str, second: str):
    assert overlaps(glob_of(first), glob_of(second)) == overlaps(glob_of(second), glob_of(first))


@given(GLOBS)
def test_a_pattern_of_text_and_stars_covers_itself(text: str):
    glob = glob_of(text)
    assert overlaps(glob, glob)
    if "?" not in text:
        assert covers(glob, glob)


@pytest.mark.parametrize(
    "pattern, template, covered, overlapping",
    [
        ("", "", True, True),
        ("", "*", False, True),
        ("*", "", True, True),
        ("*", "*", True, True),
        ("*", "?", True, True),
        ("?", "?", True, True),
        ("?", "*", False, True),
        ("a", "*", False, True),
        ("a*", "*", False, True),
        ("a*", "a*", True, True),
        ("a*", "ab*", True, True),
        ("ab*", "a*", False, True),
        ("a*", "b*", False, False),
        ("*a", "*b", False, False),
        ("a?", "a", False, False),
        ("*x*", "a*b", False, True),
        ("a*b", "a*", False, True),
        ("a", "b", False, False),
    ],
)
def test_table(pattern: str, template: str, covered: bool, overlapping: bool):
    assert covers(glob_of(pattern), glob_of(template)) is covered
    assert overlaps(glob_of(pattern), glob_of(template)) is overlapping


def test_a_variable_overlaps_as_any_text():
    glob = (Literal("a/"), Variable("aws:username"))
    assert overlaps(glob, glob_of("a/*"))
    assert overlaps(glob, glob_of("a/bob"))
    assert not overlaps(glob, glob_of("b/*"))


@pytest.mark.parametrize(
    "text",
    ["*", "", "b", "arn:aws:s3", "arn:aws:s3::b", "**", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::${aws:x, 'd'}/*"],
)
def test_what_is_no_template(text: str):
    with pytest.raises(RequestError, match="template"):
        template_fields(ResourceTemplate(text))
    with pytest.raises(RequestError, match="template"):
        parse_resource(ResourceTemplate(text))


def test_escapes_are_characters():
    """`${*}` in a template is a star that is known."""
    tail = template_fields(ResourceTemplate("arn:aws:s3:::b/${*}/?"))[4]
    assert tail == (Literal("b/*/"), glob_of("?")[0])


# Pattern, template, match of the pattern.
PAIRS: list[tuple[str, str, Match]] = [
    ("*", "arn:aws:s3:::*", YES),
    ("**", "arn:aws:s3:::*", UNKNOWN),
    ("b", "arn:aws:s3:::*", NO),
    ("arn:aws:s3:::*", "arn:aws:s3:::*", YES),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*", YES),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::*", UNKNOWN),
    ("arn:aws:s3:::b/*", "arn:aws:s3:::c*", NO),
    ("arn:aws:s3:::b/x", "arn:aws:s3:::b/?", UNKNOWN),
    ("arn:aws:s3:::b/?", "arn:aws:s3:::b/?", YES),
    ("arn:aws:sqs:*:*:q", "arn:aws:sqs:*:111122223333:q", YES),
    ("arn:aws:sqs:us-east-1:*:q", "arn:aws:sqs:*:111122223333:q", UNKNOWN),
    ("arn:aws:sqs:us-east-1:*:q", "arn:aws:sns:*:111122223333:q", NO),
    ("arn:aws:sqs", "arn:aws:sqs:*:*:*", YES),
    ("arn:aws:dynamodb:*:table/x", "arn:aws:dynamodb:*:*:table/*", UNKNOWN),
    ("arn:aws:dynamodb:*:table/x", "arn:aws:dynamodb:us-east-1:1:table/y*", UNKNOWN),  # as `table/y:table/x`, by 10.1
    ("arn:aws:dynamodb:*:table/x", "arn:aws:dynamodb:us-east-1:1:table/y?", NO),
]


@pytest.mark.parametrize("pattern, template, match", PAIRS)
def test_patterns_on_templates(pattern: str, template: str, match: Match):
    test = resource_test(parse_pattern(pattern, variables=True), documented=True)
    assert match_resource(test, parse_resource(ResourceTemplate(template)), reader()) is match


HEADS = st.sampled_from(["arn:aws:s3:::", "arn:aws:sqs:us-east-1:111122223333:", "arn:aws:sqs:*:111122223333:"])
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(["Allow", "Deny"]), st.sampled_from(["Resource", "NotResource"]), HEADS, GLOBS),
    min_size=1,
    max_size=3,
)


@given(STATEMENTS, st.sampled_from(["arn:aws:s3:::", "arn:aws:sqs:us-east-1:111122223333:"]), GLOBS, FILLINGS)
def test_a_certain_answer_holds_for_every_filling(
    statements: list[tuple[str, str, str, str]], head: str, tail: str, fillings: list[str]
):
    """In an account's own resources, where the header is known."""
    engine = identity(
        *({"Effect": effect, "Action": "*", element: start + end} for effect, element, start, end in statements)
    )
    answer = outcome(engine, ALICE, "sqs:SendMessage", ResourceTemplate(head + tail))
    if not answer.endswith("?"):
        filled = outcome(engine, ALICE, "sqs:SendMessage", head + fill(glob_of(tail), fillings))
        assert filled.removesuffix("?") == answer


def test_hostile_lengths():
    long = glob_of("a" * 5_000)
    assert not overlaps(glob_of("*a" * 30 + "b"), long)
    assert not covers(glob_of("*a" * 30 + "b"), long)
