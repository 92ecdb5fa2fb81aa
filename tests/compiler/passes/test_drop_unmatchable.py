"""drop_unmatchable: entries that match nothing go; a list that becomes empty does not start to mean something else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compiler.passes.normal_sets import lowered, same_decisions, statements
from tests.runtime.building import ALICE, allow, deny, engine, outcome, plain_outcome

from ostiary_compiler.passes import drop_unmatchable

# Elements, the actions and resources that are left, and why the statement is dead.
TABLE: list[tuple[dict[str, Any], list[str], list[str], str | None]] = [
    ({"Action": ["s3:", "s3:GetObject"], "Resource": ["b", "*"]}, ["s3:GetObject"], ["*"], None),
    ({"Action": ["s3:", ":x", "s3", "s3:a:b", ""], "Resource": "*"}, [], ["*"], "no action can match"),
    ({"Action": "*", "Resource": ["b", "", "arn:aws"]}, ["*"], [], "no resource can match"),
    ({"Action": "s3:", "Resource": "b"}, [], [], "no action can match"),
    ({"NotAction": ["s3:", "iam:*"], "Resource": "*"}, ["iam:*"], ["*"], None),
    ({"NotAction": ["s3:", "iam"], "Resource": "*"}, ["s3:"], ["*"], None),  # one stays: excluding nothing
    ({"Action": "*", "NotResource": ["b", "c"]}, ["*"], ["b"], None),
    ({"Action": "*", "NotResource": ["b", "arn:aws:s3:::b"]}, ["*"], ["arn:aws:s3:::b"], None),
    ({"Action": "**", "Resource": "**"}, ["**"], ["**"], None),  # undocumented is not never
]


@pytest.mark.parametrize("elements, actions, resources, dead", TABLE, ids=str)
def test_before_and_after(elements: dict[str, Any], actions: list[str], resources: list[str], dead: str | None):
    (after,) = statements(drop_unmatchable(lowered(({"Effect": "Allow", **elements}, "identity", None))))
    assert [pattern.text for pattern in after.actions] == actions
    assert [test.text for test in after.resources or ()] == resources
    assert after.dead == dead


@pytest.mark.parametrize("elements", [row[0] for row in TABLE], ids=str)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_decisions_stay(elements: dict[str, Any], effect: str):
    """With the pass and without, as the only policy and beside one that allows everything."""
    statement = {"Effect": effect, **elements}
    assert same_decisions(lowered((statement, "identity", None)), drop_unmatchable)
    assert same_decisions(lowered((statement, "identity", None), (allow(), "identity", None)), drop_unmatchable)


def test_a_missing_resource_is_not_an_empty_one():
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    (after,) = statements(drop_unmatchable(lowered((trust, "resource", None))))
    assert (after.resources, after.dead) == (None, None)


def test_a_dead_statement_keeps_its_row_and_its_level():
    """Numbers of statements stay, and an SCP that allows nothing still blocks its level."""
    made = engine((allow(), "identity", None), (allow(Action="s3:"), "scp", None))
    assert len(made.statements) == 2
    for ask in (outcome, plain_outcome):
        assert ask(made, ALICE, "s3:GetObject", "*") == "ImplicitDeny"
    denying = engine((allow(), "identity", None), (deny(Resource="b"), "identity", None))
    for ask in (outcome, plain_outcome):
        assert ask(denying, ALICE, "s3:GetObject", "*") == "Allow"
