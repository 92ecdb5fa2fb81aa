"""Workloads are data that follow from seeds, and policies that compile."""

import json
import subprocess
import sys

import pytest
from benchmarks.plans import PLANS
from benchmarks.prepared import Prepared
from benchmarks.workloads import NotHere, Workload, workload

NAMES = ["documentation", "role", "layers", "wildcards", "managed", "gateway-10", "mixed-10", "mixed-60"]


def made(name: str) -> Workload:
    try:
        return workload(name)
    except NotHere as why:
        pytest.skip(str(why))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_workload(name: str):
    first, second = made(name), made(name)
    assert first.policies == second.policies
    assert first.requests(3, 50) == second.requests(3, 50)
    assert first.requests(3, 50) != first.requests(4, 50)


@pytest.mark.parametrize("name", NAMES)
def test_both_answers_are_frequent(name: str):
    """A workload that allows or denies nearly everything measures one path only."""
    prepared = Prepared(made(name), seed=7, count=600)
    allowed = sum(prepared.engine.is_allowed(*request) for request in prepared.requests)
    prepared.close()
    assert 0.08 < allowed / 600 < 0.92


@pytest.mark.parametrize("name", ["role", "layers", "gateway-10", "mixed-60", "wildcards"])
def test_no_resource_comes_twice(name: str):
    resources = [resource for _, _, resource, _ in made(name).requests(7, 3000)]
    assert len(set(resources)) == len(resources)


def test_requests_reach_every_layer():
    """In `layers`, each type of policy is asked."""
    found = made("layers")
    assert {policy.type for policy in found.policies} == set(found.layers)
    assert len(found.layers) == 7


@pytest.mark.parametrize(("name", "statements"), [("gateway-10", 10), ("gateway-333", 333), ("mixed-100", 100)])
def test_sizes_are_numbers_of_statements(name: str, statements: int):
    assert made(name).statements == statements


@pytest.mark.parametrize("name", ["gateway", "gateway-0", "gateway-x", "gateway-10000000", "other-10", ""])
def test_a_wrong_name_says_which_there_are(name: str):
    with pytest.raises(ValueError, match="gateway-N"):
        workload(name)


def test_plans_name_workloads_that_there_are():
    for plan in PLANS.values():
        for name in plan:
            if name.rpartition("-")[2].isdigit():
                assert name.rpartition("-")[0] in ("gateway", "mixed")
            else:
                made(name)


def test_drawing_requests_loads_nothing_of_the_product():
    """So a fresh process can draw them beside a loaded program without the parser."""
    code = "import benchmarks.workloads, sys, json; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=paths())
    loaded = {name.partition(".")[0] for name in json.loads(run.stdout)}
    assert not loaded & {
        "ostiary",
        "ostiary_grammar",
        "ostiary_compiler",
        "ostiary_runtime",
        "lark",
        "networkx",
        "pyarrow",
    }


def paths() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
