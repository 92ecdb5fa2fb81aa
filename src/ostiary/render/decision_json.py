"""Decisions as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

    effect       "Allow", "ExplicitDeny" or "ImplicitDeny"
    allowed      true for Allow
    certain      false where something that is not known might change the effect
    layer        the type of policy that decided; null where no policy was needed
    statements   the deciding statements: policy, type, source, line, column, index, sid, effect
    undecided    what could not be evaluated: fact, reason, statement
    asked        the types of policy that were asked; the others count as allowing
    beside       policies that AWS attaches beside the given ones
    request      principal, action, resource, resource_account, missing

Lines and columns say where a statement starts in its policy: they count from 1, in code points.
"""

import json

from ostiary.render.answer import Answer
from ostiary_runtime.decision import Decision, StatementRef, Undecided


def decision_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    return json.dumps(answer_data(answer), indent=2)  # all but ASCII is escaped, so it is safe on any terminal


def answer_data(answer: Answer) -> dict[str, object]:
    """A decision with its question, ready for JSON."""
    return {
        **decision_data(answer.decision),
        "asked": [layer.value for layer in answer.layers],
        "beside": list(answer.beside),
        "request": {
            "principal": answer.principal,
            "action": answer.action,
            "resource": answer.resource,
            "resource_account": answer.resource_account,
            "missing": answer.missing,
        },
    }


def decision_data(decision: Decision) -> dict[str, object]:
    """What a decision itself says, ready for JSON."""
    return {
        "effect": decision.effect.value,
        "allowed": decision.allowed,
        "certain": decision.certain,
        "layer": decision.layer,
        "statements": [statement_data(ref) for ref in decision.statements],
        "undecided": [_undecided_data(each) for each in decision.undecided],
    }


def statement_data(ref: StatementRef) -> dict[str, object]:
    """A reference to a statement, ready for JSON."""
    return {
        "policy": ref.policy,
        "type": ref.type,
        "source": ref.source,
        "line": ref.line,
        "column": ref.column,
        "index": ref.index,
        "sid": ref.sid,
        "effect": ref.effect,
    }


def _undecided_data(undecided: Undecided) -> dict[str, object]:
    return {
        "fact": undecided.fact,
        "reason": undecided.reason.value,
        "statement": None if undecided.statement is None else statement_data(undecided.statement),
    }
