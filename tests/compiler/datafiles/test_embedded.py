"""Documents inside files are the documents that they would be alone, with places and pointers in the file that holds them."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from urllib.parse import quote

import pytest
from tests.compiler.datafiles.reading_texts import json_tree, yaml_tree
from tests.strategies.documents import document as made_document
from tests.strategies.policy_sets import effects, scene
from tests.strategies.source import Seeded

from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_compiler.datafiles.embedded import embedded_document, encoded_document
from ostiary_compiler.datafiles.tree import Tree
from ostiary_grammar.limits import DEFAULT_LIMITS
from ostiary_grammar.parser import load_policy
from ostiary_grammar.span import Source, Span
from ostiary_grammar.syntax import Text, Value

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "A",
            "Effect": "Allow",
            "Principal": {"AWS": ["111122223333", "*"]},
            "NotAction": ["s3:Get*", "s3:List*"],
            "Resource": "arn:aws:s3:::b/\u00e9*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:max-keys": ["10", "20"]}},
        },
        {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::b"},
    ],
}
YAML = """\
# the bucket's policy
document:
  Version: 2012-10-17
  Statement:
    - Sid: A
      Effect: Allow
      Principal: {AWS: [111122223333, "*"]}
      NotAction:
        - s3:Get*  # reads
        - 's3:List*'
      Resource: "arn:aws:s3:::b/\u00e9*"
      Condition:
        Bool: {aws:SecureTransport: "true"}
        NumericLessThan:
          s3:max-keys: [10, 20]

    - Effect: Deny
      Principal: "*"
      Action: "*"
      NotResource: arn:aws:s3:::b
after: 1
"""


def inside(tree: Tree) -> tuple[Cursor, Tree]:
    (top,) = cursors(tree, Problems())
    return top.some("document")["document"], tree


def spans(node) -> list[tuple[str | None, Span]]:
    """All spans of a tree, with the text that is said there where it is one."""
    found = []
    match node:
        case Text():
            found.append((node.value, node.span))
        case Value():
            found.append((node.text, node.span))
        case Span():
            found.append((None, node))
        case tuple():
            for each in node:
                found += spans(each)
        case _ if is_dataclass(node) and not isinstance(node, Source):
            for each in fields(node):
                found += spans(getattr(node, each.name))
    return found


def test_json_says_the_same_at_its_places():
    text = json.dumps({"x": [1, 2], "document": POLICY, "after": {}}, indent=3, ensure_ascii=False)
    at, tree = inside(json_tree(text))
    document = embedded_document(at, tree.notation, DEFAULT_LIMITS)
    assert document == load_policy(Source("alone", json.dumps(POLICY)))
    assert document.source is tree.source
    for said, span in spans(document):
        assert span.source is tree.source
        assert said is None or json.loads(span.text) == said
    assert json.loads(document.span.text) == POLICY
    assert json.loads(document.statements[1].span.text) == POLICY["Statement"][1]


def test_yaml_says_the_same_at_its_places():
    pytest.importorskip("yaml")
    at, tree = inside(yaml_tree(YAML))
    document = embedded_document(at, tree.notation, DEFAULT_LIMITS)
    assert document == load_policy(Source("alone", json.dumps(POLICY)))
    for said, span in spans(document):
        assert span.source is tree.source
        assert said is None or span.text.strip("'\"") == said
    first, second = document.statements
    assert (str(first.span.position), str(second.span.position)) == ("5:7", "17:7")
    assert first.span.text.endswith("s3:max-keys: [10, 20]")
    assert second.span.text.endswith("arn:aws:s3:::b")


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("notation", ["json", "yaml"])
def test_generated_documents(seed, notation):
    """JSON is YAML too, but for an escape or two, so both readers must say what the parser says of the bare document."""
    source = Seeded(seed)
    kind = source.pick(("identity", "resource", "scp", "session"))
    policy = made_document(source, scene(source), kind, effects(source, deny=40))
    text = json.dumps({"document": policy}, ensure_ascii=False, indent=1)
    if notation == "yaml":
        pytest.importorskip("yaml")
        if not text.isprintable() and any(not c.isprintable() and c != "\n" for c in text):
            pytest.skip("characters that YAML does not allow")
    at, tree = inside(json_tree(text) if notation == "json" else yaml_tree(text))
    document = embedded_document(at, tree.notation, DEFAULT_LIMITS)
    alone = load_policy(Source("alone", json.dumps(policy)))
    assert at.problems.found == []
    if notation == "json":
        assert document == alone
    else:
        assert [each.value for each, _ in _texts(document)] == [each.value for each, _ in _texts(alone)]


def _texts(node) -> list[tuple[Text, None]]:
    if isinstance(node, Text):
        return [(node, None)]
    if isinstance(node, tuple):
        return [each for member in node for each in _texts(member)]
    if is_dataclass(node) and not isinstance(node, Source | Span):
        return [each for field in fields(node) for each in _texts(getattr(node, field.name))]
    return []


@pytest.mark.parametrize(
    ("text", "tree", "place"),
    [
        ('{"x": 1,\n "document": {"Statement": [{"Efect": "Allow"}]}}', json_tree, "2:30"),
        ("x: 1\ndocument:\n  Statement:\n    - Efect: Allow\n", yaml_tree, "4:7"),
    ],
)
def test_errors_point_into_the_file(text, tree, place):
    if tree is yaml_tree:
        pytest.importorskip("yaml")
    at, whole = inside(tree(text))
    assert embedded_document(at, whole.notation, DEFAULT_LIMITS) is None
    found = at.problems.found[0]
    assert (found.code, found.pointer, str(found.span.position)) == (
        "unknown-key",
        "/document/Statement/0/Efect",
        place,
    )
    assert found.span.source is whole.source


def test_a_document_is_an_object():
    at, tree = inside(json_tree('{"document": "app.json"}'))
    assert embedded_document(at, tree.notation, DEFAULT_LIMITS) is None
    assert "`file`" in at.problems.found[0].help


@pytest.mark.parametrize(
    "written",
    [
        POLICY,
        json.dumps(POLICY),
        quote(json.dumps(POLICY)),
        quote(json.dumps(POLICY, ensure_ascii=False), safe=""),
    ],
    ids=["object", "text", "percent", "percent-utf8"],
)
def test_documents_as_aws_gives_them(written):
    at, _ = inside(json_tree(json.dumps({"document": written})))
    assert encoded_document(at, DEFAULT_LIMITS) == load_policy(Source("alone", json.dumps(POLICY)))


def test_a_percent_sign_in_plain_json_is_kept():
    policy = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/%41"}}
    at, _ = inside(json_tree(json.dumps({"document": json.dumps(policy)})))
    document = encoded_document(at, DEFAULT_LIMITS)
    assert document.statements[0].resource.items[0].value == "arn:aws:s3:::b/%41"


def test_encoded_documents_have_a_source_of_their_own():
    at, _ = inside(json_tree(json.dumps({"document": quote('{"Statement": 1}')})))
    assert encoded_document(at, DEFAULT_LIMITS) is None
    assert str(at.problems.found[0].span) == "a.json (/document):1:15"


def test_what_is_not_utf8_is_noted():
    at, _ = inside(json_tree('{"document": "%7B%ff"}'))
    assert encoded_document(at, DEFAULT_LIMITS) is None
    assert at.problems.found[0].code == "data-encoding"
