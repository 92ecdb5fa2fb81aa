"""Engines from files of policies, for holders. Apart from `holder`, so that following a saved program imports no parser.

In: paths. Out: a compiled engine, and what was noted on the way.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ostiary._facade import compile as compile_policies
from ostiary_compiler.policyset import PolicySet
from ostiary_compiler.setfiles import read_sets
from ostiary_grammar.diagnostics import Diagnostic
from ostiary_grammar.limits import Limits
from ostiary_grammar.terms import PolicyType
from ostiary_runtime.engine import Engine

Layers = Sequence[str | PolicyType] | None


def lone_policy(path: Path, layers: Layers, limits: Limits) -> Engine:
    """One policy, which counts as the identity policy of every caller, as in `ostiary.compile`."""
    policies = PolicySet(limits=limits)
    policies.attach(path, type="identity")
    return compile_policies(policies, layers=layers or (PolicyType.IDENTITY,))


def policy_sets(
    paths: Iterable[Path], layers: Layers, limits: Limits, files: set[Path]
) -> tuple[Engine, tuple[Diagnostic, ...]]:
    """Policy sets and account details as one; `files` takes in the files that they name."""
    policies = PolicySet.from_data(read_sets(paths, limits, files), limits=limits)
    return compile_policies(policies, layers=layers), policies.notes
