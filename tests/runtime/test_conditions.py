"""Condition operators, table by table: what each answers for a value, for no value, and for what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.building import reader

from ostiary_grammar.terms import Operator, Quantifier, parse_operator
from ostiary_runtime.conditions import Condition, variables_of
from ostiary_runtime.context import ABSENT, UNKNOWN
from ostiary_runtime.match import NO, YES, Match
from ostiary_runtime.match import UNKNOWN as MAYBE
from ostiary_runtime.program import ConditionTest

# A value of the policy, a request value that meets the positive operator, and one that does not.
EXAMPLES = {
    "StringEquals": ("a", "a", "b"),
    "StringNotEquals": ("a", "b", "a"),
    "StringEqualsIgnoreCase": ("A", "a", "b"),
    "StringNotEqualsIgnoreCase": ("A", "b", "a"),
    "StringLike": ("a*", "ab", "b"),
    "StringNotLike": ("a*", "b", "ab"),
    "NumericEquals": ("2", "2.0", "3"),
    "NumericNotEquals": ("2", "3", "2.0"),
    "NumericLessThan": ("10", "9", "10"),
    "NumericLessThanEquals": ("10", "10", "11"),
    "NumericGreaterThan": ("9", "10", "9"),
    "NumericGreaterThanEquals": ("9", "9", "8.9"),
    "DateEquals": ("2024-01-01", "2024-01-01T00:00:00Z", "2024-01-02"),
    "DateNotEquals": ("2024-01-01", "2024-01-02", "2024-01-01T00:00:00Z"),
    "DateLessThan": ("2024-01-02", "2024-01-01", "2024-01-02"),
    "DateLessThanEquals": ("2024-01-02", "2024-01-02", "2024-01-03"),
    "DateGreaterThan": ("2024-01-02", "2024-01-03", "2024-01-02"),
    "DateGreaterThanEquals": ("2024-01-02", "2024-01-02", "2024-01-01"),
    "Bool": ("true", "TRUE", "false"),
    "BinaryEquals": ("QQ==", "QQ==", "Qg=="),
    "IpAddress": ("10.0.0.0/8", "10.1.2.3", "11.0.0.0"),
    "NotIpAddress": ("10.0.0.0/8", "11.0.0.0", "10.1.2.3"),
    "ArnEquals": ("arn:aws:iam::*:user/t", "arn:aws:iam::1:user/t", "arn:aws:iam::1:user/u"),
    "ArnNotEquals": ("arn:aws:iam::*:user/t", "arn:aws:iam::1:user/u", "arn:aws:iam::1:user/t"),
    "ArnLike": ("arn:aws:iam::*:user/t", "arn:aws:iam::1:user/t", "arn:aws:iam::1:user/u"),
    "ArnNotLike": ("arn:aws:iam::*:user/t", "arn:aws:iam::1:user/u", "arn:aws:iam::1:user/t"),
}
NEGATED = sorted(name for name in EXAMPLES if "Not" in name)
OPERATORS = sorted(EXAMPLES)


def condition(operator: str, *values: str, variables: bool = True) -> Condition:
    form = parse_operator(operator)
    assert form is not None, operator
    return Condition(ConditionTest(form, "aws:x", "aws:X", values, variables))


def answer(operator: str, values: Any, state: object, context: dict[str, object] | None = None) -> Match:
    policy = [values] if isinstance(values, str) else values
    return condition(operator, *policy).of_value(state, reader(context))


def test_every_operator_has_an_example():
    assert set(EXAMPLES) | {"Null"} == {operator.value for operator in Operator}


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_single_value(operator: str):
    """With and without set prefix and IfExists: a set of one value is that value (6.13)."""
    value, holds, fails = EXAMPLES[operator]
    for prefix in ("", "ForAllValues:", "ForAnyValue:"):
        for suffix in ("", "IfExists"):
            form = f"{prefix}{operator}{suffix}"
            assert answer(form, value, holds) is answer(form, value, [holds]) is YES, form
            assert answer(form, value, fails) is answer(form, value, [fails]) is NO, form


@pytest.mark.parametrize("operator", OPERATORS)
def test_absent_keys(operator: str):
    """iam-semantics.md 6.3, whole table but for Null. An empty list and None are absent as well."""
    value = EXAMPLES[operator][0]
    expected = {
        operator: YES if operator in NEGATED else NO,
        f"{operator}IfExists": YES,
        f"ForAllValues:{operator}": YES,
        f"ForAnyValue:{operator}": NO,
        f"ForAllValues:{operator}IfExists": YES,
        f"ForAnyValue:{operator}IfExists": MAYBE,
    }
    for form, match in expected.items():
        for state in (None, ABSENT, []):
            assert answer(form, value, state) is match, form
        assert condition(form, value).absent is match


@pytest.mark.parametrize("operator", [*OPERATORS, "Null"])
def test_keys_that_are_not_known(operator: str):
    """Unknown under every operator (0.4)."""
    value = EXAMPLES.get(operator, ("true",))[0]
    suffixes = ("",) if operator == "Null" else ("", "IfExists")
    for prefix in ("", "ForAllValues:", "ForAnyValue:"):
        for suffix in suffixes:
            assert answer(f"{prefix}{operator}{suffix}", value, UNKNOWN) is MAYBE


@pytest.mark.parametrize("operator", OPERATORS)
def test_empty_value_lists(operator: str):
    """iam-semantics.md 6.14, in all states."""
    present, absent, unknown = "a", None, UNKNOWN
    expected = {
        f"ForAllValues:{operator}": (NO, YES, MAYBE),
        f"ForAnyValue:{operator}": (NO, NO, NO),  # never true, so it does not matter what is not known
        f"{operator}IfExists": (NO, YES, MAYBE),
        operator: (MAYBE, MAYBE, MAYBE),
    }
    for form, matches in expected.items():
        assert tuple(answer(form, [], state) for state in (present, absent, unknown)) == matches, form
    assert answer(f"ForAllValues:{operator}", [], [""]) is YES  # a set without values is an empty one


@pytest.mark.parametrize("operator", OPERATORS)
def test_several_values_without_set_prefix(operator: str):
    """No match, positive or negated (10.10)."""
    value, holds, fails = EXAMPLES[operator]
    for suffix in ("", "IfExists"):
        for values in ([holds, holds], [holds, fails], ["", holds], ["", ""]):
            assert answer(operator + suffix, value, values) is NO


@pytest.mark.parametrize("operator", OPERATORS)
def test_sets(operator: str):
    """Every member, or at least one (6.13). Empty members are dropped first."""
    value, holds, fails = EXAMPLES[operator]
    for members, every, some in [
        ([holds, holds], YES, YES),
        ([holds, fails], NO, YES),
        ([fails, holds], NO, YES),
        ([fails, fails], NO, NO),
        (["", holds], YES, YES),
        (["", fails], NO, NO),
        (["", ""], YES, NO),
        ([""], YES, NO),
        ("", YES, NO),
    ]:
        assert answer(f"ForAllValues:{operator}", value, members) is every, members
        assert answer(f"ForAnyValue:{operator}", value, members) is some, members


def test_a_set_of_empty_members_is_not_absent():
    """`IfExists` asks for the key alone; the rows of 6.3 hold for what remains of the set."""
    assert answer("ForAnyValue:StringEqualsIfExists", "a", [""]) is NO
    assert answer("ForAllValues:StringEqualsIfExists", "a", [""]) is YES


# Operator, policy values, request value, answer.
TABLE: list[tuple[str, Any, object, Match]] = [
    # 6.1: values are ORed, and NORed under negated operators
    ("StringEquals", ["a", "b"], "b", YES),
    ("StringNotEquals", ["a", "b"], "b", NO),
    ("StringNotEquals", ["a", "b"], "c", YES),
    # 6.4: text forms
    ("StringEquals", "true", True, YES),
    ("StringEquals", "10", 10, YES),
    ("StringEquals", "10", 10.0, NO),
    ("NumericEquals", "10", 10.0, YES),
    # 6.5
    ("StringEquals", "*", "a", NO),
    ("StringEquals", "a?", "ab", NO),
    ("StringEquals", "${*}", "*", YES),
    ("StringEquals", "", "", YES),
    ("StringLike", "*", "", YES),
    ("StringNotLike", "*", "", NO),
    ("StringLike", "", "", YES),
    ("StringLike", "adm", "admin", NO),
    ("StringLike", "a*z", "a\nz", YES),
    ("StringLike", "${*}", "a", NO),
    ("StringLike", "${*}", "*", YES),
    ("StringLike", "A*", "ab", NO),
    ("StringEqualsIgnoreCase", "É", "é", YES),
    ("StringEqualsIgnoreCase", "ß", "ss", NO),
    ("StringEqualsIgnoreCase", "a*", "ab", NO),
    ("StringEquals", "é", "e\u0301", NO),
    ("StringEquals", " a", "a", NO),
    # 6.6
    ("NumericEquals", "2", "2.000", YES),
    ("NumericGreaterThan", "9", "10", YES),
    ("NumericEquals", "0.1", "0.10000000000000000000001", NO),
    ("NumericLessThan", "0", "-1", YES),
    ("NumericEquals", "-0", "0", YES),
    ("NumericLessThanEquals", "10", 11, NO),
    ("NumericGreaterThan", "1" * 400, "1" * 401, YES),
    # 6.7
    ("DateEquals", "2024", "2024", YES),
    ("DateEquals", "1704067200", "2024-01-01T00:00:00Z", YES),
    ("DateEquals", "2024-01-01T02:00:00+02:00", "2024-01-01", YES),
    ("DateGreaterThan", "2024", "2024-01-01", YES),
    ("NumericLessThan", "1704067201", "1704067200", YES),
    # 6.8
    ("Bool", ["true", "false"], "FALSE", YES),
    ("Bool", "False", False, YES),
    ("Bool", "false", "true", NO),
    # 6.9
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES),
    ("BinaryEquals", "QQ==", "no base64", NO),
    # 6.10
    ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", YES),
    ("IpAddress", "203.0.113.77/24", "203.0.113.1", YES),
    ("IpAddress", "0.0.0.0/0", "2001:db8::1", NO),
    ("NotIpAddress", "0.0.0.0/0", "2001:db8::1", YES),
    ("IpAddress", "2001:db8::1", "2001:DB8:0:0:0:0:0:1", YES),
    ("IpAddress", "10.1.2.3", "10.1.2.4", NO),
    ("IpAddress", "203.0.113.0/24", "::ffff:203.0.113.1", MAYBE),  # the mapped address would decide otherwise
    ("NotIpAddress", "203.0.113.0/24", "::ffff:203.0.113.1", MAYBE),
    ("IpAddress", "203.0.113.0/24", "::ffff:198.51.100.1", NO),
    ("NotIpAddress", "203.0.113.0/24", "::ffff:198.51.100.1", YES),
    ("IpAddress", "::/0", "::ffff:203.0.113.1", MAYBE),
    ("IpAddress", ["::/0", "0.0.0.0/0"], "::ffff:203.0.113.1", YES),
    # 6.11
    ("ArnLike", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", YES),
    ("ArnEquals", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", YES),
    ("ArnLike", "arn:aws:iam::*:user/t", "arn:aws:iam::1:2:user/t", NO),
    ("ArnLike", "arn:aws:*:role/x", "arn:aws:iam::1:role/x", MAYBE),
    ("ArnLike", "*", "arn:aws:iam::1:role/x", MAYBE),
    ("ArnNotLike", "*", "arn:aws:iam::1:role/x", MAYBE),
    ("ArnLike", ["*", "arn:aws:iam::*:role/x"], "arn:aws:iam::1:role/x", YES),
    ("ArnNotLike", ["*", "arn:aws:iam::*:role/x"], "arn:aws:iam::1:role/x", NO),
    ("ArnLike", "arn:*:iam::*:role/x", "arn:aws-cn:iam::1:role/x", YES),
    ("ArnLike", "arn:aws:IAM::*:role/x", "arn:aws:iam::1:role/x", NO),
    ("ArnLike", "a?n:aws:iam::1:role/x", "arn:aws:iam::1:role/x", YES),
    # 6.12
    ("Null", "true", None, YES),
    ("Null", "false", None, NO),
    ("Null", "true", "", YES),
    ("Null", "false", "", NO),
    ("Null", "true", ["", ""], YES),
    ("Null", "false", ["", "a"], YES),
    ("Null", "true", "a", NO),
    ("Null", "false", "a", YES),
    ("Null", ["true", "false"], None, YES),
    ("Null", ["true", "false"], "a", YES),
    ("Null", ["true", "false"], UNKNOWN, YES),
    ("Null", [], None, MAYBE),
    ("Null", [], "a", MAYBE),
    ("ForAllValues:Null", "true", None, MAYBE),
    ("ForAnyValue:Null", "false", ["a"], MAYBE),
    ("ForAllValues:Null", ["true", "false"], "a", MAYBE),
    # 6.13
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], YES),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], YES),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], NO),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], YES),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], NO),
]


@pytest.mark.parametrize("operator, values, value, match", TABLE)
def test_table(operator: str, values: Any, value: object, match: Match):
    assert answer(operator, values, value) is match


# What cannot be parsed (6.4), for each family with such values: the operators, a good policy value, a bad one, a good
# request value that the good policy value does not match, and a bad one.
UNPARSABLE = [
    ("NumericEquals", "NumericNotEquals", "1", "one", "2", "two"),
    ("DateEquals", "DateNotEquals", "2024-01-01", "soon", "2025-01-01", "later"),
    ("IpAddress", "NotIpAddress", "10.0.0.0/8", "10.0.0.0/33", "11.0.0.1", "010.0.0.1"),
]


@pytest.mark.parametrize("positive, negated, good, bad, other, unreadable", UNPARSABLE)
def test_what_cannot_be_parsed_never_matches(
    positive: str, negated: str, good: str, bad: str, other: str, unreadable: str
):
    """A positive test says No; a negated one does not know, unless another value of the policy matches (10.13, 10.34)."""
    assert answer(positive, good, unreadable) is NO
    assert answer(negated, good, unreadable) is MAYBE
    assert answer(positive, bad, other) is NO
    assert answer(negated, bad, other) is MAYBE
    assert answer(positive, [bad, good], other) is NO
    assert answer(negated, [bad, good], other) is MAYBE
    inside = good.partition("/")[0]
    assert answer(positive, [bad, good], inside) is YES
    assert answer(negated, [bad, good], inside) is NO


@pytest.mark.parametrize("text", ["", "alice", "arn", "arn:aws:s3", "arn:aws:s3::b", "x:aws:s3:::b", "ARN:aws:s3:::b"])
@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])
def test_what_is_no_arn_meets_no_arn_operator(operator: str, text: str):
    """Not even a negated one."""
    assert answer(operator, "arn:aws:s3:::b", text) is NO


@pytest.mark.parametrize("text", ["", "yes", "1", "truely"])
def test_what_is_no_boolean_is_undecidable(text: str):
    """iam-semantics.md 10.14."""
    assert answer("Bool", "true", text) is MAYBE
    assert answer("Bool", ["true", "false"], text) is MAYBE


def test_variables_have_no_meaning_in_bool():
    """The value never matches (10.16)."""
    assert answer("Bool", "${aws:y}", "true", {"aws:y": "true"}) is NO


# Operator, value with a variable, request value, context of the variable, answer (5.2, 5.3, 10.5).
VARIABLES: list[tuple[str, Any, str, dict[str, object], Match]] = [
    ("StringEquals", "${aws:y}", "red", {"aws:y": "red"}, YES),
    ("StringEquals", "${aws:y}", "red", {"aws:y": "blue"}, NO),
    ("StringEquals", "${aws:y}", "red", {}, NO),
    ("StringNotEquals", "${aws:y}", "red", {}, YES),
    ("StringNotEquals", "${aws:y}", "red", {"aws:y": "red"}, NO),
    ("StringNotEquals", ["${aws:y}", "red"], "red", {}, NO),
    ("StringEquals", ["${aws:y}", "red"], "red", {}, YES),
    ("StringEquals", "${aws:y, 'red'}", "red", {}, YES),
    ("StringEquals", "${aws:y}", "*", {"aws:y": "*"}, YES),
    ("StringLike", "${aws:y}", "red", {"aws:y": "*"}, NO),
    ("StringLike", "${aws:y}*", "reddish", {"aws:y": "red"}, YES),
    ("StringEqualsIgnoreCase", "x-${aws:y}", "X-RED", {"aws:y": "Red"}, YES),
    ("StringEquals", "${aws:y}", "red", {"aws:y": ["red"]}, NO),
    ("StringNotEquals", "${aws:y}", "red", {"aws:y": ["red"]}, YES),
    ("ForAnyValue:StringEquals", "${aws:y}", "red", {"aws:y": "red"}, YES),
    ("ArnLike", "arn:aws:s3:::${aws:y}/*", "arn:aws:s3:::b/k", {"aws:y": "b"}, YES),
    ("ArnLike", "arn:aws:s3:::${aws:y}/*", "arn:aws:s3:::b/k", {}, NO),
    ("ArnNotLike", "arn:aws:s3:::${aws:y}/*", "arn:aws:s3:::b/k", {}, YES),
    ("ArnLike", "${aws:y}", "arn:aws:s3:::b", {"aws:y": "arn:aws:s3:::b"}, YES),  # fields are split after filling
    ("ArnLike", "${aws:y}", "arn:aws:s3:::b", {"aws:y": "arn:aws:s3:::*"}, NO),
    ("StringEquals", "${aws:y}", "red", {"aws:y": UNKNOWN}, MAYBE),
    ("StringNotEquals", "${aws:y}", "red", {"aws:y": UNKNOWN}, MAYBE),
    ("StringEquals", "x-${aws:y}", "red", {"aws:y": UNKNOWN}, NO),
    ("StringNotEquals", "x-${aws:y}", "red", {"aws:y": UNKNOWN}, YES),
    ("StringEquals", ["${aws:y}", "red"], "red", {"aws:y": UNKNOWN}, YES),
    ("StringNotEquals", ["${aws:y}", "red"], "red", {"aws:y": UNKNOWN}, NO),
    ("ArnLike", "arn:aws:s3:::${aws:y}", "arn:aws:s3:::b", {"aws:y": UNKNOWN}, MAYBE),
    ("ArnLike", "arn:aws:s3:::${aws:y}", "arn:aws:sns:::b", {"aws:y": UNKNOWN}, NO),
    ("NumericEquals", "${aws:y}", "1", {"aws:y": "1"}, NO),
    ("IpAddress", "${aws:y}", "10.0.0.1", {"aws:y": "10.0.0.1"}, NO),
]


@pytest.mark.parametrize("operator, values, value, context, match", VARIABLES)
def test_variables_in_values(operator: str, values: Any, value: str, context: dict[str, object], match: Match):
    assert answer(operator, values, value, context) is match


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ArnLike"])
def test_variables_of_old_documents_are_text(operator: str):
    """Without Version 2012-10-17, `${...}` means its own characters."""
    text = "arn:aws:s3:::${aws:y}"
    old = condition(operator, text, variables=False)
    assert not old.variables
    assert old.of_value(text) is YES
    assert old.of_value("arn:aws:s3:::red", reader({"aws:y": "red"})) is NO


def test_which_conditions_need_the_whole_request():
    """Those with variables that mean something; the others may be remembered by value."""
    assert condition("StringEquals", "${aws:y}").variables
    assert not condition("StringEquals", "${*}").variables
    assert not condition("Bool", "${aws:y}").variables
    assert not condition("NumericEquals", "${aws:y}").variables
    test = condition("StringEquals", "${AWS:Y}${aws:z}", "${aws:y}").test
    assert variables_of(test) == ("aws:y", "aws:z")
    assert variables_of(condition("Bool", "${aws:y}").test) == ()


FORMS = st.builds(
    lambda prefix, base, suffix: f"{prefix}{base}{suffix}",
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(OPERATORS),
    st.sampled_from(["", "IfExists"]),
)
WORDS = st.sampled_from(sorted({text for texts in EXAMPLES.values() for text in texts} | {"", "*", "${aws:y}", "é\n"}))
STATES = WORDS | st.lists(WORDS, max_size=3)


@given(FORMS, st.lists(WORDS, max_size=3), STATES)
def test_no_state_contradicts_not_knowing_it(form: str, values: list[str], state: object):
    """What is certain of a key that is not known holds whatever its state is."""
    known = condition(form, *values)
    unknown = known.of_value(UNKNOWN, reader())
    assert unknown in (MAYBE, known.of_value(state, reader()))


@given(FORMS, st.lists(WORDS, max_size=3), STATES, st.randoms())
def test_the_order_of_values_does_not_matter(form: str, values: list[str], state: object, random: Any):
    shuffled, members = list(values), list(state) if isinstance(state, list) else state
    random.shuffle(shuffled)
    if isinstance(members, list):
        random.shuffle(members)
    assert answer(form, values, state) is answer(form, shuffled, members)


@given(st.sampled_from(NEGATED), st.lists(WORDS, min_size=1, max_size=3), WORDS)
def test_a_negated_operator_never_holds_beside_its_positive_one(negated: str, values: list[str], value: str):
    """Never both Yes; and what the positive one finds, the negated one excludes."""
    positive = answer(negated.replace("Not", ""), values, value)
    other = answer(negated, values, value)
    assert (positive, other) != (YES, YES)
    if positive is YES:
        assert other is NO


@given(
    FORMS, st.lists(st.text(max_size=5), max_size=3), st.text(max_size=8) | st.lists(st.text(max_size=3), max_size=3)
)
def test_no_text_raises(form: str, values: list[str], state: object):
    answer(form, values, state, {"aws:y": "1"})


def test_quantifiers_are_told_apart():
    assert {form.quantifier for form in map(parse_operator, ["Bool", "ForAllValues:Bool", "ForAnyValue:Bool"])} == {
        None,
        *Quantifier,
    }


@pytest.mark.parametrize("operator", OPERATORS)
def test_hostile_lengths(operator: str):
    """Values of 100,000 characters are answered at once, and nothing gives up on them with an error."""
    for text in ("9" * 100_000, "a" * 100_000, "*" * 100_000, "a*" * 5_000, ":" * 100_000, "1." * 50_000):
        assert answer(operator, [text], text + "x") in (NO, YES, MAYBE)
        assert answer(operator, ["x" + text], text) in (NO, YES, MAYBE)
