"""Tables number values by what they say; objects that were seen are known by their identity, which changes no number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ostiary_compiler.readings import Readings, resource_test
from ostiary_compiler.table import Table, action_key, resource_key
from ostiary_grammar.action import parse_action
from ostiary_grammar.arn import parse_resource
from ostiary_grammar.pattern import ActionPattern
from ostiary_runtime.program import ResourceTest

ACTIONS = st.sampled_from(["s3:Get*", "S3:get*", "s3:Get**", "*", "*:*", "**", "***", "s3:", "x", "s*:Get*", "S*:get*"])
TEXTS = [
    "*",
    "**",
    "b",
    "arn:aws:s3",
    "arn:aws:s3:::b",
    "arn:aws:s3:::${aws:username}",
    "arn:aws:${x}:::b",
    "arn:aws:s3:::**",
]
RESOURCES = st.tuples(st.sampled_from(TEXTS), st.booleans(), st.booleans())


@given(st.lists(ACTIONS), st.booleans())
def test_actions_have_one_number_exactly_if_they_say_the_same(texts: list[str], shared: bool) -> None:
    read = Readings().actions.__getitem__ if shared else parse_action
    patterns = [read(text) for text in texts]
    table = Table(action_key)
    first: dict[object, int] = {}
    wanted = [first.setdefault((each.service, each.name, each.certain), len(first)) for each in patterns]
    assert list(table.numbers(patterns)) == wanted == list(table.numbers(patterns))
    assert len(table.values) == len(first)
    assert [table.number(parse_action(text)) for text in texts] == wanted
    assert [table.number(value) for value in table.values] == list(range(len(first)))


@given(st.lists(RESOURCES), st.booleans())
def test_resources_have_one_number_exactly_if_they_are_equal(asked: list[tuple[str, bool, bool]], shared: bool) -> None:
    """The key leaves out what the text tells; equality of all fields is the clear version."""
    readings = Readings()

    def read(text: str, *, variables: bool, documented: bool) -> ResourceTest:
        if shared:
            return readings.resources(variables=variables, documented=documented)[text]
        return resource_test(parse_resource(text, variables=variables), documented=documented)

    tests = [read(text, variables=variables, documented=documented) for text, variables, documented in asked]
    first: dict[ResourceTest, int] = {}
    wanted = [first.setdefault(each, len(first)) for each in tests]
    assert list(Table(resource_key).numbers(tests)) == wanted
    assert Table(resource_key).once(tuple(tests)) == tuple(first)


def test_what_stands_once_stays_the_same_object() -> None:
    table: Table[ActionPattern] = Table(action_key)
    several = (parse_action("s3:Get*"), parse_action("s3:Put*"))
    assert table.once(several) is several
    assert table.once((*several, parse_action("S3:get*"))) == several
    assert [each.text for each in table.values] == ["s3:Get*", "s3:Put*"]
