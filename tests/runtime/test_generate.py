"""Generated code: no policy text in it, one factory for each shape, and the answers of the clear evaluator."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.runtime.building import ALICE, ROLE, allow, deny, engine, identity, outcome, plain_outcome, program
from tests.runtime.building_leaves import spot

from ostiary_grammar.terms import Effect
from ostiary_runtime.context import UNKNOWN
from ostiary_runtime.generate import Generator, TooLargeError, source_of
from ostiary_runtime.leaves import Residue
from ostiary_runtime.request import parse_caller
from ostiary_runtime.workshop import LeafKit

OBJECT = "arn:aws:s3:::b/k"
# Every name that generated code may use: the three arguments, and numbered ones of a few kinds.
KINDS = ("x", "d", "p", "q", "c", "k", "f", "n", "s", "t", "v", "g", "account", "missing", "join", "plain")
FIXED = ("r", "ctx", "caller", "leaf", "make", "slow", "error")
WEIRD = st.text(min_size=1, max_size=12) | st.sampled_from(
    [
        "'",
        '"',
        "\\",
        "\n",
        "'''",
        "{x}",
        "%s",
        "__import__('os')",
        "return",
        "#",
        "\0",
        "\u2028",
        "é" * 9,
    ]
)


def names_of(source: str) -> set[str]:
    """All names, arguments and attributes of a source; fails if it holds a text, a call of a literal, or an import."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Lambda | ast.ClassDef)
        if isinstance(node, ast.Constant):
            assert node.value is None, node.value
        if isinstance(node, ast.Name):
            found.add(node.id)
        if isinstance(node, ast.arg):
            found.add(node.arg)
        if isinstance(node, ast.Attribute):
            assert node.attr in ("get", "derived")
    return found


def is_numbered(name: str) -> bool:
    return name in FIXED or (name.rstrip("0123456789") in KINDS and name[-1].isdigit())


def parameters_of(source: str) -> list[str]:
    """The parameters of the factory after the first two."""
    names = source.partition("(")[2].partition(")")[0].split(", ")
    assert names[:2] == ["slow", "error"]
    return names[2:]


@given(WEIRD, WEIRD, WEIRD, WEIRD)
@example("a'); import os; ('", "\n return d0", '"""', "]")
def test_no_policy_text_is_ever_part_of_the_source(key: str, value: str, tail: str, sid: str):
    """Keys, values, resources and Sids are bound as parameters; the source is made of numbered names alone."""
    made = program(
        (allow(Condition={"StringEquals": {f"aws:{key}": value}}, Sid=sid), "identity", None),
        (deny(Condition={"StringLike": {f"aws:{key}": [f"{value}*", "${aws:username}"]}}), "identity", None),
        (deny(Resource=f"arn:aws:s3:::*{tail}*z", Condition={"Null": {f"aws:{value}": "false"}}), "identity", None),
        (deny(Resource="arn:aws:s3:::${aws:username}"), "identity", None),
    )
    here = spot(made, ALICE, "s3:GetObject", OBJECT)
    if isinstance(here.leaf, Residue):
        source, values = here.source()
        assert source.isascii()
        assert all(map(is_numbered, names_of(source))), source
        assert source.count("def ") == 2
        assert len(values) == len(set(parameters_of(source)))


def test_leaves_of_one_shape_share_one_factory():
    """Two policies that differ in their texts alone are compiled once."""
    generator = Generator()
    sources = set()
    for colour, size, bucket in (("red", "10", "x*y"), ("blue", "20", "a*b")):
        made = program(
            (allow(Condition={"StringEquals": {"aws:PrincipalTag/c": colour}}), "identity", None),
            (
                deny(Resource=f"arn:aws:s3:::{bucket}", Condition={"NumericLessThan": {"s3:max-keys": size}}),
                "identity",
                None,
            ),
        )
        here = spot(made, ALICE, "s3:GetObject", "arn:aws:s3:::" + bucket.replace("*", "-"))
        assert isinstance(here.leaf, Residue)
        sources.add(here.source()[0])
        generator.leaf(here.made(), here.slow())
    assert len(sources) == 1
    assert len(generator._factories) == 1


def test_the_same_leaf_has_the_same_source_every_time():
    parts = [(allow(Condition={"StringEquals": {f"aws:k{number}": "v"}}), "identity", None) for number in range(5)]
    assert len({spot(program(*parts), ALICE, "s3:GetObject", OBJECT).source()[0] for _ in range(3)}) == 1


def test_a_value_is_fetched_once_for_all_its_tests():
    """Three conditions on one key, one look-up."""
    block = {"StringEquals": {"aws:k": "a"}, "StringNotEquals": {"aws:K": "b"}, "StringLike": {"AWS:k": "*"}}
    source, _ = spot(program((allow(Condition=block), "identity", None)), ALICE, "s3:GetObject", OBJECT).source()
    assert source.count("ctx.get") == 1


def test_a_condition_that_was_tested_is_not_tested_again():
    """A deny and an allow with the same condition, and an allow with another one beside it."""
    same = {"StringEquals": {"aws:k": "a"}}
    source, _ = spot(
        program(
            (deny(Condition=same), "identity", None),
            (allow(Condition=same), "identity", None),
            (allow(Condition={**same, "Bool": {"aws:m": "true"}}), "identity", None),
        ),
        ALICE,
        "s3:GetObject",
        OBJECT,
    ).source()
    assert source.count("c0[") == 1


