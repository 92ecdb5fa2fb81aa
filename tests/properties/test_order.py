"""Order never matters: of statements, of policies, of list entries, of keys, of repeated policies."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from tests.properties.transforming import (
    SEEDS,
    ask,
    drawn,
    each_attachment,
    each_statement,
    shuffled,
    shuffled_lists,
    statements,
    with_statements,
)


@given(SEEDS)
def test_order_of_policies(seed: int):
    rng, policies, requests = drawn(seed)
    other = replace(
        policies,
        attachments=tuple(shuffled(rng, policies.attachments)),
        memberships=tuple(shuffled(rng, policies.memberships)),
        accounts=dict(shuffled(rng, policies.accounts.items())),
    )
    assert ask(other, requests) == ask(policies, requests)


@given(SEEDS)
def test_order_of_statements(seed: int):
    rng, policies, requests = drawn(seed)
    other = each_attachment(policies, lambda each: with_statements(each, shuffled(rng, statements(each))))
    assert ask(other, requests) == ask(policies, requests)


@given(SEEDS)
def test_order_of_list_entries_and_keys(seed: int):
    """Actions, resources, principals, values, operators, condition keys."""
    rng, policies, requests = drawn(seed)
    other = each_statement(policies, lambda statement: shuffled_lists(rng, statement))
    assert ask(other, requests) == ask(policies, requests)


@given(SEEDS)
def test_saying_a_thing_twice(seed: int):
    """A policy attached twice, under its own name or another one, a statement repeated, a list entry repeated."""
    rng, policies, requests = drawn(seed)
    twice = tuple(
        replace(each, name=f"{each.name}-again") if rng.random() < 0.5 and each.name != "RCPFullAWSAccess" else each
        for each in policies.attachments
    )
    repeated = each_attachment(
        replace(policies, attachments=(*policies.attachments, *twice)),
        lambda each: (
            with_statements(each, [statement for statement in statements(each) for _ in range(2)])
            if each.name != "RCPFullAWSAccess" and not any("Sid" in statement for statement in statements(each))
            else each
        ),
    )
    assert ask(repeated, requests) == ask(policies, requests)


@given(SEEDS)
def test_order_of_requests(seed: int):
    """An engine answers alike however it is warmed."""
    rng, policies, requests = drawn(seed, requests=8)
    order = shuffled(rng, range(len(requests)))
    first, second = ask(policies, requests), ask(policies, [requests[at] for at in order])
    assert [first[at] for at in order] == second
