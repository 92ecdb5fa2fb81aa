"""YAML says what JSON could say, and no more: no dates, no `no`, no lost zeros; every value has its place."""

from __future__ import annotations

import builtins

import pytest
from tests.compiler.datafiles.reading_texts import places, plain, yaml_tree

from ostiary_compiler.datafiles.limits import DataLimits
from ostiary_grammar.errors import LimitError, PolicyError

pytest.importorskip("yaml")


def value_of(text: str):
    (root,) = yaml_tree(text).roots
    return plain(root)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2012-10-17", "2012-10-17"),
        ("no", "no"),
        ("On", "On"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("10", ("number", "10")),
        ("-1.50", ("number", "-1.50")),
        ("012345678901", "012345678901"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("12:30", "12:30"),
        ("=", "="),
        ("s3:Get*", "s3:Get*"),
        ("'10'", "10"),
        ('"true"', "true"),
        ("!!str 10", "10"),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_scalars(written, value):
    assert value_of(f"k: {written}") == {"k": value}


def test_collections_and_aliases():
    text = "a: &x [1, {b: c}]\nd: *x\ne: {}\nf: []\n"
    assert value_of(text) == {"a": [("number", "1"), {"b": "c"}], "d": [("number", "1"), {"b": "c"}], "e": {}, "f": []}


def test_every_leaf_is_at_its_place():
    text = "# c\na:\n  - s3:Get*   # d\n  - 'q: r'\n\nb: {x: true}\n"
    assert places(yaml_tree(text)) == ["a", "s3:Get*", "'q: r'", "b", "x", "true"]


def test_blocks_end_where_their_last_value_ends():
    (root,) = yaml_tree("a:\n  b: 1\n\n# far below\n").roots
    assert (root.start, root.end) == (0, len("a:\n  b: 1"))


WRONG = {
    "": ("empty-document", "1:1", "the file is empty"),
    "# only a comment\n": ("empty-document", "1:1", "the file is empty"),
    "a: *": ("yaml-syntax", "1:5", "while scanning an alias"),
    "a: [1": ("yaml-syntax", "1:6", "while parsing a flow sequence"),
    "a: b: c": ("yaml-syntax", "1:5", "mapping values are not allowed here"),
    "a: @x": ("yaml-syntax", "1:4", "cannot start any token"),
    "a: 1\n---\nb: 2": ("yaml-feature", "3:1", "a second document begins here"),
    "a: !Ref x": ("yaml-feature", "1:4", "the tag `!Ref` says nothing here"),
    "a: !!binary aGk=": ("yaml-feature", "1:4", "the tag `!!binary` says nothing here"),
    "a: !!set {x}": ("yaml-feature", "1:4", "the tag `!!set` says nothing here"),
    "<<: {a: 1}": ("yaml-feature", "1:1", "merge keys are not read"),
    "[1]: 2": ("yaml-feature", "1:1", "a key must be text"),
    "&a [*a]": ("yaml-feature", "1:1", "an anchor stands for something that holds it"),
    "a: \x01": ("yaml-syntax", "1:4", "U+0001 is no character that YAML allows"),
    "a: *nobody": ("yaml-syntax", "1:4", "found undefined alias"),
}


@pytest.mark.parametrize("text", WRONG, ids=repr)
def test_what_is_not_read_is_refused_where_it_stands(text):
    with pytest.raises(PolicyError) as refused:
        yaml_tree(text)
    (found,) = refused.value.diagnostics
    code, place, message = WRONG[text]
    assert (found.code, str(found.span.position)) == (code, place)
    assert message in found.message


def test_stars_without_quotes_get_advice():
    with pytest.raises(PolicyError) as refused:
        yaml_tree("Action: *")
    assert "quotes" in refused.value.diagnostics[0].help


def test_aliases_are_written_out_up_to_a_limit():
    """Nine lines that stand for a thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(LimitError, match="more than 10000 values"):
        yaml_tree("\n".join(lines), DataLimits(yaml_nodes=10_000))


@pytest.mark.parametrize("depth", [70, 2_000])
def test_depth_is_limited(depth):
    with pytest.raises(LimitError, match="nested"):
        yaml_tree("[" * depth + "]" * depth)


def test_without_pyyaml_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "yaml":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PolicyError) as refused:
        yaml_tree("a: 1")
    (found,) = refused.value.diagnostics
    assert found.code == "yaml-not-installed"
    assert "pip install pyyaml" in found.help
