"""No blow-up on the way to a program: four times the document is about four times the work, whatever is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from tests.growing import grows_linearly

import ostiary


def statement(**elements: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def resource(*texts: str) -> str:
    return document(statement(Resource=[f"arn:aws:s3:::b{text}" for text in texts]))


def like(**condition: object) -> str:
    return document(statement(Condition={"StringLike": condition}))


VALID: dict[str, Callable[[int], str]] = {
    "stars": lambda n: resource("*a" * n),
    "questions": lambda n: resource("?" * n),
    "stars and questions": lambda n: resource("*?" * n),
    "variables": lambda n: resource("${aws:username}" * n),
    "open variables": lambda n: resource("${" * n),
    "open defaults": lambda n: resource("${a, '" * n),
    "long names": lambda n: resource("${" + "a" * 10 * n),
    "colons": lambda n: resource(":*" * n),
    "stars in actions": lambda n: document(statement(Action="s3:" + "*a" * n)),
    "actions": lambda n: document(statement(Action=[f"s3:a{number}*" for number in range(n // 4)])),
    "one action": lambda n: document(statement(Action=["s3:GetObject"] * (n // 4))),
    "resources": lambda n: resource(*(f"{number}/*" for number in range(n // 4))),
    "headers": lambda n: document(statement(Resource=[f"arn:aws:s3:r{number}:*:b" for number in range(n // 4)])),
    "statements": lambda n: document(*(statement(Sid=f"s{number}") for number in range(n // 16))),
    "values": lambda n: like(**{"aws:UserAgent": [f"*a{number}*b*" for number in range(n // 4)]}),
    "keys": lambda n: like(**{f"aws:RequestTag/{number}": "x" for number in range(n // 8)}),
    "principals": lambda n: document(
        statement(Principal={"AWS": [f"arn:aws:iam::111122223333:user/u{number}" for number in range(n // 4)]})
    ),
}
BROKEN: dict[str, Callable[[int], str]] = {
    "operators": lambda n: document(statement(Condition={f"X{number}": {"k": "x"} for number in range(n // 16)})),
    "open string": lambda n: '{"Version": "' + "a" * 10 * n,
    "escapes": lambda n: '{"Version": "' + "\\\\" * n,
    "half escapes": lambda n: '{"Version": "' + "\\u00" * n + '"}',
    "surrogates": lambda n: '{"Version": "' + "\\ud800" * n + '"}',
    "braces": lambda n: "{" * n,
    "brackets": lambda n: '{"Statement": ' + "[" * n,
    "pairs": lambda n: '{"a":' * n,
    "closing": lambda n: "{" + "}" * n,
    "commas": lambda n: '{"Statement": [' + "," * n + "]}",
    "no commas": lambda n: '{"Statement": [' + '{"Effect": "Allow" "Action": "*"} ' * (n // 16) + "]}",
    "other keys": lambda n: '{"Statement": {' + ",".join(f'"k{number}": 1' for number in range(n // 8)) + "}}",
    "keys twice": lambda n: '{"Statement": {' + ",".join('"Sid": "a"' for _ in range(n // 8)) + "}}",
    "junk": lambda n: "$ " * n,
    "quotes": lambda n: '"' * n,
    "single quotes": lambda n: "'" * n,
    "smart quotes": lambda n: "\u201c" * n,
    "words": lambda n: "True " * n,
    "comments": lambda n: "/*" * n,
    "lines": lambda n: "\n" * 10 * n + "{",
    "blanks": lambda n: " " * 10 * n,
    "digits": lambda n: '{"Version": ' + "9" * 10 * n + "}",
    "minus": lambda n: "-" * 10 * n,
    "nul": lambda n: "\0" * n,
}
SIZE = 800


@pytest.mark.parametrize("make", VALID.values(), ids=VALID)
def test_compiling(make: Callable[[int], str]):
    def work(size: int) -> Callable[[], object]:
        text = make(size)
        return lambda: compiled(text)

    assert grows_linearly(work, SIZE)


@pytest.mark.parametrize("make", {**VALID, **BROKEN}.values(), ids={**VALID, **BROKEN})
def test_checking(make: Callable[[int], str]):
    def work(size: int) -> Callable[[], object]:
        text = make(size)
        return lambda: ostiary.check(text, type="identity")

    assert grows_linearly(work, SIZE)


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused(make: Callable[[int], str]):
    with pytest.raises(ostiary.PolicyError):
        ostiary.compile(make(SIZE))


def compiled(text: str) -> None:
    with suppress(ostiary.PolicyError):
        ostiary.compile(text, layers=["identity", "resource"])
