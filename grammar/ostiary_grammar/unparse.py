"""From a document back to text: canonical JSON, two blanks for each level.

In: a `Document`. Out: its text, with the elements in the order of IAM's own documentation.
Invariant: `parse(unparse(document)) == document`, and unparsing what was read from an unparsed text gives that same text.
A string stays a string and a list of one a list of one; numbers keep their spelling. Not here: what the order meant.
"""

from collections.abc import Iterator, Sequence

from ostiary_grammar.json_text import encode_string
from ostiary_grammar.syntax import (
    Clause,
    ConditionClause,
    Document,
    PrincipalClause,
    Statement,
    Text,
    Value,
    ValueKind,
)

_INDENT = "  "


def unparse(document: Document) -> str:
    """The text of a document, ending in a line break."""
    members: list[tuple[str, str]] = []
    if document.version is not None:
        members.append(("Version", _string(document.version)))
    if document.id is not None:
        members.append(("Id", _string(document.id)))
    if document.bare:
        members.append(("Statement", _statement(document.statements[0], 1)))
    else:
        members.append(("Statement", _list([_statement(each, 2) for each in document.statements], 1)))
    return _object(members, 0) + "\n"


def _statement(statement: Statement, level: int) -> str:
    return _object(list(_elements(statement, level + 1)), level)


def _elements(statement: Statement, level: int) -> Iterator[tuple[str, str]]:
    if statement.sid is not None:
        yield "Sid", _string(statement.sid)
    if statement.effect is not None:
        yield "Effect", _string(statement.effect)
    if statement.principal is not None:
        yield _name("Principal", statement.principal), _principal(statement.principal, level)
    if statement.action is not None:
        yield _name("Action", statement.action), _strings(statement.action.items, level, bare=statement.action.bare)
    if statement.resource is not None:
        items, bare = statement.resource.items, statement.resource.bare
        yield _name("Resource", statement.resource), _strings(items, level, bare=bare)
    if statement.condition is not None:
        yield "Condition", _condition(statement.condition, level)


def _name(element: str, clause: Clause | PrincipalClause) -> str:
    return f"Not{element}" if clause.negated else element


def _principal(clause: PrincipalClause, level: int) -> str:
    if clause.word is not None:
        return _string(clause.word)
    return _object(
        [(entry.kind.value, _strings(entry.values, level + 1, bare=entry.bare)) for entry in clause.entries], level
    )


def _condition(clause: ConditionClause, level: int) -> str:
    operators: list[tuple[str, str]] = []
    for block in clause.operators:
        tests = [
            (test.key.value, _one_or_list([_value(value) for value in test.values], level + 2, bare=test.bare))
            for test in block.tests
        ]
        operators.append((block.operator.value, _object(tests, level + 1)))
    return _object(operators, level)


def _strings(items: Sequence[Text], level: int, *, bare: bool) -> str:
    return _one_or_list([_string(item) for item in items], level, bare=bare)


def _string(text: Text) -> str:
    return encode_string(text.value)


def _value(value: Value) -> str:
    return encode_string(value.text) if value.kind is ValueKind.STRING else value.text


def _one_or_list(items: list[str], level: int, *, bare: bool) -> str:
    return items[0] if bare else _list(items, level)


def _list(items: list[str], level: int) -> str:
    return _bracketed("[", items, "]", level)


def _object(members: list[tuple[str, str]], level: int) -> str:
    return _bracketed("{", [f"{encode_string(key)}: {value}" for key, value in members], "}", level)


def _bracketed(opening: str, lines: list[str], closing: str, level: int) -> str:
    if not lines:
        return opening + closing
    inner = "\n" + _INDENT * (level + 1)
    return opening + inner + ("," + inner).join(lines) + "\n" + _INDENT * level + closing
