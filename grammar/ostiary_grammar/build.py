"""From the tree of `policy.lark` to a `Document`, or to what is wrong with its structure (iam-semantics.md 1.1 to 1.4).

In: a lark tree of a text that is JSON. Out: a document in which nothing is wrong, or None and errors in `Findings`.
Invariant: a document is returned only if nothing was found.
Not here: JSON syntax (`policy_grammar`, `recovery`), the words of errors (`structure`), and what a policy type allows.
"""

from lark import Token, Tree

from ostiary_grammar.codes import Code
from ostiary_grammar.findings import Findings
from ostiary_grammar.json_text import decode_string
from ostiary_grammar.limits import Limits
from ostiary_grammar.policy_grammar import Node, end_of, extent, is_wrong, members, start_of
from ostiary_grammar.span import Span
from ostiary_grammar.structure import DOCUMENT_ELEMENTS, STATEMENT_ELEMENTS, Structure
from ostiary_grammar.syntax import (
    Clause,
    ConditionClause,
    Document,
    KeyTest,
    OperatorBlock,
    PrincipalClause,
    PrincipalEntry,
    Statement,
    Text,
    Value,
    ValueKind,
)
from ostiary_grammar.terms import parse_operator
from ostiary_grammar.wording import pointer_to, quoted

_VALUE_KINDS = {
    "STRING": ValueKind.STRING,
    "NUMBER": ValueKind.NUMBER,
    "TRUE": ValueKind.BOOLEAN,
    "FALSE": ValueKind.BOOLEAN,
}


def build(tree: Tree[Token], findings: Findings, limits: Limits) -> Document | None:
    """The document of a tree, or None if `findings` has errors, old or new."""
    document = _Builder(findings, limits).document(tree)
    return None if findings.diagnostics else document


