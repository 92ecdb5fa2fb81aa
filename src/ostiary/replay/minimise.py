"""A minimised policy set: what was never hit is left out, and wildcards stand for what was used; and what was never hit, as data.

In: the coverage of a set over a window. Out: a policy set as data (`docs/policy-sets.md`), and the list of what is unused.
Invariant: the minimised set grants nothing that the set does not grant. Only what grants is touched: Deny statements, and the types
of policy that restrict (SCPs, RCPs, boundaries, session and endpoint policies), stay as they are.
Whether it loses nothing is not claimed here: it is replayed against the same log.

A pattern with wildcards becomes the list of actions that it stood for, if those are at most `MOST_ACTIONS`; statements that need
an undocumented pattern, or NotAction, keep their actions. Resources become fewer, not narrower: names may be generated anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ostiary.replay.coverage import Coverage, StatementCount
from ostiary.replay.sides import TypedStatement, WrittenPolicy, written
from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.action import parse_action
from ostiary_grammar.syntax import Clause, Document, Statement, Text
from ostiary_grammar.terms import PolicyType, fold
from ostiary_grammar.unparse import unparse

MOST_ACTIONS = 30
"""Actions that stand in the place of one pattern at most."""
_GRANTING = frozenset({PolicyType.IDENTITY, PolicyType.RESOURCE})


@dataclass(frozen=True, slots=True)
class Minimised:
    """The minimised set as data, ready for JSON. `whence`: which statement of the set each of its statements was made of."""

    data: dict[str, object]
    whence: Mapping[tuple[PolicyType, str, Document], tuple[Statement, ...]]

    def stand_for(self, policies: PolicySet, layers: frozenset[PolicyType]) -> tuple[TypedStatement, ...]:
        """For each statement of the set, once it was read from the data, the one that it was made of."""
        return tuple(
            (policy.type, statement)
            for policy in written(policies, layers)
            for statement in self.whence[policy.type, policy.name, policy.document]
        )


def minimised(coverage: Coverage, policies: PolicySet, layers: Iterable[PolicyType]) -> Minimised:
    """The minimised set. Policies of which nothing is left are not in it."""
    made: list[dict[str, object]] = []
    whence: dict[tuple[PolicyType, str, Document], tuple[Statement, ...]] = {}
    for number, policy in enumerate(coverage.policies):
        kept, origins = policy.document, policy.document.statements
        if policy.type in _GRANTING:
            counts = coverage.statements_of(number)
            origins = tuple(each for index, each in enumerate(origins) if _denies(each) or counts[index].used)
            statements = tuple(
                each if _denies(each) else _statement(each, counts[index])
                for index, each in enumerate(policy.document.statements)
                if _denies(each) or counts[index].used
            )
            if not statements:
                continue
            kept = replace(kept, statements=statements, bare=kept.bare and len(statements) == 1)
        made.append(_entry(policy, kept))
        whence.setdefault((policy.type, policy.name, kept), origins)
    groups: dict[str, list[str]] = {}
    for user, group in policies.memberships:
        groups.setdefault(group, []).append(user)
    data: dict[str, object] = {"layers": [type_.value for type_ in layers], "policies": made}
    if groups:
        data["groups"] = groups
    accounts: dict[str, object] = {
        each.id: {**({"path": list(each.path)} if each.path else {}), "management": each.management}
        for each in policies.accounts
    }
    if accounts:
        data["accounts"] = accounts
    return Minimised(data, whence)


def unused(coverage: Coverage, first: str, last: str) -> dict[str, object]:
    """What was never hit in the window, ready for JSON, and when the rest was hit last."""
    statements: list[dict[str, object]] = []
    patterns: list[dict[str, object]] = []
    used: list[dict[str, object]] = []
    for number, policy in enumerate(coverage.policies):
        for index, count in coverage.statements_of(number).items():
            statement = policy.document.statements[index]
            named: dict[str, object] = {
                "policy": policy.name,
                "type": policy.type.value,
                "source": policy.document.source.name,
                "index": index,
                "sid": statement.sid.value if statement.sid is not None else None,
                "effect": statement.effect.value if statement.effect is not None else None,
                "line": statement.span.position.line,
            }
            if not count.used:
                statements.append(named)
                continue
            times = max(count.sure.last, count.perhaps.last) or None
            used.append({**named, "events": count.sure.events, "perhaps": count.perhaps.events, "last": times})
            patterns += ({**named, **part} for part in _unused_parts(statement, count))
    return {
        "window": {"first": first or None, "last": last or None},
        "statements": statements,
        "patterns": patterns,
        "used": used,
    }


def _unused_parts(statement: Statement, count: StatementCount) -> Iterator[dict[str, object]]:
    for name, clause in (("Action", statement.action), ("Resource", statement.resource)):
        if clause is None or clause.negated:
            continue
        for place, item in enumerate(clause.items):
            if (name, place) not in count.parts:
                yield {"element": name, "pattern": item.value, "line": item.span.position.line}


def _entry(policy: WrittenPolicy, document: Document) -> dict[str, object]:
    targets = [target for target in policy.targets if target is not None]
    entry: dict[str, object] = {"type": policy.type.value}
    if len(targets) == len(policy.targets):
        entry["to"] = targets if len(targets) > 1 else targets[0]
    entry["name"] = policy.name
    entry["document"] = json.loads(unparse(document))
    return entry


def _denies(statement: Statement) -> bool:
    return statement.effect is not None and statement.effect.value == "Deny"


def _statement(statement: Statement, count: StatementCount) -> Statement:
    action, resource = statement.action, statement.resource
    if action is not None and not action.negated:
        action = _actions(action, count)
    if resource is not None and not resource.negated:
        items = tuple(item for place, item in enumerate(resource.items) if ("Resource", place) in count.parts)
        resource = replace(resource, items=items, bare=False) if 0 < len(items) < len(resource.items) else resource
    return replace(statement, action=action, resource=resource)


def _actions(clause: Clause, count: StatementCount) -> Clause:
    """The patterns that were used; one with wildcards as the actions that it stood for, if they are few and the form is documented."""
    kept: dict[str, Text] = {}
    for place, item in enumerate(clause.items):
        stood_for = sorted(count.actions.get(place, ()))
        if not stood_for:
            continue
        exact = "*" not in item.value and "?" not in item.value
        if exact or len(stood_for) > MOST_ACTIONS or not parse_action(item.value).certain:
            kept.setdefault(fold(item.value), item)
        else:
            for name in stood_for:
                kept.setdefault(fold(name), Text(name, item.span))
    items = tuple(kept.values())
    return replace(clause, items=items, bare=False) if items else clause
