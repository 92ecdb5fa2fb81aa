"""Floods: whatever callers vary, memory stays under the caps and the answers stay the same.

The caps are lowered, so that a flood overflows them many times over.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from tests.runtime.building import ACCOUNT, ALICE, SESSION, allow, deny, engine

from ostiary_runtime import engine as engine_module
from ostiary_runtime import tables, workshop
from ostiary_runtime.context import PlainKeys, Spellings
from ostiary_runtime.engine import Engine
from ostiary_runtime.entries import ActionClasses
from ostiary_runtime.memos import Memo
from ostiary_runtime.request import Principal
from ostiary_runtime.stretches import HeaderIndex
from ostiary_runtime.wide import Wide

CAP = 16
FLOOD = 200_000
CALLERS = 10_000
BUILDING = 1_000  # where every request builds a row or the stretches of a header
PARTS = [
    (allow(Action=["s3:Get*", "sqs:*"], Resource=["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q*"]), "identity", None),
    (deny(Condition={"StringLike": {"aws:UserAgent": "*bot*"}}), "identity", None),
    (deny(Resource="arn:aws:s3:::b/*secret"), "identity", None),
]


@pytest.fixture
def low_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in (Spellings, ActionClasses, HeaderIndex, Memo, PlainKeys, Wide):
        monkeypatch.setattr(owner, "CAP", CAP)
    for name in ("MOST_ASKERS", "MOST_SCOPES", "MOST_ACTIONS"):
        monkeypatch.setattr(engine_module, name, CAP)
    monkeypatch.setattr(tables, "MOST_HEADERS", CAP)
    monkeypatch.setattr(workshop, "MOST_CELLS", 20 * CAP)
    monkeypatch.setattr(workshop, "MOST_BOUND_TEXTS", CAP)


def sizes(made: Engine) -> dict[str, int]:
    """What an engine keeps that grows with requests."""
    rows = {id(row): row for scope in made._scopes.values() for row in scope.rows.values()}.values()
    return {
        "callers": len(made._askers),
        "scopes": len(made._scopes),
        "actions": max((len(scope.rows) for scope in made._scopes.values()), default=0),
        "headers": max((len(row._headers) for row in rows), default=0),
        "classes": len(made._rows._classes._memo),
        "bounds": len(made._workshop._bounds),
        "live headers": len(made._headers._live),
        "spellings": len(made._workshop.spellings),
        "values": max((len(each.table) for each in made._workshop._memos.values()), default=0),
        "keys": len(made._workshop.plain) - len(made._workshop.usual),
        "session keys": len(made._no_role) - len(made._workshop.usual),
    }


def cells(made: Engine) -> int:
    rows = {id(row): row for scope in made._scopes.values() for row in scope.rows.values()}.values()
    return sum(len(row.cells[1]) for row in rows)


Call = tuple[Any, str, str, dict[str, object]]
OBJECT, GOOD = "arn:aws:s3:::b/k", {"aws:UserAgent": "browser"}
# Name, how many, the call of a number, and whether it is allowed.
FLOODS: list[tuple[str, int, Callable[[int], Call], Callable[[int], bool]]] = [
    ("resources", FLOOD, lambda n: (ALICE, "s3:GetObject", f"arn:aws:s3:::b/{n}", GOOD), lambda n: True),
    ("secrets", FLOOD, lambda n: (ALICE, "s3:GetObject", f"arn:aws:s3:::b/{n}secret", GOOD), lambda n: False),
    ("values", FLOOD, lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": f"{n}bot"}), lambda n: False),
    ("more values", FLOOD, lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": f"{n}"}), lambda n: True),
    ("keys", FLOOD, lambda n: (ALICE, "s3:GetObject", OBJECT, {f"k{n}": "v", "AWS:useragent": "bot"}), lambda n: False),
    ("callers", CALLERS, lambda n: (f"arn:aws:iam::{ACCOUNT}:user/{n}", "s3:GetObject", OBJECT, GOOD), lambda n: True),
    ("accounts", BUILDING, lambda n: (f"arn:aws:iam::{n:012}:user/a", "s3:GetObject", OBJECT, GOOD), lambda n: True),
    (
        "sessions",
        CALLERS,
        lambda n: (SESSION, "s3:GetObject", OBJECT, {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{n}/dev"}),
        lambda n: True,
    ),
    ("roles", CALLERS, lambda n: (Principal(SESSION, unique_id=str(n)), "s3:GetObject", OBJECT, GOOD), lambda n: True),
    ("actions", BUILDING, lambda n: (ALICE, f"s3:Get{n}", OBJECT, GOOD), lambda n: True),
    ("other actions", BUILDING, lambda n: (ALICE, f"s{n}:Put", OBJECT, GOOD), lambda n: False),
    ("headers", BUILDING, lambda n: (ALICE, "sqs:Send", f"arn:aws:sqs:r{n}:{ACCOUNT}:q", GOOD), lambda n: True),
    ("other headers", BUILDING, lambda n: (ALICE, "sqs:Send", f"arn:aws:s{n}:r:{ACCOUNT}:q", GOOD), lambda n: False),
]


@pytest.fixture(params=["narrow", "wide"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same policies as a narrow and as a wide program."""
    if request.param == "wide":
        monkeypatch.setattr(engine_module, "MANY", 0)
        monkeypatch.setattr(tables, "MOST_BOUNDS", 0)