class _Builder:
    """One walk from the top, so that every error knows its JSON pointer."""

    __slots__ = ("_errors", "_limits", "_source")

    def __init__(self, findings: Findings, limits: Limits) -> None:
        self._errors = Structure(findings, limits)
        self._limits = limits
        self._source = findings.source

    # ---- document ----

    def document(self, tree: Tree[Token]) -> Document | None:
        if is_wrong(tree):
            self._errors.not_an_object(tree)
            return None
        seen = self._errors.keys(tree, "")
        if "Statement" not in seen and not self._errors.misses_statement(tree, seen):
            return None
        version: Text | None = None
        policy_id: Text | None = None
        statements: tuple[Statement, ...] = ()
        bare = False
        for member in members(tree):
            _, value = member.children
            match member.data:
                case "version":
                    version = self._text(value, "Version", "/Version")
                case "id":
                    policy_id = self._text(value, "Id", "/Id")
                case "statements":
                    statements = self._statements(value)
                    bare = isinstance(value, Tree) and value.data == "statement"
                case _:
                    self._errors.unknown_key(member, seen, "", DOCUMENT_ELEMENTS)
        return Document(version, policy_id, statements, bare, self._span(tree), self._source)

    def _statements(self, value: Node) -> tuple[Statement, ...]:
        pointer = "/Statement"
        if is_wrong(value):
            wanted = "a statement or a list of statements"
            self._errors.wrong(value, "`Statement`", wanted, pointer, Code.STATEMENT_TYPE)
            return ()
        assert isinstance(value, Tree)
        if value.data == "statement":
            return (self._statement(value, pointer),)
        items = value.children[1:-1]
        if not items:
            self._errors.no_statements(value)
        if self._errors.beyond(len(items), self._limits.statements, "statements", value, pointer):
            return ()
        found: list[Statement] = []
        for index, item in enumerate(items):
            if is_wrong(item):
                self._errors.wrong(item, "a statement", "an object", f"{pointer}/{index}", Code.STATEMENT_TYPE)
            else:
                assert isinstance(item, Tree)
                found.append(self._statement(item, f"{pointer}/{index}"))
        return tuple(found)

    # ---- statement ----

    def _statement(self, tree: Tree[Token], pointer: str) -> Statement:
        seen = self._errors.keys(tree, pointer)
        effect: Text | None = None
        sid: Text | None = None
        action: Clause | None = None
        resource: Clause | None = None
        principal: PrincipalClause | None = None
        condition: ConditionClause | None = None
        for member in members(tree):
            key, value = member.children
            assert isinstance(key, Token)
            match member.data:
                case "effect":
                    effect = self._text(value, "Effect", f"{pointer}/Effect")
                case "action":
                    action = self._clause(key, value, pointer)
                case "resource":
                    resource = self._clause(key, value, pointer)
                case "sid":
                    sid = self._text(value, "Sid", f"{pointer}/Sid")
                case "condition":
                    condition = self._condition(key, value, f"{pointer}/Condition")
                case "principal":
                    principal = self._principal(key, value, pointer)
                case _:
                    self._errors.unknown_key(member, seen, pointer, STATEMENT_ELEMENTS)
        self._errors.both_forms(seen, pointer)
        return Statement(effect, sid, action, resource, principal, condition, self._span(tree))

    def _clause(self, key: Token, value: Node, pointer: str) -> Clause:
        name = key[1:-1]
        items, bare = self._strings(value, name, f"{pointer}/{name}")
        return Clause(key.type.startswith("NOT_"), items, bare, self._span(value), self._span(key))

    def _principal(self, key: Token, value: Node, pointer: str) -> PrincipalClause:
        name = key[1:-1]
        pointer = f"{pointer}/{name}"
        word: Text | None = None
        entries: list[PrincipalEntry] = []
        if isinstance(value, Token):
            word = self._string(value, pointer)
        elif is_wrong(value):
            self._errors.wrong(value, f"`{name}`", '`"*"` or an object', pointer)
        else:
            self._errors.keys(value, pointer)
            for entry in members(value):
                kind, given = entry.children
                assert isinstance(kind, Token)
                text = self._string(kind, pointer)
                items, bare = self._strings(given, text.value, pointer_to(pointer, text.value))
                entries.append(PrincipalEntry(text, items, bare))
        return PrincipalClause(key.type.startswith("NOT_"), word, tuple(entries), self._span(value), self._span(key))

    # ---- condition ----

    def _condition(self, key: Token, value: Node, pointer: str) -> ConditionClause:
        blocks: list[OperatorBlock] = []
        if is_wrong(value):
            self._errors.wrong(value, "`Condition`", "an object of operators", pointer, Code.CONDITION_TYPE)
        else:
            assert isinstance(value, Tree)
            self._errors.keys(value, pointer, Code.DUPLICATE_OPERATOR)
            for member in members(value):
                operator, tests = member.children
                assert isinstance(operator, Token)
                blocks.append(self._operator(operator, tests, pointer))
        return ConditionClause(tuple(blocks), self._span(value), self._span(key))

    def _operator(self, key: Token, value: Node, pointer: str) -> OperatorBlock:
        operator = self._string(key, pointer)
        pointer = pointer_to(pointer, operator.value)
        if is_wrong(value):
            wanted = "an object of condition keys"
            self._errors.wrong(value, quoted(operator.value), wanted, pointer, Code.OPERATOR_TYPE)
            return OperatorBlock(operator, ())
        assert isinstance(value, Tree)
        given = members(value)
        # IAM takes an unknown operator that has no keys (iam-semantics.md 1.4): it restricts nothing
        if given and parse_operator(operator.value) is None:
            self._errors.unknown_operator(key, operator.value, pointer)
        self._errors.keys(value, pointer, folded=True)
        return OperatorBlock(operator, tuple(self._test(member, pointer) for member in given))

    def _test(self, member: Tree[Token], pointer: str) -> KeyTest:
        name, given = member.children
        assert isinstance(name, Token)
        text = self._string(name, pointer)
        values, bare = self._values(given, text.value, pointer_to(pointer, text.value))
        return KeyTest(text, values, bare, Span(self._source, start_of(name), end_of(given)))

    def _values(self, value: Node, name: str, pointer: str) -> tuple[tuple[Value, ...], bool]:
        if isinstance(value, Token):
            return (self._value(value, pointer),), True
        wanted = "a string, number or boolean"
        if is_wrong(value):
            what = f"the value of {quoted(name)}"
            self._errors.wrong(value, what, f"{wanted}, or a list of them", pointer, Code.CONDITION_VALUE_TYPE)
            return (), True
        items = value.children[1:-1]
        if self._errors.beyond(len(items), self._limits.list_items, "values", value, pointer):
            return (), False
        found: list[Value] = []
        for index, item in enumerate(items):
            if isinstance(item, Token):
                found.append(self._value(item, pointer, index))
            else:
                what, place = f"a value of {quoted(name)}", f"{pointer}/{index}"
                self._errors.wrong(item, what, wanted, place, Code.CONDITION_VALUE_TYPE, Code.NESTED_LIST)
        return tuple(found), False

    # ---- shapes ----

    def _text(self, value: Node, name: str, pointer: str) -> Text | None:
        if isinstance(value, Token):
            return self._string(value, pointer)
        self._errors.wrong(value, f"`{name}`", "a string", pointer)
        return None

    def _strings(self, value: Node, name: str, pointer: str) -> tuple[tuple[Text, ...], bool]:
        """The strings of a string or list, and whether it was a bare string."""
        if isinstance(value, Token):
            return (self._string(value, pointer),), True
        if is_wrong(value):
            self._errors.wrong(value, quoted(name), "a string or a list of strings", pointer)
            return (), True
        items = value.children[1:-1]
        if self._errors.beyond(len(items), self._limits.list_items, "items", value, pointer):
            return (), False
        found: list[Text] = []
        for index, item in enumerate(items):
            if isinstance(item, Token):
                found.append(self._string(item, pointer, index))
            else:
                what, place = f"an item of {quoted(name)}", f"{pointer}/{index}"
                self._errors.wrong(item, what, "a string", place, list_code=Code.NESTED_LIST)
        return tuple(found), False

    def _string(self, token: Token, pointer: str, index: int | None = None) -> Text:
        start, end = token.start_pos, token.end_pos
        assert start is not None
        assert end is not None
        # PERF: nearly every string is short and plain, and needs no look at its characters (benchmark: parse)
        if "\\" in token or end - start > self._limits.pattern or not token.isascii():
            self._errors.string(token, pointer if index is None else f"{pointer}/{index}")
        return Text(decode_string(token), Span(self._source, start, end))

    def _value(self, token: Token, pointer: str, index: int | None = None) -> Value:
        kind = _VALUE_KINDS[token.type]
        if kind is ValueKind.STRING:
            text = self._string(token, pointer, index)
            return Value(text.value, kind, text.span)
        return Value(str(token), kind, self._span(token))

    def _span(self, node: Node) -> Span:
        return Span(self._source, *extent(node))
