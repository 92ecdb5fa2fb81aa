"""A statement is shown as it stands in its policy, and fits on a screen whatever its policy looks like."""

from __future__ import annotations

from tests.ostiary.render.screens import span_of

from ostiary.render.statement_text import LONGEST_LINE, MOST_LINES, statement_lines


def shown(text: str, part: str) -> list[str]:
    return [line.plain for line in statement_lines(span_of(text, part))]


def test_several_lines():
    text = '{\n  "Statement": [\n    {\n      "Effect": "Deny"\n    }\n  ]\n}\n'
    assert shown(text, '{\n      "Effect": "Deny"\n    }') == [
        "     3 |     {",
        '     4 |       "Effect": "Deny"',
        "     5 |     }",
    ]


def test_what_else_is_on_the_line_is_left_out():
    assert shown('{"Statement":[{"Sid":"A"},{"Sid":"B"},{"Sid":"C"}]}', '{"Sid":"B"}') == ['     1 | ...{"Sid":"B"}']


def test_tabs_and_line_breaks_of_other_systems():
    assert shown('[\r\n\t{\r\n\t\t"Sid": "A"\r\n\t}\r\n]', '{\r\n\t\t"Sid": "A"\r\n\t}') == [
        "     2 |     {",
        '     3 |         "Sid": "A"',
        "     4 |     }",
    ]


def test_a_long_statement_loses_its_middle():
    statement = "{\n" + "".join(f'"k{number}": 1,\n' for number in range(100)) + "}"
    lines = shown(statement, statement)
    assert len(lines) == MOST_LINES
    assert lines[-2:] == ["   ... |", "   102 | }"]


def test_a_long_line_loses_its_end():
    statement = '{"Action": "' + "x" * 5000 + '"}'
    (line,) = shown(statement, statement)
    assert len(line) <= LONGEST_LINE + 10
    assert line.endswith("...")


def test_control_characters_are_escapes():
    (line,) = shown('{"Sid": "\u202eA\x9b31m"}', '{"Sid": "\u202eA\x9b31m"}')
    assert line == '     1 | {"Sid": "\\u202eA\\x9b31m"}'
