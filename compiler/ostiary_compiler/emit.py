"""Emission: from the normal form to the program's tables.

In: the normal form after the passes. Out: a `Program`. Patterns, principals and conditions are interned by value, in order
of first use, so the same policies give the same tables. Statements that can never match keep their row, without actions.
"""

from ostiary_compiler.normal import NormalPolicy, NormalSet, NormalStatement
from ostiary_compiler.table import Table, action_key, condition_key, resource_key
from ostiary_grammar.making import maker
from ostiary_grammar.span import Places
from ostiary_runtime.index import index_actions, index_resources
from ostiary_runtime.program import Policy, PrincipalTest, Program, Statement

_make_statement = maker(Statement)


def emit(normal: NormalSet) -> Program:
    """The program of a normal form."""
    actions = Table(action_key)
    resources = Table(resource_key)
    principals: Table[PrincipalTest] = Table()
    conditions = Table(condition_key)
    policies: list[Policy] = []
    statements: list[Statement] = []

    def put(policy: NormalPolicy, number: int, statement: NormalStatement, places: Places) -> None:
        line, column = places.of(statement.span.start)
        live = statement.dead is None
        statements.append(
            _make_statement(
                policy=number,
                index=statement.index,
                sid=statement.sid,
                deny=statement.deny,
                actions=actions.numbers(statement.actions) if live else (),
                not_action=statement.not_action and live,
                resources=None if statement.resources is None else resources.numbers(statement.resources),
                not_resource=statement.not_resource,
                covers=None if policy.covers is None else resources.numbers(policy.covers),
                principal=None if statement.principal is None else principals.number(statement.principal),
                conditions=conditions.numbers(statement.conditions),
                line=line,
                column=column,
                start=statement.span.start,
                end=statement.span.end,
            )
        )

    for number, policy in enumerate(normal.policies):
        policies.append(Policy(policy.name, policy.type, policy.source, policy.targets))
        if policy.statements:
            places = Places(policy.statements[0].span.source.text)  # all of one document
            for statement in policy.statements:
                put(policy, number, statement, places)
    return Program(
        layers=normal.layers,
        policies=tuple(policies),
        statements=tuple(statements),
        actions=tuple(actions.values),
        resources=tuple(resources.values),
        principals=tuple(principals.values),
        conditions=tuple(conditions.values),
        memberships=normal.memberships,
        accounts=normal.accounts,
        action_index=index_actions(actions.values),
        headers=index_resources(resources.values),
    )
