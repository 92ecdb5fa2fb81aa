"""The DAG view: one golden picture, no cycles, shared nodes, and the leaves that the engine would decide with."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines import compile_engine
from tests.oracle.model import PolicySet as Policies
from tests.runtime.building import ACCOUNT, ALICE, BOB, ROLE, allow, deny, engine, policy_set, program, program_of
from tests.strategies.questions import questions

from ostiary_compiler.dag import SAMPLE_PRINCIPAL, Dag, build_dag, principals_of

GOLDEN = Path(__file__).parent / "golden" / "dag.txt"
PARTS = [
    (allow(Action="s3:Get*", Resource="arn:aws:s3:::b/*"), "identity", ALICE),
    (allow(Action="s3:Get*", Resource="arn:aws:s3:::b/*"), "identity", BOB),
    (deny(Action="s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), "identity", None),
    (deny(Action="s3:Get*", Resource="arn:aws:s3:::b/*.key"), "scp", None),
    (allow(), "scp", None),
]


def listing(dag: Dag) -> str:
    """Every node with its detail, and every edge, a line each."""
    lines = []
    for node in dag.nodes:
        lines.append(f"{node.id} {node.kind}: {node.label}")
        lines += [f"    {line}" for line in node.detail]
    lines += [f"{edge.source} -> {edge.target}: {edge.label}" for edge in dag.edges]
    return "\n".join(lines) + "\n"


def test_golden():
    """Read it before renewing it: `python -m tests.compiler.test_dag`."""
    assert listing(build_dag(program(*PARTS))) == GOLDEN.read_text(encoding="utf-8")


def test_it_is_a_graph_without_cycles_and_with_one_root():
    graph = build_dag(program(*PARTS)).graph()
    assert nx.is_directed_acyclic_graph(graph)
    assert [node for node, degree in graph.in_degree() if degree == 0] == [0]
    assert nx.descendants(graph, 0) == set(graph) - {0}
    kinds = nx.get_node_attributes(graph, "kind")
    steps = {(kinds[source], kinds[target]) for source, target in graph.edges()}
    assert steps == {("root", "scope"), ("scope", "action"), ("action", "leaf")}
    assert all(data["label"] for _, _, data in graph.edges(data=True))


def test_equal_parts_are_shared():
    """Two users with the same policies are one scope; equal leaves and rows are one node, below different scopes too."""
    same = [(allow(Action="s3:Get*"), "identity", ALICE), (allow(Action="s3:Get*"), "identity", BOB)]
    dag = build_dag(program(*same))
    labels = [(node.kind, node.label, node.detail) for node in dag.nodes if node.kind == "leaf"]
    assert len(labels) == len(set(labels))
    everyone = build_dag(program((allow(), "identity", None)), [ALICE, BOB, f"arn:aws:iam::{ACCOUNT}:user/carol"])
    assert [node.label for node in everyone.nodes if node.kind == "scope"] == [
        ", ".join((ALICE, BOB, f"arn:aws:iam::{ACCOUNT}:user/carol"))
    ]
    graph = dag.graph()
    scopes = [node.id for node in dag.nodes if node.kind == "scope"]
    below = [set(graph.successors(scope)) for scope in scopes]
    assert len(scopes) == 2
    assert below[0] & below[1]


@settings(max_examples=15)
@given(questions(requests=0))
def test_every_policy_set_has_a_view_without_cycles(drawn: tuple[Policies, object]):
    """Node numbers follow from the order of building, edges stay inside, and the same program gives the same view."""
    compiled = compile_engine(drawn[0]).program
    dag = build_dag(compiled)
    assert [node.id for node in dag.nodes] == list(range(len(dag.nodes)))
    assert nx.is_directed_acyclic_graph(dag.graph())
    assert build_dag(compiled) == dag


def test_constant_leaves_say_what_the_engine_decides():
    made = engine(*PARTS)
    dag = build_dag(made.program, [ROLE], actions=["iam:GetUser"])
    (leaf,) = [node for node in dag.nodes if node.kind == "leaf"]
    assert leaf.label == "ImplicitDeny (identity)"
    assert made.authorize(ROLE, "iam:GetUser", "*").layer == "identity"


def test_undocumented_leaves_name_their_statements():
    dag = build_dag(program((allow(Resource="**"), "identity", ALICE)))
    (leaf,) = [node for node in dag.nodes if node.label == "undocumented"]
    assert leaf.detail == ("clear evaluator on p0 statement 0 (p0:4:5)",)


@pytest.mark.parametrize(
    "parts, found",
    [
        ([], [SAMPLE_PRINCIPAL]),
        ([(allow(), "identity", None)], [SAMPLE_PRINCIPAL]),
        ([(allow(), "identity", ALICE), (allow(), "boundary", ROLE), (deny(), "identity", ALICE)], [ALICE, ROLE]),
        ([(allow(), "scp", ACCOUNT), (allow(Principal="*"), "resource", "arn:aws:s3:::b")], [SAMPLE_PRINCIPAL]),
    ],
)
def test_from_whom_one_looks(parts: list[object], found: list[str]):
    """By default from all that policies are attached to."""
    assert list(principals_of(program(*parts))) == found


def test_members_stand_for_their_group():
    group = f"arn:aws:iam::{ACCOUNT}:group/dev"
    policies = policy_set((allow(), "identity", group))
    policies.join(BOB, group)
    policies.join(ALICE, f"arn:aws:iam::{ACCOUNT}:group/other")
    assert list(principals_of(program_of(policies))) == [BOB]


def test_the_view_grows_with_the_policies_and_not_with_their_product():
    def size(count: int) -> int:
        dag = build_dag(
            program(
                *(
                    (allow(Action=f"s3:Get{n}", Resource=f"arn:aws:s3:::b{n}/*"), "identity", ALICE)
                    for n in range(count)
                )
            )
        )
        return len(dag.nodes) + len(dag.edges)

    assert size(40) < 5 * size(10)


@given(st.sampled_from(["s3:GetObject", "S3:GETOBJECT", "s3:Get*"]))
def test_the_view_can_be_limited_to_some_actions(action: str):
    dag = build_dag(program(*PARTS), [ALICE], actions=[action])
    assert [edge.label for edge in dag.edges if dag.nodes[edge.target].kind == "action"] == [action]


if __name__ == "__main__":
    GOLDEN.write_text(listing(build_dag(program(*PARTS))), encoding="utf-8")
