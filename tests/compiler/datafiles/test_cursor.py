"""A cursor hands out what is expected and notes everything else once, with place, pointer and advice."""

from __future__ import annotations

import pytest
from tests.compiler.datafiles.reading_texts import json_tree, yaml_tree

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_grammar.codes import Code
from ostiary_grammar.errors import LimitError, PolicyError


def cursor(text: str, tree=json_tree) -> Cursor:
    (found,) = cursors(tree(text), Problems())
    return found


def notes(at: Cursor) -> list[str]:
    return [f"{each.span.position} {each.pointer} {each.code}: {each.message}" for each in at.problems.found]


def test_members_by_name():
    at = cursor('{"b": 1, "a": "x"}')
    members = at.members(("a", "b", "c"), "a thing", required=("a",))
    assert list(members) == ["b", "a"]
    assert members["a"].text("`a`") == "x"
    assert notes(at) == []


def test_unknown_keys_get_the_nearest_one_as_advice():
    at = cursor('{"documnet": 1, "zzz": 2}')
    at.members(("document", "file"), "a policy")
    assert notes(at) == [
        "1:2 /documnet unknown-key: a policy has no key `documnet`",
        "1:17 /zzz unknown-key: a policy has no key `zzz`",
    ]
    assert [each.help for each in at.problems.found] == [
        "did you mean `document`?",
        "a policy may have `document` or `file`",
    ]


def test_keys_that_stand_twice():
    at = cursor('{"a": 1,\n "a": 2}')
    assert list(at.members(("a",), "a thing")) == ["a"]
    assert notes(at) == ["2:2 /a duplicate-key: the key `a` stands here for the second time"]
    assert at.problems.found[0].help == "the first is in line 1"


def test_required_keys():
    at = cursor('{"b": 1}')
    at.members(("a", "b"), "a thing", required=("a",))
    assert notes(at) == ["1:1  missing-key: a thing has no `a`"]


@pytest.mark.parametrize(
    ("ask", "text", "message"),
    [
        (lambda at: at.members(("a",), "it"), "[]", "it must be an object, found a list"),
        (lambda at: at.entries("it"), '"x"', "it must be an object, found text"),
        (lambda at: at.items("it"), "{}", "it must be a list, found an object"),
        (lambda at: at.text("it"), "1", "it must be text, found a number"),
        (lambda at: at.text("it"), "null", "it must be text, found null"),
        (lambda at: at.truth("it"), '"true"', "it must be true or false, found text"),
        (lambda at: at.word("word", ("yes", "no")), '"ja"', "`ja` is no word"),
        (lambda at: at.one_or_more("it"), "[]", "it is an empty list"),
    ],
)
def test_other_types_are_noted_once(ask, text, message):
    at = cursor(text)
    assert not ask(at)
    assert [each.message for each in at.problems.found] == [message]


def test_one_or_more():
    assert [each.text("x") for each in cursor('"a"').one_or_more("it")] == ["a"]
    assert [(each.pointer, each.text("x")) for each in cursor('["a", "b"]').one_or_more("it")] == [
        ("/0", "a"),
        ("/1", "b"),
    ]


def test_numbers_are_text_in_yaml_alone():
    """An account id needs no quotes in YAML, and keeps its zero; in JSON a number is a number."""
    pytest.importorskip("yaml")
    assert cursor("111122223333", yaml_tree).text("it") == "111122223333"
    assert cursor("111122223333").text("it") is None
    assert cursor("true", yaml_tree).text("it") is None


def test_pointers_escape_slashes():
    ((_, at),) = cursor('{"a/b~c": 1}').entries("it")
    assert at.pointer == "/a~1b~0c"


def test_all_errors_are_raised_together_in_order():
    at = cursor('{"x": 1, "y": 2}')
    at.members(("a",), "it", required=("a",))
    with pytest.raises(PolicyError) as refused:
        at.problems.raise_errors()
    assert [each.code for each in refused.value.diagnostics] == ["missing-key", "unknown-key", "unknown-key"]


def test_a_limit_is_raised_as_one():
    at = cursor("{}")
    at.error(Code.LIMIT, "too much")
    with pytest.raises(LimitError):
        at.problems.raise_errors()


def test_warnings_alone_raise_nothing():
    at = cursor("{}")
    at.warn(DataCode.UNBOUND_TARGET, "hm")
    at.problems.raise_errors()
