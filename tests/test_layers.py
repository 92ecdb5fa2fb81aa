"""The house stands: imports point down only, deciding loads no parser, and no module has outgrown its reader.

ostiary -> ostiary_compiler -> ostiary_runtime -> the light modules of ostiary_grammar
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import ostiary

# From the top floor down; a package may import its own modules and those of the floors below.
FLOORS = ("ostiary", "ostiary_compiler", "ostiary_runtime", "ostiary_grammar")
# Which of our packages may load which of these libraries; whoever is not named may not.
LIBRARIES = {
    "lark": {"ostiary_grammar"},
    "networkx": {"ostiary_compiler"},
    "click": {"ostiary"},
    "rich": {"ostiary"},
    "yaml": {"ostiary_compiler"},
}
# The one place of the runtime that may load these.
BATCHES = "ostiary_runtime.batch"
COLUMNAR = {"numpy", "pyarrow"}
# What only the parser needs; the runtime, which decides, must do without.
HEAVY = {"ostiary_grammar.parser", "lark", "networkx"}
MOST_LINES = 600


def package_folder(name: str) -> Path:
    """The folder of a package, wherever it is installed."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def modules() -> Iterator[tuple[str, Path]]:
    for package in FLOORS:
        folder = package_folder(package)
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *parts)).removesuffix(".__init__"), path


MODULES = dict(modules())
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def top(name: str) -> str:
    return name.partition(".")[0]


def imported(name: str) -> set[str]:
    """Every module that a module names in an import, anywhere in it, `if TYPE_CHECKING` included."""
    found: set[str] = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute"
            # `from package import module` names the module, anything else the place that it comes from
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(member if member in MODULES else str(node.module) for member in members)
    return found


IMPORTS = {name: imported(name) for name in MODULES}


def reached(name: str) -> set[str]:
    """Every module that importing a module loads, as far as it can be seen in our sources."""
    seen: set[str] = set()
    left = [name]
    while left:
        module = left.pop()
        if module not in seen:
            seen.add(module)
            left += IMPORTS.get(module, ())
    return seen


def test_imports_point_down():
    upward = {
        (name, each)
        for name, imports in IMPORTS.items()
        for each in imports
        if top(each) in FLOORS[: FLOORS.index(top(name))]
    }
    assert not upward


def test_libraries_live_on_their_floor():
    strangers = {
        (name, each)
        for name, imports in IMPORTS.items()
        for each in imports
        if top(each) in LIBRARIES and top(name) not in LIBRARIES[top(each)]
    }
    assert not strangers


def test_runtime_never_reaches_the_parser():
    reaching = {
        (name, each)
        for name in MODULES
        if top(name) == "ostiary_runtime"
        for each in reached(name)
        if each in HEAVY or top(each) in HEAVY
    }
    assert not reaching


def test_only_batches_need_numpy_and_pyarrow():
    needing = {
        name
        for name, imports in IMPORTS.items()
        if top(name) == "ostiary_runtime" and any(top(each) in COLUMNAR for each in imports)
    }
    assert needing
    assert {name for name in needing if not name.startswith(f"{BATCHES}.")} == set()


def test_imports_have_no_cycle():
    """No module needs itself to be loaded first."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            path.append(name)
            for each in sorted(IMPORTS[name] & MODULES.keys()):
                visit(each)
            path.pop()
            done.add(name)

    for name in MODULES:
        visit(name)


def test_deciding_loads_no_parser_in_a_fresh_process():
    """A host that loads a saved program pays neither for lark nor for networkx."""
    folders = dict.fromkeys(str(package_folder(package).parent) for package in FLOORS)
    run = subprocess.run(
        [sys.executable, "-c", "import ostiary_runtime.engine, sys, json; print(json.dumps(sorted(sys.modules)))"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )
    loaded = set(json.loads(run.stdout))
    assert "ostiary_runtime.engine" in loaded
    assert not loaded & {*HEAVY, "ostiary_compiler", "ostiary", "click", "rich", "numpy", "pyarrow"}


LOADING = """
import json, sys, ostiary
engine = ostiary.load(sys.argv[1])
with ostiary.watch(sys.argv[1]) as held:
    held.refresh()
engine.warm(["s3:GetObject"])
assert engine.is_allowed("arn:aws:iam::111122223333:user/a", "s3:GetObject", "arn:aws:s3:::b/k999", {"k": "v"})
assert not engine.authorize("arn:aws:iam::111122223333:user/a", "s3:GetObject", "arn:aws:s3:::b/x", {"k": "v"})
engine.explain("arn:aws:iam::111122223333:user/a", "s3:GetObject", "arn:aws:s3:::b/x")
print(json.dumps(sorted(sys.modules)))
"""


def test_loading_a_program_needs_no_parser_in_a_fresh_process(tmp_path: Path):
    """A thousand statements, through the public interface, and everything that one can do with an engine."""
    statements = [
        {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::b/k{number}",
            "Condition": {"StringLike": {"k": ["v", "${aws:username}*"]}},
        }
        for number in range(1_000)
    ]
    path = tmp_path / "p.ostiary"
    ostiary.compile({"Version": "2012-10-17", "Statement": statements}).save(path)
    folders = dict.fromkeys(str(package_folder(package).parent) for package in FLOORS)
    run = subprocess.run(
        [sys.executable, "-c", LOADING, str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )
    loaded = set(json.loads(run.stdout))
    assert "ostiary.holder" in loaded
    assert not loaded & {*HEAVY, "ostiary_compiler.policyset", "click", "rich", "numpy", "pyarrow", "msgspec"}


def test_modules_stay_readable():
    """A file that is longer is split."""
    files = [*MODULES.values(), *sorted(Path(__file__).parent.rglob("*.py"))]
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_modules_say_what_they_hold():
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []
