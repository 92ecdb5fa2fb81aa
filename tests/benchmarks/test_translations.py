"""What peers are told means what the policies mean: translations give our decisions, request by request.

Libraries that are not installed are not asked here; what they would be told is still held as text.
"""

from collections.abc import Callable
from typing import Any

import pytest
from benchmarks.peers import SINGLE, Missing, Peer, Untranslatable
from benchmarks.peers.cedar import policy_text
from benchmarks.peers.duck import Duck, query
from benchmarks.peers.expressions import condition_test, expression
from benchmarks.peers.masks import masks
from benchmarks.peers.moto import statement_json
from benchmarks.peers.naive import ByBucket, Naive
from benchmarks.peers.plain import Condition, Plain, plain_statements
from benchmarks.peers.simulate import simulate
from benchmarks.prepared import Prepared
from benchmarks.workloads import Workload, workload
from benchmarks.workloads.model import Policy, document

NAMES = ["documentation", "role", "gateway-30", "mixed-10", "mixed-60"]
STATEMENT = Plain(
    0,
    True,
    ("arn:aws:iam::111122223333:user/ann",),
    ("s3:Get*", "s3:ListBucket"),
    False,
    ("arn:aws:s3:::b/*", "arn:aws:s3:::c"),
    False,
    (Condition("IpAddress", True, "aws:SourceIp", ("10.0.0.0/8",)),),
)


@pytest.fixture(scope="module", params=NAMES)
def prepared(request: pytest.FixtureRequest) -> Prepared:
    return Prepared(workload(request.param), seed=5, count=400)


def clear(prepared: Prepared) -> list[bool]:
    return prepared.expected(400)


def test_the_loop_gives_the_clear_evaluators_answers(prepared: Prepared):
    naive = Naive(plain_statements(prepared.workload))
    assert [naive.is_allowed(*request) for request in prepared.requests] == clear(prepared)


def test_the_loop_by_bucket_is_the_loop():
    prepared = Prepared(workload("gateway-30"), seed=5, count=400)
    by_bucket = ByBucket(plain_statements(prepared.workload))
    assert [by_bucket.is_allowed(*request) for request in prepared.requests] == clear(prepared)


@pytest.mark.parametrize("peer", SINGLE[2:], ids=lambda peer: peer.name)
def test_libraries_give_our_answers(peer: Peer, prepared: Prepared):
    """All but moto, whose evaluation differs where a condition does not hold."""
    try:
        made = peer.make(prepared.workload)
    except (Missing, Untranslatable) as why:
        pytest.skip(str(why))
    answers = [made.ask(made.request(request)) for request in prepared.requests]
    if peer.name == "moto":
        assert sum(got is want for got, want in zip(answers, clear(prepared), strict=True)) > 200
    else:
        assert answers == clear(prepared)


@pytest.mark.parametrize("columns", ["low", "high", "dictionary"])
def test_masks_give_our_answers(columns: str, prepared: Prepared):
    tables = pytest.importorskip("benchmarks.tables", reason="needs pyarrow")
    table = tables.high(prepared.workload, 5, 400) if columns == "high" else tables.low(prepared.workload, 5, 400)
    given = tables.encoded(table) if columns == "dictionary" else table
    assert masks(prepared.workload).decide(given).tolist() == decided(
        prepared, tables.requests_of(table, list(range(400)))
    )


def test_sql_gives_our_answers(prepared: Prepared):
    pytest.importorskip("duckdb", reason="DuckDB is a peer")
    tables = pytest.importorskip("benchmarks.tables", reason="needs pyarrow")
    table = tables.high(prepared.workload, 5, 400)
    peer = Duck(plain_statements(prepared.workload))
    found = peer.decide(peer.load(table)).to_pylist()
    assert found == decided(prepared, tables.requests_of(table, list(range(400))))


def decided(prepared: Prepared, requests: list[Any]) -> list[int]:
    return [int(prepared.engine.authorize_plainly(*request).allowed) for request in requests]


def test_cedar_text():
    assert policy_text(STATEMENT) == (
        'forbid(principal, action, resource) when { (principal == Caller::"arn:aws:iam::111122223333:user/ann") && '
        '(context.action like "s3:get*" || context.action == "s3:listbucket") && '
        '(context.resource like "arn:aws:s3:::b/*" || context.resource == "arn:aws:s3:::c") && '
        '!(context has aws_SourceIp && (ip(context.aws_SourceIp).isInRange(ip("10.0.0.0/8")))) };'
    )


