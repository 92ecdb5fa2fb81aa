"""Tables in, tables out: forms of input, and that the answers are those of the single engine."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest
from tests.runtime.batch.asking import RESOURCES, agree, answers, policies, requests, simple
from tests.runtime.building import ALICE, SESSION

from ostiary_grammar.errors import RequestError
from ostiary_runtime.batch import stream
from ostiary_runtime.batch.answers import RESULT
from ostiary_runtime.engine import Engine


@pytest.mark.parametrize("missing", ["absent", "unknown"])
@pytest.mark.parametrize("seed", range(4))
def test_all_layers(seed: int, missing: str):
    engine = policies()
    for _ in range(2):
        agree(engine, requests(800, seed), missing)


@pytest.mark.parametrize("missing", ["absent", "unknown"])
@pytest.mark.parametrize("keys", [(), ("aws:SourceIp",), ("s3:prefix", "aws:TagKeys")])
def test_fewer_columns(keys: tuple[str, ...], missing: str):
    """A key without a column is absent or not known."""
    agree(policies(), requests(600, 5, keys=keys), missing)


@pytest.mark.parametrize("make", [policies, simple])
def test_owners_and_roles_in_columns(make: Any):
    """Whose the resource is, and which role a session has."""
    table = requests(900, 1)
    owners = [None, "111122223333", "444455556666"]
    roles = [None, "arn:aws:iam::111122223333:role/eng/dev", "arn:aws:iam::111122223333:role/dev", "nonsense"]
    table = table.append_column("resource_account", pa.array([owners[row % 3] for row in range(900)]))
    table = table.append_column("AWS:principalARN", pa.array([roles[row % 4] for row in range(900)]))
    agree(make(), table)
    agree(make(), table.drop_columns("resource_account"))
    agree(make(), table.drop_columns("AWS:principalARN"))


def test_the_resource_is_not_looked_at_where_it_does_not_count():
    engine = simple()
    agree(engine, requests(3000, 2))
    sqs = requests(3000, 3).filter(pa.compute.field("action") == "sqs:SendMessage")
    agree(engine, sqs)
    agree(engine, requests(300, 4).filter(pa.compute.field("action") == "kms:Decrypt"))


@pytest.mark.parametrize("action", ["s3:GetObject", "sqs:SendMessage", "sts:GetCallerIdentity"])
def test_one_request_many_times(action: str):
    """Columns that hold one value only."""
    for make in (policies, simple):
        for resource in RESOURCES:
            row = {"principal": ALICE, "action": action, "resource": resource, "aws:SourceIp": "10.1.1.1"}
            agree(make(), pa.Table.from_pylist([row] * 3))


def test_result():
    table = requests(100)
    got = policies().authorize_batch(table)
    assert got.schema == RESULT
    assert got.num_rows == 100
    assert set(got["effect"].to_pylist()) <= {"Allow", "ExplicitDeny", "ImplicitDeny"}
    got.validate(full=True)


@pytest.mark.parametrize("rows", [0, 1])
def test_small_tables(rows: int):
    got = agree(policies(), requests(rows))
    assert got.schema == RESULT


def test_record_batch_and_arrow_stream():
    class Frame:
        """What a data frame shows of itself."""

        def __arrow_c_stream__(self, requested: object = None) -> object:
            return requests(50).__arrow_c_stream__(requested)

    engine = policies()
    wanted = answers(engine.authorize_batch(requests(50)))
    (batch,) = requests(50).to_batches()
    assert answers(engine.authorize_batch(batch)) == wanted
    assert answers(engine.authorize_batch(Frame())) == wanted


@pytest.mark.parametrize("what", [None, 7, "table", [{"principal": ALICE}], {"principal": [ALICE]}])
def test_no_table(what: object):
    with pytest.raises(RequestError, match="is no table: give a pyarrow Table"):
        policies().authorize_batch(what)
    with pytest.raises(RequestError, match="is no"):
        list(policies().authorize_batches(what))


def test_stream_of_batches():
    """A result batch for each batch, whatever it comes as; empty batches too."""
    engine = policies()
    table = requests(1000)
    wanted = answers(engine.authorize_batch(table))
    batches = [*table.to_batches(max_chunksize=300), *table.slice(0, 0).to_batches()]
    reader = pa.RecordBatchReader.from_batches(table.schema, batches)
    for source in (reader, batches, iter(batches), (pa.Table.from_batches([batch]) for batch in batches), table):
        got = list(engine.authorize_batches(source))
        assert all(isinstance(batch, pa.RecordBatch) for batch in got)
        assert answers(pa.Table.from_batches(got, RESULT)) == wanted
    assert [batch.num_rows for batch in engine.authorize_batches(batches)][:4] == [300, 300, 300, 100]


def test_stream_is_lazy():
    """What has been given is decided before the next batch is asked for."""
    batch = requests(10).to_batches()[0]

    def source() -> Any:
        yield batch
        raise RuntimeError("the second batch")

    results = policies().authorize_batches(source())
    assert next(results).num_rows == 10
    with pytest.raises(RuntimeError, match="the second batch"):
        next(results)


def test_rows_of_errors_are_counted_over_chunks_and_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "MORSEL", 7)
    table = requests(40)
    resources = table["resource"].to_pylist()
    resources[33] = "bucket"
    table = table.set_column(2, "resource", pa.array(resources))
    with pytest.raises(RequestError, match=r"^row 33, column `resource`: `bucket` is not a resource"):
        policies().authorize_batch(table)
    with pytest.raises(RequestError, match=r"^row 33, column `resource`"):
        list(policies().authorize_batches(table.to_batches(max_chunksize=10)))


def test_an_error_spoils_nothing():
    engine = policies()
    table = requests(200)
    bad = table.set_column(0, "principal", pa.array([*table["principal"].to_pylist()[:-1], "nobody"]))
    for _ in range(2):
        with pytest.raises(RequestError, match=r"^row 199, column `principal`: `nobody` is not a principal"):
            engine.authorize_batch(bad)
        agree(engine, table)


def test_pieces_of_a_table(monkeypatch: pytest.MonkeyPatch):
    """Large chunks are cut, small ones put together, dictionaries that differ brought into one."""
    table = requests(400)
    encoded = pa.table({name: table[name].dictionary_encode() for name in ("principal", "action", "resource")})
    parts = pa.concat_tables([encoded.slice(0, 100).combine_chunks(), encoded.slice(100)])
    wanted = answers(agree(policies(), table.select(["principal", "action", "resource"])))
    for morsel in (1 << 18, 64, 1):
        monkeypatch.setattr(stream, "MORSEL", morsel)
        assert answers(policies().authorize_batch(parts)) == wanted
        monkeypatch.setattr(stream, "_SMALL", 0)
        assert answers(policies().authorize_batch(parts)) == wanted


def test_a_warm_engine_builds_nothing_twice():
    """The second of two equal batches asks the single engine nothing."""
    engine = simple()
    batch = requests(5000, 9)
    agree(engine, batch)
    counts = engine._batch_decider().counts
    asked, singly = counts.asked, counts.singly
    agree(engine, batch)
    assert counts.asked == asked
    assert counts.singly == singly == 0


def test_layouts_are_told_apart_and_few_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "MOST_LAYOUTS", 2)
    engine = policies()
    for keys in ((), ("aws:SourceIp",), ("s3:prefix",), ("aws:TagKeys", "s3:prefix"), ()):
        agree(engine, requests(200, keys=keys))
        assert len(engine._batch_decider()._free) <= 2


def test_threads():
    """One engine for many threads, whose calls overlap."""
    engine = policies()
    tables = [requests(300, seed) for seed in range(8)]
    wanted = [answers(policies().authorize_batch(table)) for table in tables]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(2):
            assert [answers(each) for each in pool.map(engine.authorize_batch, tables)] == wanted


def test_session_role_from_its_column():
    """As `authorize` does with a context that names the role."""
    table = pa.table(
        {
            "principal": [SESSION] * 2,
            "action": ["sqs:SendMessage"] * 2,
            "resource": ["*"] * 2,
            "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/dev", None],
        }
    )
    agree(policies(), table)


@pytest.mark.parametrize("missing", [None, "perhaps"])
def test_missing_has_two_values(missing: Any):
    with pytest.raises(RequestError, match="missing must be"):
        policies().authorize_batch(requests(1), missing=missing)


@pytest.mark.parametrize("library", ["numpy", "pyarrow"])
def test_without_the_extra(library: str, tmp_path: Any):
    """Everything else works without numpy and pyarrow; a batch says what to install."""
    program = tmp_path / "app.ostiary"
    policies().save(program)
    code = f"""
import sys
sys.modules[{library!r}] = None
from ostiary_runtime.codec import from_bytes
from ostiary_runtime.engine import Engine
engine = Engine(from_bytes(open({str(program)!r}, "rb").read()))
engine.is_allowed("*", "s3:GetObject", "*")
try:
    engine.authorize_batch(None)
except ModuleNotFoundError as problem:
    print(problem)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == f"deciding tables needs {library}: pip install ostiary[batch]\n"


def test_pickled_engines_decide_tables():
    import pickle

    engine: Engine = pickle.loads(pickle.dumps(policies()))
    agree(engine, requests(100))
