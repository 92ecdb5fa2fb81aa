"""Policy variables: a value is literal text, and a variable without a value makes no match."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import reader

from ostiary_grammar.pattern import Glob, Literal, Wild
from ostiary_grammar.variables import parse_template
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.globs import matcher
from ostiary_runtime.substitute import Resolved, split_fields, substitute


def glob_of(text: str, *, wildcards: bool = True) -> Glob:
    return parse_template(text, variables=True, wildcards=wildcards)


def filled(text: str, context: dict[str, object], missing: str = "absent") -> str | None:
    """The filled template as text, `*` and `?` standing for wildcards alone."""
    resolved = substitute(glob_of(text), reader(context, missing))
    if resolved is None:
        return None
    return "".join(token.text if isinstance(token, Literal) else token.value for token in resolved.glob)


@pytest.mark.parametrize(
    "text, context, result",
    [
        ("home/${aws:username}/*", {"aws:username": "ann"}, "home/ann/*"),
        ("${AWS:UserName}", {"aws:username": "ann"}, "ann"),
        ("${aws:username}", {"AWS:USERNAME": "ann"}, "ann"),
        ("${aws:username}", {}, None),
        ("${aws:username}", {"aws:username": None}, None),
        ("${aws:username}", {"aws:username": ""}, None),  # empty counts as missing
        ("${aws:username}", {"aws:username": []}, None),
        ("${aws:username}", {"aws:username": ["ann"]}, None),  # multivalued keys do not resolve
        ("${aws:username, 'x'}", {"aws:username": ["ann"]}, None),
        ("${aws:username, 'x'}", {}, "x"),
        ("${aws:username, 'x'}", {"aws:username": ""}, "x"),
        ("a${aws:username, ''}b", {}, "ab"),
        ("${aws:username, 'x'}", {"aws:username": "ann"}, "ann"),
        ("${aws:x}${aws:y}", {"aws:x": "1", "aws:y": "2"}, "12"),
        ("${aws:x}${aws:y}", {"aws:x": "1"}, None),
        ("${aws:x}", {"aws:x": True}, "true"),
        ("${aws:x}", {"aws:x": 7}, "7"),
        ("${*}${?}${$}", {}, "*?$"),
    ],
)
def test_values(text: str, context: dict[str, object], result: str | None):
    """iam-semantics.md 5.3."""
    assert filled(text, context) == result


def test_a_value_that_is_not_known_may_be_any_text():
    resolved = substitute(glob_of("a/${aws:x}${aws:y}/b"), reader({"aws:x": UNKNOWN, "aws:y": UNKNOWN}))
    assert resolved == Resolved((Literal("a/"), Wild.STAR, Literal("/b")), known=False)
    assert substitute(glob_of("${aws:x}"), None) == Resolved((Wild.STAR,), known=False)


def test_what_is_missing_counts_more_than_what_is_not_known():
    """The template cannot match, whatever the other value is."""
    assert substitute(glob_of("${aws:x}${aws:y}"), reader({"aws:x": UNKNOWN})) is None


@given(st.text(alphabet="*?${}ab'\\, ", min_size=1, max_size=12))
def test_a_value_stays_literal(value: str):
    """Wildcards and variables inside a value mean nothing (10.6): it matches itself and nothing else."""
    resolved = substitute(glob_of("x${aws:x}"), reader({"aws:x": value, "aws:username": "ann"}))
    assert resolved == Resolved((Literal("x" + value),), known=True)
    assert matcher(resolved.glob)("x" + value)
    assert not matcher(resolved.glob)("x" + value + "b")


@given(st.lists(st.sampled_from(["a", "*", "?", "${aws:x}", "${aws:y, 'd'}", "${aws:z}", "${*}"]), max_size=8))
def test_the_result_is_in_its_simplest_form(parts: list[str]):
    """No variables, no empty literals, no literals or stars side by side."""
    resolved = substitute(glob_of("".join(parts)), reader({"aws:x": "v", "aws:z": UNKNOWN}))
    tokens = resolved.glob
    assert all(isinstance(token, Literal | Wild) and token != Literal("") for token in tokens)
    assert not any(isinstance(a, Literal) and isinstance(b, Literal) for a, b in itertools.pairwise(tokens))
    assert not any(a is b is Wild.STAR for a, b in itertools.pairwise(tokens))


@pytest.mark.parametrize(
    "text, fields",
    [
        ("arn:aws:s3:::b", ["arn", "aws", "s3", "", "", "b"]),
        ("arn:aws:s3:::b:c:d", ["arn", "aws", "s3", "", "", "b:c:d"]),
        ("*", ["*"]),
        ("a*:b", ["a*", "b"]),
        ("", [""]),
        (":::::::", ["", "", "", "", "", "::"]),
        ("arn:*:s3:?:*:*", ["arn", "*", "s3", "?", "*", "*"]),
    ],
)
def test_fields(text: str, fields: list[str]):
    """Only colons that are literal text divide, and only the first five."""
    split = split_fields(parse_template(text, variables=False, wildcards=True))
    assert ["".join(t.text if isinstance(t, Literal) else t.value for t in field) for field in split] == fields


@given(st.text(alphabet="a:*?", max_size=16))
def test_fields_agree_with_splitting_the_text(text: str):
    split = split_fields(parse_template(text, variables=False, wildcards=True))
    assert list(split) == [parse_template(field, variables=False, wildcards=True) for field in text.split(":", 5)]
