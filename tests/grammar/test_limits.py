"""Hostile texts: size, depth and count are limited, and nothing grows faster than the text."""

import pytest

from ostiary_grammar.errors import LimitError
from ostiary_grammar.findings import MOST_DIAGNOSTICS
from ostiary_grammar.limits import Limits
from ostiary_grammar.parser import load_policy, parse_policy
from ostiary_grammar.span import Source

WIDE = {"characters": 1000, "depth": 8, "statements": 3, "list_items": 3, "pattern": 20}


def statement(body):
    return '{"Statement":{' + body + "}}"


def nested(depth):
    """Brackets nested so deep, in a value that is no policy."""
    return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


# what is just allowed, and what is just too much, for each limit
EDGES = {
    "characters": (statement("").ljust(1000), statement("").ljust(1001)),
    "depth": (nested(8), nested(9)),
    "statements": ('{"Statement":[{},{},{}]}', '{"Statement":[{},{},{},{}]}'),
    "actions": (statement('"Action":["a","b","c"]'), statement('"Action":["a","b","c","d"]')),
    "principals": (statement('"Principal":{"AWS":["a","b","c"]}'), statement('"Principal":{"AWS":["a","b","c","d"]}')),
    "values": (statement('"Condition":{"Bool":{"a":[1,2,3]}}'), statement('"Condition":{"Bool":{"a":[1,2,3,4]}}')),
    "pattern": (statement('"Action":"%s"' % ("x" * 20)), statement('"Action":"%s"' % ("x" * 21))),
    "value": (
        statement('"Condition":{"StringLike":{"a":"%s"}}' % ("x" * 20)),
        statement('"Condition":{"StringLike":{"a":"%s"}}' % ("x" * 21)),
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_limit_allows_so_much_and_no_more(edge):
    """One more than the limit is a limit error with a place; the limit itself is not."""
    allowed, refused = EDGES[edge]
    limits = Limits(**WIDE)
    assert "limit" not in {each.code for each in parse_policy(Source("p", allowed), limits).diagnostics}
    with pytest.raises(LimitError) as caught:
        load_policy(Source("p", refused), limits)
    assert [each.code for each in caught.value.diagnostics] == ["limit"]
    assert caught.value.diagnostics[0].span is not None


def test_brackets_in_strings_do_not_nest():
    text = statement('"Sid":"%s","Action":["[[[[[[[[[["]' % ("{" * 100))
    assert parse_policy(Source("p", text), Limits(depth=4)).document is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 1_000_000, "limit"),
        ('{"a":' * 200_000, "limit"),
        ('{"a" ' * 200_000, "missing-colon"),
        ("'[" * 100_000, "limit"),
        ('"[\n' * 100_000, "unclosed-string"),
        ("}" * 100_000, "not-json"),
    ],
    ids=lambda value: value[:8] if isinstance(value, str) else None,
)
def test_no_nesting_is_too_deep_to_be_answered(text, code):
    """A million open brackets are an error with a place, not a recursion that fails."""
    found = {each.code for each in parse_policy(Source("p", text)).diagnostics}
    assert code in found or found == {"limit"}


@pytest.mark.parametrize(
    "text",
    [
        "[" + '"a" ' * 5000,
        "[" + "1,, " * 5000,
        "{" + '"a" 1 ' * 5000,
        "\ufeff" * 5000 + "{}",
        '{"Statement":[' + "1," * 5000 + "1]}",
        '{"Statement":{' + '"Foo":1,' * 5000 + '"Foo":1}}',
        '{"Statement":{' + ",".join(f'"Foo{i}":1' for i in range(5000)) + "}}",
        '{"Statement":{"Condition":{' + ",".join(f'"Foo{i}":{{"a":1}}' for i in range(5000)) + "}}}",
    ],
    ids=range(8),
)
def test_a_text_of_nothing_but_errors_has_a_thousand_of_them(text):
    """Errors are counted; the last place says that more follow."""
    found = parse_policy(Source("p", text)).diagnostics
    assert len(found) == MOST_DIAGNOSTICS + 1
    assert [each.code for each in found].count("too-many-errors") == 1


def test_an_error_at_the_end_of_a_long_text_is_found():
    """However much that is right comes before it."""
    text = '{"Statement":{"Action":[' + '"s3:GetObject",' * 20_000 + '"a" "b"]}}'
    [found] = parse_policy(Source("p", text)).diagnostics
    assert (found.code, found.pointer) == ("missing-comma", "/Statement/Action/20000")
