"""Other words for the same: case, splitting, joining, the index, the saved form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from tests.engines import call, compile_engine, said
from tests.oracle.model import PolicySet
from tests.properties.transforming import (
    SEEDS,
    answers,
    ask,
    drawn,
    each_attachment,
    each_statement,
    in_other_case,
    statements,
    with_statements,
)

import ostiary
from ostiary_runtime.codec import from_bytes, to_bytes

UNITED = ("identity", "session", "resource", "scp", "endpoint")  # several policies of one target count together


@given(SEEDS)
def test_the_case_of_actions_and_keys(seed: int):
    """Of the request and of the policy."""
    rng, policies, requests = drawn(seed)
    other = [
        replace(
            request,
            action=in_other_case(rng, request.action),
            context={in_other_case(rng, key): value for key, value in request.context.items()},
        )
        for request in requests
    ]
    assert ask(policies, other) == ask(policies, requests)

    def recased(statement: dict[str, Any]) -> dict[str, Any]:
        made = dict(statement)
        for element in {"Action", "NotAction"} & set(made):
            texts = made[element] if isinstance(made[element], list) else [made[element]]
            made[element] = [in_other_case(rng, text) for text in texts]
        if "Condition" in made:
            made["Condition"] = {
                operator: {in_other_case(rng, key): values for key, values in block.items()}
                for operator, block in made["Condition"].items()
            }
        return made

    if all(each.type != "rcp" for each in policies.attachments):  # AWS's own RCP has to keep its text
        assert ask(each_statement(policies, recased), requests) == ask(policies, requests)


@given(SEEDS)
def test_one_policy_or_several(seed: int):
    """The statements of a policy, each in a policy of its own with the same target; boundaries aside."""
    _, policies, requests = drawn(seed)
    split = []
    for each in policies.attachments:
        parts = statements(each)
        if each.type not in UNITED or len(parts) < 2 or is_trust(parts):
            split.append(each)
            continue
        split += [replace(with_statements(each, [part]), name=f"{each.name}-{at}") for at, part in enumerate(parts)]
    assert ask(replace(policies, attachments=tuple(split)), requests) == ask(policies, requests)


def is_trust(parts: list[dict[str, Any]]) -> bool:
    """A trust policy is told by all of its statements."""
    return any("Resource" not in part and "NotResource" not in part for part in parts)


@given(SEEDS)
def test_one_statement_or_one_for_each_action_and_resource(seed: int):
    """Lists are alternatives; under Not* they are not, so those stay together."""
    _, policies, requests = drawn(seed)

    def expanded(statement: dict[str, Any]) -> list[dict[str, Any]]:
        made = [{key: value for key, value in statement.items() if key != "Sid"}]
        for element in ("Action", "Resource"):
            if isinstance(statement.get(element), list):
                made = [{**each, element: text} for each in made for text in dict.fromkeys(statement[element])]
        return made

    other = each_attachment(
        policies,
        lambda each: (
            with_statements(each, [one for statement in statements(each) for one in expanded(statement)])
            if each.name != "RCPFullAWSAccess"
            else each
        ),
    )
    assert ask(other, requests) == ask(policies, requests)


@given(SEEDS)
def test_index_on_or_off(seed: int):
    """With memos and generated code, and by asking every statement; cold and warm."""
    _, policies, requests = drawn(seed)
    engine, plain = compile_engine(policies), compile_engine(policies)
    clear = [said(call(request).on(plain.authorize_plainly)) for request in requests]
    assert answers(engine, requests) == clear
    assert answers(engine, requests) == clear


@given(SEEDS)
def test_saved_and_loaded(seed: int):
    _, policies, requests = drawn(seed)
    engine = compile_engine(policies)
    assert answers(ostiary.Engine(from_bytes(to_bytes(engine.program))), requests) == answers(engine, requests)


@given(SEEDS)
def test_what_is_not_asked_may_as_well_not_be_there(seed: int):
    """Policies of a layer that is not asked have no say."""
    rng, policies, requests = drawn(seed)
    layers = frozenset(rng.sample(["identity", "boundary", "session", "resource", "scp", "rcp", "endpoint"], 4))
    asked = replace(policies, layers=layers)
    without = PolicySet(
        tuple(each for each in policies.attachments if each.type in layers),
        policies.memberships,
        policies.accounts,
        layers,
    )
    assert ask(asked, requests) == ask(without, requests)
