"""What is installed: the four packages with all their data and nothing else, by a wheel that needs no compiler."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {
    "ostiary": ROOT / "src/ostiary",
    "ostiary_grammar": ROOT / "grammar/ostiary_grammar",
    "ostiary_compiler": ROOT / "compiler/ostiary_compiler",
    "ostiary_runtime": ROOT / "runtime/ostiary_runtime",
}
# Nothing here needs a compiler to be installed; what does is an extra.
BASE_REQUIREMENTS = {"lark", "networkx", "click", "rich"}

pytestmark = pytest.mark.skipif(
    not all(folder.is_dir() for folder in PACKAGES.values()), reason="packaging is about the source tree"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    builders = pytest.importorskip("hatchling.build", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("dist")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return zipfile.ZipFile(folder / builders.build_wheel(str(folder)))
    finally:
        os.chdir(before)


def metadata(wheel: zipfile.ZipFile, name: str) -> str:
    (path,) = (each for each in wheel.namelist() if each.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode("utf-8")


def test_top_level_names(wheel: zipfile.ZipFile):
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(PACKAGES)


def test_every_file_of_the_packages_is_there(wheel: zipfile.ZipFile):
    """Grammars and reference data too, so that nothing works only in a checkout."""
    wanted = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    there = {name for name in wheel.namelist() if name.partition("/")[0] in PACKAGES}
    assert there == wanted


def test_types_are_declared(wheel: zipfile.ZipFile):
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel.namelist())


def test_the_licence_is_there(wheel: zipfile.ZipFile):
    assert "Apache License" in metadata(wheel, "licenses/LICENSE")
    assert Parser().parsestr(metadata(wheel, "METADATA"))["License-Expression"] == "Apache-2.0"


def test_the_command_is_installed(wheel: zipfile.ZipFile):
    scripts = configparser.ConfigParser()
    scripts.read_string(metadata(wheel, "entry_points.txt"))
    assert dict(scripts["console_scripts"]) == {"ostiary": "ostiary.cli:main"}


def test_the_base_install_stays_small(wheel: zipfile.ZipFile):
    requirements = Parser().parsestr(metadata(wheel, "METADATA")).get_all("Requires-Dist", [])
    base = {re.split(r"[^A-Za-z0-9_-]", line)[0] for line in requirements if "extra ==" not in line}
    assert base == BASE_REQUIREMENTS


def test_source_roots_are_named_once_everywhere():
    """Tests, types and the linter look for the packages where the wheel takes them from."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    packages = tool["hatch"]["build"]["targets"]["wheel"]["packages"]
    roots = [path.rpartition("/")[0] for path in packages]
    assert {path.rpartition("/")[2] for path in packages} == set(PACKAGES)
    assert set(tool["pytest"]["ini_options"]["pythonpath"]) - {"."} == set(roots)
    assert set(tool["mypy"]["mypy_path"]) == set(roots)
    assert set(tool["mypy"]["packages"]) - {"benchmarks"} == set(PACKAGES)
    assert set(tool["ruff"]["src"]) == set(roots)


def test_roots_are_no_packages():
    """No `__init__.py` in the folders that hold packages, so that a path is an import name."""
    holders = {folder.parent for folder in PACKAGES.values()} | {ROOT}
    assert not [holder for holder in holders if (holder / "__init__.py").exists()]
