"""Did you mean."""

import pytest

from ostiary_grammar.spelling import nearest, nearest_operator
from ostiary_grammar.structure import STATEMENT_ELEMENTS
from ostiary_grammar.terms import Operator


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("effect", "Effect"),
        ("EFFECT", "Effect"),
        ("Actions", "Action"),
        ("notaction", "NotAction"),
        ("Resources", "Resource"),
        ("Conditions", "Condition"),
        ("Principle", "Principal"),
        ("Comment", None),
        ("", None),
        ("Action" * 1000, None),
    ],
)
def test_an_element_is_found_by_its_misspelling(word, meant):
    assert nearest(word, STATEMENT_ELEMENTS) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stringequals", "StringEquals"),
        ("String_Equals", "StringEquals"),
        ("StringNotEqual", "StringNotEquals"),
        ("ForAnyValue::StringLike", "ForAnyValue:StringLike"),
        ("forallvalues:stringlikeifexists", "ForAllValues:StringLikeIfExists"),
        ("ForAllValue:StringLike", "ForAllValues:StringLike"),
        ("StringEqualsIfExist", "StringEqualsIfExists"),
        ("NullIfExists", "Null"),
        ("ForAllValues:NullIfExists", "ForAllValues:Null"),
        ("ArnMatches", None),
        ("x", None),
    ],
)
def test_an_operator_is_found_by_its_misspelling(word, meant):
    assert nearest_operator(word) == meant


@pytest.mark.parametrize("operator", Operator)
def test_an_operator_in_other_letter_case_is_found(operator):
    assert nearest_operator(operator.value.lower()) == operator.value
