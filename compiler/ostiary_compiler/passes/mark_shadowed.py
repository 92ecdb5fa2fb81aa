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
    totals = [statement for statement in policy.statements if _is_total(statement)]
    if not totals:
        return policy
    by_effect = {deny: next((each.index for each in totals if each.deny is deny), None) for deny in (True, False)}
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


def _is_total(statement: NormalStatement) -> bool:
    """Whether a statement applies to every request of every caller."""
    # PERF: what fails most often comes first
    return (
        (statement.resources is None or any(test.form is ResourceForm.ANY for test in statement.resources))
        and not (statement.not_action or statement.not_resource or statement.conditions)
        and any(pattern.certain and pattern.service == STAR and pattern.name == STAR for pattern in statement.actions)
        and (statement.principal is None or (statement.principal.star and not statement.principal.negated))
    )
