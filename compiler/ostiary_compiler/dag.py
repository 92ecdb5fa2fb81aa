"""The decision DAG as a graph that can be looked at: scope -> action class -> resource class -> leaf.

In: a program, and principals to look from. Out: a `Dag` of nodes and edges, equal sub-structures shared.
The engine builds the same rows, stretches and leaves lazily; here they are built for one sample of every class that the
patterns of the policies tell apart. Where a pattern has a wildcard before its end, the class is "perhaps", and its leaf
holds the test. So the view is a faithful picture of the compiled form, and as large as that: linear in the policies for
each principal, not in what could be asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx

from ostiary_grammar.errors import RequestError
from ostiary_grammar.pattern import Glob, Literal, Variable, Wild
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.conditions import Condition
from ostiary_runtime.decision import Decision, StatementRef, allow
from ostiary_runtime.entries import Row, Rows, root_of_trust
from ostiary_runtime.evaluate import Evaluator
from ostiary_runtime.globs import is_exact, literal_prefix
from ostiary_runtime.leaves import Constant, Leaf, LeafBuilder, Residual, Residue, Undocumented
from ostiary_runtime.program import Program
from ostiary_runtime.request import ANY_RESOURCE, Resource, parse_caller, parse_resource
from ostiary_runtime.stretches import HeaderIndex, RowView
from ostiary_runtime.workshop import statement_refs

SAMPLE_PRINCIPAL = "arn:aws:iam::111122223333:user/anyone"


@dataclass(frozen=True, slots=True)
class Node:
    """`kind` is `root`, `scope`, `action`, or `leaf`; `detail` are lines that say more."""

    id: int
    kind: str
    label: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to the next, for the classes in `label`."""

    source: int
    target: int
    label: str


@dataclass(frozen=True, slots=True)
class Dag:
    """The graph; node 0 is the root."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def graph(self) -> "nx.MultiDiGraph[int]":
        """The same as a networkx graph: nodes carry `kind`, `label` and `detail`, edges `label`."""
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.id, kind=node.kind, label=node.label, detail=node.detail)
        for edge in self.edges:
            graph.add_edge(edge.source, edge.target, label=edge.label)
        return graph


def principals_of(program: Program) -> tuple[str, ...]:
    """The principals that policies are attached to, or a user of some account if there is none."""
    kinds = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION)
    targets = [
        target
        for policy in program.policies
        if policy.type in kinds
        for target in policy.targets
        if target is not None and _is_principal(target)
    ]
    members = [user for user, group in program.memberships if any(group in each.targets for each in program.policies)]
    return tuple(dict.fromkeys([*targets, *members])) or (SAMPLE_PRINCIPAL,)


def _is_principal(target: str) -> bool:
    """Whether a target is somebody who could ask: not a group, and not a name that is no principal."""
    try:
        parse_caller(target)
    except RequestError:
        return False
    return True


def build_dag(program: Program, principals: Iterable[str] = (), *, actions: Sequence[str] = ()) -> Dag:
    """The DAG as seen by the given principals (by default all that policies are attached to).

    `actions` limits the view to these; by default every class of actions that the policies tell apart.
    """
    return _Builder(program, actions).build(tuple(principals) or principals_of(program))


class _Builder:
    def __init__(self, program: Program, actions: Sequence[str]) -> None:
        self._program = program
        self._actions = actions
        self._rows = Rows(program)
        self._headers = HeaderIndex(program)
        self._refs = statement_refs(program)
        evaluator = Evaluator(program, self._refs, [Condition(test) for test in program.conditions])
        self._leaves = LeafBuilder(program, self._refs, evaluator)
        self._nodes: list[Node] = []
        self._edges: dict[Edge, None] = {}
        self._shared: dict[object, int] = {}

    def build(self, principals: Sequence[str]) -> Dag:
        root = self._node("root", "request")
        scopes: dict[object, list[str]] = {}
        for principal in principals:
            scopes.setdefault(self._rows.attachments.scope(parse_caller(principal), None), []).append(principal)
        for scope, names in scopes.items():
            node = self._node("scope", _some(names))
            self._edge(root, node, "principal")
            rows: dict[object, tuple[Row, list[str]]] = {}
            for label, sample in self._action_classes():
                row = self._rows.row(scope, sample)  # type: ignore[arg-type]  # the keys are scopes
                key = (
                    row.exempt,
                    row.rcps_apply,
                    tuple((each.number, each.known, each.groups) for each in row.entries),
                )
                rows.setdefault(key, (row, []))[1].append(label)
            for row, labels in rows.values():
                self._row(node, row, labels)
        return Dag(tuple(self._nodes), tuple(self._edges))

    def _row(self, scope: int, row: Row, labels: Sequence[str]) -> None:
        targets: dict[int, list[str]] = {}
        for label, leaf in self._stretches(row):
            kind, detail = describe(leaf, self._program, self._refs)
            targets.setdefault(self._share("leaf", kind, detail), []).append(label)
        key = ("action", tuple((node, tuple(names)) for node, names in targets.items()))
        node = self._shared.get(key)
        if node is None:
            node = self._shared[key] = self._node("action", f"{len(row.entries)} statements in play")
            for leaf_node, names in targets.items():
                self._edge(node, leaf_node, _some(names))
        self._edge(scope, node, _some(labels))

    def _stretches(self, row: Row) -> Iterable[tuple[str, Leaf]]:
        """Each class of resources that the row's patterns tell apart, with its leaf."""
        if row.exempt:
            yield "any", Constant(allow(None, ()))
            return
        view = RowView(row, self._rows, self._headers)
        yield "*", self._leaf(view, ANY_RESOURCE, 0)
        samples: dict[str, Resource] = {}
        for header in self._program.headers:
            if any(self._in_play(row, number) for number, _ in header.filed):
                sample = parse_resource(f"arn:{':'.join(_sample(glob, at) for at, glob in enumerate(header.fields))}:")
                samples.setdefault(":".join(_text(glob) for glob in header.fields), sample)
        for text, sample in samples.items():
            index = view.view(sample).index
            for node, entries in enumerate(index.entries):
                tails = [_text(self._program.resources[number].fields[4]) for number in entries if number >= 0]
                if len(tails) < len(entries):
                    tails.append(f"{root_of_trust(row.action, sample.fields[2])}*")
                labels = [f"arn:{text}:{tail}" for tail in tails] or [f"arn:{text}:*, none of the below"]
                yield _some(labels), self._leaf(view, sample, node)
        yield "any other", self._leaf(view, parse_resource("arn:aws:none:::none"), 0)

    def _in_play(self, row: Row, number: int) -> bool:
        return any(
            number in (entry.statement.resources or ()) or number in (entry.statement.covers or ())
            for entry in row.entries
        )

    def _leaf(self, rowview: RowView, resource: Resource, node: int) -> Leaf:
        view = rowview.view(resource)
        stretch = view.stretch(node)
        return self._leaves.build(stretch.entries, stretch.status, view.crossing, stretch.plan, stretch.perhaps)

    def _action_classes(self) -> Iterable[tuple[str, str]]:
        """A label and a sample action for each class of actions; a wildcard stands for a text that nothing else holds."""
        if self._actions:
            yield from ((action, action.lower()) for action in self._actions)
            return
        for pattern in self._program.actions:
            service = literal_prefix(pattern.service) if is_exact(pattern.service) else "_"
            name = "".join(token.text if isinstance(token, Literal) else "_" for token in pattern.name)
            yield pattern.text, f"{service}:{name or '_'}"
        yield "any other", "_:_"

    def _share(self, kind: str, label: str, detail: tuple[str, ...]) -> int:
        key = (kind, label, detail)
        node = self._shared.get(key)
        if node is None:
            node = self._shared[key] = self._node(kind, label, detail)
        return node

    def _node(self, kind: str, label: str, detail: tuple[str, ...] = ()) -> int:
        self._nodes.append(Node(len(self._nodes), kind, label, detail))
        return len(self._nodes) - 1

    def _edge(self, source: int, target: int, label: str) -> None:
        self._edges[Edge(source, target, label)] = None


