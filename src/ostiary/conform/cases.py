"""Reading case files: JSON lines, one case a line.

In: files, or folders with `*.jsonl` files. Out: cases in the order of the files; PolicyError for a line that is no case, or an
id that stands twice. Invariant: no line is skipped, and no cases at all is an error.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from ostiary.conform.lines import cases_of, kind_of
from ostiary.conform.model import Case
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.reading import read_source
from ostiary_grammar.codes import Code
from ostiary_grammar.diagnostics import Diagnostic, Severity
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.span import Span
from ostiary_grammar.wording import quoted

_CHECKOUT = Path(__file__).parents[3]
_HOW = "the cases are the folder `tests/cases` of Ostiary's source; give its path with --cases"


def default_cases() -> Path:
    """The cases of the checkout that this module is in, or that the current folder is."""
    for root in (_CHECKOUT, Path.cwd()):
        if (root / "tests" / "cases" / "decision.jsonl").is_file():
            return root / "tests" / "cases"
    raise PolicyError([Diagnostic(DataCode.FILE.value, Severity.ERROR, "there are no cases here", help=_HOW)])


def read_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """The cases of files and folders."""
    found: dict[str, Case] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        for file in files:
            for case, span in _in_file(file, problems):
                if case.id in found:
                    message = f"there are two cases {quoted(case.id)}"
                    problems.append(Diagnostic(Code.DUPLICATE_KEY.value, Severity.ERROR, message, span))
                found[case.id] = case
    if not found and not problems:
        problems.append(Diagnostic(DataCode.FILE.value, Severity.ERROR, "there are no cases here", help=_HOW))
    if problems:
        raise PolicyError(problems)
    return tuple(found.values())


def _in_file(file: Path, problems: list[Diagnostic]) -> Iterator[tuple[Case, Span]]:
    source = read_source(file)
    start = 0
    for line in source.text.split("\n"):
        span = Span(source, start, start + len(line))
        start += len(line) + 1
        if line.strip():
            try:
                yield from ((case, span) for case in _cases(line))
            except (KeyError, TypeError, AttributeError, ValueError) as problem:
                problems.append(_no_case(line, span, problem))


def _cases(line: str) -> list[Case]:
    data = json.loads(line)
    if not isinstance(data, dict):
        raise TypeError("a case is an object")
    return list(cases_of(data))


def _no_case(line: str, span: Span, problem: Exception) -> Diagnostic:
    if isinstance(problem, json.JSONDecodeError):
        message = f"the line is not JSON: {problem.msg.lower()}"
    elif isinstance(problem, KeyError):
        message = f"this is no case of the kind `{kind_of(json.loads(line)).value}`: {problem.args[0]!r} is not there or not known"
    else:
        message = f"this is no case: {problem}"
    return Diagnostic(DataCode.OTHER_FORM.value, Severity.ERROR, message, span, help="see `case.schema.json`")
