"""The DAG that one can look at is the one that decides."""

from __future__ import annotations

from tests.runtime.building import ALICE, allow, deny, engine, outcome, program

from ostiary_compiler.dag import Dag, build_dag

ALIASES = (allow(Action="kms:*", Resource="arn:aws:kms:*:*:alias/x"), "identity", ALICE)


def leaves_of(dag: Dag) -> dict[str, str]:
    """From the label of each edge to a leaf to what the leaf says."""
    return {edge.label: dag.nodes[edge.target].label for edge in dag.edges if dag.nodes[edge.target].kind == "leaf"}


def test_policies_about_keys_can_be_looked_at():
    assert build_dag(program(ALIASES, (allow(), "identity", None))).nodes


def test_every_stretch_has_a_label_of_its_own():
    dag = build_dag(program(ALIASES))
    labels = [edge.label for edge in dag.edges if dag.nodes[edge.target].kind == "leaf" and "alias/x" in edge.label]
    assert len(labels) == 1


def test_calls_that_no_policy_can_stop_are_shown_as_allowed():
    parts = (deny(), "identity", ALICE)
    assert outcome(engine(parts), ALICE, "sts:GetCallerIdentity", "*") == "Allow"
    said = leaves_of(build_dag(program(parts), actions=["sts:GetCallerIdentity"]))
    assert all(label.startswith("Allow") for label in said.values())
