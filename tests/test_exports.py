"""The public interface is what `ostiary.__all__` says, and the version is the same wherever it is written."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import pytest

import ostiary

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_exports_are_sorted():
    """Constants, then classes, then functions, each in the order of the alphabet, as the linter sorts them."""

    def key(name: str) -> tuple[int, str]:
        kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
        return kind, name

    assert list(ostiary.__all__) == sorted(ostiary.__all__, key=key)


def test_exports_are_there():
    for name in ostiary.__all__:
        assert hasattr(ostiary, name)


def test_exports_are_complete():
    """Every public name that `import ostiary` brings, at once or when it is asked for, is exported."""
    public = {
        name for name in dir(ostiary) if not name.startswith("_") and not isinstance(getattr(ostiary, name), ModuleType)
    }
    assert public == {name for name in ostiary.__all__ if not name.startswith("_")}


def test_what_is_not_exported_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute `compiles`"):
        _ = ostiary.compiles


def test_exports_are_documented():
    for name in ostiary.__all__:
        value = getattr(ostiary, name)
        if callable(value):
            assert value.__doc__, name


def test_version_is_the_projects():
    if not PROJECT.exists():
        pytest.skip("runs against an installed wheel, without the project file")
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert ostiary.__version__ == project["version"]


def test_version_is_the_installed_ones():
    try:
        installed = version("ostiary")
    except PackageNotFoundError:
        pytest.skip("the package is not installed")
    assert ostiary.__version__ == installed
