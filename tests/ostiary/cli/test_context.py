"""`--context` and `--context-file` say what a key's state is, or are refused."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from ostiary import UNKNOWN, RequestError
from ostiary.cli.context import read_context

WORDS = [
    ([], {}),
    (["aws:SourceIp=10.0.0.1"], {"aws:SourceIp": "10.0.0.1"}),
    (["k="], {"k": ""}),
    (["k?"], {"k": UNKNOWN}),
    (["k=a=b"], {"k": "a=b"}),
    (["k=what?"], {"k": "what?"}),
    (["k=a", "k=b"], {"k": ["a", "b"]}),
    (["k=a", "K=b"], {"k": ["a", "b"]}),
    (["k=a", "k="], {"k": ["a", ""]}),
    (["k?", "k?"], {"k": UNKNOWN}),
    (["aws:TagKeys=a", "aws:SourceIp?"], {"aws:TagKeys": "a", "aws:SourceIp": UNKNOWN}),
]


@pytest.mark.parametrize(("words", "context"), WORDS, ids=str)
def test_words(words: list[str], context: dict[str, object]):
    assert read_context(words, None) == context


@pytest.mark.parametrize("words", [["k"], ["=v"], ["?"], [""], ["k=a", "k?"], ["K?", "k=a"]], ids=str)
def test_words_that_say_nothing(words: list[str]):
    with pytest.raises(click.BadParameter):
        read_context(words, None)


FILES = [
    ("{}", {}),
    ('{"k": "v", "n": null}', {"k": "v", "n": None}),
    ('{"k": ["a", "b"], "e": []}', {"k": ["a", "b"], "e": []}),
    ('{"b": true, "l": [true, 1]}', {"b": True, "l": [True, "1"]}),
    ('{"i": 10, "f": 1.50, "e": 1e3}', {"i": "10", "f": "1.50", "e": "1e3"}),
]


@pytest.mark.parametrize(("text", "context"), FILES)
def test_file(text: str, context: dict[str, object]):
    """Numbers keep the text that they are written with."""
    Path("context.json").write_text(text, encoding="utf-8")
    assert read_context([], Path("context.json")) == context


def test_words_go_before_the_file():
    Path("context.json").write_text('{"aws:SourceIp": "10.0.0.1", "k": "v"}', encoding="utf-8")
    assert read_context(["AWS:sourceip?"], Path("context.json")) == {"AWS:sourceip": UNKNOWN, "k": "v"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"k"',
        '{"k": {"a": 1}}',
        '{"k": [["a"]]}',
        '{"k": [null]}',
        '{"k": NaN}',
        '{"k": "a", "k": "b"}',
        '{"k": "a", "K": "b"}',
        "[" * 100_000,
    ],
    ids=range(11),
)
def test_files_that_hold_no_context(text: str):
    Path("context.json").write_text(text, encoding="utf-8")
    with pytest.raises(RequestError):
        read_context([], Path("context.json"))


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"])
def test_files_that_cannot_be_read(content: bytes | None):
    if content is not None:
        Path("context.json").write_bytes(content)
    with pytest.raises(RequestError):
        read_context([], Path("context.json"))
