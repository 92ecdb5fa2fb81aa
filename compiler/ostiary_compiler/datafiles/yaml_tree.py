"""From YAML text to trees with places: the YAML that says what JSON could say.

In: a `Source`. Out: the value of its one document; PolicyError with what is wrong. PyYAML reads the text and is imported
here alone, when a YAML file is met.
Plain scalars are read by YAML's own core schema (YAML 1.2, section 10.3) and not by PyYAML's older one: `true`, `false`,
`null`, `~` and numbers in the form of JSON are what they look like, everything else is text. So `Version: 2012-10-17` is no
date, `no` is no boolean, and the account `012345678901` keeps its zero.
Invariant: aliases are written out up to a limit, so a small file cannot stand for a huge one.
"""

import re
from types import ModuleType
from typing import Any, NoReturn

from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.limits import DataLimits
from ostiary_compiler.datafiles.tree import Leaf, LeafKind, ListNode, Node, Notation, ObjectNode, Tree
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import LimitError, PolicyError
from ostiary_grammar.span import Source, Span
from ostiary_grammar.wording import quoted

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false", "FALSE": "false"}
_CORE = "tag:yaml.org,2002:"
# the tags that PyYAML gives by itself, or that say no more than the form does
_SCALAR_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "yaml"))


def read_yaml(source: Source, limits: DataLimits) -> Tree:
    """The value of a YAML text."""
    yaml = _library(source)
    try:
        documents = list(yaml.compose_all(source.text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as problem:
        raise _syntax(source, problem) from None
    except yaml.reader.ReaderError as problem:
        span = Span(source, problem.position, problem.position + 1)
        message = f"U+{problem.character:04X} is no character that YAML allows"
        raise PolicyError([Diagnostic(DataCode.YAML_SYNTAX.value, Severity.ERROR, message, span)]) from None
    except RecursionError:
        message = "the text is nested too deep"
        raise LimitError([Diagnostic(Code.LIMIT.value, Severity.ERROR, message, Span(source, 0, 0))]) from None
    if not documents or documents == [None]:
        message = "the file is empty"
        raise PolicyError([Diagnostic(Code.EMPTY_DOCUMENT.value, Severity.ERROR, message, Span(source, 0, 0))])
    converter = _Converter(source, limits)
    if len(documents) > 1:
        converter.fail(
            documents[1], DataCode.YAML_FEATURE, "a second document begins here", "put it into a file of its own"
        )
    return Tree(source, Notation.YAML, (converter.node(documents[0], 1),))


def _library(source: Source) -> ModuleType:
    try:
        import yaml  # optional: who writes JSON needs no PyYAML
    except ImportError:
        message = f"reading YAML needs PyYAML, which is not installed: {quoted(source.name)}"
        advice = "pip install pyyaml, or write the file as JSON"
        raise PolicyError(
            [Diagnostic(DataCode.YAML_NOT_INSTALLED.value, Severity.ERROR, message, help=advice)]
        ) from None
    return yaml


def _syntax(source: Source, problem: Any) -> PolicyError:  # Any: PyYAML's exception, whose type has no attributes
    mark = problem.problem_mark or problem.context_mark
    start = min(mark.index, len(source.text)) if mark is not None else 0
    message = " ".join(part for part in (problem.context, problem.problem) if part) or "this is not YAML"
    advice = None
    if source.text[start : start + 1] in tuple("*&!%@`") or "alias" in message:
        advice = "text that begins with one of * & ! % @ ` must stand in quotes"
    span = Span(source, start, min(start + 1, len(source.text)))
    return PolicyError([Diagnostic(DataCode.YAML_SYNTAX.value, Severity.ERROR, message, span, help=advice)])


class _Converter:
    """Makes our nodes of PyYAML's; `_open` are the ones that are being made, to find anchors inside themselves."""

    def __init__(self, source: Source, limits: DataLimits) -> None:
        self._source = source
        self._limits = limits
        self._count = 0
        self._open: set[int] = set()

    def node(self, node: Any, depth: int) -> Node:  # Any: PyYAML's nodes, by their `id`
        self._count += 1
        if depth > self._limits.depth:
            self.fail(node, Code.LIMIT, f"the text is nested deeper than {self._limits.depth} levels")
        if self._count > self._limits.yaml_nodes:
            self.fail(node, Code.LIMIT, f"the text stands for more than {self._limits.yaml_nodes} values")
        if id(node) in self._open:
            self.fail(node, DataCode.YAML_FEATURE, "an anchor stands for something that holds it")
        if node.id == "scalar":
            return self._leaf(node)
        if node.tag not in (f"{_CORE}map", f"{_CORE}seq"):
            self.fail(node, DataCode.YAML_FEATURE, f"the tag {quoted(_shown(node.tag))} says nothing here")
        self._open.add(id(node))
        made = self._object(node, depth) if node.id == "mapping" else self._list(node, depth)
        self._open.discard(id(node))
        return made

    def _object(self, node: Any, depth: int) -> Node:
        members = tuple((self._key(key), self.node(value, depth + 1)) for key, value in node.value)
        return ObjectNode(members, node.start_mark.index, self._end(node, members[-1][1] if members else None))

    def _list(self, node: Any, depth: int) -> Node:
        items = tuple(self.node(item, depth + 1) for item in node.value)
        return ListNode(items, node.start_mark.index, self._end(node, items[-1] if items else None))

    def _end(self, node: Any, last: Node | None) -> int:
        """Where an object or list ends; PyYAML counts the blank lines and comments after a block to it."""
        start: int = node.start_mark.index
        end: int = node.end_mark.index
        return end if last is None or node.flow_style else max(start, last.end)

    def _key(self, node: Any) -> Leaf:
        if node.id != "scalar":
            self.fail(node, DataCode.YAML_FEATURE, "a key must be text")
        if node.tag == f"{_CORE}merge":
            self.fail(node, DataCode.YAML_FEATURE, "merge keys are not read", "write the members out")
        self._check_tag(node)
        return Leaf(LeafKind.TEXT, node.value, node.start_mark.index, node.end_mark.index)

    def _leaf(self, node: Any) -> Leaf:
        start, end = node.start_mark.index, node.end_mark.index
        self._check_tag(node)
        text = node.value
        if node.style is not None or self._source.text[start : start + 1] == "!":
            return Leaf(LeafKind.TEXT, text, start, end)
        if text in _NULLS:
            return Leaf(LeafKind.NULL, "null", start, end, plain=True)
        if text in _BOOLEANS:
            return Leaf(LeafKind.BOOLEAN, _BOOLEANS[text], start, end, plain=True)
        kind = LeafKind.NUMBER if _NUMBER.fullmatch(text) else LeafKind.TEXT
        return Leaf(kind, text, start, end, plain=True)

    def _check_tag(self, node: Any) -> None:
        if node.tag not in _SCALAR_TAGS:
            advice = "write the text in quotes, or what the tag stands for"
            self.fail(node, DataCode.YAML_FEATURE, f"the tag {quoted(_shown(node.tag))} says nothing here", advice)

    def fail(self, node: Any, code: Code | DataCode, message: str, advice: str | None = None) -> NoReturn:
        kind = LimitError if code is Code.LIMIT else PolicyError
        start = min(node.start_mark.index, len(self._source.text))
        end = start if node.id != "scalar" else node.end_mark.index  # of a block, its first line says enough
        span = Span(self._source, start, end)
        raise kind([Diagnostic(code.value, Severity.ERROR, message, span, help=advice)])


def _shown(tag: str) -> str:
    return tag.replace(_CORE, "!!")
