"""The index: from an action or a resource to all patterns that may match, never one too few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import reader
from tests.strategies.questions import actions, resources

from ostiary_compiler.readings import resource_test
from ostiary_grammar.action import parse_action
from ostiary_grammar.arn import parse_resource
from ostiary_runtime.elements import match_action, match_resource
from ostiary_runtime.globs import matcher
from ostiary_runtime.index import action_glob, index_actions, index_resources
from ostiary_runtime.match import NO
from ostiary_runtime.request import parse_action as asked_action
from ostiary_runtime.request import parse_resource as asked_resource

ODD = ["*", "*:*", "**", "s*:Get*", "?3:GetObject", "s3:", ":x", "s3", "s3:a:b", "", "*:Get*", "s3*:*"]


@given(st.lists(actions(), min_size=1, max_size=8))
def test_no_matching_action_pattern_is_missed(pairs: list[tuple[str, str]]):
    patterns = [parse_action(text) for text in (*ODD, *(pattern for pattern, _ in pairs))]
    index = index_actions(patterns)
    for _, action in pairs:
        folded = asked_action(action)
        matching = {number for number, pattern in enumerate(patterns) if match_action(pattern, folded) is not NO}
        assert matching <= set(index.candidates(folded))


@given(actions())
def test_the_filed_glob_of_an_action_is_no_narrower_than_the_pattern(pair: tuple[str, str]):
    pattern, action = parse_action(pair[0]), asked_action(pair[1])
    if match_action(pattern, action) is not NO and pattern.certain and pattern.text not in ("*", "*:*"):
        assert matcher(action_glob(pattern))(action)


@given(st.lists(resources(), min_size=1, max_size=8))
def test_no_strictly_matching_resource_pattern_is_missed(pairs: list[tuple[str, str]]):
    """Each header pattern that matches the header names the pattern for the resource part."""
    tests = [
        resource_test(parse_resource(text, variables=False), documented=True)
        for text in ("*", "**", "b", "arn:aws:s3", *(pattern for pattern, _ in pairs))
    ]
    headers = index_resources(tests)
    for _, text in pairs:
        resource = asked_resource(text)
        if not resource.fields:
            continue
        found = {
            number
            for header in headers
            if all(matcher(glob)(field) for glob, field in zip(header.fields, resource.fields[1:5], strict=True))
            for number in header.tails.candidates(resource.fields[5])
        }
        for number, test in enumerate(tests):
            if test.fields and match_resource(test, resource, reader()) is not NO:
                strict = all(matcher(glob)(field) for glob, field in zip(test.fields, resource.fields[1:], strict=True))
                assert number in found or not strict


def test_patterns_of_one_header_share_an_index():
    """Header patterns stand in order of first use, each once."""
    texts = ["arn:aws:s3:::b", "arn:aws:sqs:*:*:q", "arn:aws:s3:::c/*", "*", "arn:aws:s3:::b"]
    headers = index_resources([resource_test(parse_resource(text, variables=False), documented=True) for text in texts])
    assert [sorted(number for filed in header.tails.entries for number in filed) for header in headers] == [
        [0, 2, 4],
        [1],
    ]
