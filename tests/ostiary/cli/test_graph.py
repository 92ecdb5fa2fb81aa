"""`ostiary graph` shows the DAG in three formats, and every form on the way to it."""

from __future__ import annotations

import pytest
from tests.ostiary.cli.running import ANN, ostiary, statement, write

READ = statement("Allow", "s3:GetObject", "arn:aws:s3:::app/*", Sid="Read")
STAGES = ["syntax", "normal", "passes", "index", "program"]


def test_text_names_the_decisions():
    run = ostiary("graph", write("app.json", READ))
    assert run.code == 0
    assert "Allow by app.json Read (app.json:4:5)" in run.out
    assert "ImplicitDeny (identity)" in run.out


def test_json_is_a_graph():
    graph = ostiary("graph", write("app.json", READ), "--format", "json").json
    nodes = {node["id"] for node in graph["nodes"]}
    assert {end for edge in graph["edges"] for end in (edge["source"], edge["target"])} <= nodes


def test_dot():
    out = ostiary("graph", write("app.json", READ), "--format", "dot").out
    assert out.startswith("digraph ostiary {\n")
    assert out.endswith("}\n")


def test_one_principal_and_one_action():
    run = ostiary("graph", write("app.json", READ), "--principal", ANN, "--action", "s3:PutObject")
    assert run.code == 0
    assert f"scope: {ANN}\n    s3:PutObject -> " in run.out
    assert "Allow" not in run.out


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_printed(stage: str):
    run = ostiary(
        "graph", write("app.json", READ), "--scp", write("org.json", statement("Deny", "sqs:*")), "--stage", stage
    )
    assert run.code == 0
    assert run.out == ostiary("graph", "app.json", "--scp", "org.json", "--stage", stage).out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("app.json", "--principal", "ann"),
        ("app.json", "--action", "GetObject"),
        ("app.json", "--stage", "normal", "--format", "dot"),
        ("app.json", "--stage", "normal", "--action", "s3:GetObject"),
        ("none.json",),
        ("none.json", "--stage", "syntax"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...]):
    write("app.json", READ)
    run = ostiary("graph", *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err
