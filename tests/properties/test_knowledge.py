"""Making an unknown known never turns a certain answer into another one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given
from tests.oracle.model import UNKNOWN, PolicySet, Request
from tests.properties.transforming import SEEDS, Said, ask, drawn, statements

VALUES: list[Any] = [
    "red",
    "true",
    "false",
    "10",
    "203.0.113.9",
    "arn:aws:iam::111111111111:role/dev",
    "",
    None,
    ["red", "blue"],
    "2024-01-01",
]


def keys_of(policies: PolicySet) -> Iterator[str]:
    """Condition keys and variables that the policies ask for."""
    for attachment in policies.attachments:
        for statement in statements(attachment):
            for block in statement.get("Condition", {}).values():
                yield from block
            for piece in json.dumps(statement).split("${")[1:]:
                key = piece.partition("}")[0].partition(",")[0]
                if ":" in key:
                    yield key


def holds(unknown: Said, known: Said) -> bool:
    """A certain answer stays; and an uncertain one may become anything."""
    return not unknown.certain or (unknown.effect, True) == (known.effect, known.certain)


@given(SEEDS)
def test_telling_the_state_of_a_key(seed: int):
    """Of one key, or of all that were not known."""
    rng, policies, requests = drawn(seed, requests=4)
    keys = sorted({key.lower() for key in keys_of(policies)})
    for request in requests:
        mentioned = {key.lower() for key in request.context}
        hidden = [key for key in keys if key not in mentioned and rng.random() < 0.7]
        asked = replace(request, context={**request.context, **dict.fromkeys(hidden, UNKNOWN)})
        open_keys = [key for key, value in asked.context.items() if value is UNKNOWN]
        told: dict[str, Any] = {key: rng.choice(VALUES) for key in open_keys if rng.random() < 0.8}
        before, after = ask(policies, [asked, replace(asked, context={**asked.context, **told})])
        assert not before.certain or before.effect == after.effect, (asked, told)
        if len(told) == len(open_keys) and asked.missing == "absent":
            assert holds(before, after) or not after.certain


@given(SEEDS)
def test_saying_that_the_rest_is_absent(seed: int):
    """From `missing="unknown"` to `missing="absent"`."""
    _, policies, requests = drawn(seed)
    unknown = ask(policies, [replace(request, missing="unknown") for request in requests])
    absent = ask(policies, [replace(request, missing="absent") for request in requests])
    for before, after in zip(unknown, absent, strict=True):
        assert not before.certain or before.effect == after.effect


@given(SEEDS)
def test_naming_the_session_and_the_federating_user(seed: int):
    """From a role ARN to one of its sessions, from nobody to the user who federated."""
    _, policies, requests = drawn(seed)
    named: list[tuple[Request, Request]] = []
    for request in requests:
        head, _, name = request.principal.partition(":role/")
        if name:
            session = f"{head.replace(':iam:', ':sts:')}:assumed-role/{name.rpartition('/')[2]}/s1"
            named.append((request, replace(request, principal=session, role=request.principal)))
        if ":federated-user/" in request.principal:
            account = request.principal.split(":")[4]
            nobody = replace(request, federated_by=None)
            named += [
                (nobody, replace(request, federated_by=f"arn:aws:iam::{account}:user/{user}"))
                for user in ("alice", "bob")
            ]
    before, after = ask(policies, [pair[0] for pair in named]), ask(policies, [pair[1] for pair in named])
    for unknown, known, pair in zip(before, after, named, strict=True):
        assert not unknown.certain or unknown.effect == known.effect, pair
