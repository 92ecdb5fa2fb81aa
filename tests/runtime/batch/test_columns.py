"""Columns: every Arrow form of a value says the same, and what is no request is refused with row and column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.batch.asking import agree, answers, policies, requests
from tests.runtime.building import ALICE, SESSION, allow, deny, identity

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch.columns import Coded, Columns, encode, read_layout

TEXT = pa.string()
FORMS = {
    "string": lambda values: pa.array(values, TEXT),
    "large": lambda values: pa.array(values, pa.large_string()),
    "view": lambda values: pa.array(values, pa.string_view()),
    "int8": lambda values: pa.array(values, pa.dictionary(pa.int8(), TEXT)),
    "uint8": lambda values: pa.array(values, TEXT).dictionary_encode().cast(pa.dictionary(pa.uint8(), TEXT)),
    "int64": lambda values: pa.array(values, pa.dictionary(pa.int64(), TEXT)),
    "uint64": lambda values: pa.array(values, TEXT).dictionary_encode().cast(pa.dictionary(pa.uint64(), TEXT)),
    "large dictionary": lambda values: pa.array(values, pa.dictionary(pa.int32(), pa.large_string())),
    "null in the dictionary": lambda values: pa.DictionaryArray.from_arrays(
        pa.array([list(dict.fromkeys(values)).index(value) for value in values], pa.int16()),
        pa.array(list(dict.fromkeys(values)), TEXT),
    ),
    "more in the dictionary": lambda values: pa.DictionaryArray.from_arrays(
        pa.array([None if value is None else values.index(value) + 1 for value in values], pa.int16()),
        pa.array(["not a thing", *values], TEXT),
    ),
    "run-end encoded": lambda values: pa.compute.run_end_encode(pa.array(values, TEXT)),
    "sliced": lambda values: pa.array(["x", None, *values, "y"], TEXT)[2:-1],
    "sliced dictionary": lambda values: pa.array(["x", None, *values, "y"], TEXT).dictionary_encode()[2:-1],
}


def values_of(coded: Coded, rows: int) -> list[Any]:
    return [coded.at(row) for row in range(rows)]


@pytest.mark.parametrize("form", FORMS)
@given(values=st.lists(st.sampled_from(["a", "b", "", "é", None]), max_size=60))
def test_codes_lead_back_to_the_values(form: str, values: list[str | None]):
    array = FORMS[form](values)
    batch = pa.record_batch([array], ["x"])
    assert values_of(Columns(batch, 0).coded("x"), len(values)) == values


@given(st.lists(st.none() | st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0]), max_size=30))
def test_floats_by_their_bits(values: list[float | None]):
    for kind in (pa.float64(), pa.float32()):
        array = pa.array(values, kind)
        assert list(map(str, values_of(encode(array), len(values)))) == list(map(str, array.to_pylist()))


@given(st.lists(st.none() | st.lists(st.sampled_from(["a", "b", "", "a\0b", "\0"]), max_size=3), max_size=30))
def test_lists(values: list[list[str] | None]):
    for kind in (pa.list_(TEXT), pa.large_list(TEXT), pa.list_(pa.large_string())):
        assert values_of(encode(pa.array(values, kind)), len(values)) == values
    assert values_of(encode(pa.array(["x", *map(str, values)])[1:]), len(values)) == list(map(str, values))
    sliced = pa.array([["z"], None, *values, ["z"]], pa.list_(TEXT))[2:-1]
    assert values_of(encode(sliced), len(values)) == values


@pytest.mark.parametrize("values", [[1, 2, 1, None], [True, False, None, True], [2**63 - 1, -(2**63)], [None, None]])
def test_numbers_and_truth_values(values: list[Any]):
    assert values_of(encode(pa.array(values)), len(values)) == values


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_the_columns_that_ask(form: str):
    table = requests(300)
    plain = ["principal", "action", "resource"]
    wanted = answers(agree(policies(), table))
    rest = table.drop_columns(plain)
    again = pa.table(
        {name: FORMS[form](table[name].to_pylist()) for name in plain}
        | dict(zip(rest.column_names, rest.columns, strict=True))
    )
    assert answers(policies().authorize_batch(again)) == wanted


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_context_columns(form: str):
    table = requests(300)
    wanted = answers(agree(policies(), table))
    at = table.schema.get_field_index("aws:SourceIp")
    again = table.set_column(at, "aws:sourceip", FORMS[form](table["aws:SourceIp"].to_pylist()))
    assert answers(policies().authorize_batch(again)) == wanted


LISTS = {
    "large list": pa.large_list(TEXT),
    "of large strings": pa.list_(pa.large_string()),
    "view": pa.list_view(TEXT),
    "of views": pa.list_(pa.string_view()),
}


@pytest.mark.parametrize("kind", LISTS)
def test_forms_of_lists(kind: str):
    table = requests(300)
    wanted = answers(agree(policies(), table))
    at = table.schema.get_field_index("aws:TagKeys")
    lists = pa.array(table["aws:TagKeys"].to_pylist(), LISTS[kind])
    assert answers(policies().authorize_batch(table.set_column(at, "aws:TagKeys", lists))) == wanted


def test_dictionary_of_lists():
    table = requests(300)
    wanted = answers(agree(policies(), table))
    at = table.schema.get_field_index("aws:TagKeys")
    values = table["aws:TagKeys"].to_pylist()
    distinct = [list(each) for each in dict.fromkeys(tuple(value) for value in values if value is not None)]
    codes = pa.array([None if value is None else distinct.index(value) for value in values], pa.int8())
    lists = pa.DictionaryArray.from_arrays(codes, pa.array(distinct, pa.list_(TEXT)))
    assert answers(policies().authorize_batch(table.set_column(at, "aws:TagKeys", lists))) == wanted


@pytest.mark.parametrize(
    "kind",
    [pa.list_(TEXT), pa.large_list(TEXT), pa.list_view(TEXT), pa.list_(TEXT, 1)],
    ids=["plain", "large", "view", "fixed"],
)
def test_chunks_with_dictionaries_of_lists_that_differ(kind: pa.DataType):
    def chunk(*lists: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], pa.int8()), pa.array(lists, kind))

    tags = pa.chunked_array([chunk(["a"], ["b"]), chunk(["c"], ["a"])])
    engine = identity(allow(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}))
    table = pa.concat_tables([one()] * 8)
    got = agree(engine, table.append_column("aws:TagKeys", tags))
    assert [effect == "Allow" for effect in got["effect"].to_pylist()] == [
        True,
        False,
        False,
        True,
        *[False, True, False, False],
    ]
    agree(engine, table.append_column("nobody asks", tags).append_column("aws:TagKeys", tags))


def test_chunks_whose_dictionaries_together_are_too_large_for_their_indices():
    names = [[f"{chunk}-{number}" for number in range(100)] for chunk in range(3)]
    values = pa.chunked_array([pa.array(each, TEXT).cast(pa.dictionary(pa.int8(), TEXT)) for each in names])
    engine = identity(allow(Condition={"StringLike": {"a:b": "1-*"}}))
    table = pa.concat_tables([one()] * 300).append_column("a:b", values)
    assert agree(engine, table)["effect"].to_pylist().count("Allow") == 100


@pytest.mark.parametrize(
    "values", [pa.array(["a", None, "b"], pa.string_view()), pa.array(["a", None, "b"]).dictionary_encode()]
)
def test_runs_of_views_and_of_dictionaries(values: pa.Array):
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 5], pa.int32()), values)
    for first, count in ((0, 5), (1, 3), (4, 1), (2, 0)):
        batch = pa.record_batch([runs.slice(first, count)], ["x"])
        coded = Columns(batch, 0).coded("x")
        assert values_of(coded, count) == ["a", "a", None, "b", "b"][first : first + count]


def test_an_unasked_column_that_arrow_cannot_put_together():
    dictionaries = [pa.array([{"a": 1}, {"a": 2}]), pa.array([{"a": 2}, {"a": 3}])]
    chunks = [pa.DictionaryArray.from_arrays(pa.array([0, 1]), each) for each in dictionaries]
    agree(policies(), pa.concat_tables([one()] * 4).append_column("more", pa.chunked_array(chunks)))


def test_columns_without_chunks():
    kind = pa.dictionary(pa.int8(), TEXT)
    empty = pa.chunked_array([pa.array([], TEXT)] * 2)
    table = pa.table({"principal": empty, "action": pa.chunked_array([], kind), "resource": empty})
    assert policies().authorize_batch(table).num_rows == 0


def test_numbers_are_their_text():
    """As in a context: 10 is `10`, 1.5 is `1.5`, true is `true`."""
    engine = identity(
        allow(Condition={"StringEquals": {"a:n": ["10", "-0.0"], "a:b": "true", "a:f": ["1.5", "0.0", "nan"]}})
    )
    for numbers in ([10, 11, None], [-0.0, 0.0, 10.0]):
        table = pa.table(
            {
                "principal": [ALICE] * 3,
                "action": ["s3:GetObject"] * 3,
                "resource": ["*"] * 3,
                "A:N": numbers,
                "a:b": [True, True, False],
                "a:F": pa.array([1.5, -0.0, float("nan")]),
            }
        )
        agree(engine, table)


def test_empty_list_is_absent():
    engine = identity(allow(), deny(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}))
    table = pa.table(
        {
            "principal": [ALICE] * 3,
            "action": ["s3:GetObject"] * 3,
            "resource": ["*"] * 3,
            "aws:TagKeys": [[], None, ["b"]],
        }
    )
    assert agree(engine, table)["effect"].to_pylist() == ["ExplicitDeny", "ExplicitDeny", "Allow"]


def refused(table: pa.Table, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        policies().authorize_batch(table)


def one(**columns: Any) -> pa.Table:
    return pa.table({"principal": [ALICE], "action": ["s3:GetObject"], "resource": ["*"], **columns})


@pytest.mark.parametrize("name", ["principal", "action", "resource"])
def test_columns_that_have_to_be_there(name: str):
    refused(
        requests(3).drop_columns(name), f"the table has no column `{name}`: it needs `principal`, `action`, `resource`"
    )


@pytest.mark.parametrize("name", ["principal", "action", "resource", "resource_account"])
def test_columns_that_have_to_be_text(name: str):
    refused(one(**{name: [7]}), f"the column `{name}` holds int64, not text: cast it to string")


@pytest.mark.parametrize("form", ["string", "int8", "view", "null in the dictionary", "run-end encoded"])
@pytest.mark.parametrize("name", ["principal", "action", "resource"])
def test_nulls_where_a_value_has_to_be(name: str, form: str):
    table = requests(5)
    values = table[name].to_pylist()
    values[3] = None
    at = table.schema.get_field_index(name)
    refused(table.set_column(at, name, FORMS[form](values)), f"^row 3, column `{name}`: there is no value")
    refused(table.set_column(at, name, pa.nulls(5)), f"^row 0, column `{name}`: there is no value")


@pytest.mark.parametrize("form", ["string", "int8", "large", "sliced dictionary"])
@pytest.mark.parametrize(
    "name, value, message",
    [
        ("principal", "alice", "`alice` is not a principal"),
        ("action", "GetObject", "`GetObject` is not an action"),
        ("resource", "bucket", "`bucket` is not a resource"),
        ("resource", "arn:aws:s3:::"[:-1], "is not a resource"),
        ("resource", "", "is not a resource"),
        ("resource", "arm:aws:s3:::b", "is not a resource"),
    ],
)
def test_rows_that_are_no_requests(name: str, value: str, message: str, form: str):
    for rows in (6, 1500):
        table = requests(rows)
        values = table[name].to_pylist()
        values[4] = value
        at = table.schema.get_field_index(name)
        refused(table.set_column(at, name, FORMS[form](values)), f"^row 4, column `{name}`: .*{message}")


def test_a_wrong_owner():
    refused(one(resource_account=["me"]), "^row 0, column `resource_account`: `me` is not an account id")


def test_a_role_that_is_no_value():
    """Only the role of a session is asked for; of other callers nobody looks at it, as in a context."""
    roles = {"aws:PrincipalArn": [["arn:aws:iam::111122223333:role/dev", None]]}
    refused(one(principal=[SESSION], **roles), "^row 0, column `aws:PrincipalArn`: a context value must be text")
    table = pa.concat_tables([one(**roles), one(principal=[SESSION], **{"aws:PrincipalArn": [["x", "y"]]})])
    agree(identity(allow()), table)


def test_null_inside_a_list():
    refused(one(**{"aws:TagKeys": [["a", None]]}), "^row 0, column `aws:TagKeys`: a context value must be text")


def test_a_column_named_twice():
    table = pa.Table.from_arrays([pa.array(["x"])] * 4, ["principal", "action", "resource", "action"])
    refused(table, "the column `action` is there twice")
    refused(
        one(**{"aws:SourceIp": ["x"], "AWS:sourceip": ["x"]}),
        "`aws:SourceIp` and `AWS:sourceip` are the same condition key",
    )


@pytest.mark.parametrize(
    "kind, advice",
    [
        (pa.timestamp("s"), "cast it to string, such as 2026"),
        (pa.date32(), "cast it to string, such as 2026"),
        (pa.decimal128(5, 2), "cast it to string"),
        (pa.binary(), "cast it to string or to list<string>"),
        (pa.struct([("a", TEXT)]), "cast it to string or to list<string>"),
        (pa.list_(pa.list_(TEXT)), "cast it to string or to list<string>"),
        (pa.map_(TEXT, TEXT), "cast it to string or to list<string>"),
    ],
)
def test_types_that_are_no_values(kind: pa.DataType, advice: str):
    refused(one(**{"aws:SourceIp": pa.nulls(1, kind)}), f"the column `aws:SourceIp` holds .*: {advice}")
    agree(policies(), one(when=pa.nulls(1, kind)))  # nobody asks about it


def test_layout():
    schema = pa.schema([(name, TEXT) for name in ("resource", "principal", "action", "AWS:SourceIp", "x", "s3:Prefix")])
    layout = read_layout(schema, ["aws:sourceip", "s3:prefix", "aws:tagkeys"])
    assert layout.keys == (("aws:sourceip", "AWS:SourceIp"), ("s3:prefix", "s3:Prefix"))
    assert not layout.owner


def test_few_rows_are_encoded_alone():
    batch = pa.record_batch([pa.array([str(row) for row in range(1000)])], ["x"])
    columns = Columns(batch, 0)
    few = columns.coded("x", np.array([3, 999, 3]))
    assert values_of(few, 3) == ["3", "999", "3"]
    assert len(few.values) == 2
    many = columns.coded("x", np.arange(400))
    assert values_of(many, 400) == [str(row) for row in range(400)]