def test_denies_are_tested_first():
    source, values = spot(
        program(
            (allow(Condition={"StringEquals": {"aws:a": "1"}}), "identity", None),
            (deny(Condition={"StringEquals": {"aws:d": "1"}}), "identity", None),
        ),
        ALICE,
        "s3:GetObject",
        OBJECT,
    ).source()
    assert values[parameters_of(source).index("k0")] == "aws:d"


def blocks(count: int) -> dict[str, dict[str, str]]:
    return {"StringEquals": {f"aws:k{number}": "v" for number in range(count)}}


@pytest.mark.parametrize(
    "parts, too_large",
    [
        ([(allow(Condition=blocks(24)), "identity", None)], False),
        ([(allow(Condition=blocks(25)), "identity", None)], True),
        ([(allow(Condition={"StringEquals": {f"aws:k{n}": "v"}}), "identity", None) for n in range(256)], False),
        ([(allow(Condition={"StringEquals": {f"aws:k{n}": "v"}}), "identity", None) for n in range(257)], True),
    ],
    ids=["24 nested", "25 nested", "256 tests", "257 tests"],
)
def test_what_is_too_large_is_left_to_the_clear_evaluator(parts: list[Any], too_large: bool):
    """At the limit and one beyond it; the answers are the same on both sides."""
    here = spot(program(*parts), ALICE, "s3:GetObject", OBJECT)
    assert isinstance(here.leaf, Residue)
    kit = LeafKit(here.workshop, here.view)
    if too_large:
        with pytest.raises(TooLargeError):
            source_of(here.leaf, kit)
    else:
        source_of(here.leaf, kit)
    made = engine(*parts)
    full = {f"AWS:K{number}": "v" for number in range(257)}
    for context in (
        {},
        full,
        {**full, "AWS:K3": "w"},
        {**full, "AWS:K23": UNKNOWN},
        {"aws:k255": "v"},
        {"aws:k256": "v"},
    ):
        expected = plain_outcome(made, ALICE, "s3:GetObject", OBJECT, context)
        assert outcome(made, ALICE, "s3:GetObject", OBJECT, context) == expected


def test_the_memo_of_factories_stays_under_its_cap(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Generator, "CAP", 3)
    generator = Generator()
    for number in range(1, 12):
        here = spot(program((allow(Condition=blocks(number)), "identity", None)), ALICE, "s3:GetObject", OBJECT)
        leaf = generator.leaf(here.made(), here.slow())
        assert leaf(OBJECT, {f"aws:k{n}": "v" for n in range(number)}, parse_caller(ALICE)).allowed
        assert len(generator._factories) <= 3


STATES = st.sampled_from(["1", "2", None, UNKNOWN, ["1"], ["1", "2"], "", 1])
CONDITIONS = st.dictionaries(
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "ForAnyValue:StringEquals",
            "StringEqualsIfExists",
            "Null",
            "NumericNotEquals",
        ]
    ),
    st.dictionaries(
        st.sampled_from(["aws:a", "aws:b", "aws:c"]),
        st.sampled_from(["1", "true", "${aws:a}", "x"]),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
RESOURCES = st.sampled_from(
    [
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::*k",
        "arn:aws:s3:::b/${aws:a}",
        "arn:aws:s3:::c",
        "arn:aws:*:b/k",
        "arn:aws:s3:*:*:b/?",
    ]
)
STATEMENTS = st.tuples(
    st.sampled_from(["Allow", "Deny"]), st.sampled_from(["Resource", "Resource", "NotResource"]), RESOURCES, CONDITIONS
)
TYPES = st.sampled_from(["identity", "boundary", "session", "scp", "endpoint", "resource", "rcp"])
PRINCIPALS = {"identity", "boundary", "session", "scp"}


@given(
    st.lists(st.tuples(TYPES, STATEMENTS), min_size=1, max_size=6),
    st.lists(st.dictionaries(st.sampled_from(["aws:a", "AWS:B", "aws:c"]), STATES), min_size=1, max_size=4),
    st.sampled_from([ALICE, ROLE, "*", "arn:aws:iam::444455556666:root"]),
)
def test_generated_code_agrees_with_the_clear_evaluator(drawn: Any, contexts: list[dict[str, Any]], caller: str):
    """For all shapes of statements and states of keys: effect, certainty, layer and what is undecided.

    Of several denies that apply, each may name another.
    """
    parts = []
    for type_, (effect, element, resource, condition) in drawn:
        who = {} if type_ in PRINCIPALS else {"Principal": {"AWS": ALICE} if element == "NotResource" else "*"}
        parts.append(({"Effect": effect, "Action": "*", element: resource, "Condition": condition, **who}, type_, None))
    made = engine((allow(), "identity", None), (allow(), "scp", None), *parts)
    for context in contexts:
        for asked in (OBJECT, "arn:aws:s3:::c"):
            fast = made.authorize(caller, "s3:GetObject", asked, context)
            clear = made.authorize_plainly(caller, "s3:GetObject", asked, context)
            assert (fast.effect, fast.certain) == (clear.effect, clear.certain)
            assert fast.effect is Effect.EXPLICIT_DENY or fast.layer == clear.layer
            assert set(fast.undecided) == set(clear.undecided)


def test_generated_code_has_no_builtins():
    """Nothing can be reached from it but its parameters."""
    made = identity(allow(Condition={"StringEquals": {"aws:k": "v"}}))
    assert outcome(made, ALICE, "s3:GetObject", OBJECT, {"aws:k": "v"}) == "Allow"
    (factory,) = made._workshop._generator._factories.values()
    assert factory.__globals__["__builtins__"] == {}
