"""Merges what a statement says twice.

Before: `"Action": ["s3:GetObject", "S3:getobject"]`, two equal conditions. After: one of each; the first spelling stays.
"""

from dataclasses import replace

from ostiary_compiler.normal import NormalSet, NormalStatement
from ostiary_grammar.pattern import ActionPattern


def merge_repeated(normal: NormalSet) -> NormalSet:
    """The set with every list entry and condition once per statement."""
    policies = tuple(replace(policy, statements=tuple(map(_merged, policy.statements))) for policy in normal.policies)
    return replace(normal, policies=policies)


def _merged(statement: NormalStatement) -> NormalStatement:
    actions: dict[tuple[object, ...], ActionPattern] = {}
    for pattern in statement.actions:
        actions.setdefault((pattern.service, pattern.name, pattern.certain), pattern)
    return replace(
        statement,
        actions=tuple(actions.values()),
        resources=tuple(dict.fromkeys(statement.resources)) if statement.resources is not None else None,
        conditions=tuple(dict.fromkeys(statement.conditions)),
    )
