"""The saved form: the same program back, the same bytes for the same policies, and an error for every other file."""

from __future__ import annotations

import hashlib
import json
import random
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import compile_engine
from tests.runtime.building import ALICE, allow, deny, document, engine, policy_set, program, program_of
from tests.strategies.generate import generate

from ostiary_compiler.policyset import PolicySet
from ostiary_grammar.errors import ProgramError
from ostiary_runtime.codec import MAGIC, digest, from_bytes, to_bytes
from ostiary_runtime.engine import Engine
from ostiary_runtime.program import FORMAT_VERSION, Program

HEAD = 50
PARTS = [
    (
        allow(
            Sid="One",
            Action=["s3:Get*", "*:Get*", "**", "s3:", "S3:x?"],
            Resource=["*", "**", "arn:aws:sqs", "arn:aws:s3:::b/${aws:username}/${aws:x, 'd'}/${*}", "b"],
            Condition={
                "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*", "é\u2028\U0001f511"]},
                "Null": {"k": []},
            },
        ),
        "identity",
        ALICE,
    ),
    (deny(NotPrincipal={"AWS": [ALICE, "111122223333", "AIDA1"], "Service": "x.amazonaws.com"}), "resource", None),
    (allow(Principal={"AWS": "*", "Federated": "p", "CanonicalUser": "c"}), "resource", "arn:aws:s3:::b"),
    ({"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::b"}, "scp", "r-root"),
    (allow(Principal="*"), "endpoint", "vpce-1"),
]


def made() -> Program:
    policies = policy_set(*PARTS)
    policies.join(ALICE, "arn:aws:iam::111122223333:group/g")
    policies.place("111122223333", path=["r-root", "ou-a"], management=True)
    return program_of(policies, ["identity", "resource", "scp", "endpoint"])


def with_payload(payload: bytes) -> bytes:
    """A file around a payload, right in everything but perhaps its content."""
    head = MAGIC + FORMAT_VERSION.to_bytes(2, "big") + len(payload).to_bytes(8, "big")
    return head + hashlib.sha256(payload).digest() + payload


def test_round_trip():
    """Everything is in it: also the order, what is unsure, variables with their defaults, and places in the text."""
    assert from_bytes(to_bytes(made())) == made()
    assert to_bytes(from_bytes(to_bytes(made()))) == to_bytes(made())


@pytest.mark.parametrize("seed", range(40))
def test_round_trip_of_generated_policies(seed: int):
    compiled = compile_engine(generate(seed)[0]).program
    again = from_bytes(to_bytes(compiled))
    assert again == compiled
    assert to_bytes(again) == to_bytes(compiled)
    assert (again.action_index, again.headers) == (compiled.action_index, compiled.headers)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_round_trip_of_any_text(value: str, name: str, target: str, sid: str):
    with suppress(UnicodeEncodeError):
        for text in (value, name, target, sid):
            text.encode()  # half a surrogate pair is no text of a policy
        policies = PolicySet()
        statement = allow(Sid=sid, Resource=f"arn:aws:s3:::{value}", Condition={"StringEquals": {f"k{value}": value}})
        policies.attach(document(statement), name=name or "p", to=f"{ALICE}{target}x")
        compiled = program_of(policies)
        assert from_bytes(to_bytes(compiled)) == compiled


def test_the_same_policies_give_the_same_bytes():
    assert to_bytes(made()) == to_bytes(made())
    assert digest(made()) == digest(made()) == Engine(made()).digest
    assert digest(made()) == hashlib.sha256(to_bytes(made())[HEAD:]).hexdigest()
    assert digest(made()) != digest(program(*PARTS))


def test_the_same_bytes_in_processes_with_other_hash_seeds():
    """No set and no dictionary lends its order."""
    script = "from tests.runtime.test_codec import made, digest; print(digest(made()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path)), "PATH": ""},
            cwd=Path(__file__).parents[2],
        ).stdout.strip()
        for seed in ("0", "1")
    }
    assert found == {digest(made())}


def test_the_head_says_what_the_file_is():
    data = to_bytes(made())
    magic, version, length, checksum = struct.unpack(">8sHQ32s", data[:HEAD])
    assert (magic, version, length) == (b"OSTIARY\0", FORMAT_VERSION, len(data) - HEAD)
    assert checksum == hashlib.sha256(data[HEAD:]).digest()
    assert data[HEAD:].isascii()
    json.loads(data[HEAD:])


def test_truncation_at_every_byte():
    data = to_bytes(program(PARTS[0]))
    for length in range(len(data)):
        with pytest.raises(ProgramError):
            from_bytes(data[:length])


@pytest.mark.parametrize("more", [b"\0", b" ", b"OSTIARY\0"])
def test_nothing_may_follow(more: bytes):
    with pytest.raises(ProgramError, match="bytes"):
        from_bytes(to_bytes(made()) + more)


def test_flipped_bytes_are_found():
    """Every byte of the head, and a thousand of the whole, in every bit."""
    data, rng = to_bytes(made()), random.Random(7)
    places = [*range(HEAD), *(rng.randrange(len(data)) for _ in range(1_000))]
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << rng.randrange(8)
        with pytest.raises(ProgramError):
            from_bytes(bytes(damaged))


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, 65535])
def test_other_versions_are_refused(version: int):
    """With the advice to compile again."""
    data = bytearray(to_bytes(made()))
    data[8:10] = version.to_bytes(2, "big")
    with pytest.raises(ProgramError, match="compile it again"):
        from_bytes(bytes(data))


@pytest.mark.parametrize(
    "data", [b"", b"OSTIARY", b"\x80\x04.", b"{}", b"PK\x03\x04", MAGIC, MAGIC + b"\0" * 42, b"\xff" * 4096]
)
def test_foreign_files_are_refused(data: bytes):
    with pytest.raises(ProgramError):
        from_bytes(data)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes):
    for each in (data, MAGIC + data, with_payload(data)):
        with pytest.raises(ProgramError):
            from_bytes(each)


def test_the_index_is_built_anew():
    """A file cannot bring an index that leaves a pattern out: there is none in it."""
    compiled = made()
    assert from_bytes(to_bytes(compiled)).action_index == compiled.action_index
    assert from_bytes(to_bytes(compiled)).headers == compiled.headers
    assert len(json.loads(to_bytes(compiled)[HEAD:])) == 10


def test_a_loaded_program_decides_as_a_fresh_one():
    fresh, loaded = engine(*PARTS), Engine(from_bytes(to_bytes(program(*PARTS))))
    for action in ("s3:GetObject", "iam:GetUser"):
        for text in ("*", "arn:aws:s3:::b/alice/d/*", "arn:aws:sqs:r:1:q"):
            assert fresh.authorize(ALICE, action, text) == loaded.authorize(ALICE, action, text)
