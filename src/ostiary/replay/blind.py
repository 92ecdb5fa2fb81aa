"""What the log is blind to: actions that policies name and a trail without data events does not hold.

In: the compiled policies that are new, and which services' data events and which actions were seen. Out: `Blind`s.
Invariant: a service of which one data event was seen is not listed, nor an action that was seen. Patterns that name no service
(`*`) name everything, and are passed over; so is NotAction, which names what a statement is not about.
"""

from collections.abc import Set as AbstractSet

from ostiary.cloudtrail.data_events import SERVICES, data_actions
from ostiary.replay.findings import Blind
from ostiary_grammar.pattern import Literal
from ostiary_runtime.decision import StatementRef
from ostiary_runtime.elements import match_action
from ostiary_runtime.engine import Engine
from ostiary_runtime.match import NO


def blind_spots(
    engine: Engine, about: AbstractSet[str], seen_services: AbstractSet[str], seen_actions: AbstractSet[str]
) -> tuple[Blind, ...]:
    """The blind spots of a log.

    `about`: the names of the policies that count. `seen_services`: prefixes of which a data event was read; `seen_actions`: folded actions
    of calls.
    """
    program = engine.program
    found: dict[str, tuple[dict[str, None], dict[StatementRef, None]]] = {}
    for ref, statement in zip(engine.statements, program.statements, strict=True):
        if statement.not_action or ref.policy not in about:
            continue
        for number in statement.actions:
            pattern = program.actions[number]
            service = "".join(token.text if isinstance(token, Literal) else "*" for token in pattern.service)
            if service not in SERVICES or service in seen_services:
                continue
            actions = [
                shown
                for folded, shown in data_actions(service).items()
                if folded not in seen_actions and match_action(pattern, folded) is not NO
            ]
            if actions:
                names, statements = found.setdefault(service, ({}, {}))
                names.update(dict.fromkeys(actions))
                statements[ref] = None
    return tuple(
        Blind(service, tuple(sorted(names)), tuple(statements))
        for service, (names, statements) in sorted(found.items())
    )
