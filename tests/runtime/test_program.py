"""The program: plain data, and as many rows as the policies say."""

from __future__ import annotations

import enum

import pytest
from tests.runtime.building import ALICE, BOB, allow, deny, program

from ostiary_runtime.codec import to_bytes
from ostiary_runtime.program import statements_by_policy


def leaves(value: object) -> set[type]:
    """The types of everything in a form that is no form itself."""
    if isinstance(value, tuple | frozenset | list):
        return {kind for each in value for kind in leaves(each)}
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is None:
        return {type(value)}
    return {kind for name, field in fields.items() if field.compare for kind in leaves(getattr(value, name))}


def test_a_program_is_plain_data():
    made = program((allow(Condition={"StringLike": {"a:b": "${c:d}*"}}), "identity", ALICE), (deny(), "scp", None))
    assert all(issubclass(kind, str | int | bool | None.__class__ | enum.Enum) for kind in leaves(made))
    assert isinstance(hash(made.statements), int)


def test_what_occurs_often_is_one_row():
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    parts = [(allow(Action="s3:Get*", Resource="arn:aws:s3:::b", Condition=condition), "identity", ALICE)]
    parts += [(deny(Action="S3:get*", Resource="arn:aws:s3:::b", Condition=condition), "identity", BOB)]
    made = program(*parts)
    assert [len(table) for table in (made.actions, made.resources, made.conditions)] == [1, 1, 1]


@pytest.mark.parametrize("count", [10, 100])
def test_growth_is_linear(count: int):
    """Ten times the policies, about ten times the bytes."""

    def size(statements: int) -> int:
        return len(
            to_bytes(
                program(
                    *(
                        (allow(Action=f"s3:Get{n}*", Resource=f"arn:aws:s3:::b{n}/*x*"), "identity", ALICE)
                        for n in range(statements)
                    )
                )
            )
        )

    assert size(10 * count) < 12 * size(count)


def test_statements_by_policy():
    made = program((allow(), "identity", ALICE), (deny(), "identity", ALICE))
    assert statements_by_policy(made.statements) == {0: [0], 1: [1]}


@pytest.mark.parametrize(
    "pattern, crossing",
    [
        ("arn:aws:s3:::b", ()),
        ("arn:aws:s3:::b*", ()),
        ("arn:aws:sqs:*:*:q", (2, 3)),
        ("arn:*:s*:r:1:q", (0, 1)),
        ("arn:aws:sqs:*a:1:q", ()),
        ("arn:aws:sqs:a*", (2,)),
        ("arn:aws:sqs", ()),  # what is padded was not written
        ("arn:aws:sqs:*:x", (2,)),
        ("*", ()),
    ],
)
def test_fields_that_may_cross(pattern: str, crossing: tuple[int, ...]):
    """10.1 speaks of the written fields before the fifth colon that end in a star."""
    assert program((allow(Resource=pattern), "identity", None)).resources[0].crossing == crossing
