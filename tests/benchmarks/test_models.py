"""Models give rows whose answers are right, and say what they cannot measure. Nothing here judges a time."""

from dataclasses import replace

import pytest
from benchmarks.models import MODELS, replaying
from benchmarks.prepared import Prepared, agreement, renewed, residual_share
from benchmarks.profiling import profile
from benchmarks.record import OURS, Row, Skip
from benchmarks.settings import SIZES, Settings
from benchmarks.workloads import workload

TINY: Settings = replace(
    SIZES["check"], requests=500, rounds=2, rows=2_000, batch_rounds=1, decisions=500, sample=60, peer_ms=2, copies=2
)


def prepared(name: str) -> Prepared:
    return Prepared(workload(name), TINY.seed, TINY.requests)


@pytest.mark.parametrize("name", list(MODELS))
def test_every_model_agrees(name: str):
    """On a workload that all of them know; rows or skips, never nothing."""
    made = prepared("gateway-10")
    found = list(MODELS[name](made, TINY))
    made.close()
    assert found
    for each in found:
        if isinstance(each, Skip):
            assert each.why
        elif each.subject in (OURS, "naive loop", "naive loop by bucket", "masks", "DuckDB"):
            assert each.agreement.whole, each
            assert each.measure.median >= 0


@pytest.mark.slow
def test_the_replay_counts_every_copy():
    rows = [each for each in replaying.run(TINY) if isinstance(each, Row)]
    assert rows[0].subject == OURS
    for row in rows:
        assert row.agreement.whole, row


def test_a_profile_names_what_was_called():
    """Own times add up to the whole; the call that is profiled is among them."""
    spent = profile(prepared("gateway-10"), "compile", TINY)
    assert sum(each.own for each in spent) == pytest.approx(1, abs=0.02)
    (whole,) = [each for each in spent if each.function == "ostiary._facade:compile"]
    assert whole.calls == 1
    assert whole.whole > 0.9


def test_a_wrong_answer_is_counted_and_kept():
    made = prepared("role")
    expected = made.expected(20)
    found = agreement(lambda _: True, made.requests, expected)
    assert found.same == sum(expected) < found.asked == 20
    assert found.example is not None
    assert found.example.startswith("allows, the clear evaluator denies: ")


def test_renewed_requests_are_equal_and_new():
    made = prepared("role")
    (request, *_), (again, *_) = made.requests, renewed(made.requests[:1])
    assert again == request
    principal, action, resource, context = again
    assert principal is not request[0]
    assert action is not request[1]
    assert resource is not request[2]
    assert all(context[key] is not request[3][key] for key in context)
    assert all(mine is yours for mine, yours in zip(context, request[3], strict=True))


@pytest.mark.parametrize(
    ("name", "least", "most"), [("role", 1.0, 1.0), ("mixed-60", 0.9, 1.0), ("gateway-10", 0.01, 0.3)]
)
def test_residual_share(name: str, least: float, most: float):
    """A broad Deny with a condition leaves no leaf constant; a gateway has nearly only constant ones."""
    made = prepared(name)
    assert least <= made.residual <= most


def test_residual_share_is_of_requests():
    """Counted by hand: one of the two requests reaches a statement with a condition."""
    import ostiary

    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}
    tested = {**allow, "Resource": "arn:aws:s3:::tested/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    engine = ostiary.compile({"Version": "2012-10-17", "Statement": [allow, tested]})
    user = "arn:aws:iam::111122223333:user/ann"
    asked = [(user, "s3:GetObject", f"arn:aws:s3:::{bucket}/k", {}) for bucket in ("open", "tested")]
    assert residual_share(engine, asked) == 0.5
