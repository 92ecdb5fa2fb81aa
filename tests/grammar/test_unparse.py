"""Documents written as text."""

import json

from hypothesis import given
from tests.grammar.documents import documents

from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source
from ostiary_grammar.unparse import unparse


@given(documents())
def test_what_is_written_reads_as_the_same_document(document):
    """`parse(unparse(tree)) == tree`, for every tree: any characters, any spelling of numbers, bare or in a list."""
    text = unparse(document)
    assert load_policy(Source("again", text)) == document


@given(documents())
def test_writing_is_a_fixed_point(document):
    """What was read from a written text is written the same."""
    text = unparse(document)
    assert unparse(load_policy(Source("again", text))) == text


@given(documents())
def test_what_is_written_is_json(document):
    """Any other reader takes it too."""
    assert isinstance(json.loads(unparse(document)), dict)


def test_a_document_looks_canonical():
    """Two blanks for each level, elements in the order of IAM's documentation, numbers as they were written."""
    source = Source(
        "policy.json",
        '{"Statement":{"Condition":{"NumericLessThan":{"s3:max-keys":[1.50,"2",3E0]},"Null":{}},"Resource":[],'
        '"NotAction":["s3:*"],"Principal":{"AWS":"*"},"Effect":"Deny"},"Version":"2012-10-17"}',
    )
    assert (
        unparse(load_policy(source))
        == """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Principal": {
      "AWS": "*"
    },
    "NotAction": [
      "s3:*"
    ],
    "Resource": [],
    "Condition": {
      "NumericLessThan": {
        "s3:max-keys": [
          1.50,
          "2",
          3E0
        ]
      },
      "Null": {}
    }
  }
}
"""
    )
