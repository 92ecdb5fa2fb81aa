"""Texts with wildcards and variables (iam-semantics.md 5.1)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_grammar.pattern import Literal, Variable, Wild
from ostiary_grammar.variables import VariableFaultKind, parse_template, variable_faults

STAR, ANY = Wild.STAR, Wild.ANY

TEMPLATES = [
    ("", ()),
    ("plain", (Literal("plain"),)),
    ("a*b?c", (Literal("a"), STAR, Literal("b"), ANY, Literal("c"))),
    ("a***b", (Literal("a"), STAR, Literal("b"))),
    ("*?*", (STAR, ANY, STAR)),
    ("${aws:username}", (Variable("aws:username"),)),
    ("x/${AWS:UserName}/*", (Literal("x/"), Variable("AWS:UserName"), Literal("/"), STAR)),
    ("${aws:PrincipalTag/team, 'company-wide'}", (Variable("aws:PrincipalTag/team", "company-wide"),)),
    ("${k, ''}", (Variable("k", ""),)),
    ("${k, 'a}b, c:*'}", (Variable("k", "a}b, c:*"),)),
    ("a${*}${?}${$}b", (Literal("a*?$b"),)),
    ("${a}${b}", (Variable("a"), Variable("b"))),
    ("$100 {x}", (Literal("$100 {x}"),)),
    ("$${a}", (Literal("$"), Variable("a"))),
    # malformed variables stand for their own characters, wildcards among them
    ("${a b}*", (Literal("${a b}"), STAR)),
    ("${}x", (Literal("${}x"),)),
    ("b/${aws:username/*", (Literal("b/${aws:username/*"),)),
    ("${a*}", (Literal("${a*}"),)),
    ("${k,'d'}", (Literal("${k,'d'}"),)),
    ("${k, d}", (Literal("${k, d}"),)),
    ("${a${b}c}", (Literal("${a${b}c}"),)),
]


@pytest.mark.parametrize(("text", "want"), TEMPLATES)
def test_a_template_is_split_into_literals_wildcards_and_variables(text, want):
    assert parse_template(text, variables=True, wildcards=True) == want


@pytest.mark.parametrize(
    ("text", "variables", "wildcards", "want"),
    [
        ("${a}*", False, True, (Literal("${a}"), STAR)),
        ("${*}", False, True, (Literal("${"), STAR, Literal("}"))),
        ("${a}*", True, False, (Variable("a"), Literal("*"))),
        ("${*}?", True, False, (Literal("*?"),)),
        ("${a}*?", False, False, (Literal("${a}*?"),)),
    ],
)
def test_what_is_switched_off_is_ordinary_text(text, variables, wildcards, want):
    """A 2008 document has no variables, and no escapes; an Equals operator has no wildcards."""
    assert parse_template(text, variables=variables, wildcards=wildcards) == want


@given(st.text(alphabet="*?${}, 'ab", max_size=20), st.booleans(), st.booleans())
def test_a_glob_is_normal(text, variables, wildcards):
    """No literal is empty or beside another, and no star beside another: equal meaning of plain text is equal trees."""
    glob = parse_template(text, variables=variables, wildcards=wildcards)
    assert Literal("") not in glob
    for token, following in pairwise(glob):
        assert not (isinstance(token, Literal) and isinstance(following, Literal))
        assert not (token is STAR and following is STAR)


FAULTS = [
    ("${aws:username}/${k, 'd'}/${*}", []),
    ("a ${aws:username", [(2, VariableFaultKind.UNCLOSED)]),
    ("${}", [(0, VariableFaultKind.EMPTY)]),
    ("${ }", [(0, VariableFaultKind.EMPTY)]),
    ("${, 'd'}", [(0, VariableFaultKind.EMPTY)]),
    ("${aws: username}${aws:username }", [(0, VariableFaultKind.BLANK), (16, VariableFaultKind.BLANK)]),
    ("x${a{b}", [(1, VariableFaultKind.CHARACTER)]),
    ("${a*}", [(0, VariableFaultKind.CHARACTER)]),
    ("${k, d}", [(0, VariableFaultKind.DEFAULT)]),
    ("${k,'d'}", [(0, VariableFaultKind.DEFAULT)]),
    ("${k, 'd}", [(0, VariableFaultKind.DEFAULT)]),
]


@pytest.mark.parametrize(("text", "want"), FAULTS)
def test_malformed_variables_are_named_with_their_places(text, want):
    """What the scanner took as plain text is there for the checks to report."""
    assert [(fault.offset, fault.kind) for fault in variable_faults(text)] == want


@given(st.text(alphabet="${}, 'a*", max_size=20))
def test_faults_are_what_became_literal(text):
    """A text has faults exactly where `${` is left in a literal though it is no escape's outcome."""
    faults = variable_faults(text)
    for fault in faults:
        assert text.startswith(fault.text, fault.offset)
    literals = [
        token.text for token in parse_template(text, variables=True, wildcards=True) if isinstance(token, Literal)
    ]
    if not faults and "${$}" not in text:
        assert not any("${" in literal for literal in literals)


def test_every_kind_of_fault_has_a_case():
    assert {kind for _, faults in FAULTS for _, kind in faults} == set(VariableFaultKind)
