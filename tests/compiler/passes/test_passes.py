"""The passes as a whole: pure, in their order, each in a file and a test of its name, and without effect on decisions."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compiler.passes.normal_sets import lowered, same_decisions
from tests.engines import policy_set
from tests.runtime.building import allow, deny
from tests.strategies.generate import generate

from ostiary_compiler import passes
from ostiary_compiler.lower import lower
from ostiary_compiler.passes import PASSES, Pass, run, scope_endpoints
from ostiary_grammar.terms import PolicyType

KEEPING = [step for step in PASSES if step is not scope_endpoints]  # it says what endpoint policies mean


def test_each_pass_has_a_file_and_a_test_of_its_name():
    names = {step.__name__ for step in PASSES}
    files = {path.stem for path in Path(str(passes.__file__)).parent.glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")} - {"passes"}
    assert names == files == tests


def test_endpoints_are_scoped_before_repeats_are_merged():
    order = [step.__name__ for step in PASSES]
    assert order.index("scope_endpoints") < order.index("merge_repeated")


@pytest.mark.parametrize("step", PASSES, ids=lambda step: step.__name__)
def test_a_pass_changes_nothing_in_place_and_nothing_twice(step: Pass):
    parts = [
        (allow(Action=["s3:Get*", "S3:get*", "s3:"]), "identity", None),
        (deny(Principal="*"), "endpoint", "vpce-1"),
    ]
    before = lowered(*parts)
    after = step(before)
    assert before == lowered(*parts)
    if step is not scope_endpoints:
        assert step(after) == after


@pytest.mark.parametrize("step", KEEPING, ids=lambda step: step.__name__)
@pytest.mark.parametrize("seed", range(4))
def test_decisions_stay_on_generated_policies(step: Pass, seed: int):
    policies = generate(seed)[0]
    asked = frozenset(map(PolicyType, policies.layers)) if policies.layers is not None else frozenset(PolicyType)
    assert same_decisions(lower(policy_set(policies), asked), step)


def test_no_passes_is_the_set_as_it_is():
    before = lowered((allow(), "identity", None))
    assert run(before, ()) is before
