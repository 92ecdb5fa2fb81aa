"""From paths to the data of one policy set: policy sets, account details, or both together.

In: paths. Out: one `SetData` with its warnings as notes; PolicyError with every problem of all files.
Not here: what a set file or the details say (`policyfiles`, `account_details`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ostiary_compiler.account_details import DetailsReader, is_account_details
from ostiary_compiler.datafiles.codes import DataCode
from ostiary_compiler.datafiles.cursor import Cursor, Problems, cursors
from ostiary_compiler.datafiles.reading import read_tree
from ostiary_compiler.datafiles.tree import Tree
from ostiary_compiler.policyfiles import SetReader
from ostiary_compiler.setdata import SetData, doubts, joined
from ostiary_grammar.diagnostics import by_place
from ostiary_grammar.errors import PolicyError
from ostiary_grammar.limits import Limits
from ostiary_grammar.syntax import Document


def read_sets(paths: Iterable[Path], limits: Limits, files: set[Path] | None = None) -> SetData:
    """What several files say together, each a policy set or account details.

    `files` takes in every path on which the answer depends, also where this raises.
    """
    paths = tuple(paths)
    problems = Problems()
    sets_reader, details_reader = SetReader(problems, limits), DetailsReader(problems, limits, {})
    try:
        return _read(paths, problems, sets_reader, details_reader)
    finally:
        if files is not None:
            files.update(paths, sets_reader.files)


def _read(paths: Iterable[Path], problems: Problems, sets_reader: SetReader, details_reader: DetailsReader) -> SetData:
    sets = []
    for tree in _trees(paths, problems):
        if any(map(is_account_details, tree.roots)):
            details_reader.add(cursors(tree, problems))
        else:
            sets.append(_set_in(tree, sets_reader, problems))
    details = details_reader.data()
    if not sets:
        return _details_alone(details, problems)
    # Beside sets, details leave it to them what is asked.
    whole = joined(sets, problems)
    return finished([whole, replace(details, layers=whole.layers)], problems)


def read_details(paths: Iterable[Path], limits: Limits, managed: Mapping[str, Document]) -> SetData:
    """What account details say; `managed` holds the documents of managed policies that they may lack, by ARN."""
    problems = Problems()
    reader = DetailsReader(problems, limits, managed)
    for tree in _trees(paths, problems):
        reader.add(cursors(tree, problems))
    return _details_alone(reader.data(), problems)


def _details_alone(details: SetData, problems: Problems) -> SetData:
    """Details by themselves; that their trust policies are not asked is no fault of theirs, so nothing is said of it."""
    problems.raise_errors()
    return replace(details, notes=tuple(by_place(problems.found)))


def finished(sets: Iterable[SetData], problems: Problems) -> SetData:
    """Several sets as one with all warnings; raises PolicyError with everything that was found if an error is among it."""
    whole = joined(sets, problems)
    problems.extend(doubts(whole))
    problems.raise_errors()
    return replace(whole, notes=tuple(by_place(problems.found)))


def _trees(paths: Iterable[Path], problems: Problems) -> list[Tree]:
    trees = []
    for path in paths:
        try:
            trees.append(read_tree(path))
        except PolicyError as problem:
            problems.extend(problem.diagnostics)
    return trees


def _set_in(tree: Tree, reader: SetReader, problems: Problems) -> SetData:
    first, *others = cursors(tree, problems)
    _only(others)
    return reader.read(first, tree.notation, Path(tree.source.name).parent)


def _only(others: list[Cursor]) -> None:
    for each in others[:1]:
        each.error(DataCode.OTHER_FORM, "something follows the policy set", "a file holds one set")
