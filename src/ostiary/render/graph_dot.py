"""The decision DAG as DOT, for Graphviz: `ostiary graph ... --format dot | dot -Tsvg`.

Whatever a policy says stands inside quoted strings, where backslashes and quotes are escaped; no HTML-like label is made.
"""

from collections.abc import Sequence

from ostiary_compiler.dag import Dag, Node
from ostiary_grammar.wording import visible

_SHAPES = {"root": "circle", "scope": "box", "action": "box", "leaf": "note"}


def graph_dot(dag: Dag) -> str:
    """The graph as a DOT digraph."""
    lines = [
        "digraph ostiary {",
        "  rankdir=LR;",
        '  node [fontname="monospace", fontsize=10];',
        '  edge [fontname="monospace", fontsize=9];',
    ]
    for node in dag.nodes:
        shape = _SHAPES[node.kind]
        lines.append(
            f"  n{node.id} [shape={shape}, color={_colour(node)}, label={_quoted([node.label, *node.detail])}];"
        )
    lines += [f"  n{edge.source} -> n{edge.target} [label={_quoted([edge.label])}];" for edge in dag.edges]
    return "\n".join([*lines, "}"])


def _colour(node: Node) -> str:
    if node.kind != "leaf":
        return "black"
    return "darkgreen" if node.label.startswith("Allow") else "red3" if "Deny" in node.label else "orange3"


def _quoted(lines: Sequence[str]) -> str:
    escaped = [visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"' + "\\l".join(escaped) + ('\\l"' if len(escaped) > 1 else '"')
