"""Merges what a statement says twice.

Before: `"Action": ["s3:GetObject", "S3:getobject"]`, two equal conditions. After: one of each; the first spelling stays.
"""

from dataclasses import replace

from ostiary_compiler.normal import NormalSet, NormalStatement, each_statement
from ostiary_compiler.table import Table, action_key, resource_key
from ostiary_runtime.program import ConditionTest


def merge_repeated(normal: NormalSet) -> NormalSet:
    """The set with every list entry and condition once per statement."""
    actions = Table(action_key)
    resources = Table(resource_key)
    conditions: Table[ConditionTest] = Table()

    def merged(statement: NormalStatement) -> NormalStatement:
        once = (
            actions.once(statement.actions),
            resources.once(statement.resources) if statement.resources is not None else None,
            conditions.once(statement.conditions),
        )
        if once == (statement.actions, statement.resources, statement.conditions):
            return statement
        return replace(statement, actions=once[0], resources=once[1], conditions=once[2])

    return each_statement(normal, merged)
