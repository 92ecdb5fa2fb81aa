"""Running commands in this process, and the policies that the tests of the commands share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from ostiary.cli import main

ANN = "arn:aws:iam::111122223333:user/ann"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s1"
KEY = "arn:aws:s3:::app/key"


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def ostiary(*arguments: str, text: str = "") -> Run:
    """Runs a command; `text` is its standard input."""
    result = CliRunner().invoke(main, arguments, input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Run(result.exit_code, result.stdout, result.stderr)


def decide(*arguments: str, action: str = "s3:GetObject", resource: str = KEY, principal: str = ANN) -> Run:
    return ostiary("decide", *arguments, "--principal", principal, "--action", action, "--resource", resource)


def statement(effect: str = "Allow", action: str = "*", resource: str = "*", **more: object) -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def write(name: str, *statements: dict[str, object]) -> str:
    """Writes a policy into the working directory."""
    Path(name).write_text(
        json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2), encoding="utf-8"
    )
    return name
