"""Texts that are policies, and how reading answers for those that are not."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary_grammar.diagnostics import Severity, by_place, has_errors
from ostiary_grammar.errors import LimitError, OstiaryError, PolicyError
from ostiary_grammar.excerpt import excerpt
from ostiary_grammar.parser import load_policy, parse_policy
from ostiary_grammar.policy_grammar import policy_tree
from ostiary_grammar.span import Source
from ostiary_grammar.syntax import ValueKind

POLICY = """\
{
  "Version": "2012-10-17",
  "Id": "an id",
  "Statement": [
    {
      "Sid": "Read\\u00e9",
      "Effect": "Allow",
      "Principal": {"AWS": "*", "Service": ["a", "b"]},
      "Action": ["s3:Get*", "s3:List*"],
      "NotResource": "arn:aws:s3:::b",
      "Condition": {
        "Bool": {"aws:SecureTransport": true},
        "NumericLessThan": {"s3:max-keys": ["10", 1e2]},
        "Whatever": {}
      }
    },
    {"NotPrincipal": "*", "Effect": "denY"}
  ]
}
"""


def read(text):
    return load_policy(Source("policy.json", text))


def test_a_policy_has_its_elements():
    """Every element is there, in the form in which it was written."""
    document = read(POLICY)
    assert document.version.value == "2012-10-17"
    assert document.id.value == "an id"
    assert not document.bare
    first, second = document.statements
    assert (first.sid.value, first.effect.value) == ("Readé", "Allow")
    assert [
        (each.kind.value, [value.value for value in each.values], each.bare) for each in first.principal.entries
    ] == [
        ("AWS", ["*"], True),
        ("Service", ["a", "b"], False),
    ]
    assert first.principal.word is None
    assert (first.action.negated, first.action.bare) == (False, False)
    assert [item.value for item in first.action.items] == ["s3:Get*", "s3:List*"]
    assert (first.resource.negated, first.resource.bare) == (True, True)
    boolean, numeric, empty = first.condition.operators
    assert [(value.text, value.kind) for value in boolean.tests[0].values] == [("true", ValueKind.BOOLEAN)]
    assert boolean.tests[0].bare
    assert [(value.text, value.kind) for value in numeric.tests[0].values] == [
        ("10", ValueKind.STRING),
        ("1e2", ValueKind.NUMBER),
    ]
    assert (empty.operator.value, empty.tests) == ("Whatever", ())
    assert second.principal.negated
    assert second.principal.word.value == "*"
    assert (second.effect.value, second.action, second.resource, second.condition) == ("denY", None, None, None)


def test_every_node_knows_its_place():
    """A span covers what was written, with quotes and brackets."""
    document = read(POLICY)
    first, second = document.statements
    assert document.span.text == POLICY.rstrip()
    assert document.version.span.text == '"2012-10-17"'
    assert str(first.effect.span) == "policy.json:7:17"
    assert first.sid.span.text == '"Read\\u00e9"'
    assert first.action.span.text == '["s3:Get*", "s3:List*"]'
    assert first.action.key.text == '"Action"'
    assert first.resource.key.text == '"NotResource"'
    assert first.resource.span.text == '"arn:aws:s3:::b"'
    assert first.principal.span.text == '{"AWS": "*", "Service": ["a", "b"]}'
    assert first.principal.entries[1].kind.span.text == '"Service"'
    assert first.principal.entries[1].values[1].span.text == '"b"'
    assert first.condition.key.text == '"Condition"'
    assert first.condition.span.text.startswith('{\n        "Bool"')
    assert first.condition.operators[0].operator.span.text == '"Bool"'
    assert first.condition.operators[1].tests[0].span.text == '"s3:max-keys": ["10", 1e2]'
    assert first.condition.operators[1].tests[0].values[1].span.text == "1e2"
    assert second.span.text == '{"NotPrincipal": "*", "Effect": "denY"}'
    assert second.span.source is document.source


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement":{}}',
        '{"Statement":[{"Effect":"nonsense"}]}',
        '{"Version":"","Statement":{"Action":[],"Resource":[],"Condition":{},"Principal":{}}}',
        '{"Statement":{"Condition":{"x":{},"y":{}}}}',
        '{"Statement":{"Condition":{"Bool":{"a":[]}}}}',
        '{"Statement":{"Principal":"arn:aws:iam::123456789012:root"}}',
        '\r\n\t {"Statement" : { } } \n',
    ],
)
def test_what_is_for_the_checks_to_say_is_read(text):
    """A right structure is read whatever the words are: missing or odd elements, empty lists, empty operators."""
    parsed = parse_policy(Source("policy.json", text))
    assert parsed.document is not None
    assert parsed.diagnostics == ()


def test_elements_may_be_in_any_order():
    """The order of keys never matters."""
    one = read('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}')
    other = read('{"Statement":{"Resource":"*","Action":"a:b","Effect":"Allow"},"Version":"2012-10-17"}')
    assert one == other


def test_element_names_are_words_only_where_elements_stand():
    """As principal kinds, operators, condition keys and values they are ordinary texts."""
    statement = read(
        '{"Statement":{"Principal":{"Action":["Effect"]},"Condition":{"Sid":{},"Bool":{"Version":"Statement"}}}}'
    ).statements[0]
    assert statement.principal.entries[0].kind.value == "Action"
    assert statement.condition.operators[1].tests[0].key.value == "Version"


def test_a_broken_policy_raises_with_all_its_diagnostics():
    """`load_policy` raises what `parse_policy` returns; limits are an error of their own."""
    source = Source("policy.json", '{"Statement":[{"effect":1,"Sid":null}]}')
    with pytest.raises(PolicyError) as caught:
        load_policy(source)
    assert not isinstance(caught.value, LimitError)
    assert len(caught.value.diagnostics) == 2
    assert caught.value.diagnostics == parse_policy(source).diagnostics


def test_many_threads_may_read_at_once():
    """The parser holds no state of any text."""
    broken = POLICY.replace('"s3:Get*",', '"s3:Get*"')
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: parse_policy(Source("p", text)), [POLICY, broken] * 20))
    assert all(each == found[0] for each in found[::2])
    assert [len(each.diagnostics) for each in found] == [0, 1] * 20


# ---- any text at all ----

PIECES = ["{", "}", "[", "]", ",", ":", '"', "'", '"a"', '"Version"', '"Statement"', '"Effect"', '"Action"', '"Bool"']
PIECES += ['"Condition"', '"Principal"', "1", "-", "0.5e", "true", "True", "null", "\\", "\\u12", "\n", "\t", "//x\n"]
PIECES += ["/*", "*/", "#", "“", "”", "\ufeff", "\u00a0", "\x1b", "...", "=", "s3:Get", "\ud800", "日", '"x\n', "\r\n"]
SOUPS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@st.composite
def damaged(draw):
    """A policy with one to three places where something was put in, left out or replaced."""
    text = POLICY
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + draw(st.integers(0, 2)) :]
    return text


def is_json(text):
    def refuse(constant):
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


@given(SOUPS | damaged() | st.text(max_size=20))
@example("")
@example('{"Statement":[')
@example('"')
@example("}")
@example('{"\\u0045ffect":1}')
def test_the_grammar_takes_json_and_nothing_else(text):
    """`policy.lark` and the standard library agree on what is JSON."""
    assert (policy_tree(text) is not None) == is_json(text)


@given(SOUPS | damaged())
def test_any_text_is_answered(text):
    """No exception gets out; there is a document or there are errors; a text that is not JSON has no document."""
    parsed = parse_policy(Source("policy.json", text))
    assert (parsed.document is None) == has_errors(parsed.diagnostics)
    assert list(parsed.diagnostics) == by_place(parsed.diagnostics)
    if parsed.document is not None:
        assert is_json(text)
    try:
        load_policy(Source("policy.json", text))
    except OstiaryError:
        assert parsed.document is None


@given(SOUPS | damaged())
def test_every_error_has_a_place_and_can_be_shown(text):
    """Spans lie inside the text, and nothing raw gets into a message or an excerpt."""
    for diagnostic in parse_policy(Source("policy.json", text)).diagnostics:
        assert diagnostic.severity is Severity.ERROR
        for span in (diagnostic.span, *(label.span for label in diagnostic.labels)):
            assert 0 <= span.start <= span.end <= len(text)
        for line in (*excerpt(diagnostic), str(diagnostic)):
            assert not set(line) & set("\n\r\t\x1b\ud800\ufeff")


@given(st.integers(0, len(POLICY) - 2))
def test_a_policy_that_is_cut_off_is_never_read(length):
    """Wherever the text ends too early, there is an error and no document."""
    parsed = parse_policy(Source("policy.json", POLICY[:length]))
    assert parsed.document is None
    assert len(parsed.diagnostics) >= 1
