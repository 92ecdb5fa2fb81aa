"""Hostile files: right magic, version, length and digest around a payload that is no program."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.test_codec import HEAD, made, with_payload

from ostiary_grammar.errors import OstiaryError, ProgramError
from ostiary_runtime.codec import from_bytes, to_bytes
from ostiary_runtime.engine import Engine

TABLES = json.loads(to_bytes(made())[HEAD:])
WRONG = [None, True, 7, -1, 0.5, "x", [], {}, [[]], [None], 10**30, "\0"]


def encoded(tables: Any) -> bytes:
    return with_payload(json.dumps(tables).encode("ascii"))


def refused_or_whole(data: bytes) -> None:
    """ProgramError, or a program that an engine can ask without any other error than its own."""
    try:
        program = from_bytes(data)
    except ProgramError:
        return
    engine = Engine(program)
    for principal in ("arn:aws:iam::111122223333:user/alice", "x.amazonaws.com"):
        for text in ("*", "arn:aws:s3:::b/alice/d/*", "arn:aws:sqs:r:1:q"):
            for missing in ("absent", "unknown"):
                engine.authorize(principal, "s3:GetObject", text, {}, missing=missing)
                engine.authorize_plainly(principal, "s3:GetObject", text, {}, missing=missing)


def places(value: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """The way to every part of the tables, the whole included."""
    yield path
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, (*path, number))


PLACES = [path for path in places(TABLES) if path]


def changed(path: tuple[int, ...], change: Callable[[list[Any], int], None]) -> Any:
    tables = copy.deepcopy(TABLES)
    row = tables
    for step in path[:-1]:
        row = row[step]
    change(row, path[-1])
    return tables


def test_the_unchanged_tables_are_a_program():
    assert from_bytes(encoded(TABLES)) == made()


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_wrong_types_everywhere(wrong: object):
    """Each part of each row in turn."""
    for path in PLACES:
        tables = changed(path, lambda row, at: row.__setitem__(at, wrong))
        refused_or_whole(encoded(tables))


def test_missing_and_repeated_parts():
    for path in PLACES:
        refused_or_whole(encoded(changed(path, lambda row, at: row.pop(at))))
        refused_or_whole(encoded(changed(path, lambda row, at: row.insert(at, row[at]))))


# Columns of statements that refer to other tables, and the tables.
REFERENCES = {0: 1, 4: 3, 6: 5, 8: 5, 9: 6, 10: 7}


@pytest.mark.parametrize("field, table", REFERENCES.items())
def test_numbers_out_of_range(field: int, table: int):
    """One beyond the last row, a negative one, a huge one, a truth value: none may be taken for a row."""
    for number in (len(TABLES[table][0]), -1, 10**18, True, 1.0, "0"):
        for statement, old in enumerate(TABLES[2][field]):
            if old is None:
                continue
            tables = copy.deepcopy(TABLES)
            tables[2][field][statement] = [number] if isinstance(old, list) else number
            with pytest.raises(ProgramError):
                from_bytes(encoded(tables))


EMPTY: list[Any] = [[], [[]] * 4, [[]] * 15, [[]] * 4, [], [[]] * 6, [[]] * 9, [[]] * 5, [[]] * 2, [[]] * 3]


def test_columns_of_other_lengths():
    """Each column of each table, one value short or one too long."""
    for table in (each for each in range(1, 10) if each != 4):
        for column in range(len(TABLES[table])):
            for change in (lambda values: values.pop(), lambda values: values.append(values[-1])):
                tables = copy.deepcopy(TABLES)
                change(tables[table][column])
                with pytest.raises(ProgramError, match="different lengths"):
                    from_bytes(encoded(tables))


@pytest.mark.parametrize(
    "glob",
    [
        [""],
        ["a"],
        ["a", "b"],
        ["a", 0, ""],
        [True],
        [False, "a"],
        [1.0],
        [2],
        [-1],
        [None],
        [["k"]],
        [["k", 1]],
        [[0, 0]],
        "",
    ],
    ids=repr,
)
def test_patterns_that_are_none(glob: object):
    for table, column in ((3, 1), (3, 2), (5, 3)):
        tables = copy.deepcopy(TABLES)
        tables[table][column][0] = glob
        with pytest.raises(ProgramError):
            from_bytes(encoded(tables))


def test_patterns_that_would_share_a_header():
    tables = copy.deepcopy(TABLES)
    tables[4].append(tables[4][1])
    with pytest.raises(ProgramError, match="twice"):
        from_bytes(encoded(tables))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        json.dumps(EMPTY[:-1]).encode(),
        json.dumps([*EMPTY, []]).encode(),
        json.dumps([["root"], *EMPTY[1:]]).encode(),
        json.dumps([[["identity"]], *EMPTY[1:]]).encode(),
        json.dumps(EMPTY).encode() + b" x",
        json.dumps(EMPTY).encode()[:-1],
        json.dumps(EMPTY).replace("[", "[1e999,", 1).encode(),
        json.dumps(EMPTY).replace("[[]", "[NaN", 1).encode(),
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        json.dumps(EMPTY)[:-3].encode() + b"[" * 50_000 + b"]" * 50_000 + b"]]",
        json.dumps(EMPTY)[:-3].encode() + b"9" * 5_000 + b"]]",
        json.dumps([["é"], *EMPTY[1:]], ensure_ascii=False).encode(),
        b"\xff\xfe[",
    ],
    ids=lambda payload: repr(payload[:30]),
)
def test_payloads_that_are_no_tables(payload: bytes):
    with pytest.raises(ProgramError):
        from_bytes(with_payload(payload))


def test_an_empty_program_is_one():
    """It allows nothing, since nothing is asked for... but what no policy has to allow."""
    program = from_bytes(encoded([["identity"], *EMPTY[1:]]))
    assert not Engine(program).is_allowed("arn:aws:iam::111122223333:user/a", "s3:GetObject", "*")


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**40, 2**63, 2**64 - 1])
def test_lengths_that_a_head_may_claim(length: int):
    """No memory is asked for before the length was seen to be true."""
    data = encoded(TABLES)
    with pytest.raises(ProgramError):
        from_bytes(data[:10] + length.to_bytes(8, "big") + data[18:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=10, max_size=10))
def test_tables_of_anything(tables: list[object]):
    refused_or_whole(encoded(tables))


@given(st.integers(0, 10**9), st.integers(1, 3))
def test_parts_of_rows_in_the_place_of_others(seed: int, swaps: int):
    """Well-formed parts where others belong, several at once."""
    rng = random.Random(seed)
    tables = copy.deepcopy(TABLES)
    for _ in range(swaps):
        path, other = rng.choice(PLACES), rng.choice(PLACES)
        value = TABLES
        for step in other:
            value = value[step]
        row = tables
        try:
            for step in path[:-1]:
                row = row[step]
            row[path[-1]] = copy.deepcopy(value)
        except (IndexError, TypeError):
            return
    refused_or_whole(encoded(tables))


@given(st.integers(0, 10**9), st.integers(1, 8))
def test_any_change_of_the_payload_with_the_right_digest(seed: int, changes: int):
    """Bytes changed, cut out and put in, as somebody would who can compute a digest."""
    rng = random.Random(seed)
    payload = bytearray(json.dumps(TABLES, separators=(",", ":")).encode("ascii"))
    for _ in range(changes):
        at = rng.randrange(len(payload))
        match rng.randrange(4):
            case 0:
                payload[at] ^= 1 << rng.randrange(8)
            case 1:
                payload[at] = rng.choice(b'0123456789[]",truefalsn*?:')
            case 2:
                del payload[at : at + rng.randrange(1, 9)]
            case 3:
                payload[at:at] = payload[rng.randrange(len(payload)) :][: rng.randrange(1, 30)]
    refused_or_whole(with_payload(bytes(payload)))


def test_errors_say_that_it_is_the_file():
    with pytest.raises(ProgramError, match="not well formed") as raised:
        from_bytes(with_payload(b"{}"))
    assert isinstance(raised.value, OstiaryError)
    assert raised.value.code == "program"
    assert raised.value.__cause__ is None
