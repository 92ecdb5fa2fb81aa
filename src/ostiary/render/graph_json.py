"""The decision DAG as JSON: `nodes` with id, kind, label and detail, `edges` with source, target and label."""

import json
from dataclasses import asdict

from ostiary_compiler.dag import Dag


def graph_json(dag: Dag) -> str:
    """The graph as one JSON object."""
    return json.dumps(asdict(dag), indent=2)
