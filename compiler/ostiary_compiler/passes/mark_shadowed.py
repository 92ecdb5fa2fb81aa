"""Marks statements that another statement of the same policy makes needless.

Before: `Deny *` on `*` without a condition beside other statements. After: those are marked as shadowed by it.
A mark changes no decision; listings and the DAG show it.
"""

from dataclasses import replace

from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_grammar.pattern import STAR, ResourceForm


def mark_shadowed(normal: NormalSet) -> NormalSet:
    """The set with shadowed statements marked."""
    return replace(normal, policies=tuple(map(_marked, normal.policies)))


def _marked(policy: NormalPolicy) -> NormalPolicy:
    by_effect = {deny: _total(policy, deny=deny) for deny in (True, False)}
    if by_effect == {True: None, False: None}:
        return policy
    statements = []
    for statement in policy.statements:
        shadow = by_effect[True]
        if shadow is None and not statement.deny:
            shadow = by_effect[False]
        if shadow is None or shadow == statement.index:
            statements.append(statement)
        else:
            statements.append(replace(statement, shadowed_by=shadow))
    return replace(policy, statements=tuple(statements))


def _total(policy: NormalPolicy, *, deny: bool) -> int | None:
    """The first statement of an effect that applies to every request of every caller."""
    return next((each.index for each in policy.statements if each.deny is deny and _is_total(each)), None)


def _is_total(statement: NormalStatement) -> bool:
    # PERF: what fails most often comes first
    return (
        (statement.resources is None or any(test.form is ResourceForm.ANY for test in statement.resources))
        and not (statement.not_action or statement.not_resource or statement.conditions)
        and any(pattern.certain and pattern.service == STAR and pattern.name == STAR for pattern in statement.actions)
        and (statement.principal is None or (statement.principal.star and not statement.principal.negated))
    )
