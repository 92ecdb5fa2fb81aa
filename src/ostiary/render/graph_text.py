"""The decision DAG as text: every node once, in order, with what it leads to.

0 request
    principal: arn:aws:iam::111122223333:user/ann -> 1
1 scope ...
"""

from collections.abc import Iterator

from ostiary_compiler.dag import Dag, Edge
from ostiary_grammar.wording import visible


def graph_text(dag: Dag) -> str:
    """The graph as lines."""
    return "\n".join(map(visible, _lines(dag)))


def _lines(dag: Dag) -> Iterator[str]:
    leaving: dict[int, list[Edge]] = {}
    for edge in dag.edges:
        leaving.setdefault(edge.source, []).append(edge)
    for node in dag.nodes:
        yield f"{node.id} {node.label}" if node.kind == "root" else f"{node.id} {node.kind}: {node.label}"
        for line in node.detail:
            yield f"    {line}"
        for edge in leaving.get(node.id, ()):
            yield f"    {edge.label} -> {edge.target}"