def describe(leaf: Leaf, program: Program, refs: Sequence[StatementRef]) -> tuple[str, tuple[str, ...]]:
    """A leaf as a headline and lines: the decision, or what is tested in which order."""
    match leaf:
        case Constant(decision):
            return _decision(decision), ()
        case Undocumented(entries):
            return "undocumented", tuple(f"clear evaluator on {refs[entry.number]}" for entry in entries)
        case Residue():
            lines = [f"Deny if {_residual(residual, program, refs)}" for residual in leaf.denies]
            for group, options in leaf.groups.items():
                key = "" if group.key is None else f" {group.key}"
                lines += [f"{group.type.value}{key} allows if {_residual(each, program, refs)}" for each in options]
            for step in leaf.steps:
                wanted = [f"{'' if want else 'not '}{group.type.value}" for group, want in step.when]
                outcome = (
                    "Allow" if step.step.allow else f"ImplicitDeny ({step.step.layer.value})" if step.step.layer else ""
                )
                lines.append(f"{'if ' + ' and '.join(wanted) + ': ' if wanted else 'else '}{outcome}")
            return "test", tuple(lines)


def _residual(residual: Residual, program: Program, refs: Sequence[StatementRef]) -> str:
    parts = []
    for element in residual.resources:
        texts = " or ".join(program.resources[number].text for number in element.tests)
        parts.append(f"resource {'matches none of' if element.negated else 'matches'} {texts}")
    for number in residual.conditions:
        test = program.conditions[number]
        parts.append(f"{test.form} {test.shown} {', '.join(test.values)}")
    return f"{' and '.join(parts) or 'always'}  [{refs[residual.entry.number]}]"


def _decision(decision: Decision) -> str:
    by = f" by {decision.statements[0]}" if decision.statements else f" ({decision.layer})" if decision.layer else ""
    return f"{decision.effect.value}{by}"


def _text(glob: Glob) -> str:
    out = []
    for token in glob:
        match token:
            case Literal(text):
                out.append(text)
            case Wild():
                out.append(token.value)
            case Variable(key, _):
                out.append(f"${{{key}}}")
    return "".join(out)


def _sample(glob: Glob, at: int) -> str:
    """A text that the header field matches: its own text, with a likely value where everything is a wildcard."""
    if glob == (Wild.STAR,):
        return ("aws", "_", "us-east-1", "111122223333")[at]
    return "".join(token.text if isinstance(token, Literal) else "_" for token in glob)


def _some(labels: Sequence[str], most: int = 6) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
