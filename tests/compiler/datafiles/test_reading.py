"""Files are read as what they are, and what cannot be read is an error that names the file."""

from __future__ import annotations

import gzip

import pytest
from tests.compiler.datafiles.reading_texts import plain

from ostiary_compiler.datafiles.limits import DataLimits
from ostiary_compiler.datafiles.reading import read_tree
from ostiary_compiler.datafiles.tree import Notation
from ostiary_grammar.errors import LimitError, PolicyError


@pytest.mark.parametrize("name", ["a.json", "a", "a.json.gz", "a.txt"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_json_whatever_it_is_called(tmp_path, name, pack):
    (tmp_path / name).write_bytes(pack(b'{"a": "\xc3\xa9"}'))
    tree = read_tree(tmp_path / name)
    assert tree.notation is Notation.JSON
    assert [plain(root) for root in tree.roots] == [{"a": "\u00e9"}]


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YML"])
def test_yaml_by_its_name(tmp_path, name):
    pytest.importorskip("yaml")
    (tmp_path / name).write_text("a: b", encoding="utf-8")
    tree = read_tree(tmp_path / name)
    assert tree.notation is Notation.YAML
    assert [plain(root) for root in tree.roots] == [{"a": "b"}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "cannot read `a.json`: no such file or directory"),
        (b'{"a": "\xff"}', "`a.json` is not UTF-8: byte 7 cannot be decoded"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:-9], "`a.json` begins as gzip, but is damaged or cut short"),
        (b"\x1f\x8bnot gzip at all", "`a.json` begins as gzip, but is damaged or cut short"),
    ],
)
def test_what_cannot_be_read(tmp_path, monkeypatch, data, message):
    monkeypatch.chdir(tmp_path)
    path = tmp_path.relative_to(tmp_path) / "a.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PolicyError) as refused:
        read_tree(path)
    assert [each.message for each in refused.value.diagnostics] == [message]


def test_size_is_limited_after_decompression(tmp_path):
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b" " * 1_000_000 + b"{}", mtime=0))
    assert path.stat().st_size < 10_000
    with pytest.raises(LimitError, match="more than 10000 characters"):
        read_tree(path, DataLimits(characters=10_000))
    assert read_tree(path).roots


def test_the_limit_counts_characters(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('"\u00e9\u00e9\u00e9"', encoding="utf-8")
    assert read_tree(path, DataLimits(characters=5)).roots
    with pytest.raises(LimitError):
        read_tree(path, DataLimits(characters=4))