@pytest.mark.parametrize("count, call, allowed", [row[1:] for row in FLOODS], ids=[row[0] for row in FLOODS])
def test_a_flood_stays_under_the_caps(
    low_caps: None, count: int, call: Callable[[int], Call], allowed: Callable[[int], bool]
):
    made = engine(*PARTS)
    for number in range(count):
        assert made.is_allowed(*call(number)) is allowed(number)
        if number % 997 == 0 or number < 10 * CAP:
            assert all(size <= CAP for size in sizes(made).values()), sizes(made)
            assert cells(made) <= 20 * CAP + 40


def test_a_flood_of_spellings_of_one_action_makes_one_row(low_caps: None):
    made = engine(*PARTS)
    for number in range(2**12):
        name = "".join(letter.upper() if number >> at & 1 else letter for at, letter in enumerate("getobjectabc"))
        assert made.is_allowed(ALICE, f"s3:{name}", OBJECT, GOOD)
        assert sizes(made)["actions"] <= CAP
        assert len({id(row) for scope in made._scopes.values() for row in scope.rows.values()}) <= 1


def test_actions_of_many_scopes_count_together(low_caps: None, monkeypatch: pytest.MonkeyPatch):
    """Scopes times actions would be more than memory holds: all of them are dropped together."""
    most = 8 * CAP
    monkeypatch.setattr(workshop, "MOST_CELLS", most)
    monkeypatch.setattr(engine_module, "MOST_ACTIONS", 1_000)
    made = engine((allow(), "identity", None))
    for action in range(2 * CAP):
        for account in range(CAP - 1):
            assert made.is_allowed(f"arn:aws:iam::{account:012}:user/a", f"s3:Get{action}", OBJECT)
            assert sum(len(scope.rows) for scope in made._scopes.values()) <= 2 * most


def test_a_flood_leaves_no_memory_behind(low_caps: None, width: None):
    """After it, an engine holds about what it held at its first overflow."""
    made = engine(*PARTS)

    def flood(start: int, count: int) -> None:
        for number in range(start, start + count):
            made.is_allowed(
                f"arn:aws:iam::{ACCOUNT}:user/{number}", f"s3:Get{number}", f"arn:aws:s3:r{number}::b/k", GOOD
            )

    flood(0, 500)
    tracemalloc.start()
    try:
        flood(500, 200)
        before = tracemalloc.get_traced_memory()[0]
        flood(700, 4_000)
        assert tracemalloc.get_traced_memory()[0] < before + 2_000_000
    finally:
        tracemalloc.stop()
