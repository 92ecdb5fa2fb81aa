"""scope_endpoints: an endpoint's policy speaks of what came through that endpoint, and of nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compiler.passes.normal_sets import lowered, statements
from tests.runtime.building import ALICE, allow, deny, engine, outcome

from ostiary_compiler.passes import scope_endpoints
from ostiary_runtime.context import UNKNOWN

EVERYONE = {"Principal": "*"}
GETS = allow(Action="s3:Get*", **EVERYONE)
NO_PUT = deny(Action="s3:Put*", **EVERYONE)


def test_before_and_after():
    """One policy for each endpoint: its denies ask for the endpoint, and one more Allow is for all other requests."""
    before = lowered((GETS, "endpoint", "vpce-1"), (NO_PUT, "endpoint", "vpce-1"))
    after = scope_endpoints(before)
    conditions = [[(str(each.form), each.key, each.values) for each in made.conditions] for made in statements(after)]
    through = ("StringEquals", "aws:sourcevpce", ("vpce-1",))
    elsewhere = ("ForAllValues:StringNotEquals", "aws:sourcevpce", ("vpce-1",))
    assert conditions == [[], [elsewhere], [through], [elsewhere]]
    assert [made.deny for made in statements(after)] == [False, False, True, False]


def test_policies_of_every_endpoint_are_left_as_they_are():
    before = lowered((GETS, "endpoint", None), (allow(), "identity", None))
    assert scope_endpoints(before) == before


def test_one_policy_for_each_endpoint_of_a_document():
    before = lowered((GETS, "endpoint", "vpce-1"))
    assert [policy.targets for policy in scope_endpoints(before).policies] == [("vpce-1",)]


# The endpoints' policies, the endpoint that the request came through, and the answers to Get, Put and Delete.
TABLE: list[tuple[str, list[tuple[dict[str, Any], str | None]], Any, tuple[str, str, str]]] = [
    ("through", [(GETS, "vpce-1")], "vpce-1", ("Allow", "ImplicitDeny", "ImplicitDeny")),
    ("through another", [(GETS, "vpce-1")], "vpce-2", ("Allow", "Allow", "Allow")),
    ("through none", [(GETS, "vpce-1")], None, ("Allow", "Allow", "Allow")),
    ("empty", [(GETS, "vpce-1")], "", ("Allow", "Allow", "Allow")),
    ("other case", [(GETS, "vpce-1")], "VPCE-1", ("Allow", "Allow", "Allow")),
    ("not known", [(GETS, "vpce-1")], UNKNOWN, ("Allow", "ImplicitDeny?", "ImplicitDeny?")),
    (
        "union",
        [(GETS, "vpce-1"), (allow(Action="s3:Put*", **EVERYONE), "vpce-1")],
        "vpce-1",
        ("Allow", "Allow", "ImplicitDeny"),
    ),
    ("two", [(GETS, "vpce-1"), (allow(**EVERYONE), "vpce-2")], "vpce-2", ("Allow", "Allow", "Allow")),
    ("deny", [(allow(**EVERYONE), "vpce-1"), (NO_PUT, "vpce-1")], "vpce-1", ("Allow", "ExplicitDeny", "Allow")),
    ("deny elsewhere", [(allow(**EVERYONE), "vpce-1"), (NO_PUT, "vpce-1")], "vpce-2", ("Allow", "Allow", "Allow")),
    (
        "deny, not known",
        [(allow(**EVERYONE), "vpce-1"), (NO_PUT, "vpce-1")],
        UNKNOWN,
        ("Allow", "ExplicitDeny?", "Allow"),
    ),
    ("deny alone", [(NO_PUT, "vpce-1")], "vpce-1", ("ImplicitDeny", "ExplicitDeny", "ImplicitDeny")),
    ("everywhere", [(GETS, None)], None, ("Allow", "ImplicitDeny", "ImplicitDeny")),
    (
        "everywhere and one",
        [(allow(**EVERYONE), None), (GETS, "vpce-1")],
        "vpce-1",
        ("Allow", "ImplicitDeny", "ImplicitDeny"),
    ),
]


@pytest.mark.parametrize("policies, through, said", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_decisions(policies: list[tuple[dict[str, Any], str | None]], through: Any, said: tuple[str, str, str]):
    """For each endpoint: the request did not come through it, or one of its policies allows."""
    made = engine((allow(), "identity", None), *((statement, "endpoint", to) for statement, to in policies))
    context = {"aws:SourceVpce": through}
    assert tuple(outcome(made, ALICE, f"s3:{name}Object", "*", context) for name in ("Get", "Put", "Delete")) == said
