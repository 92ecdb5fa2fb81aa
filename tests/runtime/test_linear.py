"""No blow-up: whatever the pattern, four times the text is about four times the work.

Patterns in resources, actions, ARN headers and conditions, matched through the public calls; and the matcher that takes
over where a piece of a pattern fails again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.growing import BOUND, grows_linearly, ratio
from tests.runtime.building import ACCOUNT, ALICE, allow, deny, engine, identity, program
from tests.runtime.test_globs import CountingText, glob_of, naive, near_matches

from ostiary_grammar.errors import RequestError
from ostiary_runtime import globs
from ostiary_runtime.elements import crossing_glob
from ostiary_runtime.globs import _find, _find_in_parallel, _general, matcher
from ostiary_runtime.templates import ResourceTemplate

SIZE = 4_000
# Patterns that a backtracking matcher takes for ever on, with what their text repeats.
HOSTILE = [
    ("*a*a*a*b", "a"),
    ("*a" * 30 + "b", "a"),
    ("*a?" * 20 + "*b", "a"),
    ("*" + "?a" * 30 + "?b*", "a"),
    ("*" + "a" * 60 + "b", "a"),
    ("*" + "a" * 300 + "b*", "a"),
    ("*" + "ab" * 200 + "?c*", "ab"),
    ("a*?" * 40 + "b", "a"),
    ("*" + "?" * 200 + "b", "a"),
    ("*:*:*:*b", ":"),
    ("*/*/*/*/*b", "/"),
    ("*é*é*b", "é"),
]
IDS = [str(number) for number in range(len(HOSTILE))]


def test_the_measure_tells_linear_from_quadratic():
    assert grows_linearly(lambda size: lambda: sum(range(size)), 40_000)
    assert ratio(lambda size: lambda: [sum(range(size)) for _ in range(size)], 400) > BOUND


@pytest.mark.parametrize("pattern, unit", HOSTILE, ids=IDS)
def test_matchers(pattern: str, unit: str):
    match = matcher(glob_of(pattern))
    assert grows_linearly(lambda size: partial(match, repeated(unit, size)), 5 * SIZE)


def repeated(unit: str, size: int) -> str:
    return unit * (size // len(unit))


def asked(make: Callable[[str], Any], call: Callable[[Any, str], object], pattern: str, unit: str) -> bool:
    made = make(pattern)
    return grows_linearly(lambda size: partial(call, made, repeated(unit, size)), SIZE)


@pytest.mark.parametrize("pattern, unit", HOSTILE, ids=IDS)
@pytest.mark.parametrize("plainly", [False, True], ids=["fast", "clear"])
def test_resources(pattern: str, unit: str, plainly: bool):
    def call(made: Any, text: str) -> object:
        decide = made.authorize_plainly if plainly else made.authorize
        return decide(ALICE, "s3:GetObject", f"arn:aws:s3:::b/{text}")

    for element in ("Resource", "NotResource"):
        statement = allow()
        del statement["Resource"]
        assert asked(
            lambda text, s=statement, e=element: identity({**s, e: f"arn:aws:s3:::b/{text}"}), call, pattern, unit
        )


@pytest.mark.parametrize("pattern, unit", HOSTILE, ids=IDS)
def test_actions(pattern: str, unit: str):
    if ":" in pattern:
        pattern, unit = pattern.replace(":", "-"), "-"
    assert asked(
        lambda text: identity(allow(Action=f"s3:{text}")),
        lambda made, text: made.authorize(ALICE, f"s3:{text}", "*"),
        pattern,
        unit,
    )


@pytest.mark.parametrize("operator", ["StringLike", "StringNotLike", "ArnLike", "ForAnyValue:StringLike"])
@pytest.mark.parametrize("pattern, unit", HOSTILE, ids=IDS)
def test_conditions(pattern: str, unit: str, operator: str):
    head = "arn:aws:s3:::" if operator == "ArnLike" else ""
    assert asked(
        lambda text: identity(allow(Condition={operator: {"aws:SourceArn": head + text}})),
        lambda made, text: made.authorize(ALICE, "s3:GetObject", "*", {"aws:SourceArn": [head + text]}),
        pattern,
        unit,
    )


@pytest.mark.parametrize("field", range(3))
def test_fields_of_a_header(field: int):
    """Stars inside a field, and at its end, which one reading lets run over colons (iam-semantics.md 10.1)."""

    def make(_: str) -> Any:
        written = ["s3", "", ""]
        written[field] = "a*a*a*b*" if field else "s*"
        return engine((allow(Resource=f"arn:aws:{':'.join(written)}:b*a*b"), "identity", None))

    def call(made: Any, text: str) -> object:
        fields = ["s3", "", ""]
        fields[field] += text
        return made.authorize(ALICE, "s3:GetObject", f"arn:aws:{':'.join(fields)}:{text}")

    assert asked(make, call, "", "a")
    assert grows_linearly(lambda size: lambda: call(make(""), "a:" * size), 500)


def test_variables_and_the_values_that_fill_them():
    """The value is text, however many stars it holds."""
    made = engine(
        (allow(Resource="arn:aws:s3:::b/*${aws:UserAgent}*${aws:UserAgent}*x"), "identity", None),
        (allow(Condition={"StringLike": {"aws:Referer": "*${aws:UserAgent}*b"}}), "identity", None),
    )

    def work(size: int) -> Callable[[], object]:
        text = "*a" * size
        context = {"aws:UserAgent": "*a" * (size // 2), "aws:Referer": text}
        return lambda: made.authorize(ALICE, "s3:GetObject", f"arn:aws:s3:::b/{text}", context)

    assert grows_linearly(work, 1_000)


@pytest.mark.parametrize(
    "operator, unit",
    [
        ("NumericLessThan", "1"),
        ("NumericLessThan", "a"),
        ("DateLessThan", "1"),
        ("IpAddress", "1."),
        ("IpAddress", "1:"),
        ("BinaryEquals", "QUJD"),
        ("Bool", "true"),
        ("ArnEquals", "arn:"),
    ],
)
def test_values_of_other_operators(operator: str, unit: str):
    value = {"IpAddress": "10.0.0.0/8", "DateLessThan": "2026-01-01T00:00:00Z", "BinaryEquals": "QUJD"}.get(
        operator, "5"
    )
    made = identity(allow(Condition={operator: {"aws:SourceIp": value}}))

    def work(size: int) -> Callable[[], object]:
        text = unit * size
        return lambda: made.authorize(ALICE, "s3:GetObject", "*", {"aws:SourceIp": text})

    assert grows_linearly(work, 20_000)


@pytest.mark.parametrize("unit", ["a", "a.", ".", ":", "arn:", "/", "amazonaws.com"])
def test_what_is_no_principal(unit: str):
    """Refused in the time that it takes to read it."""
    made = identity(allow())

    def work(size: int) -> Callable[[], object]:
        texts = [unit * size, f"arn:aws:iam::{ACCOUNT}:user/{unit * size}"]

        def ask() -> None:
            for text in texts:
                with suppress(RequestError):
                    made.authorize(text, "s3:GetObject", "*")

        return ask

    assert grows_linearly(work, 20_000)


@given(near_matches())
def test_all_places_at_once_agree_with_one_after_the_other(pair: tuple[str, str]):
    pattern, text = pair
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(globs, "_PATIENCE", 1)
        assert _general(glob_of(pattern))(text) == naive(pattern, text)


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "", "ba"]), min_size=1, max_size=6), st.text("ab", max_size=14), st.data()
)
def test_both_find_the_same_place(parts: list[str], text: str, data: st.DataObject):
    piece = tuple(parts)
    size = sum(len(part) or 1 for part in piece)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert _find_in_parallel(piece, text, start, end) == _find(piece, size, text, start, end)


def test_a_piece_that_nearly_matches_everywhere_is_not_tried_everywhere():
    """The work of a long piece is bounded by a number of places, not by their number in the text."""
    text = CountingText("a" * 20_000)
    assert not _general(glob_of("*" + "?a" * 500 + "?b*"))(text)
    assert text.questions < 50_000  # trying all places would ask twenty million times


@pytest.mark.parametrize("written", ["a*a*a*b*:*:x", "a*?a*?b*:*:*a*x", "*a*b*:a*a*b*:*"])
def test_stars_that_might_run_over_colons(written: str):
    """All that a star inside a field reaches from many places is what it reaches from the first of them."""
    made = program((allow(Resource=f"arn:aws:s3:{written}"), "identity", None))
    test = next(each for each in made.resources if each.crossing)
    match = crossing_glob(test, test.fields[4])
    assert grows_linearly(lambda size: partial(match, f"arn:aws:s3:{'a' * size}:{'a' * size}:y:{'a' * size}"), 500)


@pytest.mark.parametrize("pattern", ["*a*a*b", "*a?*b*", "a*b"])
@pytest.mark.parametrize("unit", ["a", "a*", "?a", "*?"])
def test_resources_that_are_known_in_part(pattern: str, unit: str):
    """Templates hold stars of their own."""
    made = identity(allow(Resource=f"arn:aws:s3:::b/{pattern}"), deny(Resource=f"arn:aws:s3:::*{pattern}"))

    def work(size: int) -> Callable[[], object]:
        template = ResourceTemplate(f"arn:aws:s3:::b/{unit * size}")
        return lambda: made.authorize(ALICE, "s3:GetObject", template)

    assert grows_linearly(work, 1_000)  # long enough that no memo holds the small one
