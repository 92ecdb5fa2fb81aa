"""What can be different about a request, one flood each; and what a flood must not do.

In: a flood and how many requests. Out: a `Result`: wrong answers, memory at the overflow of every cap and at the end, and
the time of a decision when nothing is known yet and at the end.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import ostiary

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/s"
OBJECT = "arn:aws:s3:::b/k"
GOOD = {"aws:UserAgent": "browser"}

Call = tuple[Any, str, str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Flood:
    """The request of a number, and whether it is allowed."""

    name: str
    call: Callable[[int], Call]
    allowed: bool


def _one(name: str, allowed: bool, call: Callable[[int], Call]) -> Flood:
    return Flood(name, call, allowed)


FLOODS = (
    _one("resources", True, lambda n: (ALICE, "s3:GetObject", f"arn:aws:s3:::b/{n}", GOOD)),
    _one("secrets", False, lambda n: (ALICE, "s3:GetObject", f"arn:aws:s3:::b/{n}secret", GOOD)),
    _one("headers", True, lambda n: (ALICE, "sqs:Send", f"arn:aws:sqs:r{n}:{ACCOUNT}:q", GOOD)),
    _one("strange headers", False, lambda n: (ALICE, "sqs:Send", f"arn:aws:s{n}:r:{ACCOUNT}:q", GOOD)),
    _one("actions", True, lambda n: (ALICE, f"s3:Get{n}", OBJECT, GOOD)),
    _one("strange actions", False, lambda n: (ALICE, f"s{n}:Put", OBJECT, GOOD)),
    _one("spellings of an action", True, lambda n: (ALICE, spelled("s3:getobjectaclversiontagging", n), OBJECT, GOOD)),
    _one("condition values", False, lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": f"{n}bot"})),
    _one(
        "sets of values",
        True,
        lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "b", "aws:TagKeys": [f"{n}"]}),
    ),
    _one(
        "values of variables", False, lambda n: (ALICE, "ec2:Run", f"arn:aws:ec2:::i/{n}", {"aws:SourceVpc": f"v{n}"})
    ),
    _one("sets of keys", False, lambda n: (ALICE, "s3:GetObject", OBJECT, {f"k{n}": "v", "AWS:useragent": "a bot"})),
    _one("users", True, lambda n: (f"arn:aws:iam::{ACCOUNT}:user/{n}", "s3:GetObject", OBJECT, GOOD)),
    _one("accounts", True, lambda n: (f"arn:aws:iam::{n:012}:user/a", "s3:GetObject", OBJECT, GOOD)),
    _one("partitions", True, lambda n: (f"arn:p{n}:iam::{ACCOUNT}:user/a", "s3:GetObject", OBJECT, GOOD)),
    _one(
        "roles of a session",
        True,
        lambda n: (SESSION, "s3:GetObject", OBJECT, {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{n}/dev"}),
    ),
    _one(
        "principals",
        True,
        lambda n: (ostiary.Principal(SESSION, unique_id=f"AROA{n}"), "s3:GetObject", OBJECT, GOOD),
    ),
)


def spelled(action: str, number: int) -> str:
    """One of the spellings of an action that differ by case."""
    service, _, name = action.partition(":")
    letters = (letter.upper() if number >> at & 1 else letter for at, letter in enumerate(name))
    return f"{service}:{''.join(letters)}"


def long_floods(length: int) -> tuple[Flood, ...]:
    """The same with texts that are long by themselves."""
    pad = "x" * length
    return (
        _one("long resources", True, lambda n: (ALICE, "s3:GetObject", f"arn:aws:s3:::b/{n}{pad}", GOOD)),
        _one("long headers", True, lambda n: (ALICE, "sqs:Send", f"arn:aws:sqs:{n}{pad}:{ACCOUNT}:q", GOOD)),
        _one("long rests", True, lambda n: (ALICE, "sqs:Send", f"arn:aws:sqs:{n}:{ACCOUNT}:q{pad}", GOOD)),
        _one("long actions", True, lambda n: (ALICE, f"s3:Get{n}{pad}", OBJECT, GOOD)),
        _one("long values", False, lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": f"{n}{pad}bot"})),
        _one("long keys", False, lambda n: (ALICE, "s3:GetObject", OBJECT, {f"{n}{pad}": "", "AWS:useragent": "bot"})),
        _one(
            "long sets",
            True,
            lambda n: (ALICE, "s3:GetObject", OBJECT, {"aws:UserAgent": "b", "aws:TagKeys": [f"{n}{pad}", "a"]}),
        ),
        _one(
            "long variables",
            True,
            lambda n: (ALICE, "ec2:Run", f"arn:aws:ec2:::v/{n}{pad}", {"aws:SourceVpc": f"{n}{pad}"}),
        ),
        _one("long users", True, lambda n: (f"arn:aws:iam::{ACCOUNT}:user/{n}{pad}", "s3:GetObject", OBJECT, GOOD)),
        _one("long partitions", True, lambda n: (f"arn:{n}{pad}:iam::{ACCOUNT}:user/a", "s3:GetObject", OBJECT, GOOD)),
        _one(
            "long roles",
            True,
            lambda n: (
                SESSION,
                "s3:GetObject",
                OBJECT,
                {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{n}{pad}/dev"},
            ),
        ),
        _one(
            "long principals",
            True,
            lambda n: (ostiary.Principal(SESSION, unique_id=f"{n}{pad}"), "s3:GetObject", OBJECT, GOOD),
        ),
    )


def flooded_engine() -> ostiary.Engine:
    """An engine in which every flood finds something to test: values, variables, patterns, headers, principals."""
    statements = [
        {"Effect": "Allow", "Action": ["s3:Get*", "sqs:*"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:sqs:*:*:q*"]},
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "arn:aws:ec2:::v/${aws:SourceVpc}"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:UserAgent": "*bot*"}}},
        {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/*secret"},
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": ["forbidden", "${aws:UserAgent}"]}},
        },
        {
            "Effect": "Deny",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*",
            "Condition": {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/blocked/dev"}},
        },
    ]
    return ostiary.compile({"Version": "2012-10-17", "Statement": statements})


@dataclass(frozen=True, slots=True)
class Result:
    """What a flood did. Memory in bytes of the process; times in seconds for one decision."""

    name: str
    wrong: int
    middle: int
    end: int
    cold: float
    late: float


def run(flood: Flood, count: int, engine: ostiary.Engine) -> Result:
    """Asks every request once. `cold` is the time of those that come first, when hardly anything is remembered."""
    wrong, middle = 0, 0
    window = max(count // 50, 1)
    times: list[float] = []
    for start in range(0, count, window):
        calls = [flood.call(number) for number in range(start, min(start + window, count))]
        began = time.perf_counter()
        answers = [engine.is_allowed(*call) for call in calls]
        times.append((time.perf_counter() - began) / len(calls))
        wrong += sum(answer is not flood.allowed for answer in answers)
        if not middle and start >= count // 2:
            gc.collect()
            middle = resident()
    gc.collect()
    return Result(flood.name, wrong, middle, resident(), max(times[:3]), median(times[-10:]))


def resident() -> int:
    """The memory of this process that lies in RAM."""
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
