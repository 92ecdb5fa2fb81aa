"""Cases as JSON, to be kept.

In: a case, or the JSON of one. Out: the other.
Invariant: a case comes back as it was. What is no case raises ValueError, TypeError, LookupError or AttributeError.
"""

import json
from typing import Any

from ostiary.cloudtrail.action import Purpose
from ostiary.cloudtrail.exclusions import Exclusion
from ostiary.cloudtrail.mapping import Excluded, Unmapped
from ostiary.cloudtrail.outcome import Denial, Layer, Outcome
from ostiary.cloudtrail.states import NOT_KNOWN
from ostiary.ingest.cases import Called, Case, CaseRequest, CaseState


def json_of_case(case: Case) -> bytes:
    """A case in one line."""
    rest = (case.account, case.recipient, case.shared, case.source, case.name, case.data)
    return json.dumps((_what(case.what), *rest), separators=(",", ":")).encode()


def case_of_json(value: Any) -> Case:
    """The case that was written."""
    what, account, recipient, shared, source, name, data = value
    return Case(_read_what(*what), account, recipient, shared, source, name, data)


def _what(what: Called | Excluded | Unmapped) -> tuple[object, ...]:
    match what:
        case Excluded(reason=reason, action=action):
            return "excluded", reason.value, action
        case Unmapped(source=source, name=name):
            return "unmapped", source, name
        case Called(requests=requests, outcome=outcome, denial=denial, error_code=code):
            return "called", [_request(request) for request in requests], outcome.value, _denial(denial), code


def _read_what(kind: str, *rest: Any) -> Called | Excluded | Unmapped:
    match kind:
        case "excluded":
            reason, action = rest
            return Excluded(Exclusion(reason), action)
        case "unmapped":
            source, name = rest
            return Unmapped(source, name)
        case "called":
            requests, outcome, denial, code = rest
            return Called(
                tuple(_read_request(*request) for request in requests), Outcome(outcome), _read_denial(denial), code
            )
        case _:
            raise ValueError(kind)


def _request(request: CaseRequest) -> tuple[object, ...]:
    return (
        request.principal,
        request.role,
        request.federated_by,
        request.action,
        request.resource,
        request.resource_known,
        request.resource_pattern,
        request.resource_alternative,
        request.resource_account,
        request.purpose.value,
        request.missing,
        [{} if state is NOT_KNOWN else state for state in request.states],
    )


def _read_request(*parts: Any) -> CaseRequest:
    purpose, missing, states = parts[-3:]
    values = [*parts[:-3], Purpose(purpose), tuple(missing), tuple(_read_state(state) for state in states)]
    return CaseRequest(*values)


def _read_state(state: Any) -> CaseState:
    if isinstance(state, dict):
        return NOT_KNOWN
    if isinstance(state, list):
        return tuple(state)
    found: CaseState = state
    return found


def _denial(denial: Denial | None) -> tuple[object, ...] | None:
    if denial is None:
        return None
    layer = denial.layer.value if denial.layer else None
    return denial.action, denial.resource, layer, denial.explicit, denial.policy, denial.principal


def _read_denial(value: Any) -> Denial | None:
    if value is None:
        return None
    action, resource, layer, explicit, policy, principal = value
    return Denial(action, resource, Layer(layer) if layer else None, explicit, policy, principal)
