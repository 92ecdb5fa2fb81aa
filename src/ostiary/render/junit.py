"""Policy tests as JUnit XML, which continuous integration shows.

One `testsuite` for each file, one `testcase` for each test. A file that could not run is a suite with one error. There are no
times: a decision takes microseconds, and the same tests give the same report.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ostiary.policytest.model import FileResult, Outcome
from ostiary.render.test_text import difference, place
from ostiary_grammar.wording import visible


def results_junit(results: Sequence[FileResult]) -> bytes:
    """What became of every file, as an XML document."""
    top = Element("testsuites", name="ostiary")
    for result in results:
        suite = SubElement(top, "testsuite", name=visible(result.file))
        for outcome in result.outcomes:
            _case(suite, result.file, outcome)
        if result.errors:
            _broken(suite, result)
        _count(suite, result)
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    indent(top)
    text: str = tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _case(suite: Element, file: str, outcome: Outcome) -> None:
    test = outcome.test
    line = str(test.at.position.line)
    case = SubElement(
        suite, "testcase", classname=visible(file), name=visible(test.name), file=visible(file), line=line
    )
    if not outcome.passed:
        message = visible(difference(outcome))
        kinds = ",".join(miss.value for miss in outcome.misses)
        failure = SubElement(case, "failure", type=kinds, message=message)
        lines = (f"{place(outcome)}: {difference(outcome)}", *outcome.explanation)
        failure.text = "\n".join(map(visible, lines))


def _broken(suite: Element, result: FileResult) -> None:
    case = SubElement(suite, "testcase", classname=visible(result.file), name="the file can be read")
    error = SubElement(case, "error", type=result.errors[0].code, message=visible(result.errors[0].message))
    error.text = "\n".join(visible(str(each)) for each in result.errors)


def _count(suite: Element, result: FileResult) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(result.failed)))
    suite.set("errors", "1" if result.errors else "0")
