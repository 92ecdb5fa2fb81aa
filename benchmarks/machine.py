"""Where a run takes place: the machine, the versions, the commit.

In: nothing. Out: what a record says of them. Nothing that names a user, a host or a path.
"""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import ostiary

_PACKAGES = ("lark", "pyarrow", "numpy", "duckdb", "cedarpy", "pycasbin", "vakt", "moto", "msgspec", "isal")
_ROOT = Path(__file__).parents[1]


def machine() -> dict[str, Any]:
    """Processor, cores, system and how busy it was at the start."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def versions() -> dict[str, str]:
    """Of the interpreter, of Ostiary, and of what is installed of the libraries and peers."""
    found = {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "ostiary": ostiary.__version__,
    }
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit, with a `+` if the tree differs from it; empty outside a repository."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(_ROOT), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
