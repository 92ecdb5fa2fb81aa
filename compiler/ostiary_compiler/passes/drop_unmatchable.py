"""Drops list entries that can never match, and marks statements that can therefore never match.

Before: `"Action": ["s3:", "s3:GetObject"]`, `"Resource": "b"`. After: `s3:GetObject` alone; the statement is marked dead.
Entries under NotAction and NotResource go as well: excluding what nothing is excludes nothing.
But a list that becomes empty is not the same as one that was written empty (which is Unknown under Not*, see
iam-semantics.md 1.3): there the last entry stays.
"""

from collections.abc import Sized
from dataclasses import replace

from ostiary_compiler.normal import NormalSet, NormalStatement, each_statement
from ostiary_grammar.pattern import ResourceForm


def drop_unmatchable(normal: NormalSet) -> NormalSet:
    """The set without entries that match nothing."""
    return each_statement(normal, _dropped)


def _dropped(statement: NormalStatement) -> NormalStatement:
    actions = tuple([pattern for pattern in statement.actions if pattern.service and pattern.name])
    resources = statement.resources
    if resources is not None:
        resources = tuple([test for test in resources if test.form is not ResourceForm.NEVER])
    if (
        actions
        and resources != ()
        and _as_many(actions, statement.actions)
        and _as_many(resources, statement.resources)
    ):
        return statement  # nothing to drop, as nearly always
    dead = None
    if not actions and not statement.not_action:
        dead = "no action can match"
    elif resources == () and not statement.not_resource:
        dead = "no resource can match"
    if not actions and statement.not_action:
        actions = statement.actions[:1]
    if resources == () and statement.not_resource and statement.resources:
        resources = statement.resources[:1]
    return replace(statement, actions=actions, resources=resources, dead=dead)


def _as_many(left: Sized | None, right: Sized | None) -> bool:
    return left is right or (left is not None and right is not None and len(left) == len(right))