def test_sql_text():
    assert query([STATEMENT]) == (
        "SELECT CAST(CASE WHEN ((starts_with(folded, 's3:get') OR folded = 's3:listbucket') AND "
        "principal IN ('arn:aws:iam::111122223333:user/ann') AND "
        "(starts_with(resource, 'arn:aws:s3:::b/') OR resource = 'arn:aws:s3:::c') AND "
        '("aws:SourceIp" IS NULL OR NOT (address BETWEEN 167772160 AND 184549375))) THEN 0 ELSE 0 END AS TINYINT) '
        "AS allowed FROM requests"
    )


def test_iam_text_is_what_was_read():
    """The documents that moto and iam-simulate get are those of the workload."""
    for name in NAMES:
        for plain, statement in zip(
            plain_statements(workload(name)),
            (each for policy in workload(name).policies for each in policy.document["Statement"]),
            strict=True,
        ):
            found = statement_json(plain)
            assert found["Effect"] == statement["Effect"]
            assert found.keys() == statement.keys()
            wanted = {
                op: {key: listed(values) for key, values in keys.items()}
                for op, keys in statement.get("Condition", {}).items()
            }
            assert found.get("Condition", {}) == wanted


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("patterns", "negated", "text", "matches"),
    [
        (["s3:Get*"], False, "s3:GetObject", True),
        (["s3:Get*"], False, "xs3:GetObject", False),
        (["a?c", "b"], False, "abc", True),
        (["a.c"], False, "abc", False),
        (["a*"], True, "b", True),
        (["a*", "b"], True, "b", False),
        (["b"], True, "bb", True),
        (["*"], False, "a\nb", True),
    ],
)
def test_expressions(patterns: list[str], negated: bool, text: str, matches: bool):
    import re

    assert (re.fullmatch(expression(patterns, negated=negated), text) is not None) is matches


@pytest.mark.parametrize(
    ("operator", "values", "yes", "no"),
    [
        ("StringEquals", ("a", "b"), "b", "B"),
        ("StringLike", ("eu-*", "x?"), "eu-west-1", "x"),
        ("Bool", ("true",), "True", "false"),
        ("IpAddress", ("10.0.0.0/8", "192.168.0.0/16"), "192.168.3.4", "11.0.0.1"),
        ("DateGreaterThan", ("2024-01-01T00:00:00Z",), "2024-01-01T00:00:01Z", "2024-01-01T00:00:00Z"),
    ],
)
def test_conditions(operator: str, values: tuple[str, ...], yes: str, no: str):
    """A key that is absent fails a test and meets its negation."""
    plain = condition_test(Condition(operator, negated=False, key="k", values=values))
    negated = condition_test(Condition(operator, negated=True, key="k", values=values))
    assert [plain(yes), plain(no), plain(None)] == [True, False, False]
    assert [negated(yes), negated(no), negated(None)] == [False, True, True]


def lone(statement: dict[str, Any], **more: Any) -> Workload:
    return Workload(
        "lone",
        "",
        (Policy(document([statement]), "identity", "arn:aws:iam::111122223333:role/app", "lone"),),
        ("identity",),
        lambda rng, number: ("", "", "", {}),
        **more,
    )


ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: workload("layers"), "boundary"),
        (lambda: lone({**ALLOW, "NotPrincipal": "*"}), "NotPrincipal"),
        (lambda: lone({**ALLOW, "Condition": {"NumericEquals": {"k": "1"}}}), "NumericEquals"),
        (lambda: lone({**ALLOW, "Principal": {"Service": "x"}}), "Principal"),
        (lambda: lone({**ALLOW, "Resource": "arn:aws:s3:::${aws:username}"}), "variable"),
        (lambda: lone({**ALLOW, "Resource": "arn:aws:s3:::${aws:userid}"}), "variable"),
    ],
)
def test_what_cannot_be_translated_is_refused(make: Callable[[], Workload], words: str):
    """Rather than told in words that mean something else."""
    with pytest.raises(Untranslatable, match=words):
        plain_statements(make())


def test_iam_simulate_is_missed_with_what_to_do(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Missing, match="npm install"):
        simulate(workload("role"), [], tmp_path, 1)
