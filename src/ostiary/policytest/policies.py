"""The policies of a test file, in any of the forms that it may give them.

    policies: org.yaml                                           a file with a policy set or account details
    policies: [org.yaml, details.json.gz]                        several, which make up one set
    policies: {policies: [...], accounts: {...}}                 a policy set written out
    policies: {identity: [app.json], scp: [org.json]}            files by type, attached to everyone

In: a cursor. Out: a `PolicySet` and the types that are asked: what the set says, or the types of which files are given, as
on the command line (FullAWSAccess stands beside SCPs that only deny, RCPFullAWSAccess beside RCPs).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ostiary.policies import attach_files, attach_rcps, attach_scps
from ostiary_compiler.datafiles.cursor import Cursor, Problems
from ostiary_compiler.datafiles.tree import Leaf, ListNode, Notation, ObjectNode
from ostiary_compiler.policyfiles import SetReader
from ostiary_compiler.policyset import PolicySet
from ostiary_compiler.setfiles import finished
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import DEFAULT_LIMITS
from ostiary_grammar.terms import PolicyType

_TYPES = tuple(type_.value for type_ in PolicyType)


@dataclass(frozen=True, slots=True)
class AskedPolicies:
    """A set, and the types of policy that are asked (None: all)."""

    policies: PolicySet
    layers: frozenset[PolicyType] | None


def read_policies(at: Cursor, notation: Notation, folder: Path) -> AskedPolicies | None:
    """The policies; None if something is wrong with them, which is noted."""
    match at.node:
        case ObjectNode() if any(key.text in _TYPES for key, _ in at.node.members):
            return _by_type(at, folder)
        case ObjectNode():
            return _whole(at, lambda: _written_out(at, notation, folder))
        case Leaf() | ListNode():
            paths = _paths(at, "`policies`", folder)
            return _whole(at, lambda: PolicySet.load(*paths)) if paths else None


def _paths(at: Cursor, what: str, folder: Path) -> list[Path] | None:
    """The paths that a text or a list of texts gives; None if one of them is no text."""
    words = [each.text(f"a file of {what}") for each in at.one_or_more(what)]
    return None if None in words else [folder / word for word in words if word is not None]


def _written_out(at: Cursor, notation: Notation, folder: Path) -> PolicySet:
    problems = Problems()
    data = SetReader(problems, DEFAULT_LIMITS).read(replace(at, problems=problems), notation, folder)
    return PolicySet.from_data(finished([data], problems))


def _whole(at: Cursor, read: Callable[[], PolicySet]) -> AskedPolicies | None:
    try:
        policies = read()
    except PolicyError as problem:
        _pass_on(at, problem)
        return None
    return AskedPolicies(policies, policies.layers)


def _by_type(at: Cursor, folder: Path) -> AskedPolicies | None:
    policies = PolicySet()
    layers = set()
    wrong = False
    for word, value in at.members(_TYPES, "`policies` by type").items():
        type_ = PolicyType(word)
        layers.add(type_)
        paths = _paths(value, f"`{word}`", folder)
        if not paths:
            wrong = True
            continue
        try:
            _attach(policies, type_, paths)
        except PolicyError as problem:
            _pass_on(value, problem)
            wrong = True
    return None if wrong else AskedPolicies(policies, frozenset(layers))


def _attach(policies: PolicySet, type_: PolicyType, paths: list[Path]) -> None:
    match type_:
        case PolicyType.SCP:
            attach_scps(policies, paths, full_aws_access=True)
        case PolicyType.RCP:
            attach_rcps(policies, paths)
        case _:
            attach_files(policies, paths, type=type_.value)


def _pass_on(at: Cursor, problem: PolicyError) -> None:
    """Notes what is wrong with a file, at the value that names it where the file has no place to show."""
    for each in problem.diagnostics:
        at.problems.found.append(each if each.span is not None else _placed(each, at))


def _placed(each: Diagnostic, at: Cursor) -> Diagnostic:
    return replace(each, span=at.span, pointer=at.pointer)
