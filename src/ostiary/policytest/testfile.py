"""Test files: what `ostiary test` reads.

    policies: org.yaml                      # a policy set, several, one written out here, or files by type
    defaults: {principal: "arn:aws:iam::111122223333:role/app"}
    tests:
      - name: reads its own bucket
        action: [s3:GetObject, s3:ListBucket]
        resource: arn:aws:s3:::app/key
        want: Allow

In: a file of JSON or YAML. Out: a `Suite` with compiled policies; PolicyError with every problem of the file, of its
policies and of its requests.
Invariant: every test that is written runs. A file without tests, an empty list, a name that is used twice and a `by` that
names nothing are errors.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from ostiary._facade import compile as compile_policies
from ostiary.policytest.model import PolicyTest, Suite, Want
from ostiary.policytest.parts import PART_KEYS, Parts, read_parts, shown_principal
from ostiary.policytest.policies import read_policies
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_compiler.datafiles.reading import read_tree
from ostiary_grammar.codes import Code
from ostiary_grammar.spelling import nearest
from ostiary_grammar.wording import quoted
from ostiary_runtime.engine import Engine

FILE_KEYS = ("policies", "defaults", "tests")
TEST_KEYS = ("name", *PART_KEYS, "by")
REQUIRED = ("principal", "action", "resource", "want")
MOST_TESTS = 1_000_000


def read_suite(path: Path) -> Suite:
    """The tests of a file, ready to run."""
    problems = Problems()
    tree = read_tree(path)
    top, *others = cursors(tree, problems)
    for each in others[:1]:
        each.error(DataCode.OTHER_FORM, "something follows the tests", "a file holds one object")
    members = top.members(FILE_KEYS, "a test file", required=("policies", "tests"))
    given = read_policies(members["policies"], tree.notation, path.parent) if "policies" in members else None
    entries = list(_entries(members, problems))
    problems.raise_errors()
    assert given is not None, "policies that are missing or wrong are a problem"
    engine = compile_policies(given.policies, layers=given.layers)
    _check_deciders(entries, engine)
    problems.raise_errors()
    tests = tuple(test for entry in entries for test in entry.tests)
    return Suite(tree.source.name, engine, tests, given.policies.notes)


class _Entry:
    """One entry of `tests`, with the tests that it stands for."""

    def __init__(self, at: Cursor, defaults: Parts) -> None:
        self.at = at
        self.members = at.members(TEST_KEYS, "a test")
        self.parts = read_parts(self.members).over(defaults)
        self.tests: tuple[PolicyTest, ...] = ()

    def read(self, default_keys: frozenset[str]) -> None:
        """Checks the entry and makes its tests; none where something is wrong with it."""
        before = len(self.at.problems.found)
        name, by = (self.members[key].text(f"`{key}`") if key in self.members else None for key in ("name", "by"))
        for key in REQUIRED:
            if key not in self.members and key not in default_keys:
                self.at.error(DataCode.MISSING_KEY, f"the test has no `{key}`, and `defaults` has none")
        if by is not None and self.parts.want is Want.IMPLICIT_DENY:
            message = "an implicit deny has no deciding statement: nothing allows the request"
            self.members["by"].error(DataCode.EXCLUSIVE_KEYS, message, "leave `by` out, or want `ExplicitDeny`")
        if len(self.at.problems.found) == before:
            self.tests = tuple(self._expanded(name, by))

    def _expanded(self, name: str | None, by: str | None) -> Iterator[PolicyTest]:
        """One test for each of the principals, actions and resources."""
        parts = self.parts
        principals, actions, resources = parts.principals or (), parts.actions or (), parts.resources or ()
        if parts.want is None:
            return  # what is wrong with it is noted
        for principal, action, resource in product(principals, actions, resources):
            named = ((shown_principal(principal), principals), (action, actions), (resource, resources))
            varying = " ".join(text for text, among in named if len(among) > 1)
            if name is None:
                shown = f"{action} on {resource}" + (f" by {named[0][0]}" if len(principals) > 1 else "")
            else:
                shown = f"{name} [{varying}]" if varying else name
            yield PolicyTest(
                shown,
                principal,
                action,
                resource,
                dict((parts.context or {}).values()),
                parts.owner[0] if parts.owner is not None else None,
                parts.missing or "absent",
                parts.want,
                by,
                parts.certain,
                self.at.span,
            )


def _entries(members: dict[str, Cursor], problems: Problems) -> Iterator[_Entry]:
    default_members = members["defaults"].members(PART_KEYS, "`defaults`") if "defaults" in members else {}
    defaults = read_parts(default_members)
    items = members["tests"].items("`tests`") if "tests" in members else []
    if "tests" in members and not items and not problems.found:
        members["tests"].error(DataCode.EMPTY_LIST, "the file has no tests", "write at least one")
    count = 0
    lines: dict[str, int] = {}
    for at in items:
        entry = _Entry(at, defaults)
        count += entry.parts.combinations
        if count > MOST_TESTS:
            at.error(Code.LIMIT, f"the file has more than {MOST_TESTS} tests")
            return
        entry.read(frozenset(default_members))
        _check_names(entry, lines)
        yield entry


def _check_names(entry: _Entry, lines: dict[str, int]) -> None:
    """Two tests of one name cannot be told apart in a report."""
    for test in entry.tests:
        if test.name in lines:
            at = entry.members.get("name", entry.at)
            message = f"a test of the name {quoted(test.name)} is in line {lines[test.name]}"
            at.error(Code.DUPLICATE_KEY, message, "give each test a name of its own")
        lines.setdefault(test.name, entry.at.span.position.line)


def _check_deciders(entries: list[_Entry], engine: Engine) -> None:
    """A `by` that is neither a Sid nor the name of a policy would fail for ever, or hide a misspelling."""
    known = list(dict.fromkeys(name for ref in engine.statements for name in (ref.sid, ref.policy) if name))
    for entry in entries:
        for by in {test.by for test in entry.tests if test.by is not None}:
            if by not in known:
                meant = nearest(by, known)
                advice = (
                    f"did you mean {quoted(meant)}?" if meant else "give the Sid of a statement or the name of a policy"
                )
                entry.members["by"].error(
                    DataCode.UNKNOWN_WORD, f"no statement or policy is called {quoted(by)}", advice
                )
