"""The three pictures of the DAG show the same nodes and edges, and no policy can break out of its label."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.ostiary.render.golden import same_as_golden

import ostiary
from ostiary.render.graph_dot import graph_dot
from ostiary.render.graph_json import graph_json
from ostiary.render.graph_text import graph_text
from ostiary_compiler.dag import Dag, Edge, Node, build_dag

GOLDEN = Path(__file__).parent / "golden"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::app/*"},
        {
            "Sid": "Vpc",
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
        },
    ],
}


def dag() -> Dag:
    return build_dag(ostiary.compile(POLICY).program)


def test_text():
    same_as_golden(graph_text(dag()), GOLDEN / "graph.txt")


def test_dot():
    same_as_golden(graph_dot(dag()), GOLDEN / "graph.dot")


def test_json():
    same_as_golden(graph_json(dag()), GOLDEN / "graph.json")


def test_all_show_the_same():
    shown = dag()
    data = json.loads(graph_json(shown))
    assert len(data["nodes"]) == len(re.findall(r"^  n\d+ \[", graph_dot(shown), re.MULTILINE)) == len(shown.nodes)
    assert len(data["edges"]) == graph_dot(shown).count(" -> ") == graph_text(shown).count(" -> ") == len(shown.edges)


# One DOT statement: a name, perhaps an edge, and attributes whose quoted strings end where they should.
STRING = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTES = rf"\[\w+=(?:\w+|{STRING})(?:, \w+=(?:\w+|{STRING}))*\]"
DOT_LINE = re.compile(rf"  n\d+(?: -> n\d+)? {ATTRIBUTES};")


@given(st.text(), st.text(), st.text())
def test_hostile_labels_stay_labels(label: str, detail: str, edge: str):
    """Quotes, backslashes, line breaks and escapes of a policy change neither the drawing nor the terminal."""
    hostile = Dag((Node(0, "root", "request"), Node(1, "leaf", label, (detail,))), (Edge(0, 1, edge),))
    lines = graph_dot(hostile).split("\n")
    assert len(lines) == 8
    assert all(DOT_LINE.fullmatch(line) for line in lines[4:7])
    text = graph_text(hostile).split("\n")
    assert len(text) == 4
    assert json.loads(graph_json(hostile))["nodes"][1]["label"] == label
    assert all(
        character.isprintable() or character in "\n\u3000" or character.isspace() for character in graph_dot(hostile)
    )
