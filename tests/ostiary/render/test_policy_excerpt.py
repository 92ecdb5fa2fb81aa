"""A policy is shown with its own lines: all of its file, or its part of a file with many policies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.strategies.findings import POLICY, findings

from ostiary.render.policy_excerpt import policy_lines
from ostiary.replay.findings import PolicyHits

(HITS,) = findings(1, rows=1).coverage


def moved(before: int, after: int) -> PolicyHits:
    """The policy with so many lines of other things around it."""
    statements = tuple(
        replace(
            each,
            statement=replace(each.statement, line=each.statement.line + before),
            parts=tuple(replace(part, line=part.line + before) for part in each.parts),
        )
        for each in HITS.statements
    )
    return replace(HITS, text="other\n" * before + POLICY + "other\n" * after, statements=statements)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (3, 2)])
def test_a_file_of_its_own_is_shown_whole(before: int, after: int):
    policy = moved(before, after)
    assert [line for _, line in policy_lines(policy)] == policy.text.rstrip().split("\n")


@pytest.mark.parametrize(("before", "after"), [(1000, 1000), (0, 1000), (1000, 0)])
def test_of_a_file_with_many_policies_only_its_part(before: int, after: int):
    policy = moved(before, after)
    shown = policy_lines(policy)
    lines = policy.text.split("\n")
    assert all(line == lines[number - 1] for number, line in shown)
    assert len(shown) <= len(POLICY.splitlines())
    numbers = {number for number, _ in shown}
    assert {each.statement.line for each in policy.statements} <= numbers
    assert {part.line for each in policy.statements for part in each.parts} <= numbers


def test_a_policy_without_statements():
    assert policy_lines(replace(HITS, statements=(), text="a\nb\n")) == [(1, "a"), (2, "b")]
    assert policy_lines(replace(HITS, statements=(), text="a\n" * 500)) == [(1, "a"), (2, "a")]
