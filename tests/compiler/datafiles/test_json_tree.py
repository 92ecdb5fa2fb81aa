"""JSON texts become trees that say what Python's reader says, with the place of everything; all else is refused with a place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compiler.datafiles.reading_texts import json_tree, places, plain

from ostiary_compiler.datafiles.limits import DataLimits
from ostiary_grammar.errors import LimitError, PolicyError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_says_what_json_says(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    (root,) = json_tree(text).roots
    assert plain(root) == value
    assert text[root.start : root.end] == text


@given(VALUES)
def test_every_leaf_is_at_its_place(value):
    for piece in places(json_tree(f" {json.dumps(value)}\n")):
        json.loads(piece)


def test_numbers_keep_their_text():
    assert plain(json_tree("[1, -0.50, 2e3]").roots[0]) == [("number", "1"), ("number", "-0.50"), ("number", "2e3")]


def test_several_values_follow_each_other():
    assert [plain(root) for root in json_tree('{"a": 1}{}\n[]').roots] == [{"a": ("number", "1")}, {}, []]


def test_keys_may_stand_twice_here():
    """Who reads the object finds them; losing one would hide it."""
    assert len(json_tree('{"a": 1, "a": 2}').roots[0].members) == 2


WRONG = {
    "": "1:1 the file is empty",
    " \n ": "1:1 the file is empty",
    "{": "1:2 the text ends where a key in double quotes is expected",
    "[1": "1:3 the text ends where `,` or `]` is expected",
    '{"a"}': "1:5 expected `:`, found `}`",
    '{"a" 1}': "1:6 expected `:`, found `1`",
    '{"a": }': "1:7 expected a value, found `}`",
    '{"a": 1,}': "1:8 nothing follows the comma before `}`",
    "[1,]": "1:3 nothing follows the comma before `]`",
    "[1 2]": "1:4 expected `,` or `]`, found `2`",
    "[1}": "1:3 expected `,` or `]`, found `}`",
    "{1: 2}": "1:2 expected a key in double quotes, found `1`",
    "{a: 2}": "1:2 expected a key in double quotes, found `a`",
    "[True]": "1:2 expected a value, found `True`",
    "[01]": "1:2 expected a value, found `01`",
    "[1.]": "1:2 expected a value, found `1.`",
    "[truex]": "1:2 expected a value, found `truex`",
    '["a\nb"]': '1:2 expected a value, found `"a`',
    r'["\x"]': r'1:2 expected a value, found `"\x"`',
    r'["\ud800"]': "1:3 half of a surrogate pair is no character",
    "// c\n{}": "1:1 expected a value, found `//`",
    "]": "1:1 expected a value, found `]`",
    "{}\n}": "2:1 expected a value, found `}`",
    "\ufeff{}": "1:1 the text begins with a byte order mark",
}


@pytest.mark.parametrize("text", WRONG, ids=repr)
def test_what_is_not_json_is_refused_where_it_is_not(text):
    with pytest.raises(PolicyError) as refused:
        json_tree(text)
    (found,) = refused.value.diagnostics
    assert f"{found.span.position} {found.message}" == WRONG[text]


@given(st.text(alphabet='{}[]:,"\\ 1ae-.\n\u00e9', max_size=30))
def test_refuses_what_json_refuses(text):
    try:
        wanted = json.loads(text, parse_int=lambda n: ("number", n), parse_float=lambda n: ("number", n))
    except ValueError:
        try:
            roots = json_tree(text).roots
        except PolicyError:
            return
        assert len(roots) > 1, "only several values in a row are no JSON"
    else:
        assert [plain(root) for root in json_tree(text).roots] == [wanted]


def test_depth_is_limited_and_costs_no_stack():
    with pytest.raises(LimitError, match="deeper than 64 levels"):
        json_tree("[" * 1_000_000)
    assert json_tree("[[1]]", DataLimits(depth=2)).roots
